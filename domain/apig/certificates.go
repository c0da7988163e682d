package apig

import (
	"maps"
	"slices"
	"time"

	"github.com/gatelog/gatelog/domain"
)

// maxCertificates is the largest number of certificates of a project. No reference says it: it bounds what
// a state holds.
const maxCertificates = 1000

// certificates are those of the project.
type certificates struct {
	all   map[string]Certificate
	names map[string]string // name to id
}

func newCertificates() certificates {
	return certificates{all: map[string]Certificate{}, names: map[string]string{}}
}

func (cs *certificates) put(c Certificate) {
	cs.drop(c.ID)
	cs.all[c.ID], cs.names[c.Name] = c, c.ID
}

func (cs *certificates) drop(id string) {
	delete(cs.names, cs.all[id].Name)
	delete(cs.all, id)
}

// dropInstance ends the certificates of an instance that is gone.
func (cs *certificates) dropInstance(instanceID string) {
	for id, c := range cs.all {
		if c.InstanceID == instanceID {
			cs.drop(id)
		}
	}
}

// CreateCertificate decides on the command of that name. Errors: APIG.2001, 2011; APIG.2106, 2104, 2102,
// 3148, 2109; APIG.3715 (mixed trusted root CAs); APIG.3030, 3718; APIG.3325 (name); APIG.3100.
func (s *State) CreateCertificate(m *domain.Moment, c CreateCertificate) (Certificate, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Certificate{}, nil, err
	}
	cert := Certificate{ID: m.NewID(), Type: CertificateGlobal, InstanceID: CommonInstance, PrivateKey: c.Key.Text, CreateTime: m.Now, UpdateTime: m.Now}
	if err := s.restate(&cert, c.Body, m.Now); err != nil {
		return Certificate{}, nil, err
	}
	if err := s.roomForCertificate(); err != nil {
		return Certificate{}, nil, err
	}
	return cert, []domain.Event{CertificateCreated{cert}}, nil
}

func (s *State) roomForCertificate() error {
	if len(s.certificates.all) >= maxCertificates {
		return ErrTooMany("name", maxCertificates)
	}
	return nil
}

// restate makes a certificate say what a body does, and holds it against the rules of §3.26.2.
func (s *State) restate(c *Certificate, b CertificateText, now time.Time) error {
	facts, err := examine(b.Content, now)
	if err != nil {
		return err
	}
	if b.AlgorithmType != "" && b.AlgorithmType != facts.AlgorithmType {
		return ErrInvalidBecause("algorithm_type", "is not that of the certificate")
	}
	c.CertificateFacts, c.Content = facts, b.Content
	if b.TrustedRootCA != nil {
		c.TrustedRootCA, c.CAAlgorithm = *b.TrustedRootCA, ""
	}
	if c.TrustedRootCA != "" {
		if c.CAAlgorithm, err = examineCAs(c.TrustedRootCA, now); err != nil {
			return err
		}
	}
	if err := s.rescope(c, b); err != nil {
		return err
	}
	if id := s.certificates.names[b.Name]; id != "" && id != c.ID {
		return ErrCertificateNameTaken(b.Name)
	}
	c.Name = b.Name
	return nil
}

// rescope gives a certificate the type and instance that a body names, if it names any.
func (s *State) rescope(c *Certificate, b CertificateText) error {
	switch b.Type {
	case CertificateGlobal:
		c.Type, c.InstanceID, c.OfDomain = CertificateGlobal, CommonInstance, false
	case CertificateInstance:
		if b.InstanceID == "" {
			return ErrMissing("instance_id")
		}
		if _, err := s.changing(b.InstanceID); err != nil {
			return err
		}
		c.Type, c.InstanceID = CertificateInstance, b.InstanceID
	}
	return nil
}

// UpdateCertificate decides on the command of that name. What the certificate says afterwards must suit the
// domain names that have it. Errors: those of CreateCertificate; APIG.3021; APIG.2103, 2051, 3715 and 2011
// (type) because of domain names.
func (s *State) UpdateCertificate(m *domain.Moment, c UpdateCertificate) (Certificate, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Certificate{}, nil, err
	}
	old, err := s.certificate(c.CertificateID)
	if err != nil {
		return Certificate{}, nil, err
	}
	cert := old
	if err := s.restate(&cert, c.Body, m.Now); err != nil {
		return Certificate{}, nil, err
	}
	for _, in := range s.secured(cert.ID) {
		for _, id := range in.naming.secured.of(cert.ID) {
			if err := s.suits(in, in.naming.domains[id], cert, m.Now); err != nil {
				return Certificate{}, nil, err
			}
		}
	}
	changed := old.differences(cert)
	if changed == nil {
		return old, nil, nil
	}
	if cert.Content != old.Content {
		cert.PrivateKey = c.Key.Text
	}
	cert.UpdateTime = m.Now
	return cert, []domain.Event{CertificateUpdated{cert, changed}}, nil
}

func (c Certificate) differences(now Certificate) []string {
	return names(
		difference{"name", c.Name != now.Name}, difference{"cert_content", c.Content != now.Content},
		difference{"type", c.Type != now.Type}, difference{"instance_id", c.InstanceID != now.InstanceID},
		difference{"trusted_root_ca", c.TrustedRootCA != now.TrustedRootCA},
	)
}

// DeleteCertificate decides on the command of that name. Errors: APIG.3021; APIG.2011 while a domain name has
// it (§3.26.6), for which no code is documented.
func (s *State) DeleteCertificate(_ *domain.Moment, c DeleteCertificate) (None, []domain.Event, error) {
	cert, err := s.certificate(c.CertificateID)
	if err != nil {
		return None{}, nil, err
	}
	if len(s.secured(cert.ID)) > 0 {
		return None{}, nil, ErrInvalidBecause("certificate_id", "names a certificate that domain names have: detach it from them first")
	}
	return None{}, []domain.Event{CertificateDeleted{CertificateID: cert.ID, Name: cert.Name}}, nil
}

func (s *State) certificate(id string) (Certificate, error) {
	c, ok := s.certificates.all[id]
	if !ok {
		return Certificate{}, ErrCertificateNotFound(id)
	}
	return c, nil
}

// secured returns the instances with domain names that have a certificate.
func (s *State) secured(certificateID string) []*instance {
	return s.where(func(in *instance) bool { return len(in.naming.secured[certificateID]) > 0 })
}

// where returns the instances of which something is true, by their ids.
func (s *State) where(is func(*instance) bool) []*instance {
	var all []*instance
	for _, id := range slices.Sorted(maps.Keys(s.instances)) {
		if in := s.instances[id]; is(in) {
			all = append(all, in)
		}
	}
	return all
}
