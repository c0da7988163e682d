CREATE TABLE subscriptions (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    paused      boolean NOT NULL,
    created_at  timestamptz NOT NULL,
    position    bigint NOT NULL,
    document    json NOT NULL
);

-- indexes
ALTER TABLE subscriptions ADD PRIMARY KEY (id);
CREATE INDEX ON subscriptions (tenant, name);
