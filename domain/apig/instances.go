package apig

import (
	"strings"

	"github.com/gatelog/gatelog/domain"
)

// CreateInstance asks for a gateway instance (APIG V2 §3.23.1). It is there at once but can hold
// nothing until AdvanceInstance has brought it to Running.
type CreateInstance struct {
	Body InstanceBody `json:"body"`
	// Offered are the specifications that the operator offers; none for all that there are.
	Offered []string `json:"offered,omitempty"`
}

// InstanceBody is the body of APIG V2 §3.23.1.
type InstanceBody struct {
	Name                         string   `json:"instance_name" minLength:"3" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_-]{2,63}$" doc:"Instance name, unique in the project."`
	InstanceID                   string   `json:"instance_id,omitempty" maxLength:"65" doc:"Not supported: the id is always generated."`
	Description                  string   `json:"description,omitempty" maxLength:"255" pattern:"^[^<>]*$" doc:"Description."`
	SpecID                       string   `json:"spec_id" maxLength:"64" doc:"BASIC, PROFESSIONAL, ENTERPRISE or PLATINUM, each with _IPV6 or without, or PLATINUM_X2 to PLATINUM_X8."`
	MaintainBegin                string   `json:"maintain_begin,omitempty" pattern:"^[0-9]{2}:00:00$" doc:"Start of the maintenance window: 02, 06, 10, 14, 18 or 22 o'clock. Default: 22:00:00."`
	MaintainEnd                  string   `json:"maintain_end,omitempty" pattern:"^[0-9]{2}:00:00$" doc:"End of the maintenance window: 4 hours after its start."`
	VPCID                        string   `json:"vpc_id" maxLength:"255" doc:"VPC."`
	SubnetID                     string   `json:"subnet_id" maxLength:"255" doc:"Subnet."`
	SecurityGroupID              string   `json:"security_group_id" maxLength:"255" doc:"Security group."`
	EIPID                        string   `json:"eip_id,omitempty" maxLength:"255" doc:"Public IP address for inbound access."`
	EnterpriseProjectID          string   `json:"enterprise_project_id,omitempty" maxLength:"255" doc:"Enterprise project."`
	AvailableZoneIDs             []string `json:"available_zone_ids" required:"false" maxItems:"100" minLength:"1" maxLength:"255" doc:"Availability zones; at least one."`
	BandwidthSize                int      `json:"bandwidth_size,omitempty" minimum:"1" maximum:"1000000" doc:"Outbound bandwidth in Mbit/s."`
	BandwidthChargingMode        string   `json:"bandwidth_charging_mode,omitempty" enum:"bandwidth,traffic" doc:"Charging of the outbound bandwidth."`
	LoadbalancerProvider         string   `json:"loadbalancer_provider,omitempty" enum:"lvs,elb" doc:"Deprecated."`
	Tags                         []Tag    `json:"tags,omitempty" doc:"At most 20 tags."`
	VPCEPServiceName             string   `json:"vpcep_service_name,omitempty" maxLength:"16" pattern:"^[A-Za-z0-9_-]*$" doc:"Name of the VPC endpoint service."`
	IngressBandwidthSize         int      `json:"ingress_bandwidth_size,omitempty" minimum:"1" maximum:"1000000" doc:"Inbound bandwidth in Mbit/s."`
	IngressBandwidthChargingMode string   `json:"ingress_bandwidth_charging_mode,omitempty" enum:"bandwidth,traffic" doc:"Charging of the inbound bandwidth."`
	IPv6Enable                   bool     `json:"ipv6_enable,omitempty" doc:"Public access by IPv6."`
}

// maxInstanceTags is the largest number of tags of an instance (APIG V2 §3.23.1).
const maxInstanceTags = 20

// CreateInstance decides on the command of that name. The instance comes with the environment RELEASE.
// Errors: APIC.7211 and the codes for single members; APIC.7301 (specification); APIC.7313 (bandwidth for
// IPv6); APIC.7400 (quota INSTANCE_NUM_LIMIT); APIC.7500 (name).
func (s *State) CreateInstance(m *domain.Moment, c CreateInstance) (Instance, []domain.Event, error) {
	i, err := s.newInstance(m, c)
	if err != nil {
		return Instance{}, nil, err
	}
	return i, created(i), nil
}

// created are the events of an instance's first moment.
func created(i Instance) []domain.Event {
	release := Environment{ID: ReleaseEnvID, InstanceID: i.ID, Name: ReleaseEnvName, CreateTime: i.CreateTime}
	return []domain.Event{InstanceRequested{i}, EnvCreated{release}}
}

// newInstance returns the instance that a body asks for, or why there can be none.
func (s *State) newInstance(m *domain.Moment, c CreateInstance) (Instance, error) {
	if err := c.Body.check(c.Offered); err != nil {
		return Instance{}, err
	}
	if limit := s.quota(quotaInstances); len(s.instances) >= limit {
		return Instance{}, ErrTooManyInstances(limit)
	}
	if s.instanceNames[c.Body.Name] != "" {
		return Instance{}, ErrInstanceNameTaken(c.Body.Name)
	}
	i := c.Body.instance(m)
	return i, i.checkIPv6(i.BandwidthSize)
}

func (b InstanceBody) instance(m *domain.Moment) Instance {
	begin, end := maintainWindow(b.MaintainBegin, b.MaintainEnd)
	return Instance{
		ID: m.NewID(), JobID: "JOB-" + m.NewID(),
		Name: b.Name, Description: b.Description, SpecID: b.SpecID,
		Status: InstanceCreating, Progress: creationSteps[0],
		MaintainBegin: begin, MaintainEnd: end,
		VPCID: b.VPCID, SubnetID: b.SubnetID, SecurityGroupID: b.SecurityGroupID, EIPID: b.EIPID,
		EnterpriseProjectID: b.EnterpriseProjectID, AvailableZoneIDs: b.AvailableZoneIDs,
		BandwidthSize: b.BandwidthSize, BandwidthChargingMode: b.BandwidthChargingMode,
		LoadbalancerProvider: b.LoadbalancerProvider, Tags: b.Tags, VPCEPServiceName: b.VPCEPServiceName,
		IngressBandwidthSize: b.IngressBandwidthSize, IngressBandwidthChargingMode: b.IngressBandwidthChargingMode,
		IPv6Enable: b.IPv6Enable,
		CreateTime: m.Now, UpdateTime: m.Now, ProgressTime: m.Now,
	}
}

// check holds the body against the rules of its members. A given instance_id is refused, because an id
// that a client chooses could be one that another tenant has.
func (b InstanceBody) check(offered []string) error {
	if len(b.Tags) > maxInstanceTags {
		return ErrTooManyInstanceTags(maxInstanceTags)
	}
	if bad := domain.Check(b); bad != nil {
		return ErrInstanceParam(bad.Path)
	}
	switch {
	case b.InstanceID != "":
		return ErrInstanceParam("instance_id")
	case len(b.AvailableZoneIDs) == 0:
		return ErrZoneMissing()
	case !isOffered(b.SpecID, offered):
		return ErrSpecNotFound()
	}
	if err := checkTags(b.Tags); err != nil {
		return err
	}
	return checkMaintainWindow(maintainWindow(b.MaintainBegin, b.MaintainEnd))
}

// checkTags refuses keys that only the system may use, and a key given twice (§3.23.1).
func checkTags(tags []Tag) error {
	seen := map[string]bool{}
	for _, t := range tags {
		if strings.HasPrefix(t.Key, "_sys_") || seen[t.Key] {
			return ErrInstanceParam("tags")
		}
		seen[t.Key] = true
	}
	return nil
}
