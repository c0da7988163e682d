package apig

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// domainCertificates registers APIG V2 §3.12.2, §3.12.6, §3.12.7, §3.26.3 and §3.26.4. Chapter 4 has no
// actions for the last two: they take those of §3.12, which do the same.
func (s *Surface) domainCertificates(api huma.API) {
	register(s, api, operation{
		id: "AssociateCertificateV2", section: "3.12.2", method: http.MethodPost, path: oneDomain + "/certificate", status: 201,
		summary: "Bring in a certificate for a domain name", actions: []string{"apig:domains:bindCertificate"}, tag: tagDomains,
	}, s.bindCertificate)
	register(s, api, operation{
		id: "DisassociateCertificateV2", section: "3.12.6", method: http.MethodDelete, status: 204,
		path: oneDomain + "/certificate/{certificate_id}", summary: "Delete the certificate of a domain name",
		actions: []string{"apig:domains:unbindCertificate"}, tag: tagDomains,
	}, s.unbindCertificate)
	register(s, api, operation{
		id: "ShowDetailsOfDomainNameCertificateV2", section: "3.12.7", method: http.MethodGet, status: 200,
		path: oneDomain + "/certificate/{certificate_id}", summary: "Show a certificate of a domain name",
		actions: []string{"apig:domains:getCertificate"}, tag: tagDomains,
	}, s.showDomainCertificate)
	register(s, api, operation{
		id: "BatchAssociateCertsV2", section: "3.26.3", method: http.MethodPost, path: oneDomain + "/certificates/attach", status: 204,
		summary: "Attach a certificate to a domain name", actions: []string{"apig:domains:bindCertificate"}, tag: tagCertificates,
	}, s.attachCertificate)
	register(s, api, operation{
		id: "BatchDisassociateCertsV2", section: "3.26.4", method: http.MethodPost, path: oneDomain + "/certificates/detach", status: 204,
		summary: "Detach a certificate from a domain name", actions: []string{"apig:domains:unbindCertificate"}, tag: tagCertificates,
	}, s.detachCertificate)
}

// SecuredDomainView is a domain name with the certificate that it got (APIG V2 §3.12.2).
type SecuredDomainView struct {
	URLDomainView
	SSLName      string `json:"ssl_name"`
	SSLID        string `json:"ssl_id"`
	InstanceID   string `json:"instance_id"`
	APIGroupID   string `json:"api_group_id"`
	APIGroupName string `json:"api_group_name"`
}

func securedDomain(d apig.SecuredDomain) SecuredDomainView {
	return SecuredDomainView{
		URLDomainView: urlDomain(d.Domain), SSLName: d.CertificateName, SSLID: d.CertificateID, InstanceID: d.Domain.InstanceID,
		APIGroupID: d.Domain.GroupID, APIGroupName: d.GroupName,
	}
}

type bindCertificateIn struct {
	DomainIn
	Body apig.DomainCertificateBody
}

func (s *Surface) bindCertificate(ctx context.Context, call commands.Call, in *bindCertificateIn) (*answer[SecuredDomainView], error) {
	command := apig.BindCertificate{InstanceID: in.InstanceID, GroupID: in.GroupID, DomainID: in.DomainID}
	d, position, err := s.Commands.BindCertificate(ctx, s.Bus, call, command, in.Body)
	return changed(securedDomain(d), position), at(position, err)
}

type domainCertificateIn struct {
	DomainIn
	CertificateID string `path:"certificate_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Certificate."`
}

func (s *Surface) unbindCertificate(ctx context.Context, call commands.Call, in *domainCertificateIn) (*done, error) {
	command := apig.UnbindCertificate{InstanceID: in.InstanceID, GroupID: in.GroupID, DomainID: in.DomainID, CertificateID: in.CertificateID}
	return doneWith(ctx, s.Bus, call, s.Commands.UnbindCertificate.Do, command)
}

func (s *Surface) showDomainCertificate(ctx context.Context, _ commands.Call, in *domainCertificateIn) (*answer[projectionsapig.CertificateView], error) {
	view, err := s.Queries.DomainCertificate(ctx, in.in(), in.GroupID, in.DomainID, in.CertificateID)
	return read(view), err
}

type domainCertificatesIn struct {
	DomainIn
	Body apig.DomainCertificateList
}

func (s *Surface) attachCertificate(ctx context.Context, call commands.Call, in *domainCertificatesIn) (*done, error) {
	command := apig.AttachCertificate{InstanceID: in.InstanceID, GroupID: in.GroupID, DomainID: in.DomainID, Body: in.Body}
	return doneWith(ctx, s.Bus, call, s.Commands.AttachCertificate.Do, command)
}

func (s *Surface) detachCertificate(ctx context.Context, call commands.Call, in *domainCertificatesIn) (*done, error) {
	command := apig.DetachCertificate{InstanceID: in.InstanceID, GroupID: in.GroupID, DomainID: in.DomainID, Body: in.Body}
	return doneWith(ctx, s.Bus, call, s.Commands.DetachCertificate.Do, command)
}
