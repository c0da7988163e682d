package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// DomainRow is a row of the table domains: a custom domain name of a group. A port of -1 is none.
type DomainRow struct {
	ID            string    `json:"id"`
	Tenant        string    `json:"tenant"`
	InstanceID    string    `json:"instance_id"`
	GroupID       string    `json:"group_id"`
	Name          string    `json:"name"`
	MinSSLVersion string    `json:"min_ssl_version"`
	RedirectHTTP  bool      `json:"redirect_http"`
	VerifyClients bool      `json:"verify_clients"`
	HTTPPort      int       `json:"http_port"`
	HTTPSPort     int       `json:"https_port"`
	BindTime      time.Time `json:"bind_time"`
}

// DomainCertificateRow is a row of the table domain_certificates: a certificate that a domain name has.
type DomainCertificateRow struct {
	DomainID      string `json:"domain_id"`
	CertificateID string `json:"certificate_id"`
	Tenant        string `json:"tenant"`
	InstanceID    string `json:"instance_id"`
	GroupID       string `json:"group_id"`
}

// IngressPortRow is a row of the table ingress_ports.
type IngressPortRow struct {
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	Protocol   string    `json:"protocol"`
	Port       int       `json:"port"`
	CreateTime time.Time `json:"create_time"`
}

var (
	domains            = projections.NewTable[DomainRow]("domains", "id")
	domainCertificates = projections.NewTable[DomainCertificateRow]("domain_certificates", "domain_id", "certificate_id")
	ingressPorts       = projections.NewTable[IngressPortRow]("ingress_ports", "id")
)

// applyDomain says what the events of domain names and inbound ports change; false for other events.
func applyDomain(rec domain.Recorded, c *projections.Changes) bool {
	switch ev := rec.Event.(type) {
	case apig.URLDomainBound:
		putDomain(c, rec, ev.Domain)
	case apig.URLDomainUpdated:
		putDomain(c, rec, ev.Domain)
	case apig.URLDomainUnbound:
		domains.Delete(c, ev.DomainID)
		domainCertificates.DeleteWhere(c, "domain_id", ev.DomainID)
	case apig.CertificateAttached:
		putDomain(c, rec, ev.Domain)
		domainCertificates.Put(c, DomainCertificateRow{
			DomainID: ev.Domain.ID, CertificateID: ev.CertificateID, Tenant: rec.Tenant, InstanceID: ev.Domain.InstanceID, GroupID: ev.Domain.GroupID,
		})
	case apig.CertificateDetached:
		putDomain(c, rec, ev.Domain)
		domainCertificates.Delete(c, ev.Domain.ID, ev.CertificateID)
	case apig.IngressPortAdded:
		ingressPorts.Put(c, IngressPortRow{
			ID: ev.Port.ID, Tenant: rec.Tenant, InstanceID: ev.Port.InstanceID, Protocol: ev.Port.Protocol, Port: ev.Port.Port,
			CreateTime: ev.Port.CreateTime,
		})
	case apig.IngressPortDeleted:
		ingressPorts.Delete(c, ev.PortID)
	default:
		return false
	}
	return true
}

func putDomain(c *projections.Changes, rec domain.Recorded, d apig.URLDomain) {
	domains.Put(c, DomainRow{
		ID: d.ID, Tenant: rec.Tenant, InstanceID: d.InstanceID, GroupID: d.GroupID, Name: d.Name, MinSSLVersion: d.MinSSLVersion,
		RedirectHTTP: d.RedirectHTTP, VerifyClients: d.VerifyClients, HTTPPort: d.HTTPPort, HTTPSPort: d.HTTPSPort, BindTime: d.BindTime,
	})
}

// deleteDomains removes the domain names whose column has the value: those of a group or of an instance.
func deleteDomains(c *projections.Changes, column, value string) {
	domains.DeleteWhere(c, column, value)
	domainCertificates.DeleteWhere(c, column, value)
}

// deleteNaming removes what an instance has of domain names, certificates and inbound ports.
func deleteNaming(c *projections.Changes, instanceID string) {
	deleteDomains(c, "instance_id", instanceID)
	certificates.DeleteWhere(c, "instance_id", instanceID)
	ingressPorts.DeleteWhere(c, "instance_id", instanceID)
}
