-- +goose Up
CREATE SCHEMA IF NOT EXISTS gatelog;

-- How far each projection is in the log, and which node applies events to it.
CREATE TABLE gatelog.checkpoints (
    name        text PRIMARY KEY,
    version     integer NOT NULL,
    incarnation text NOT NULL,
    position    bigint NOT NULL DEFAULT 0,
    owner       text NOT NULL DEFAULT '',
    lease_until timestamptz NOT NULL DEFAULT 'epoch',
    failed_at   bigint NOT NULL DEFAULT 0,
    failed_type text NOT NULL DEFAULT '',
    failure     text NOT NULL DEFAULT '',
    updated_at  timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP SCHEMA gatelog CASCADE;
