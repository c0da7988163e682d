package apig

import (
	"slices"
	"time"

	"github.com/gatelog/gatelog/domain"
)

// BindCertificate decides on the command of that name. The certificate is one of the instance. Errors:
// APIG.2001, 2011; APIG.3030, 3718; APIG.3001; APIG.3020, 3474; APIG.2106, 2104, 2102, 3148, 2109; APIG.3325
// (name); APIG.3100; APIG.2103, 2051.
func (s *State) BindCertificate(m *domain.Moment, c BindCertificate) (SecuredDomain, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return SecuredDomain{}, nil, err
	}
	in, d, err := s.changingDomain(c.InstanceID, c.GroupID, c.DomainID)
	if err != nil {
		return SecuredDomain{}, nil, err
	}
	cert := Certificate{
		ID: m.NewID(), Type: CertificateInstance, InstanceID: in.ID, PrivateKey: c.Key.Text, OfDomain: true, CreateTime: m.Now, UpdateTime: m.Now,
	}
	if err := s.restate(&cert, CertificateText{Name: c.Body.Name, Content: c.Body.Content}, m.Now); err != nil {
		return SecuredDomain{}, nil, err
	}
	if err := s.roomForCertificate(); err != nil {
		return SecuredDomain{}, nil, err
	}
	d, events, err := s.attach(in, d, cert, nil, m.Now)
	if err != nil {
		return SecuredDomain{}, nil, err
	}
	return SecuredDomain{d, cert.ID, cert.Name, in.groups[d.GroupID].Name}, append([]domain.Event{CertificateCreated{cert}}, events...), nil
}

// UnbindCertificate decides on the command of that name. Errors: APIG.3030, 3718; APIG.3001; APIG.3020, 3474;
// APIG.3021; APIG.3097.
func (s *State) UnbindCertificate(_ *domain.Moment, c UnbindCertificate) (None, []domain.Event, error) {
	in, d, err := s.changingDomain(c.InstanceID, c.GroupID, c.DomainID)
	if err != nil {
		return None{}, nil, err
	}
	cert, err := s.certificate(c.CertificateID)
	if err != nil {
		return None{}, nil, err
	}
	_, events, err := detach(d, cert.ID, nil)
	if err == nil && cert.OfDomain && len(in.naming.secured[cert.ID]) == 1 {
		events = append(events, CertificateDeleted{CertificateID: cert.ID, Name: cert.Name})
	}
	return None{}, events, err
}

// AttachCertificate decides on the command of that name. Attaching once more changes at most whether clients
// are verified. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3001; APIG.3020, 3474; APIG.3021; APIG.2102,
// 2103, 2051, 3715.
func (s *State) AttachCertificate(m *domain.Moment, c AttachCertificate) (None, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return None{}, nil, err
	}
	in, d, err := s.changingDomain(c.InstanceID, c.GroupID, c.DomainID)
	if err != nil {
		return None{}, nil, err
	}
	cert, err := s.certificate(c.Body.CertificateIDs[0])
	if err != nil {
		return None{}, nil, err
	}
	_, events, err := s.attach(in, d, cert, c.Body.VerifyClients, m.Now)
	return None{}, events, err
}

// DetachCertificate decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3001;
// APIG.3020, 3474; APIG.3021; APIG.3097.
func (s *State) DetachCertificate(_ *domain.Moment, c DetachCertificate) (None, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return None{}, nil, err
	}
	_, d, err := s.changingDomain(c.InstanceID, c.GroupID, c.DomainID)
	if err != nil {
		return None{}, nil, err
	}
	cert, err := s.certificate(c.Body.CertificateIDs[0])
	if err != nil {
		return None{}, nil, err
	}
	_, events, err := detach(d, cert.ID, c.Body.VerifyClients)
	return None{}, events, err
}

// AttachDomains decides on the command of that name: for all of the domain names, or for none. Errors:
// APIG.2001, 2011; APIG.3021; APIG.3030, 3718; APIG.3020; APIG.2102, 2103, 2051, 3715.
func (s *State) AttachDomains(m *domain.Moment, c AttachDomains) (None, []domain.Event, error) {
	cert, all, err := s.reached(c.CertificateID, c.Body)
	if err != nil {
		return None{}, nil, err
	}
	var events []domain.Event
	for _, at := range all {
		_, more, err := s.attach(at.instance, at.domain, cert, at.verify, m.Now)
		if err != nil {
			return None{}, nil, err
		}
		events = append(events, more...)
	}
	return None{}, events, nil
}

// DetachDomains decides on the command of that name: for all of the domain names, or for none. Errors:
// APIG.2001, 2011; APIG.3021; APIG.3030, 3718; APIG.3020; APIG.3097.
func (s *State) DetachDomains(_ *domain.Moment, c DetachDomains) (None, []domain.Event, error) {
	cert, all, err := s.reached(c.CertificateID, c.Body)
	if err != nil {
		return None{}, nil, err
	}
	var events []domain.Event
	for _, at := range all {
		_, more, err := detach(at.domain, cert.ID, at.verify)
		if err != nil {
			return None{}, nil, err
		}
		events = append(events, more...)
	}
	return None{}, events, nil
}

// domainAt is a domain name that a request reaches by its name.
type domainAt struct {
	instance *instance
	domain   URLDomain
	verify   *bool
}

// reached returns the certificate and the domain names of a request, each once.
func (s *State) reached(certificateID string, b CertificateDomainList) (Certificate, []domainAt, error) {
	if err := violated(b); err != nil {
		return Certificate{}, nil, err
	}
	cert, err := s.certificate(certificateID)
	if err != nil {
		return Certificate{}, nil, err
	}
	var all []domainAt
	seen := map[string]bool{}
	for _, named := range b.Domains {
		places, err := s.placesOf(cert, named)
		if err != nil {
			return Certificate{}, nil, err
		}
		for _, in := range places {
			for _, id := range in.naming.named.of(sameDomain(named.Domain)) {
				if !seen[id] {
					all = append(all, domainAt{in, in.naming.domains[id], named.VerifyClients})
				}
				seen[id] = true
			}
		}
	}
	return cert, all, nil
}

// placesOf returns the instances in which a request means a domain name: those that it names, which must
// have it, or all of the certificate's that do.
func (s *State) placesOf(c Certificate, named CertificateDomain) ([]*instance, error) {
	has := func(in *instance) bool { return len(in.naming.named[sameDomain(named.Domain)]) > 0 }
	if len(named.InstanceIDs) == 0 {
		all := s.where(func(in *instance) bool { return has(in) && (c.Type == CertificateGlobal || c.InstanceID == in.ID) })
		if len(all) == 0 {
			return nil, ErrURLDomainNotFound()
		}
		return all, nil
	}
	var all []*instance
	for _, id := range named.InstanceIDs {
		in, err := s.changing(id)
		if err != nil {
			return nil, err
		}
		if !has(in) {
			return nil, ErrURLDomainNotFound()
		}
		all = append(all, in)
	}
	return all, nil
}

// attach returns a domain name with one more certificate.
func (s *State) attach(in *instance, d URLDomain, c Certificate, verify *bool, now time.Time) (URLDomain, []domain.Event, error) {
	if err := s.suits(in, d, c, now); err != nil {
		return URLDomain{}, nil, err
	}
	old := d
	had := slices.Contains(d.Certificates, c.ID)
	if !had {
		d.VerifyClients = c.TrustedRootCA != "" && s.allHaveCA(d)
		d.Certificates = append(slices.Clone(d.Certificates), c.ID)
	}
	put(&d.VerifyClients, verify)
	switch changed := old.differences(d); {
	case !had:
		return d, []domain.Event{CertificateAttached{d, c.ID}}, nil
	case changed != nil:
		return d, []domain.Event{URLDomainUpdated{d, changed}}, nil
	}
	return d, nil, nil
}

func (s *State) allHaveCA(d URLDomain) bool {
	return !slices.ContainsFunc(d.Certificates, func(id string) bool { return s.certificates.all[id].TrustedRootCA == "" })
}

// detach returns a domain name with one certificate less. Without any, clients are not verified (§3.12.2).
func detach(d URLDomain, certificateID string, verify *bool) (URLDomain, []domain.Event, error) {
	i := slices.Index(d.Certificates, certificateID)
	if i < 0 {
		return URLDomain{}, nil, ErrCertificateNotAttached()
	}
	d.Certificates = slices.Delete(slices.Clone(d.Certificates), i, i+1)
	put(&d.VerifyClients, verify)
	if len(d.Certificates) == 0 {
		d.Certificates, d.VerifyClients = nil, false
	}
	return d, []domain.Event{CertificateDetached{d, certificateID}}, nil
}

// suits refuses a certificate that a domain name cannot have: one of another instance, one that is not for
// its name, one more of an algorithm, one with another kind of trusted root CA. The same name at another
// port counts as one with it (§5.4).
func (s *State) suits(in *instance, d URLDomain, c Certificate, now time.Time) error {
	if c.Type == CertificateInstance && c.InstanceID != in.ID {
		return ErrInvalidBecause("instance_id", "is not the instance that the certificate is of")
	}
	if err := fits(c.Content, sameDomain(d.Name), now); err != nil {
		return err
	}
	for _, sibling := range in.naming.named.of(sameDomain(d.Name)) {
		for _, id := range in.naming.domains[sibling].Certificates {
			other := s.certificates.all[id]
			switch {
			case id == c.ID:
			case other.AlgorithmType == c.AlgorithmType:
				return ErrDomainHasCertificate()
			case other.CAAlgorithm != "" && c.CAAlgorithm != "" && other.CAAlgorithm != c.CAAlgorithm:
				return ErrCAAlgorithms()
			}
		}
	}
	return nil
}
