package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// maxIngressPorts is the largest number of custom inbound ports of an instance. No reference says it.
const maxIngressPorts = 40

// AddIngressPort decides on the command of that name. Errors: APIC.7211; APIC.7302, 7701; APIC.7403;
// APIC.9224 for a port that the instance has.
func (s *State) AddIngressPort(m *domain.Moment, c AddIngressPort) (IngressPort, []domain.Event, error) {
	if bad := domain.Check(c.Body); bad != nil {
		return IngressPort{}, nil, ErrInstanceParam(bad.Path)
	}
	in, err := s.idle(c.InstanceID)
	if err != nil {
		return IngressPort{}, nil, err
	}
	if _, ok := in.naming.open[c.Body.Port]; ok {
		return IngressPort{}, nil, ErrIngressPortTaken()
	}
	if len(in.naming.ports) >= maxIngressPorts {
		return IngressPort{}, nil, ErrTooManyIngressPorts(maxIngressPorts)
	}
	p := IngressPort{ID: m.NewID(), InstanceID: in.ID, Protocol: c.Body.Protocol, Port: c.Body.Port, CreateTime: m.Now}
	return p, []domain.Event{IngressPortAdded{p}}, nil
}

// DeleteIngressPort decides on the command of that name. Errors: APIC.7302, 7701; APIC.7211 for a port that
// is not there; APIC.7257 for one that a domain name uses.
func (s *State) DeleteIngressPort(_ *domain.Moment, c DeleteIngressPort) (None, []domain.Event, error) {
	in, err := s.idle(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	p, ok := in.naming.ports[c.PortID]
	switch {
	case !ok:
		return None{}, nil, ErrInstanceParam("ingress_port_id")
	case in.naming.uses(p.Port):
		return None{}, nil, ErrIngressPortInUse()
	}
	return None{}, []domain.Event{IngressPortDeleted{InstanceID: in.ID, PortID: p.ID, Port: p.Port}}, nil
}
