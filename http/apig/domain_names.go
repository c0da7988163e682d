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
	tagDomains   = "Domain names"
	groupDomains = instancePath + "/api-groups/{group_id}/domains"
	oneDomain    = groupDomains + "/{domain_id}"
)

// domainNames registers APIG V2 §3.12.1 and §3.12.3 to §3.12.5. Chapter 4 has no action for changing a domain
// name: it takes the one for binding.
func (s *Surface) domainNames(api huma.API) {
	register(s, api, operation{
		id: "AssociateDomainV2", section: "3.12.1", method: http.MethodPost, path: groupDomains, status: 201,
		summary: "Bind a domain name to an API group", actions: []string{"apig:domains:create"}, tag: tagDomains,
	}, s.bindDomain)
	register(s, api, operation{
		id: "UpdateDomainV2", section: "3.12.3", method: http.MethodPut, path: oneDomain, status: 201,
		summary: "Change a domain name", actions: []string{"apig:domains:create"}, tag: tagDomains,
	}, s.updateDomain)
	register(s, api, operation{
		id: "DisassociateDomainV2", section: "3.12.4", method: http.MethodDelete, path: oneDomain, status: 204,
		summary: "Unbind a domain name from its API group", actions: []string{"apig:domains:delete"}, tag: tagDomains,
	}, s.unbindDomain)
	register(s, api, operation{
		id: "UpdateSlDomainSettingV2", section: "3.12.5", method: http.MethodPut, status: 204,
		path:    instancePath + "/api-groups/{group_id}/sl-domain-access-settings",
		summary: "Set whether an API group is reached at its subdomain", actions: []string{"apig:domains:updateSLDomainSetting"}, tag: tagDomains,
	}, s.setSLDomainAccess)
	s.domainCertificates(api)
	s.certificates(api)
	s.ingressPorts(api)
}

// DomainIn is what every request about a domain name of a group names.
type DomainIn struct {
	GroupIn
	DomainID string `path:"domain_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Domain name."`
}

// URLDomainView is a domain name in an answer about itself (APIG V2 §3.12.1).
type URLDomainView struct {
	URLDomain     string `json:"url_domain"`
	ID            string `json:"id"`
	Status        int    `json:"status" doc:"1: not resolved; nobody looks."`
	MinSSLVersion string `json:"min_ssl_version"`
	RedirectHTTP  bool   `json:"is_http_redirect_to_https"`
	VerifyClients bool   `json:"verified_client_certificate_enabled"`
	HTTPPort      int    `json:"ingress_http_port" doc:"-1: none."`
	HTTPSPort     int    `json:"ingress_https_port" doc:"-1: none."`
}

func urlDomain(d apig.URLDomain) URLDomainView {
	return URLDomainView{
		URLDomain: d.Name, ID: d.ID, Status: projectionsapig.CNAMEStatus, MinSSLVersion: d.MinSSLVersion, RedirectHTTP: d.RedirectHTTP,
		VerifyClients: d.VerifyClients, HTTPPort: d.HTTPPort, HTTPSPort: d.HTTPSPort,
	}
}

type bindDomainIn struct {
	GroupIn
	Body apig.URLDomainBody
}

func (s *Surface) bindDomain(ctx context.Context, call commands.Call, in *bindDomainIn) (*answer[URLDomainView], error) {
	command := apig.BindURLDomain{InstanceID: in.InstanceID, GroupID: in.GroupID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.BindURLDomain.Do, command, urlDomain)
}

type updateDomainIn struct {
	DomainIn
	Body apig.URLDomainUpdateBody
}

func (s *Surface) updateDomain(ctx context.Context, call commands.Call, in *updateDomainIn) (*answer[URLDomainView], error) {
	command := apig.UpdateURLDomain{InstanceID: in.InstanceID, GroupID: in.GroupID, DomainID: in.DomainID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.UpdateURLDomain.Do, command, urlDomain)
}

func (s *Surface) unbindDomain(ctx context.Context, call commands.Call, in *DomainIn) (*done, error) {
	command := apig.UnbindURLDomain{InstanceID: in.InstanceID, GroupID: in.GroupID, DomainID: in.DomainID}
	return doneWith(ctx, s.Bus, call, s.Commands.UnbindURLDomain.Do, command)
}

type slDomainAccessIn struct {
	GroupIn
	Body apig.SLDomainAccessBody
}

func (s *Surface) setSLDomainAccess(ctx context.Context, call commands.Call, in *slDomainAccessIn) (*done, error) {
	command := apig.SetSLDomainAccess{InstanceID: in.InstanceID, GroupID: in.GroupID, Body: in.Body}
	return doneWith(ctx, s.Bus, call, s.Commands.SetSLDomainAccess.Do, command)
}
