-- +goose Up

-- How far each subscription is in the log, and which node sends for it. It is no read model: what was sent
-- is in no log.
CREATE TABLE gatelog.deliveries (
    subscription text COLLATE "C" PRIMARY KEY,
    tenant       text COLLATE "C" NOT NULL,
    incarnation  text COLLATE "C" NOT NULL,
    rewinds      integer NOT NULL,
    position     bigint NOT NULL,
    owner        text COLLATE "C" NOT NULL DEFAULT '',
    lease_until  timestamptz NOT NULL DEFAULT 'epoch',
    delivered    bigint NOT NULL DEFAULT 0,
    failures     bigint NOT NULL DEFAULT 0,
    last_success timestamptz,
    last_failure timestamptz,
    last_error   text NOT NULL DEFAULT '',
    updated_at   timestamptz NOT NULL DEFAULT now()
);

-- Events up to the position of their subscription that are not delivered: those that were tried in vain, and
-- those that wait behind such. status is waiting, dead, or redrive: dead, to be tried again.
CREATE TABLE gatelog.undelivered (
    subscription text COLLATE "C" NOT NULL REFERENCES gatelog.deliveries ON DELETE CASCADE,
    position     bigint NOT NULL,
    subject      text COLLATE "C" NOT NULL,
    event_id     text COLLATE "C" NOT NULL,
    event_type   text COLLATE "C" NOT NULL,
    attempts     integer NOT NULL,
    next_at      timestamptz NOT NULL,
    status       text COLLATE "C" NOT NULL,
    last_error   text NOT NULL,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subscription, position)
);
CREATE INDEX ON gatelog.undelivered (subscription, status, position);

-- +goose Down
DROP TABLE gatelog.undelivered;
DROP TABLE gatelog.deliveries;
