-- Texts are compared byte by byte: the same order and the same indexes on every machine, whatever its
-- locale, and faster.

CREATE TABLE instances (
    id            text COLLATE "C" NOT NULL,
    tenant        text COLLATE "C" NOT NULL,
    name          text COLLATE "C" NOT NULL,
    status        text COLLATE "C" NOT NULL,
    create_time   timestamptz NOT NULL,
    document      json NOT NULL
);

CREATE TABLE groups (
    id                       text COLLATE "C" NOT NULL,
    tenant                   text COLLATE "C" NOT NULL,
    instance_id              text COLLATE "C" NOT NULL,
    name                     text COLLATE "C" NOT NULL,
    remark                   text COLLATE "C" NOT NULL,
    sl_domain_access_enabled boolean NOT NULL,
    register_time            timestamptz NOT NULL,
    update_time              timestamptz NOT NULL
);

CREATE TABLE envs (
    instance_id text COLLATE "C" NOT NULL,
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    remark      text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL
);

CREATE TABLE variables (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    group_id    text COLLATE "C" NOT NULL,
    env_id      text COLLATE "C" NOT NULL,
    env_key     text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    value       text COLLATE "C" NOT NULL
);

CREATE TABLE apis (
    id               text COLLATE "C" NOT NULL,
    tenant           text COLLATE "C" NOT NULL,
    instance_id      text COLLATE "C" NOT NULL,
    group_id         text COLLATE "C" NOT NULL,
    name             text COLLATE "C" NOT NULL,
    type             integer NOT NULL,
    req_protocol     text COLLATE "C" NOT NULL,
    req_method       text COLLATE "C" NOT NULL,
    req_uri          text COLLATE "C" NOT NULL,
    auth_type        text COLLATE "C" NOT NULL,
    vpc_channel_id   text COLLATE "C" NOT NULL,
    register_time    timestamptz NOT NULL,
    update_time      timestamptz NOT NULL,
    position         bigint NOT NULL,
    brief            json NOT NULL,
    detail           json NOT NULL
);

CREATE TABLE api_tags (
    api_id      text COLLATE "C" NOT NULL,
    tag         text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL
);

CREATE TABLE publications (
    api_id       text COLLATE "C" NOT NULL,
    env_id       text COLLATE "C" NOT NULL,
    tenant       text COLLATE "C" NOT NULL,
    instance_id  text COLLATE "C" NOT NULL,
    group_id     text COLLATE "C" NOT NULL,
    publish_id   text COLLATE "C" NOT NULL,
    version_id   text COLLATE "C" NOT NULL,
    publish_time timestamptz NOT NULL
);

CREATE TABLE versions (
    id           text COLLATE "C" NOT NULL,
    tenant       text COLLATE "C" NOT NULL,
    instance_id  text COLLATE "C" NOT NULL,
    api_id       text COLLATE "C" NOT NULL,
    env_id       text COLLATE "C" NOT NULL,
    env_name     text COLLATE "C" NOT NULL,
    version_no   text COLLATE "C" NOT NULL,
    remark       text COLLATE "C" NOT NULL,
    publish_time timestamptz NOT NULL,
    position     bigint NOT NULL
);

CREATE TABLE features (
    instance_id text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    id          text COLLATE "C" NOT NULL,
    enable      boolean NOT NULL,
    config      text COLLATE "C" NOT NULL,
    update_time timestamptz NOT NULL
);

CREATE TABLE quotas (
    owner       text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    value       bigint NOT NULL,
    update_time timestamptz NOT NULL
);

-- indexes
ALTER TABLE instances ADD PRIMARY KEY (id);
CREATE INDEX ON instances (tenant, create_time DESC, id);
ALTER TABLE groups ADD PRIMARY KEY (id);
CREATE INDEX ON groups (instance_id, register_time DESC, id);
ALTER TABLE envs ADD PRIMARY KEY (instance_id, id);
ALTER TABLE variables ADD PRIMARY KEY (id);
CREATE INDEX ON variables (group_id, env_id, name);
CREATE INDEX ON variables (instance_id);
CREATE INDEX ON variables (env_key);
ALTER TABLE apis ADD PRIMARY KEY (id);
-- With the tenant inside, the totals of lists are counted without touching the wide rows.
CREATE INDEX ON apis (instance_id, register_time DESC, id) INCLUDE (tenant);
CREATE INDEX ON apis (group_id, register_time DESC, id) INCLUDE (instance_id, tenant);
CREATE INDEX ON apis (instance_id, name);
ALTER TABLE api_tags ADD PRIMARY KEY (api_id, tag);
CREATE INDEX ON api_tags (instance_id, tag);
ALTER TABLE publications ADD PRIMARY KEY (api_id, env_id);
CREATE INDEX ON publications (instance_id, env_id, api_id);
CREATE INDEX ON publications (group_id, env_id);
ALTER TABLE versions ADD PRIMARY KEY (id);
CREATE INDEX ON versions (api_id, env_id, position DESC);
CREATE INDEX ON versions (instance_id);
ALTER TABLE features ADD PRIMARY KEY (instance_id, name);
ALTER TABLE quotas ADD PRIMARY KEY (owner, name);
