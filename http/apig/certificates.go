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
	tagCertificates  = "Certificates"
	certificatesPath = rootPath + "/certificates"
	oneCertificate   = certificatesPath + "/{certificate_id}"
)

// certificates registers APIG V2 §3.26 but for §3.26.3 and §3.26.4. Chapter 4 has no actions for it: reading
// takes that of §3.12.7, bringing in and attaching that of §3.12.2, deleting and detaching that of §3.12.6.
func (s *Surface) certificates(api huma.API) {
	gets, binds, unbinds := []string{"apig:domains:getCertificate"}, []string{"apig:domains:bindCertificate"}, []string{"apig:domains:unbindCertificate"}
	register(s, api, operation{
		id: "ListCertificatesV2", section: "3.26.1", method: http.MethodGet, path: certificatesPath, status: 200,
		summary: "List certificates", actions: gets, tag: tagCertificates, needs: "instance_id",
	}, s.listCertificates)
	register(s, api, operation{
		id: "CreateCertificateV2", section: "3.26.2", method: http.MethodPost, path: certificatesPath, status: 200,
		summary: "Bring in a certificate", actions: binds, tag: tagCertificates,
	}, s.createCertificate)
	register(s, api, operation{
		id: "ShowDetailsOfCertificateV2", section: "3.26.5", method: http.MethodGet, path: oneCertificate, status: 200,
		summary: "Show a certificate", actions: gets, tag: tagCertificates,
	}, s.showCertificate)
	register(s, api, operation{
		id: "DeleteCertificateV2", section: "3.26.6", method: http.MethodDelete, path: oneCertificate, status: 204,
		summary: "Delete a certificate", actions: unbinds, tag: tagCertificates,
	}, s.deleteCertificate)
	register(s, api, operation{
		id: "UpdateCertificateV2", section: "3.26.7", method: http.MethodPut, path: oneCertificate, status: 200,
		summary: "Replace a certificate", actions: binds, tag: tagCertificates,
	}, s.updateCertificate)
	register(s, api, operation{
		id: "BatchAssociateDomainsV2", section: "3.26.8", method: http.MethodPost, path: oneCertificate + "/domains/attach", status: 204,
		summary: "Attach a certificate to domain names", actions: binds, tag: tagCertificates,
	}, s.attachDomains)
	register(s, api, operation{
		id: "BatchDisassociateDomainsV2", section: "3.26.9", method: http.MethodPost, path: oneCertificate + "/domains/detach", status: 204,
		summary: "Detach a certificate from domain names", actions: unbinds, tag: tagCertificates,
	}, s.detachDomains)
	register(s, api, operation{
		id: "ListAttachedDomainsV2", section: "3.26.10", method: http.MethodGet, path: oneCertificate + "/attached-domains", status: 200,
		summary: "List the domain names that have a certificate", actions: gets, tag: tagCertificates,
	}, s.listAttachedDomains)
}

// CertificateIn is what every request about a certificate names.
type CertificateIn struct {
	Project
	CertificateID string `path:"certificate_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Certificate."`
}

type listCertificatesIn struct {
	Project
	Paging
	InstanceID         string `query:"instance_id" maxLength:"65" doc:"Certificates of this instance, and global ones; common for global ones only. Required."`
	Name               string `query:"name" maxLength:"50" doc:"Only certificates whose name contains this."`
	CommonName         string `query:"common_name" maxLength:"255" doc:"Only certificates whose common name contains this."`
	SignatureAlgorithm string `query:"signature_algorithm" maxLength:"64" doc:"Only certificates whose signature algorithm contains this."`
	Type               string `query:"type" enum:"instance,global" doc:"Only certificates of this type."`
	AlgorithmType      string `query:"algorithm_type" enum:"RSA,ECC,SM2" doc:"Only certificates with this type of key."`
}

// CertificateList is a page of certificates (APIG V2 §3.26.1).
type CertificateList struct {
	Size  int                               `json:"size"`
	Total int                               `json:"total"`
	Certs []projectionsapig.CertificateBase `json:"certs"`
}

func (s *Surface) listCertificates(ctx context.Context, _ commands.Call, in *listCertificatesIn) (*answer[CertificateList], error) {
	if err := needed("instance_id", in.InstanceID); err != nil {
		return nil, err
	}
	filter := projectionsapig.CertificateFilter{
		Name: in.Name, CommonName: in.CommonName, SignatureAlgorithm: in.SignatureAlgorithm, Type: in.Type, AlgorithmType: in.AlgorithmType,
	}
	where := projectionsapig.In{Tenant: in.ProjectID, Instance: in.InstanceID}
	all, total, err := s.Queries.Certificates(ctx, where, filter, in.page())
	return read(CertificateList{len(all), total, all}), err
}

type createCertificateIn struct {
	Project
	Body apig.CertificateBody
}

func (s *Surface) createCertificate(ctx context.Context, call commands.Call, in *createCertificateIn) (*answer[projectionsapig.CertificateView], error) {
	c, position, err := s.Commands.CreateCertificate(ctx, s.Bus, call, in.Body)
	return changed(projectionsapig.CertificateOf(in.ProjectID, c), position), at(position, err)
}

func (s *Surface) showCertificate(ctx context.Context, _ commands.Call, in *CertificateIn) (*answer[projectionsapig.CertificateView], error) {
	view, err := s.Queries.Certificate(ctx, in.ProjectID, in.CertificateID)
	return read(view), err
}

func (s *Surface) deleteCertificate(ctx context.Context, call commands.Call, in *CertificateIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteCertificate.Do, apig.DeleteCertificate{CertificateID: in.CertificateID})
}

type updateCertificateIn struct {
	CertificateIn
	Body apig.CertificateBody
}

func (s *Surface) updateCertificate(ctx context.Context, call commands.Call, in *updateCertificateIn) (*answer[projectionsapig.CertificateView], error) {
	c, position, err := s.Commands.UpdateCertificate(ctx, s.Bus, call, in.CertificateID, in.Body)
	return changed(projectionsapig.CertificateOf(in.ProjectID, c), position), at(position, err)
}

type certificateDomainsIn struct {
	CertificateIn
	Body apig.CertificateDomainList
}

func (s *Surface) attachDomains(ctx context.Context, call commands.Call, in *certificateDomainsIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.AttachDomains.Do, apig.AttachDomains{CertificateID: in.CertificateID, Body: in.Body})
}

func (s *Surface) detachDomains(ctx context.Context, call commands.Call, in *certificateDomainsIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DetachDomains.Do, apig.DetachDomains{CertificateID: in.CertificateID, Body: in.Body})
}

type listAttachedDomainsIn struct {
	CertificateIn
	Paging
	URLDomain string `query:"url_domain" maxLength:"255" doc:"Only domain names that contain this."`
}

// AttachedDomainList is a page of domain names that have a certificate (APIG V2 §3.26.10).
type AttachedDomainList struct {
	Size         int                 `json:"size"`
	Total        int                 `json:"total"`
	BoundDomains []SecuredDomainView `json:"bound_domains"`
}

func attachedDomain(d projectionsapig.AttachedDomain) SecuredDomainView {
	return SecuredDomainView{
		URLDomainView: URLDomainView{
			URLDomain: d.Name, ID: d.ID, Status: projectionsapig.CNAMEStatus, MinSSLVersion: d.MinSSLVersion, RedirectHTTP: d.RedirectHTTP,
			VerifyClients: d.VerifyClients, HTTPPort: d.HTTPPort, HTTPSPort: d.HTTPSPort,
		},
		SSLName: d.CertificateName, SSLID: d.CertificateID, InstanceID: d.InstanceID, APIGroupID: d.GroupID, APIGroupName: d.GroupName,
	}
}

func (s *Surface) listAttachedDomains(ctx context.Context, _ commands.Call, in *listAttachedDomainsIn) (*answer[AttachedDomainList], error) {
	rows, total, err := s.Queries.AttachedDomains(ctx, in.ProjectID, in.CertificateID, in.URLDomain, in.page())
	return read(AttachedDomainList{len(rows), total, each(rows, attachedDomain)}), err
}
