package apig

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const (
	tagIngressPorts  = "Custom inbound ports"
	ingressPortsPath = instancePath + "/custom-ingress-ports"
	oneIngressPort   = ingressPortsPath + "/{ingress_port_id}"
)

// ingressPorts registers the operations on custom inbound ports, which only the SDK has. They are settings of
// an instance, and allowed by the actions for these.
func (s *Surface) ingressPorts(api huma.API) {
	register(s, api, operation{
		id: "AddCustomIngressPort", section: sectionSDK, method: http.MethodPost, path: ingressPortsPath, status: 201,
		summary: "Open a custom inbound port", actions: []string{"apigw:instances:update"}, tag: tagIngressPorts,
	}, s.addIngressPort)
	register(s, api, operation{
		id: "ListCustomIngressPorts", section: sectionSDK, method: http.MethodGet, path: ingressPortsPath, status: 200,
		summary: "List custom inbound ports", actions: []string{"apigw:instances:get"}, tag: tagIngressPorts,
	}, s.listIngressPorts)
	register(s, api, operation{
		id: "DeleteCustomIngressPort", section: sectionSDK, method: http.MethodDelete, path: oneIngressPort, status: 204,
		summary: "Close a custom inbound port", actions: []string{"apigw:instances:update"}, tag: tagIngressPorts,
	}, s.deleteIngressPort)
	register(s, api, operation{
		id: "ListCustomIngressPortDomains", section: sectionSDK, method: http.MethodGet, path: oneIngressPort + "/domains", status: 200,
		summary: "List the domain names that use a custom inbound port", actions: []string{"apigw:instances:get"}, tag: tagIngressPorts,
	}, s.listPortDomains)
}

// IngressPortIn is what every request about a custom inbound port names.
type IngressPortIn struct {
	InInstance
	PortID string `path:"ingress_port_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Custom inbound port."`
}

// IngressPortView is a custom inbound port in an answer (SDK).
type IngressPortView struct {
	Protocol string `json:"protocol"`
	Port     int    `json:"ingress_port"`
	ID       string `json:"ingress_port_id"`
	Status   string `json:"status" doc:"Always normal."`
}

// portNormal is the status of every custom inbound port (SDK).
const portNormal = "normal"

func ingressPortRow(p projectionsapig.IngressPortRow) IngressPortView {
	return IngressPortView{p.Protocol, p.Port, p.ID, portNormal}
}

type addIngressPortIn struct {
	InInstance
	Body apig.IngressPortBody
}

func (s *Surface) addIngressPort(ctx context.Context, call commands.Call, in *addIngressPortIn) (*answer[IngressPortView], error) {
	p, position, err := s.Commands.AddIngressPort.Do(ctx, s.Bus, call, apig.AddIngressPort{InstanceID: in.InstanceID, Body: in.Body})
	return changed(IngressPortView{p.Protocol, p.Port, p.ID, portNormal}, position), at(position, err)
}

func (s *Surface) deleteIngressPort(ctx context.Context, call commands.Call, in *IngressPortIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteIngressPort.Do, apig.DeleteIngressPort{InstanceID: in.InstanceID, PortID: in.PortID})
}

type listIngressPortsIn struct {
	InInstance
	Paging
	Protocol string `query:"protocol" enum:"HTTP,HTTPS" doc:"Only ports of this protocol."`
	Port     int    `query:"ingress_port" minimum:"0" maximum:"65535" doc:"Only this port."`
}

// IngressPortList is a page of custom inbound ports (SDK).
type IngressPortList struct {
	Size  int               `json:"size"`
	Total int               `json:"total"`
	Infos []IngressPortView `json:"ingress_port_infos"`
}

func (s *Surface) listIngressPorts(ctx context.Context, _ commands.Call, in *listIngressPortsIn) (*answer[IngressPortList], error) {
	rows, total, err := s.Queries.IngressPorts(ctx, in.in(), projectionsapig.IngressPortFilter{Protocol: in.Protocol, Port: in.Port}, in.page())
	return read(IngressPortList{len(rows), total, each(rows, ingressPortRow)}), err
}

type listPortDomainsIn struct {
	IngressPortIn
	Paging
	DomainName string `query:"domain_name" maxLength:"255" doc:"Only domain names that contain this."`
}

// PortDomainList is a page of domain names that use a custom inbound port (SDK).
type PortDomainList struct {
	Size  int                          `json:"size"`
	Total int                          `json:"total"`
	Infos []projectionsapig.PortDomain `json:"domain_infos"`
}

func (s *Surface) listPortDomains(ctx context.Context, _ commands.Call, in *listPortDomainsIn) (*answer[PortDomainList], error) {
	rows, total, err := s.Queries.PortDomains(ctx, in.in(), in.PortID, in.DomainName, in.page())
	return read(PortDomainList{len(rows), total, rows}), err
}
