-- +goose Up

-- What gateway nodes tell of the calls that they serve, added up. These counters come from no event: they
-- are the only copy. Minutes are their beginnings; latencies are in milliseconds, traffic in bytes.
CREATE TABLE gatelog.call_minutes (
    tenant       text COLLATE "C" NOT NULL,
    instance_id  text COLLATE "C" NOT NULL,
    api_id       text COLLATE "C" NOT NULL,
    minute       timestamptz NOT NULL,
    group_id     text COLLATE "C" NOT NULL,
    requests     bigint NOT NULL,
    count_2xx    bigint NOT NULL,
    count_4xx    bigint NOT NULL,
    count_5xx    bigint NOT NULL,
    latency_sum  bigint NOT NULL,
    latency_max  bigint NOT NULL,
    inner_sum    bigint NOT NULL,
    inner_max    bigint NOT NULL,
    backend_sum  bigint NOT NULL,
    backend_max  bigint NOT NULL,
    upstream     bigint NOT NULL,
    downstream   bigint NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant, instance_id, api_id, minute, group_id)
);
CREATE INDEX call_minutes_of_group ON gatelog.call_minutes (tenant, instance_id, group_id, minute);
CREATE INDEX call_minutes_by_age ON gatelog.call_minutes (minute);

-- The traffic through the public addresses of instances.
CREATE TABLE gatelog.traffic_minutes (
    tenant        text COLLATE "C" NOT NULL,
    instance_id   text COLLATE "C" NOT NULL,
    minute        timestamptz NOT NULL,
    inbound_up    bigint NOT NULL,
    inbound_down  bigint NOT NULL,
    outbound_up   bigint NOT NULL,
    outbound_down bigint NOT NULL,
    PRIMARY KEY (tenant, instance_id, minute)
);
CREATE INDEX traffic_minutes_by_age ON gatelog.traffic_minutes (minute);

-- The batches that were counted, so that none counts twice.
CREATE TABLE gatelog.call_batches (
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    batch_id    text COLLATE "C" NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, instance_id, batch_id)
);
CREATE INDEX call_batches_by_age ON gatelog.call_batches (received_at);

-- +goose Down
DROP TABLE gatelog.call_minutes, gatelog.traffic_minutes, gatelog.call_batches;
