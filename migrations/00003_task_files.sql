-- +goose Up

-- The files that asynchronous tasks read and make, until they expire.
CREATE TABLE gatelog.task_files (
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    id          text COLLATE "C" NOT NULL,
    content     bytea NOT NULL,
    size        bigint NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, instance_id, id)
);
CREATE INDEX task_files_by_expiry ON gatelog.task_files (expires_at);

-- +goose Down
DROP TABLE gatelog.task_files;
