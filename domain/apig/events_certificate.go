package apig

import "github.com/gatelog/gatelog/domain"

// CertificateCreated: the project has one more SSL certificate (APIG V2 §3.26.2, §3.12.2).
type CertificateCreated struct {
	Certificate Certificate `json:"certificate"`
}

// CertificateUpdated: an SSL certificate was replaced (APIG V2 §3.26.7).
type CertificateUpdated struct {
	Certificate Certificate `json:"certificate"`
	Changed     []string    `json:"changed"`
}

// CertificateDeleted: an SSL certificate is gone (APIG V2 §3.26.6, §3.12.6, §3.12.4, §3.1.3). No domain name
// has it any more.
type CertificateDeleted struct {
	CertificateID string `json:"certificate_id"`
	Name          string `json:"name"`
}

// EventType implements domain.Event.
func (CertificateCreated) EventType() string { return "apig.certificate.created" }

// EventType implements domain.Event.
func (CertificateUpdated) EventType() string { return "apig.certificate.updated" }

// EventType implements domain.Event.
func (CertificateDeleted) EventType() string { return "apig.certificate.deleted" }

// Of implements domain.Event.
func (ev CertificateCreated) Of() domain.Aggregate { return certificateAggregate(ev.Certificate.ID) }

// Of implements domain.Event.
func (ev CertificateUpdated) Of() domain.Aggregate { return certificateAggregate(ev.Certificate.ID) }

// Of implements domain.Event.
func (ev CertificateDeleted) Of() domain.Aggregate { return certificateAggregate(ev.CertificateID) }

func certificateAggregate(id string) domain.Aggregate {
	return domain.Aggregate{Kind: "certificate", ID: id}
}

func (ev CertificateCreated) foldTenant(s *State) { s.certificates.put(ev.Certificate) }
func (ev CertificateUpdated) foldTenant(s *State) { s.certificates.put(ev.Certificate) }
func (ev CertificateDeleted) foldTenant(s *State) { s.certificates.drop(ev.CertificateID) }
