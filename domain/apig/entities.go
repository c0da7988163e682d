package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
)

// The environment that every instance has from its beginning (APIG V2 §3.2.4).
const (
	ReleaseEnvID   = "DEFAULT_ENVIRONMENT_RELEASE_ID"
	ReleaseEnvName = "RELEASE"
)

// InstanceStatus is the status of an instance in the words of APIG V2 §3.23.2.
type InstanceStatus string

// The statuses that an instance of this build can have.
const (
	InstanceCreating InstanceStatus = "Creating"
	InstanceRunning  InstanceStatus = "Running"
	InstanceUpdating InstanceStatus = "Updating"
	InstanceResizing InstanceStatus = "Resizing"
)

// Number is the number that stands for the status (instance_status of APIG V2 §3.23.2).
func (s InstanceStatus) Number() int {
	switch s {
	case InstanceRunning:
		return 6
	case InstanceUpdating:
		return 12
	case InstanceResizing:
		return 42
	default:
		return 1
	}
}

// Instance is a gateway instance (APIG V2 §3.23): the place of everything else.
type Instance struct {
	ID                           string         `json:"id"`
	JobID                        string         `json:"job_id"` // of its creation
	Name                         string         `json:"instance_name"`
	Description                  string         `json:"description,omitempty"`
	SpecID                       string         `json:"spec_id"`
	Status                       InstanceStatus `json:"status"`
	Progress                     int            `json:"progress"` // percent of the creation, or of the last task: 30, 50, 80, 90 or 100
	MaintainBegin                string         `json:"maintain_begin"`
	MaintainEnd                  string         `json:"maintain_end"`
	VPCID                        string         `json:"vpc_id"`
	SubnetID                     string         `json:"subnet_id"`
	SecurityGroupID              string         `json:"security_group_id"`
	EIPID                        string         `json:"eip_id,omitempty"`
	EnterpriseProjectID          string         `json:"enterprise_project_id,omitempty"`
	AvailableZoneIDs             []string       `json:"available_zone_ids"`
	BandwidthSize                int            `json:"bandwidth_size,omitempty"` // Mbit/s, outbound
	BandwidthChargingMode        string         `json:"bandwidth_charging_mode,omitempty"`
	LoadbalancerProvider         string         `json:"loadbalancer_provider,omitempty"`
	Tags                         []Tag          `json:"tags,omitempty"`
	VPCEPServiceName             string         `json:"vpcep_service_name,omitempty"`
	IngressBandwidthSize         int            `json:"ingress_bandwidth_size,omitempty"` // Mbit/s, inbound
	IngressBandwidthChargingMode string         `json:"ingress_bandwidth_charging_mode,omitempty"`
	CreateTime                   time.Time      `json:"create_time"`
	UpdateTime                   time.Time      `json:"update_time"`
	ProgressTime                 time.Time      `json:"progress_time"` // of the last step of the creation, or of the last task
	IPv6Enable                   bool           `json:"ipv6_enable,omitempty"`
	Order                        *InstanceOrder `json:"order,omitempty"` // of an instance that is paid for in advance
	Task                         *InstanceTask  `json:"task,omitempty"`  // that is running, but for the creation
	TaskTime                     time.Time      `json:"task_time,omitzero"`
}

// Tag is a label of an instance (APIG V2 §3.25).
type Tag struct {
	Key   string `json:"key" minLength:"1" maxLength:"128" pattern:"^[\\p{L}\\p{N} _.:=+\\-@]+$" doc:"Key; _sys_ keys are reserved."`
	Value string `json:"value,omitempty" maxLength:"255" pattern:"^[\\p{L}\\p{N} _.:/=+\\-@]*$" doc:"Value."`
}

// Group is an API group (APIG V2 §3.1). Its subdomain starts with its id; the rest of the subdomain
// is the server's configuration and no fact of the log.
type Group struct {
	ID                    string    `json:"id"`
	InstanceID            string    `json:"instance_id"`
	Name                  string    `json:"name"`
	Remark                string    `json:"remark,omitempty"`
	SLDomainAccessEnabled bool      `json:"sl_domain_access_enabled"`
	RegisterTime          time.Time `json:"register_time"`
	UpdateTime            time.Time `json:"update_time"`
}

// Environment is where APIs are published to (APIG V2 §3.2).
type Environment struct {
	ID         string    `json:"id"` // unique in its instance only: every instance has ReleaseEnvID
	InstanceID string    `json:"instance_id"`
	Name       string    `json:"name"`
	Remark     string    `json:"remark,omitempty"`
	CreateTime time.Time `json:"create_time"`
}

// Variable is a value that the definitions of a group's APIs refer to as #name# and that differs by
// environment (APIG V2 §3.3).
type Variable struct {
	ID         string `json:"id"`
	InstanceID string `json:"instance_id"`
	GroupID    string `json:"group_id"`
	EnvID      string `json:"env_id"`
	Name       string `json:"variable_name"`
	Value      string `json:"variable_value"`
}

// API is an API with its draft, the 'temporary definition' of APIG V2 §3.5.12.
type API struct {
	ID           string     `json:"id"`
	InstanceID   string     `json:"instance_id"`
	Definition   Definition `json:"definition"`
	RegisterTime time.Time  `json:"register_time"`
	UpdateTime   time.Time  `json:"update_time"`
}

// Publication is a publication record (APIG V2 §3.5.4): which version of an API is in effect in an
// environment, and since when.
type Publication struct {
	InstanceID  string    `json:"instance_id"`
	APIID       string    `json:"api_id"`
	APIName     string    `json:"api_name"` // of the draft at that moment
	GroupID     string    `json:"group_id"` // of the version, which may not be that of the draft
	EnvID       string    `json:"env_id"`
	EnvName     string    `json:"env_name"` // at that moment
	PublishID   string    `json:"publish_id"`
	VersionID   string    `json:"version_id"`
	VersionNo   string    `json:"version_no"` // when the version was made: yyyyMMddHHmmss in UTC
	Remark      string    `json:"remark,omitempty"`
	PublishTime time.Time `json:"publish_time"`
	// DefinitionPosition is the position of the event that holds the version's definition.
	DefinitionPosition domain.Position `json:"definition_position"`
}

// Feature is the setting of an instance feature (APIG V2 §3.21).
type Feature struct {
	ID         string    `json:"id"`
	InstanceID string    `json:"instance_id"`
	Name       string    `json:"name"`
	Enable     bool      `json:"enable"`
	Config     string    `json:"config,omitempty"`
	UpdateTime time.Time `json:"update_time"`
}

// Quota is a quota that an operator set (APIG V2 §3.22); the others have their defaults (Quotas).
type Quota struct {
	InstanceID string    `json:"instance_id,omitempty"` // empty for a quota of the tenant
	Name       string    `json:"config_name"`
	Value      int       `json:"config_value"`
	UpdateTime time.Time `json:"config_time"`
}

// None is the result of a decision whose answer has no body.
type None struct{}
