-- What left nothing in the log: what was refused, what failed, and what changed nothing.
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
    method    text COLLATE "C" NOT NULL,
    path      text COLLATE "C" NOT NULL,
    instance  text COLLATE "C" NOT NULL,
    kind      text COLLATE "C" NOT NULL,
    resource  text COLLATE "C" NOT NULL,
    outcome   text COLLATE "C" NOT NULL,
    status    integer NOT NULL,
    code      text COLLATE "C" NOT NULL,
    message   text COLLATE "C" NOT NULL,
    words     tsvector NOT NULL
);
-- indexes
ALTER TABLE records ADD PRIMARY KEY (id);
CREATE INDEX ON records (tenant, time, id);
CREATE INDEX ON records (time, id);
CREATE INDEX ON records (request);
CREATE INDEX ON records (outcome, time, id);
CREATE INDEX ON records (user_name, time);
CREATE INDEX ON records USING gin (words);
