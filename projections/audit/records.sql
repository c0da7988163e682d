-- What was changed: a record per request, or per command that none caused, and what each of its events changed.
CREATE TABLE records (
    id        text COLLATE "C" NOT NULL,
    tenant    text COLLATE "C" NOT NULL,
    time      timestamptz NOT NULL,
    user_id   text COLLATE "C" NOT NULL,
    user_name text COLLATE "C" NOT NULL,
    key       text COLLATE "C" NOT NULL,
    address   text COLLATE "C" NOT NULL,
    client    text COLLATE "C" NOT NULL,
    surface   text COLLATE "C" NOT NULL,
    operation text COLLATE "C" NOT NULL,
    request   text COLLATE "C" NOT NULL,
    reason    text COLLATE "C" NOT NULL,
    words     tsvector NOT NULL
);
CREATE TABLE changes (
    id        text COLLATE "C" NOT NULL,
    record    text COLLATE "C" NOT NULL,
    position  bigint NOT NULL,
    command   text COLLATE "C" NOT NULL,
    tenant    text COLLATE "C" NOT NULL,
    surface   text COLLATE "C" NOT NULL,
    type      text COLLATE "C" NOT NULL,
    kind      text COLLATE "C" NOT NULL,
    resource  text COLLATE "C" NOT NULL,
    instance  text COLLATE "C" NOT NULL,
    name      text COLLATE "C" NOT NULL,
    member    text COLLATE "C" NOT NULL,
    part      text COLLATE "C" NOT NULL,
    gone      boolean NOT NULL,
    document  text COLLATE "C" NOT NULL,
    words     tsvector NOT NULL
);
-- indexes
ALTER TABLE records ADD PRIMARY KEY (id);
CREATE INDEX ON records (tenant, time, id);
CREATE INDEX ON records (time, id);
CREATE INDEX ON records (request);
CREATE INDEX ON records (user_name, time);
CREATE INDEX ON records USING gin (words);
ALTER TABLE changes ADD PRIMARY KEY (id);
CREATE INDEX ON changes (record, position);
CREATE INDEX ON changes (tenant, surface, kind, resource, member, part, position);
CREATE INDEX ON changes (resource);
CREATE INDEX ON changes (command);
CREATE INDEX ON changes USING gin (words);
