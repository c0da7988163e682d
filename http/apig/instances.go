package apig

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const tagInstances = "Instances"

// instances registers the built part of APIG V2 §3.23.
func (s *Surface) instances(api huma.API) {
	register(s, api, operation{
		id: "CreateInstanceV2", section: "3.23.1", method: http.MethodPost, path: rootPath + "/instances", status: 202,
		summary: "Create an instance", actions: []string{"apigw:instances:create"}, tag: tagInstances,
	}, s.createInstance)
	register(s, api, operation{
		id: "ShowDetailsOfInstanceV2", section: "3.23.2", method: http.MethodGet, path: instancePath, status: 200,
		summary: "Show an instance", actions: []string{"apigw:instances:get"}, tag: tagInstances,
	}, s.showInstance)
	register(s, api, operation{
		id: "UpdateInstanceV2", section: "3.23.3", method: http.MethodPut, path: instancePath, status: 200,
		summary: "Change an instance", actions: []string{"apigw:instances:update"}, tag: tagInstances,
	}, s.updateInstance)
	register(s, api, operation{
		id: "ShowDetailsOfInstanceProgressV2", section: "3.23.4", method: http.MethodGet, path: instancePath + "/progress", status: 200,
		summary: "Show how far the creation of an instance is", actions: []string{"apigw:instances:get"}, tag: tagInstances,
	}, s.showProgress)
	register(s, api, operation{
		id: "ListInstancesV2", section: "3.23.14", method: http.MethodGet, path: rootPath + "/instances", status: 200,
		summary: "List instances", actions: []string{"apigw:instances:list"}, tag: tagInstances,
	}, s.listInstances)
	register(s, api, operation{
		id: "DeleteInstancesV2", section: "3.23.15", method: http.MethodDelete, path: instancePath, status: 204,
		summary: "Delete an instance", actions: []string{"apigw:instances:delete"}, tag: tagInstances,
	}, s.deleteInstance)
	register(s, api, operation{
		id: "ShowRestrictionOfInstanceV2", section: "3.23.17", method: http.MethodGet, path: instancePath + "/restriction", status: 200,
		summary: "Show the restrictions of an instance", actions: []string{"apigw:instances:get"}, tag: tagInstances,
	}, s.showRestriction)
}

// InstanceInfo is an instance in a list (APIG V2 §3.23.14).
type InstanceInfo struct {
	ID                   string `json:"id"`
	ProjectID            string `json:"project_id"`
	InstanceName         string `json:"instance_name"`
	Status               string `json:"status"`
	InstanceStatus       int    `json:"instance_status"`
	Type                 string `json:"type"`
	Spec                 string `json:"spec"`
	CreateTime           int64  `json:"create_time" doc:"Milliseconds since 1970."`
	EnterpriseProjectID  string `json:"enterprise_project_id"`
	EIPAddress           string `json:"eip_address"`
	ChargingMode         int    `json:"charging_mode" doc:"0: by use, 1: in advance."`
	CBCMetadata          string `json:"cbc_metadata" doc:"Order of an instance that is paid for in advance."`
	LoadbalancerProvider string `json:"loadbalancer_provider"`
	CBCOperationLocks    []Lock `json:"cbc_operation_locks" doc:"None: nothing is locked."`
}

// Lock says what cannot be done with an instance because of its order (public SDK).
type Lock struct {
	LockScene    string `json:"lock_scene"`
	LockSourceID string `json:"lock_source_id"`
}

// IPDetails is an address with its bandwidth.
type IPDetails struct {
	IPAddress     string `json:"ip_address"`
	IPv6Address   string `json:"ipv6_address"`
	BandwidthSize int    `json:"bandwidth_size"`
}

// NodeIPs are the addresses of the nodes of an instance.
type NodeIPs struct {
	Livedata []string `json:"livedata"`
	Shubao   []string `json:"shubao"`
}

// EndpointService is the VPC endpoint service of an instance.
type EndpointService struct {
	ServiceName string `json:"service_name"`
	CreatedAt   string `json:"created_at"`
}

// InstanceView is an instance with everything about it (APIG V2 §3.23.2). What Gatelog does not
// provide (addresses, nodes) is empty; public inbound access of an ELB is an entry of publicips that tells
// its bandwidth.
type InstanceView struct {
	InstanceInfo
	Description                  string            `json:"description"`
	VPCID                        string            `json:"vpc_id"`
	SubnetID                     string            `json:"subnet_id"`
	SecurityGroupID              string            `json:"security_group_id"`
	MaintainBegin                string            `json:"maintain_begin"`
	MaintainEnd                  string            `json:"maintain_end"`
	IngressIP                    string            `json:"ingress_ip"`
	IngressIPv6                  string            `json:"ingress_ip_v6"`
	UserID                       string            `json:"user_id"`
	NatEIPAddress                string            `json:"nat_eip_address"`
	NatEIPIPv6CIDR               string            `json:"nat_eip_ipv6_cidr"`
	EIPIPv6Address               string            `json:"eip_ipv6_address"`
	BandwidthSize                int               `json:"bandwidth_size"`
	BandwidthChargingMode        string            `json:"bandwidth_charging_mode"`
	AvailableZoneIDs             string            `json:"available_zone_ids" doc:"[zone, zone]"`
	InstanceVersion              string            `json:"instance_version"`
	SupportedFeatures            []string          `json:"supported_features"`
	EndpointServices             []EndpointService `json:"endpoint_services"`
	NodeIPs                      NodeIPs           `json:"node_ips"`
	NodeIPv6IPs                  NodeIPs           `json:"node_ipv6_ips"`
	PublicIPv6IPs                []string          `json:"public_ipv6_ips"`
	EnableFullstackIPv6          bool              `json:"enable_fullstack_ipv6" doc:"What was asked for as ipv6_enable."`
	PublicIPs                    []IPDetails       `json:"publicips"`
	PrivateIPs                   []IPDetails       `json:"privateips"`
	UnreliableIPs                []string          `json:"unreliable_ips"`
	IsReleasable                 bool              `json:"is_releasable"`
	IngressBandwidthChargingMode string            `json:"ingress_bandwidth_charging_mode"`
}

func (s *Surface) instanceInfo(projectID string, i apig.Instance) InstanceInfo {
	return InstanceInfo{
		ID: i.ID, ProjectID: projectID, InstanceName: i.Name, Status: string(i.Status), InstanceStatus: i.Status.Number(),
		Type: "apig", Spec: i.SpecID, CreateTime: i.CreateTime.UnixMilli(), EnterpriseProjectID: i.EnterpriseProjectID,
		LoadbalancerProvider: i.Balancer(), ChargingMode: i.ChargingMode(), CBCMetadata: orderOf(i),
		EIPAddress: addressOf(i.EIPID), CBCOperationLocks: []Lock{},
	}
}

func orderOf(i apig.Instance) string {
	if i.Order == nil {
		return ""
	}
	return i.Order.ID
}

func (s *Surface) instance(projectID string, i apig.Instance) InstanceView {
	view := InstanceView{
		InstanceInfo: s.instanceInfo(projectID, i), Description: i.Description, VPCID: i.VPCID, SubnetID: i.SubnetID,
		SecurityGroupID: i.SecurityGroupID, MaintainBegin: i.MaintainBegin, MaintainEnd: i.MaintainEnd,
		BandwidthSize: i.BandwidthSize, BandwidthChargingMode: i.BandwidthChargingMode,
		AvailableZoneIDs:  "[" + strings.Join(i.AvailableZoneIDs, ", ") + "]",
		SupportedFeatures: apig.FeatureNames(),
		EndpointServices:  []EndpointService{endpointService(i)}, NodeIPs: NodeIPs{[]string{}, []string{}}, PublicIPs: []IPDetails{},
		PrivateIPs: []IPDetails{}, UnreliableIPs: []string{}, IsReleasable: i.Status == apig.InstanceRunning,
		NodeIPv6IPs: NodeIPs{[]string{}, []string{}}, PublicIPv6IPs: []string{}, EnableFullstackIPv6: i.IPv6Enable,
		IngressBandwidthChargingMode: i.IngressBandwidthChargingMode,
	}
	if i.Balancer() == apig.BalancerELB && i.IngressBandwidthSize > 0 {
		view.PublicIPs = append(view.PublicIPs, IPDetails{BandwidthSize: i.IngressBandwidthSize})
	}
	return view
}

// endpointService is the VPC endpoint service of an instance; without a name of its own it is called apig
// (APIG V2 §3.23.1).
func endpointService(i apig.Instance) EndpointService {
	name := i.VPCEPServiceName
	if name == "" {
		name = "apig"
	}
	return EndpointService{name + "." + i.ID, i.CreateTime.Format("2006-01-02 15:04:05")}
}

type createInstanceIn struct {
	Project
	Body apig.InstanceBody
}

// InstanceRequested is the answer to a request for an instance (APIG V2 §3.23.1).
type InstanceRequested struct {
	InstanceID string `json:"instance_id"`
	Message    string `json:"message"`
	JobID      string `json:"job_id"`
}

func (s *Surface) createInstance(ctx context.Context, call commands.Call, in *createInstanceIn) (*answer[InstanceRequested], error) {
	i, position, err := s.Commands.CreateInstance.Do(ctx, s.Bus, call, apig.CreateInstance{Body: in.Body, Offered: s.Specs})
	return changed(InstanceRequested{i.ID, "Job of instance creation accepted", i.JobID}, position), at(position, err)
}

func (s *Surface) showInstance(ctx context.Context, _ commands.Call, in *InInstance) (*answer[InstanceView], error) {
	i, err := s.Queries.Instance(ctx, in.in())
	return read(s.instance(in.ProjectID, i)), err
}

type updateInstanceIn struct {
	InInstance
	Body apig.InstanceUpdateBody
}

func (s *Surface) updateInstance(ctx context.Context, call commands.Call, in *updateInstanceIn) (*answer[InstanceView], error) {
	command := apig.UpdateInstance{InstanceID: in.InstanceID, Body: in.Body}
	i, position, err := s.Commands.UpdateInstance.Do(ctx, s.Bus, call, command)
	return changed(s.instance(in.ProjectID, i), position), at(position, err)
}

func (s *Surface) deleteInstance(ctx context.Context, call commands.Call, in *InInstance) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteInstance.Do, apig.DeleteInstance{InstanceID: in.InstanceID})
}

// ProgressView is how far the creation of an instance is, or its last task (APIG V2 §3.23.4).
type ProgressView struct {
	Progress  int    `json:"progress" doc:"30, 50, 80, 90 or 100 percent."`
	Status    string `json:"status" doc:"creating or success."`
	ErrorCode string `json:"error_code"`
	ErrorMsg  string `json:"error_msg"`
	StartTime int64  `json:"start_time" doc:"Milliseconds since 1970."`
	EndTime   int64  `json:"end_time" doc:"Milliseconds since 1970; 0 while it goes on."`
}

func (s *Surface) showProgress(ctx context.Context, _ commands.Call, in *InInstance) (*answer[ProgressView], error) {
	i, err := s.Queries.Instance(ctx, in.in())
	view := ProgressView{Progress: i.Progress, Status: "creating", StartTime: i.CreateTime.UnixMilli()}
	if !i.TaskTime.IsZero() {
		view.StartTime = i.TaskTime.UnixMilli()
	}
	if i.Status == apig.InstanceRunning {
		view.Status, view.EndTime = "success", i.ProgressTime.UnixMilli()
	}
	return read(view), err
}

type listInstancesIn struct {
	Project
	Paging
	InstanceID   string `query:"instance_id" maxLength:"65"`
	InstanceName string `query:"instance_name" maxLength:"255" doc:"Only instances whose name contains this."`
	Status       string `query:"status" maxLength:"64" pattern:"^[A-Za-z]*$"`
}

// InstanceList is a page of instances (APIG V2 §3.23.14).
type InstanceList struct {
	Size      int            `json:"size"`
	Total     int            `json:"total"`
	Instances []InstanceInfo `json:"instances"`
}

func (s *Surface) listInstances(ctx context.Context, call commands.Call, in *listInstancesIn) (*answer[InstanceList], error) {
	filter := projectionsapig.InstanceFilter{ID: in.InstanceID, Name: in.InstanceName, Status: in.Status}
	all, total, err := s.Queries.Instances(ctx, call.Tenant(), filter, in.page())
	info := func(i apig.Instance) InstanceInfo { return s.instanceInfo(in.ProjectID, i) }
	return read(InstanceList{len(all), total, each(all, info)}), err
}

// RestrictionView is what addresses an instance can't use (APIG V2 §3.23.17).
type RestrictionView struct {
	RestrictCIDRs      []string `json:"restrict_cidrs"`
	ResourceSubnetCIDR string   `json:"resource_subnet_cidr"`
}

// restricted are the addresses that the management network of a gateway keeps for itself.
var restricted = []string{"127.0.0.0/8", "169.254.0.0/16"}

func (s *Surface) showRestriction(ctx context.Context, _ commands.Call, in *InInstance) (*answer[RestrictionView], error) {
	_, err := s.Queries.Instance(ctx, in.in())
	return read(RestrictionView{RestrictCIDRs: restricted}), err
}
