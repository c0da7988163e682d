package apig

import (
	"cmp"
	"maps"
	"strconv"
	"strings"

	"github.com/gatelog/gatelog/domain"
)

// ImportMicroservice makes a channel to a microservice and APIs in front of it, all or nothing (known from
// the public SDK).
type ImportMicroservice struct {
	InstanceID string                 `json:"instance_id"`
	Body       ImportMicroserviceBody `json:"body"`
}

// ImportMicroserviceBody is the body of ImportMicroservice.
type ImportMicroserviceBody struct {
	GroupInfo      *MicroserviceGroup `json:"group_info" doc:"Where the APIs go."`
	ServiceType    string             `json:"service_type" enum:"CSE,CCE,CCE_SERVICE,NACOS" doc:"Kind of registry."`
	CSE            *CSEImport         `json:"cse_info,omitempty" doc:"Required for CSE."`
	CCE            *CCEImport         `json:"cce_info,omitempty" doc:"Required for CCE."`
	CCEService     *CCEServiceImport  `json:"cce_service_info,omitempty" doc:"Required for CCE_SERVICE."`
	Nacos          *NacosInfo         `json:"nacos_info,omitempty" doc:"Required for NACOS."`
	Protocol       string             `json:"protocol,omitempty" enum:"HTTP,HTTPS" doc:"Protocol of the microservice; default HTTP."`
	APIs           []MicroserviceAPI  `json:"apis" minItems:"1" maxItems:"900" doc:"The APIs."`
	BackendTimeout int                `json:"backend_timeout,omitempty" minimum:"1" maximum:"600000" doc:"Milliseconds that the microservice may take; default 5000."`
	AuthType       string             `json:"auth_type,omitempty" enum:"NONE,APP,IAM" doc:"How callers are authenticated; default NONE."`
	Cors           bool               `json:"cors,omitempty" doc:"Whether calls from other origins are allowed."`
}

// CSEImport is a version of a service of a microservice engine.
type CSEImport struct {
	CSEInfo
	Version string `json:"version" maxLength:"64" doc:"Version."`
}

// CCEImport is a workload of a cluster, with what selects its members.
type CCEImport struct {
	CCEInfo
	Version string              `json:"version,omitempty" maxLength:"64" doc:"Version."`
	Port    int                 `json:"port" minimum:"1" maximum:"65535" doc:"Port that it listens on."`
	Labels  []MicroserviceLabel `json:"labels,omitempty" maxItems:"50" doc:"Labels of its members."`
}

// CCEServiceImport is a Service of a cluster.
type CCEServiceImport struct {
	CCEServiceInfo
	Port int `json:"port,omitempty" minimum:"1" maximum:"65535" doc:"Port that it listens on."`
}

// MicroserviceGroup names a group, or describes a new one.
type MicroserviceGroup struct {
	GroupID   string `json:"group_id,omitempty" maxLength:"65" doc:"Group; a new one is made when it is left out."`
	GroupName string `json:"group_name,omitempty" maxLength:"255" doc:"Name of the new group."`
	AppID     string `json:"app_id,omitempty" maxLength:"65" doc:"Accepted; not supported."`
}

// MicroserviceAPI is an API in front of a microservice.
type MicroserviceAPI struct {
	Name      string `json:"name,omitempty" maxLength:"255" doc:"Name; one is made when it is left out."`
	ReqMethod string `json:"req_method,omitempty" enum:"GET,POST,PUT,DELETE,HEAD,PATCH,OPTIONS,ANY" doc:"Method; default ANY."`
	ReqURI    string `json:"req_uri" maxLength:"512" doc:"Path, here and at the microservice."`
	MatchMode string `json:"match_mode,omitempty" enum:"SWA,NORMAL" doc:"SWA: the beginning of paths, NORMAL (default): the path."`
}

// MicroserviceResult is what ImportMicroservice has made.
type MicroserviceResult struct {
	ChannelID string `json:"vpc_channel_id"`
	GroupID   string `json:"api_group_id"`
	APIs      []API  `json:"apis"`
}

// Ports that microservices are reached at when their registry does not say.
const (
	microservicePortHTTP  = 80
	microservicePortHTTPS = 443
)

// ImportMicroservice decides on the command of that name. Errors: those of CreateChannel, CreateGroup and
// CreateAPI; APIG.3001.
func (s *State) ImportMicroservice(m *domain.Moment, c ImportMicroservice) (MicroserviceResult, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return MicroserviceResult{}, nil, err
	}
	ch, events, err := s.CreateChannel(m, CreateChannel{c.InstanceID, c.Body.channel(m)})
	if err != nil {
		return MicroserviceResult{}, nil, err
	}
	run, err := s.importRun(m, c)
	if err != nil {
		return MicroserviceResult{}, nil, err
	}
	run.in.channels.all[ch.ID] = &ch
	for i, a := range c.Body.APIs {
		d := c.Body.definition(a, ch.ID, i)
		d.GroupID = run.result.GroupID
		if _, _, err := run.create(d); err != nil {
			return MicroserviceResult{}, nil, err
		}
	}
	result := MicroserviceResult{ChannelID: ch.ID, GroupID: run.result.GroupID}
	for _, ev := range run.events {
		if made, ok := ev.(APICreated); ok {
			result.APIs = append(result.APIs, made.API)
		}
	}
	return result, append(events, run.events...), nil
}

// importRun begins an import into the group that the body names, on a copy of the instance that channels can
// be added to.
func (s *State) importRun(m *domain.Moment, c ImportMicroservice) (*importRun, error) {
	into := ImportAPIs{InstanceID: c.InstanceID, GroupID: c.Body.GroupInfo.GroupID, GroupName: c.Body.GroupInfo.GroupName}
	if into.GroupID == "" && into.GroupName == "" {
		return nil, ErrMissing("group_info.group_name")
	}
	if into.GroupID == "" && domain.Check(GroupBody{Name: into.GroupName}) != nil {
		return nil, ErrInvalid("group_info.group_name")
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return nil, err
	}
	run, err := in.newImport(m, into)
	if err != nil {
		return nil, err
	}
	own := *in
	own.channels.all = maps.Clone(in.channels.all)
	run.in = &own
	return run, nil
}

// channel is the channel to the microservice. Nobody has chosen its name.
func (b ImportMicroserviceBody) channel(m *domain.Moment) ChannelBody {
	port := microservicePortHTTP
	if b.Protocol == "HTTPS" {
		port = microservicePortHTTPS
	}
	service := MicroserviceBody{ServiceType: b.ServiceType, Nacos: b.Nacos}
	group := MemberGroupBody{Name: "default"}
	if b.CSE != nil {
		service.CSE, group.MicroserviceVersion = &b.CSE.CSEInfo, b.CSE.Version
	}
	if b.CCE != nil {
		service.CCE, group.MicroserviceVersion, group.MicroservicePort, group.MicroserviceLabels = &b.CCE.CCEInfo, b.CCE.Version, b.CCE.Port, b.CCE.Labels
	}
	if b.CCEService != nil {
		service.CCEService, group.MicroservicePort = &b.CCEService.CCEServiceInfo, b.CCEService.Port
	}
	return ChannelBody{
		Name: "microservice_" + m.NewID()[:16], Port: port, BalanceStrategy: 1, MemberType: "ip", ChannelType: ChannelMicroservice,
		Microservice: &service, MemberGroups: []MemberGroupBody{group},
	}
}

// definition is that of an API whose path parameters go to the microservice as they are.
func (b ImportMicroserviceBody) definition(a MicroserviceAPI, channelID string, i int) Definition {
	method := cmp.Or(a.ReqMethod, "ANY")
	name := a.Name
	if name == "" {
		name = "API_" + method + "_" + strconv.Itoa(i+1)
	}
	d := Definition{
		Name: name, Type: 1, ReqProtocol: "HTTPS", ReqMethod: method, ReqURI: a.ReqURI, MatchMode: cmp.Or(a.MatchMode, "NORMAL"),
		AuthType: cmp.Or(b.AuthType, "NONE"), Cors: b.Cors, BackendType: "HTTP",
		BackendAPI: &Backend{Timeout: cmp.Or(b.BackendTimeout, 5000), Endpoint: Endpoint{
			ReqProtocol: cmp.Or(b.Protocol, "HTTP"), ReqMethod: method, ReqURI: strings.ReplaceAll(a.ReqURI, "+}", "}"),
			VPCChannelStatus: 1, VPCChannelInfo: &VPCChannelRef{VPCChannelID: channelID},
		}},
	}
	for _, param := range pathParams(a.ReqURI) {
		d.ReqParams = append(d.ReqParams, ReqParam{Name: param, Type: "STRING", Location: "PATH"})
		d.BackendParams = append(d.BackendParams, BackendParam{Origin: "REQUEST", Name: param, Location: "PATH", Value: param})
	}
	return d
}
