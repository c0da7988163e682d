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

CREATE TABLE tasks (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    expire_time timestamptz NOT NULL,
    document    json NOT NULL
);

CREATE TABLE orchestrations (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL,
    brief       json NOT NULL,
    document    json NOT NULL
);

CREATE TABLE orchestrated_apis (
    orchestration_id text COLLATE "C" NOT NULL,
    api_id           text COLLATE "C" NOT NULL,
    tenant           text COLLATE "C" NOT NULL,
    instance_id      text COLLATE "C" NOT NULL,
    attached_time    timestamptz NOT NULL
);

CREATE TABLE throttles (
    id                      text COLLATE "C" NOT NULL,
    tenant                  text COLLATE "C" NOT NULL,
    instance_id             text COLLATE "C" NOT NULL,
    name                    text COLLATE "C" NOT NULL,
    remark                  text COLLATE "C" NOT NULL,
    type                    integer NOT NULL,
    time_interval           bigint NOT NULL,
    time_unit               text COLLATE "C" NOT NULL,
    api_call_limits         bigint NOT NULL,
    user_call_limits        bigint NOT NULL,
    app_call_limits         bigint NOT NULL,
    ip_call_limits          bigint NOT NULL,
    enable_adaptive_control text COLLATE "C" NOT NULL,
    create_time             timestamptz NOT NULL
);

CREATE TABLE throttle_specials (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    throttle_id text COLLATE "C" NOT NULL,
    object_type text COLLATE "C" NOT NULL,
    object_id   text COLLATE "C" NOT NULL,
    object_key  text COLLATE "C" NOT NULL,
    call_limits bigint NOT NULL,
    apply_time  timestamptz NOT NULL
);

CREATE TABLE acls (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    type        text COLLATE "C" NOT NULL,
    value       text COLLATE "C" NOT NULL,
    entity_type text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL
);

CREATE TABLE signatures (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    type        text COLLATE "C" NOT NULL,
    algorithm   text COLLATE "C" NOT NULL,
    sealed_key  text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL
);

CREATE TABLE policy_bindings (
    place       text COLLATE "C" NOT NULL,
    slot        text COLLATE "C" NOT NULL,
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    policy_id   text COLLATE "C" NOT NULL,
    api_id      text COLLATE "C" NOT NULL,
    env_id      text COLLATE "C" NOT NULL,
    bind_time   timestamptz NOT NULL
);

CREATE TABLE apps (
    id                 text COLLATE "C" NOT NULL,
    tenant             text COLLATE "C" NOT NULL,
    instance_id        text COLLATE "C" NOT NULL,
    name               text COLLATE "C" NOT NULL,
    remark             text COLLATE "C" NOT NULL,
    app_key            text COLLATE "C" NOT NULL,
    related_domain_id  text COLLATE "C" NOT NULL,
    related_project_id text COLLATE "C" NOT NULL,
    register_time      timestamptz NOT NULL,
    update_time        timestamptz NOT NULL
);

CREATE TABLE app_codes (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    app_id      text COLLATE "C" NOT NULL,
    sealed      text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL
);

CREATE TABLE app_auths (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    app_id      text COLLATE "C" NOT NULL,
    api_id      text COLLATE "C" NOT NULL,
    env_id      text COLLATE "C" NOT NULL,
    env_key     text COLLATE "C" NOT NULL,
    auth_time   timestamptz NOT NULL
);

CREATE TABLE app_quotas (
    id            text COLLATE "C" NOT NULL,
    tenant        text COLLATE "C" NOT NULL,
    instance_id   text COLLATE "C" NOT NULL,
    name          text COLLATE "C" NOT NULL,
    call_limits   bigint NOT NULL,
    time_unit     text COLLATE "C" NOT NULL,
    time_interval bigint NOT NULL,
    reset_time    text COLLATE "C" NOT NULL,
    remark        text COLLATE "C" NOT NULL,
    create_time   timestamptz NOT NULL
);

CREATE TABLE app_quota_bindings (
    app_id      text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    quota_id    text COLLATE "C" NOT NULL,
    bound_time  timestamptz NOT NULL
);

CREATE TABLE app_acls (
    app_id      text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    type        text COLLATE "C" NOT NULL,
    addresses   json NOT NULL
);

CREATE TABLE channels (
    id           text COLLATE "C" NOT NULL,
    tenant       text COLLATE "C" NOT NULL,
    instance_id  text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    channel_type text COLLATE "C" NOT NULL,
    dict_code    text COLLATE "C" NOT NULL,
    create_time  timestamptz NOT NULL,
    brief        json NOT NULL,
    detail       json NOT NULL
);

CREATE TABLE channel_members (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    channel_id  text COLLATE "C" NOT NULL,
    ordinal     integer NOT NULL,
    name        text COLLATE "C" NOT NULL,
    host        text COLLATE "C" NOT NULL,
    port        integer NOT NULL,
    group_id    text COLLATE "C" NOT NULL,
    group_name  text COLLATE "C" NOT NULL,
    view        json NOT NULL
);

CREATE TABLE channel_groups (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    channel_id  text COLLATE "C" NOT NULL,
    ordinal     integer NOT NULL,
    name        text COLLATE "C" NOT NULL,
    dict_code   text COLLATE "C" NOT NULL,
    view        json NOT NULL
);

CREATE TABLE authorizers (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    type        text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL,
    view        json NOT NULL
);

CREATE TABLE responses (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    group_id    text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL,
    view        json NOT NULL
);

CREATE TABLE instance_tags (
    instance_id text COLLATE "C" NOT NULL,
    key         text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    value       text COLLATE "C" NOT NULL
);

CREATE TABLE endpoint_permissions (
    instance_id text COLLATE "C" NOT NULL,
    permission  text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    id          text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL
);

CREATE TABLE endpoint_connections (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    marker_id   bigint NOT NULL,
    domain_id   text COLLATE "C" NOT NULL,
    status      text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL
);

CREATE TABLE app_ai_keys (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    app_id      text COLLATE "C" NOT NULL,
    alias       text COLLATE "C" NOT NULL,
    sealed      text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL
);

CREATE TABLE domains (
    id              text COLLATE "C" NOT NULL,
    tenant          text COLLATE "C" NOT NULL,
    instance_id     text COLLATE "C" NOT NULL,
    group_id        text COLLATE "C" NOT NULL,
    name            text COLLATE "C" NOT NULL,
    min_ssl_version text COLLATE "C" NOT NULL,
    redirect_http   boolean NOT NULL,
    verify_clients  boolean NOT NULL,
    http_port       integer NOT NULL,
    https_port      integer NOT NULL,
    bind_time       timestamptz NOT NULL
);

CREATE TABLE domain_certificates (
    domain_id      text COLLATE "C" NOT NULL,
    certificate_id text COLLATE "C" NOT NULL,
    tenant         text COLLATE "C" NOT NULL,
    instance_id    text COLLATE "C" NOT NULL,
    group_id       text COLLATE "C" NOT NULL
);

CREATE TABLE certificates (
    id                  text COLLATE "C" NOT NULL,
    tenant              text COLLATE "C" NOT NULL,
    instance_id         text COLLATE "C" NOT NULL,
    type                text COLLATE "C" NOT NULL,
    name                text COLLATE "C" NOT NULL,
    common_name         text COLLATE "C" NOT NULL,
    signature_algorithm text COLLATE "C" NOT NULL,
    algorithm_type      text COLLATE "C" NOT NULL,
    has_ca              boolean NOT NULL,
    create_time         timestamptz NOT NULL,
    view                json NOT NULL
);

CREATE TABLE ingress_ports (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    protocol    text COLLATE "C" NOT NULL,
    port        integer NOT NULL,
    create_time timestamptz NOT NULL
);

CREATE TABLE plugins (
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    type        text COLLATE "C" NOT NULL,
    scope       text COLLATE "C" NOT NULL,
    content     text COLLATE "C" NOT NULL,
    sealed      boolean NOT NULL,
    remark      text COLLATE "C" NOT NULL,
    roma_app_id text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL
);

CREATE TABLE plugin_bindings (
    place       text COLLATE "C" NOT NULL,
    type        text COLLATE "C" NOT NULL,
    id          text COLLATE "C" NOT NULL,
    tenant      text COLLATE "C" NOT NULL,
    instance_id text COLLATE "C" NOT NULL,
    plugin_id   text COLLATE "C" NOT NULL,
    api_id      text COLLATE "C" NOT NULL,
    env_id      text COLLATE "C" NOT NULL,
    env_key     text COLLATE "C" NOT NULL,
    bind_time   timestamptz NOT NULL
);

-- indexes
ALTER TABLE plugins ADD PRIMARY KEY (id);
CREATE INDEX ON plugins (instance_id, create_time DESC, id);
CREATE INDEX ON plugins (instance_id, name);
CREATE INDEX ON plugins (instance_id, type, create_time DESC, id);
ALTER TABLE plugin_bindings ADD PRIMARY KEY (place, type);
CREATE INDEX ON plugin_bindings (plugin_id, bind_time DESC, id);
CREATE INDEX ON plugin_bindings (api_id, bind_time DESC, id);
CREATE INDEX ON plugin_bindings (instance_id);
CREATE INDEX ON plugin_bindings (env_key);
ALTER TABLE responses ADD PRIMARY KEY (id);
CREATE INDEX ON responses (group_id, create_time DESC, id);
CREATE INDEX ON responses (instance_id);
ALTER TABLE authorizers ADD PRIMARY KEY (id);
CREATE INDEX ON authorizers (instance_id, create_time DESC, id);
ALTER TABLE channels ADD PRIMARY KEY (id);
CREATE INDEX ON channels (instance_id, create_time DESC, id);
CREATE INDEX ON channels (instance_id, name);
ALTER TABLE channel_members ADD PRIMARY KEY (id);
CREATE INDEX ON channel_members (channel_id, ordinal);
CREATE INDEX ON channel_members (channel_id, host);
CREATE INDEX ON channel_members (instance_id);
ALTER TABLE channel_groups ADD PRIMARY KEY (id);
CREATE INDEX ON channel_groups (channel_id, ordinal);
CREATE INDEX ON channel_groups (instance_id);
ALTER TABLE instances ADD PRIMARY KEY (id);
CREATE INDEX ON instances (tenant, create_time DESC, id);
ALTER TABLE groups ADD PRIMARY KEY (id);
CREATE INDEX ON groups (instance_id, register_time DESC, id);
CREATE INDEX ON groups (instance_id, name);
ALTER TABLE envs ADD PRIMARY KEY (instance_id, id);
CREATE INDEX ON envs (instance_id, create_time DESC, id);
ALTER TABLE variables ADD PRIMARY KEY (id);
CREATE INDEX ON variables (group_id, env_id, name);
CREATE INDEX ON variables (instance_id, name, id);
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
ALTER TABLE tasks ADD PRIMARY KEY (id);
CREATE INDEX ON tasks (instance_id);
ALTER TABLE orchestrations ADD PRIMARY KEY (id);
CREATE INDEX ON orchestrations (instance_id, create_time DESC, id);
CREATE INDEX ON orchestrations (instance_id, name);
ALTER TABLE orchestrated_apis ADD PRIMARY KEY (orchestration_id, api_id);
CREATE INDEX ON orchestrated_apis (orchestration_id, attached_time DESC, api_id);
CREATE INDEX ON orchestrated_apis (api_id);
CREATE INDEX ON orchestrated_apis (instance_id);
ALTER TABLE quotas ADD PRIMARY KEY (owner, name);
ALTER TABLE throttles ADD PRIMARY KEY (id);
CREATE INDEX ON throttles (instance_id, create_time DESC, id);
CREATE INDEX ON throttles (instance_id, name);
ALTER TABLE throttle_specials ADD PRIMARY KEY (id);
CREATE INDEX ON throttle_specials (throttle_id, apply_time DESC, id);
CREATE INDEX ON throttle_specials (instance_id);
CREATE INDEX ON throttle_specials (object_key);
ALTER TABLE acls ADD PRIMARY KEY (id);
CREATE INDEX ON acls (instance_id, create_time DESC, id);
CREATE INDEX ON acls (instance_id, name);
ALTER TABLE signatures ADD PRIMARY KEY (id);
CREATE INDEX ON signatures (instance_id, create_time DESC, id);
CREATE INDEX ON signatures (instance_id, name);
ALTER TABLE policy_bindings ADD PRIMARY KEY (place, slot);
CREATE INDEX ON policy_bindings (policy_id, bind_time DESC, id);
CREATE INDEX ON policy_bindings (api_id, bind_time DESC, id);
CREATE INDEX ON policy_bindings (instance_id);
ALTER TABLE apps ADD PRIMARY KEY (id);
CREATE INDEX ON apps (instance_id, register_time DESC, id) INCLUDE (tenant);
CREATE INDEX ON apps (instance_id, name);
CREATE INDEX ON apps (instance_id, app_key);
ALTER TABLE app_codes ADD PRIMARY KEY (id);
CREATE INDEX ON app_codes (app_id, create_time DESC, id);
CREATE INDEX ON app_codes (instance_id);
ALTER TABLE app_auths ADD PRIMARY KEY (id);
CREATE INDEX ON app_auths (app_id, auth_time DESC, id);
CREATE INDEX ON app_auths (app_id, env_id, api_id);
CREATE INDEX ON app_auths (api_id);
CREATE INDEX ON app_auths (env_key);
CREATE INDEX ON app_auths (instance_id, auth_time DESC, id);
ALTER TABLE app_quotas ADD PRIMARY KEY (id);
CREATE INDEX ON app_quotas (instance_id, create_time DESC, id);
ALTER TABLE app_quota_bindings ADD PRIMARY KEY (app_id);
CREATE INDEX ON app_quota_bindings (quota_id, bound_time DESC, app_id);
CREATE INDEX ON app_quota_bindings (instance_id);
ALTER TABLE app_acls ADD PRIMARY KEY (app_id);
CREATE INDEX ON app_acls (instance_id);
ALTER TABLE instance_tags ADD PRIMARY KEY (instance_id, key);
CREATE INDEX ON instance_tags (tenant, key, value);
ALTER TABLE endpoint_permissions ADD PRIMARY KEY (instance_id, permission);
ALTER TABLE endpoint_connections ADD PRIMARY KEY (id);
CREATE INDEX ON endpoint_connections (instance_id, marker_id DESC);
CREATE INDEX ON endpoint_connections (instance_id, status, marker_id DESC);
ALTER TABLE app_ai_keys ADD PRIMARY KEY (id);
CREATE INDEX ON app_ai_keys (app_id, create_time DESC, id);
CREATE INDEX ON app_ai_keys (instance_id);
ALTER TABLE domains ADD PRIMARY KEY (id);
CREATE INDEX ON domains (group_id, bind_time, id);
CREATE INDEX ON domains (instance_id, http_port);
CREATE INDEX ON domains (instance_id, https_port);
ALTER TABLE domain_certificates ADD PRIMARY KEY (domain_id, certificate_id);
CREATE INDEX ON domain_certificates (certificate_id);
CREATE INDEX ON domain_certificates (group_id);
CREATE INDEX ON domain_certificates (instance_id);
ALTER TABLE certificates ADD PRIMARY KEY (id);
CREATE INDEX ON certificates (tenant, create_time DESC, id);
CREATE INDEX ON certificates (instance_id);
ALTER TABLE ingress_ports ADD PRIMARY KEY (id);
CREATE INDEX ON ingress_ports (instance_id, create_time DESC, id);
