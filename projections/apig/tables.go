// Package apig keeps the read models of the apig surface, answers its queries from them, and folds
// the definitions of versions from the log.
package apig

import (
	_ "embed" // the DDL
	"encoding/json"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

//go:embed tables.sql
var ddl string

// version of the tables and of what stands in their rows. Raise it with every change of either.
const version = 4

// InstanceRow is a row of the table instances. Its document is the whole domain entity.
type InstanceRow struct {
	ID         string          `json:"id"`
	Tenant     string          `json:"tenant"`
	Name       string          `json:"name"`
	Status     string          `json:"status"`
	CreateTime time.Time       `json:"create_time"`
	Document   json.RawMessage `json:"document"`
}

// GroupRow is a row of the table groups.
type GroupRow struct {
	ID                    string    `json:"id"`
	Tenant                string    `json:"tenant"`
	InstanceID            string    `json:"instance_id"`
	Name                  string    `json:"name"`
	Remark                string    `json:"remark"`
	SLDomainAccessEnabled bool      `json:"sl_domain_access_enabled"`
	RegisterTime          time.Time `json:"register_time"`
	UpdateTime            time.Time `json:"update_time"`
}

// EnvRow is a row of the table envs.
type EnvRow struct {
	InstanceID string    `json:"instance_id"`
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	Name       string    `json:"name"`
	Remark     string    `json:"remark"`
	CreateTime time.Time `json:"create_time"`
}

// VariableRow is a row of the table variables. EnvKey names the environment over all instances, since
// every instance has one with the same id.
type VariableRow struct {
	ID         string `json:"id"`
	Tenant     string `json:"tenant"`
	InstanceID string `json:"instance_id"`
	GroupID    string `json:"group_id"`
	EnvID      string `json:"env_id"`
	EnvKey     string `json:"env_key"`
	Name       string `json:"name"`
	Value      string `json:"value"`
}

// APIRow is a row of the table apis. Brief and Detail are answers, ready but for what other rows
// say: the group's name and the publications.
type APIRow struct {
	ID           string          `json:"id"`
	Tenant       string          `json:"tenant"`
	InstanceID   string          `json:"instance_id"`
	GroupID      string          `json:"group_id"`
	Name         string          `json:"name"`
	Type         int             `json:"type"`
	ReqProtocol  string          `json:"req_protocol"`
	ReqMethod    string          `json:"req_method"`
	ReqURI       string          `json:"req_uri"`
	AuthType     string          `json:"auth_type"`
	VPCChannelID string          `json:"vpc_channel_id"`
	RegisterTime time.Time       `json:"register_time"`
	UpdateTime   time.Time       `json:"update_time"`
	Position     domain.Position `json:"position"`
	Brief        json.RawMessage `json:"brief"`
	Detail       json.RawMessage `json:"detail"`
}

// TagRow is a row of the table api_tags.
type TagRow struct {
	APIID      string `json:"api_id"`
	Tag        string `json:"tag"`
	Tenant     string `json:"tenant"`
	InstanceID string `json:"instance_id"`
}

// PublicationRow is a row of the table publications: which version of an API is in effect in an
// environment.
type PublicationRow struct {
	APIID       string    `json:"api_id"`
	EnvID       string    `json:"env_id"`
	Tenant      string    `json:"tenant"`
	InstanceID  string    `json:"instance_id"`
	GroupID     string    `json:"group_id"`
	PublishID   string    `json:"publish_id"`
	VersionID   string    `json:"version_id"`
	PublishTime time.Time `json:"publish_time"`
}

// VersionRow is a row of the table versions. Position is that of the event that made the version,
// from which the log gives its definition.
type VersionRow struct {
	ID          string          `json:"id"`
	Tenant      string          `json:"tenant"`
	InstanceID  string          `json:"instance_id"`
	APIID       string          `json:"api_id"`
	EnvID       string          `json:"env_id"`
	EnvName     string          `json:"env_name"`
	VersionNo   string          `json:"version_no"`
	Remark      string          `json:"remark"`
	PublishTime time.Time       `json:"publish_time"`
	Position    domain.Position `json:"position"`
}

// FeatureRow is a row of the table features.
type FeatureRow struct {
	InstanceID string    `json:"instance_id"`
	Name       string    `json:"name"`
	Tenant     string    `json:"tenant"`
	ID         string    `json:"id"`
	Enable     bool      `json:"enable"`
	Config     string    `json:"config"`
	UpdateTime time.Time `json:"update_time"`
}

// QuotaRow is a row of the table quotas: one that an operator set. Owner is the instance, or the
// tenant for a quota of the tenant.
type QuotaRow struct {
	Owner      string    `json:"owner"`
	Name       string    `json:"name"`
	Tenant     string    `json:"tenant"`
	Value      int       `json:"value"`
	UpdateTime time.Time `json:"update_time"`
}

var (
	instances    = projections.NewTable[InstanceRow]("instances", "id")
	groups       = projections.NewTable[GroupRow]("groups", "id")
	envs         = projections.NewTable[EnvRow]("envs", "instance_id", "id")
	variables    = projections.NewTable[VariableRow]("variables", "id")
	apis         = projections.NewTable[APIRow]("apis", "id")
	apiTags      = projections.NewTable[TagRow]("api_tags", "api_id", "tag")
	publications = projections.NewTable[PublicationRow]("publications", "api_id", "env_id")
	versions     = projections.NewTable[VersionRow]("versions", "id")
	features     = projections.NewTable[FeatureRow]("features", "instance_id", "name")
	quotas       = projections.NewTable[QuotaRow]("quotas", "owner", "name")
)

// New returns the projection of the apig surface.
func New() *projections.Projection {
	return &projections.Projection{
		Name: "apig", Version: version, Codec: apig.Codec(), DDL: ddl, Apply: apply,
		Tables: []projections.Table{
			instances.Table, groups.Table, envs.Table, variables.Table, apis.Table, apiTags.Table,
			publications.Table, versions.Table, features.Table, quotas.Table,
			channels.Table, channelMembers.Table, channelGroups.Table, authorizers.Table, responses.Table,
			domains.Table, domainCertificates.Table, certificates.Table, ingressPorts.Table,
			apps.Table, appCodes.Table, appACLs.Table, appAuths.Table, appQuotas.Table, appQuotaBindings.Table,
			instanceTags.Table, endpointPermissions.Table, endpointConnections.Table, aiKeys.Table,
			throttles.Table, throttleSpecials.Table, policyBindings.Table, acls.Table, signatures.Table,
			plugins.Table, pluginBindings.Table,
			tasks.Table, orchestrations.Table, orchestratedAPIs.Table,
		},
	}
}
