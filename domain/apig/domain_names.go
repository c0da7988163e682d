package apig

import "github.com/gatelog/gatelog/domain"

// BindURLDomain decides on the command of that name. Errors: APIG.2001, 2011, 2024, 2025; APIG.3030, 3718;
// APIG.3001; APIG.3108 (quota APIGROUP_DOMAIN_NUM_LIMIT); APIG.2049 (port); APIG.3305, 2050 (name).
func (s *State) BindURLDomain(m *domain.Moment, c BindURLDomain) (URLDomain, []domain.Event, error) {
	if err := c.Body.check(); err != nil {
		return URLDomain{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return URLDomain{}, nil, err
	}
	g, err := in.group(c.GroupID)
	if err != nil {
		return URLDomain{}, nil, err
	}
	d := URLDomain{
		ID: m.NewID(), InstanceID: in.ID, GroupID: g.ID, Name: c.Body.Name, MinSSLVersion: c.Body.MinSSLVersion,
		RedirectHTTP: c.Body.RedirectHTTP, BindTime: m.Now,
	}
	if d.MinSSLVersion == "" {
		d.MinSSLVersion = defaultSSLVersion
	}
	if d.HTTPPort, d.HTTPSPort, err = c.Body.ports(); err != nil {
		return URLDomain{}, nil, err
	}
	if err := in.roomForDomain(d); err != nil {
		return URLDomain{}, nil, err
	}
	return d, []domain.Event{URLDomainBound{d}}, nil
}

// ports returns the ports of a new domain name: those given, or the default ones. One alone is refused
// (SDK).
func (b URLDomainBody) ports() (http, https int, err error) {
	switch {
	case b.HTTPPort == nil && b.HTTPSPort == nil:
		return defaultHTTPPort, defaultHTTPSPort, nil
	case b.HTTPPort == nil:
		return 0, 0, ErrMissing("ingress_http_port")
	case b.HTTPSPort == nil:
		return 0, 0, ErrMissing("ingress_https_port")
	}
	return *b.HTTPPort, *b.HTTPSPort, nil
}

// roomForDomain refuses a new domain name that is one too many for its group, or that the instance has.
func (in *instance) roomForDomain(d URLDomain) error {
	if limit := in.quota(quotaDomains); len(in.naming.ofGroup[d.GroupID]) >= limit {
		return ErrTooManyURLDomains(limit)
	}
	return in.checkPorts(d)
}

// checkPorts refuses ports that a domain name cannot have: those that are none, that the instance has not
// opened, or at which it has the name.
func (in *instance) checkPorts(d URLDomain) error {
	if err := in.checkPort("ingress_http_port", portHTTP, d.HTTPPort, defaultHTTPPort); err != nil {
		return err
	}
	if err := in.checkPort("ingress_https_port", portHTTPS, d.HTTPSPort, defaultHTTPSPort); err != nil {
		return err
	}
	if d.HTTPPort == noPort && d.HTTPSPort == noPort {
		return ErrPortInvalid("ingress_https_port") // it could not be reached at all
	}
	for _, id := range in.naming.named.of(sameDomain(d.Name)) {
		other := in.naming.domains[id]
		http, https := meet(d.HTTPPort, other.HTTPPort), meet(d.HTTPSPort, other.HTTPSPort)
		switch {
		case id == d.ID:
		case http && d.HTTPPort == defaultHTTPPort, https && d.HTTPSPort == defaultHTTPSPort:
			return ErrURLDomainTaken(d.Name)
		case http, https:
			return ErrURLDomainPortTaken()
		}
	}
	return nil
}

func meet(a, b int) bool { return a == b && a != noPort }

func (in *instance) checkPort(param, protocol string, port, usual int) error {
	switch {
	case port == noPort || port == usual:
		return nil
	case port < leastPort || port > mostPort:
		return ErrPortInvalid(param)
	case in.naming.open[port].Protocol != protocol:
		return ErrPortNotOpen(param)
	}
	return nil
}

// UpdateURLDomain decides on the command of that name. Verifying clients stays off while the domain name has
// no certificate (§3.12.2). Errors: APIG.2001, 2011, 2025; APIG.3030, 3718; APIG.3001; APIG.3020, 3474;
// APIG.2049 (port); APIG.3305, 2050 (name).
func (s *State) UpdateURLDomain(_ *domain.Moment, c UpdateURLDomain) (URLDomain, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return URLDomain{}, nil, err
	}
	in, old, err := s.changingDomain(c.InstanceID, c.GroupID, c.DomainID)
	if err != nil {
		return URLDomain{}, nil, err
	}
	d := old
	d.MinSSLVersion = c.Body.MinSSLVersion
	put(&d.RedirectHTTP, c.Body.RedirectHTTP)
	put(&d.HTTPPort, c.Body.HTTPPort)
	put(&d.HTTPSPort, c.Body.HTTPSPort)
	if len(d.Certificates) > 0 {
		put(&d.VerifyClients, c.Body.VerifyClients)
	}
	if err := in.checkPorts(d); err != nil {
		return URLDomain{}, nil, err
	}
	changed := old.differences(d)
	if changed == nil {
		return d, nil, nil
	}
	return d, []domain.Event{URLDomainUpdated{d, changed}}, nil
}

// UnbindURLDomain decides on the command of that name. A certificate that came for the domain name alone
// goes with it. Errors: APIG.3030, 3718; APIG.3001; APIG.3020, 3474.
func (s *State) UnbindURLDomain(_ *domain.Moment, c UnbindURLDomain) (None, []domain.Event, error) {
	in, d, err := s.changingDomain(c.InstanceID, c.GroupID, c.DomainID)
	if err != nil {
		return None{}, nil, err
	}
	events := []domain.Event{URLDomainUnbound{InstanceID: in.ID, GroupID: d.GroupID, DomainID: d.ID, Name: d.Name}}
	return None{}, append(events, s.left(in, d.ID)...), nil
}

// left returns the ends of the certificates that came for domain names alone (§3.12.2) and have none any
// more when these go.
func (s *State) left(in *instance, going ...string) []domain.Event {
	var events []domain.Event
	losing := map[string]int{} // by certificate: how many of its domain names go
	for _, domainID := range going {
		for _, id := range in.naming.domains[domainID].Certificates {
			losing[id]++
			if c := s.certificates.all[id]; c.OfDomain && losing[id] == len(in.naming.secured[id]) {
				events = append(events, CertificateDeleted{CertificateID: id, Name: c.Name})
			}
		}
	}
	return events
}

// SetSLDomainAccess decides on the command of that name. Errors: APIG.2011; APIG.3030, 3718; APIG.3020 for a
// group that is not there (example of §3.12.5).
func (s *State) SetSLDomainAccess(m *domain.Moment, c SetSLDomainAccess) (None, []domain.Event, error) {
	if c.Body.Enabled == nil {
		return None{}, nil, ErrInvalid("sl_domain_access_enabled")
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	old, ok := in.groups[c.GroupID]
	if !ok {
		return None{}, nil, ErrURLDomainNotFound()
	}
	if old.SLDomainAccessEnabled == *c.Body.Enabled {
		return None{}, nil, nil
	}
	g := old.Group
	g.SLDomainAccessEnabled, g.UpdateTime = *c.Body.Enabled, m.Now
	return None{}, []domain.Event{GroupUpdated{g, []string{"sl_domain_access_enabled"}}}, nil
}

// changingDomain returns a domain name of a group, for an operation that changes it: APIG.3030, 3718;
// APIG.3001; APIG.3020, 3474.
func (s *State) changingDomain(instanceID, groupID, id string) (*instance, URLDomain, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return nil, URLDomain{}, err
	}
	if _, err := in.group(groupID); err != nil {
		return nil, URLDomain{}, err
	}
	d, ok := in.naming.domains[id]
	switch {
	case !ok:
		return nil, URLDomain{}, ErrURLDomainNotFound()
	case d.GroupID != groupID:
		return nil, URLDomain{}, ErrURLDomainGroup()
	}
	return in, d, nil
}
