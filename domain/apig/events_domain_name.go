package apig

import "github.com/gatelog/gatelog/domain"

// URLDomainBound: a group has a custom domain name (APIG V2 §3.12.1).
type URLDomainBound struct {
	Domain URLDomain `json:"domain"`
}

// URLDomainUpdated: a custom domain name is served in another way (APIG V2 §3.12.3).
type URLDomainUpdated struct {
	Domain  URLDomain `json:"domain"`
	Changed []string  `json:"changed"`
}

// URLDomainUnbound: a group has a custom domain name no more (APIG V2 §3.12.4).
type URLDomainUnbound struct {
	InstanceID string `json:"instance_id"`
	GroupID    string `json:"group_id"`
	DomainID   string `json:"domain_id"`
	Name       string `json:"url_domain"`
}

// CertificateAttached: a custom domain name has one more certificate (APIG V2 §3.12.2, §3.26.3, §3.26.8).
type CertificateAttached struct {
	Domain        URLDomain `json:"domain"`
	CertificateID string    `json:"certificate_id"`
}

// CertificateDetached: a custom domain name has a certificate no more (APIG V2 §3.12.6, §3.26.4, §3.26.9).
type CertificateDetached struct {
	Domain        URLDomain `json:"domain"`
	CertificateID string    `json:"certificate_id"`
}

// IngressPortAdded: an instance has one more custom inbound port (SDK).
type IngressPortAdded struct {
	Port IngressPort `json:"port"`
}

// IngressPortDeleted: a custom inbound port is closed (SDK).
type IngressPortDeleted struct {
	InstanceID string `json:"instance_id"`
	PortID     string `json:"port_id"`
	Port       int    `json:"ingress_port"`
}

// EventType implements domain.Event.
func (URLDomainBound) EventType() string { return "apig.domain.bound" }

// EventType implements domain.Event.
func (URLDomainUpdated) EventType() string { return "apig.domain.updated" }

// EventType implements domain.Event.
func (URLDomainUnbound) EventType() string { return "apig.domain.unbound" }

// EventType implements domain.Event.
func (CertificateAttached) EventType() string { return "apig.domain.certificate_attached" }

// EventType implements domain.Event.
func (CertificateDetached) EventType() string { return "apig.domain.certificate_detached" }

// EventType implements domain.Event.
func (IngressPortAdded) EventType() string { return "apig.port.added" }

// EventType implements domain.Event.
func (IngressPortDeleted) EventType() string { return "apig.port.deleted" }

// Of implements domain.Event.
func (ev URLDomainBound) Of() domain.Aggregate { return domainAggregate(ev.Domain.ID) }

// Of implements domain.Event.
func (ev URLDomainUpdated) Of() domain.Aggregate { return domainAggregate(ev.Domain.ID) }

// Of implements domain.Event.
func (ev URLDomainUnbound) Of() domain.Aggregate { return domainAggregate(ev.DomainID) }

// Of implements domain.Event.
func (ev CertificateAttached) Of() domain.Aggregate { return domainAggregate(ev.Domain.ID) }

// Of implements domain.Event.
func (ev CertificateDetached) Of() domain.Aggregate { return domainAggregate(ev.Domain.ID) }

// Of implements domain.Event.
func (ev IngressPortAdded) Of() domain.Aggregate { return portAggregate(ev.Port.ID) }

// Of implements domain.Event.
func (ev IngressPortDeleted) Of() domain.Aggregate { return portAggregate(ev.PortID) }

func domainAggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "domain", ID: id} }
func portAggregate(id string) domain.Aggregate   { return domain.Aggregate{Kind: "port", ID: id} }

func (ev URLDomainBound) at() string      { return ev.Domain.InstanceID }
func (ev URLDomainUpdated) at() string    { return ev.Domain.InstanceID }
func (ev URLDomainUnbound) at() string    { return ev.InstanceID }
func (ev CertificateAttached) at() string { return ev.Domain.InstanceID }
func (ev CertificateDetached) at() string { return ev.Domain.InstanceID }
func (ev IngressPortAdded) at() string    { return ev.Port.InstanceID }
func (ev IngressPortDeleted) at() string  { return ev.InstanceID }

func (ev URLDomainBound) fold(in *instance, _ domain.Recorded) {
	if _, ok := in.groups[ev.Domain.GroupID]; ok {
		in.naming.putDomain(ev.Domain)
	}
}

func (ev URLDomainUpdated) fold(in *instance, _ domain.Recorded) { in.naming.replaceDomain(ev.Domain) }
func (ev URLDomainUnbound) fold(in *instance, _ domain.Recorded) { in.naming.dropDomain(ev.DomainID) }
func (ev CertificateAttached) fold(in *instance, _ domain.Recorded) {
	in.naming.replaceDomain(ev.Domain)
}
func (ev CertificateDetached) fold(in *instance, _ domain.Recorded) {
	in.naming.replaceDomain(ev.Domain)
}
func (ev IngressPortAdded) fold(in *instance, _ domain.Recorded)   { in.naming.putPort(ev.Port) }
func (ev IngressPortDeleted) fold(in *instance, _ domain.Recorded) { in.naming.dropPort(ev.PortID) }
