package apig

import "github.com/gatelog/gatelog/domain"

// OpenIngress makes an instance with an ELB reachable from the public network (APIG V2 §3.23.10).
type OpenIngress struct {
	InstanceID string        `json:"instance_id"`
	Body       BandwidthBody `json:"body"`
}

// ChangeIngress changes the inbound bandwidth of an instance with an ELB (APIG V2 §3.23.11).
type ChangeIngress struct {
	InstanceID string        `json:"instance_id"`
	Body       BandwidthBody `json:"body"`
}

// CloseIngress ends the public access to an instance with an ELB (APIG V2 §3.23.12).
type CloseIngress struct {
	InstanceID string `json:"instance_id"`
}

// OpenIngress decides on the command of that name. Errors: APIC.7211; APIC.7302; APIC.7701; APIC.7242
// for an instance without an ELB; APIC.7711 when the access is open.
func (s *State) OpenIngress(m *domain.Moment, c OpenIngress) (JobStarted, []domain.Event, error) {
	in, err := s.balanced(c.InstanceID, c.Body)
	if err != nil {
		return JobStarted{}, nil, err
	}
	if in.IngressBandwidthSize > 0 {
		return JobStarted{}, nil, ErrIngressOpen()
	}
	return in.ingress(m, c.Body)
}

// ChangeIngress decides on the command of that name. The same bandwidth again is a job like any other.
// Errors: APIC.7211; APIC.7302; APIC.7701; APIC.7242 for an instance without an ELB; APIC.9211 when there
// is no access.
func (s *State) ChangeIngress(m *domain.Moment, c ChangeIngress) (JobStarted, []domain.Event, error) {
	in, err := s.balanced(c.InstanceID, c.Body)
	if err != nil {
		return JobStarted{}, nil, err
	}
	if in.IngressBandwidthSize == 0 {
		return JobStarted{}, nil, ErrNoIngress()
	}
	return in.ingress(m, c.Body)
}

// CloseIngress decides on the command of that name. An instance without the access stays as it is.
// Errors: APIC.7302; APIC.7701; APIC.7242 for an instance without an ELB.
func (s *State) CloseIngress(m *domain.Moment, c CloseIngress) (None, []domain.Event, error) {
	in, err := s.balanced(c.InstanceID, BandwidthBody{})
	if err != nil || in.IngressBandwidthSize == 0 {
		return None{}, nil, err
	}
	i := in.at(m)
	i.IngressBandwidthSize, i.IngressBandwidthChargingMode = 0, ""
	changed := []string{"ingress_bandwidth_size", "ingress_bandwidth_charging_mode"}
	return None{}, []domain.Event{InstanceIngressClosed{InstanceChange{i, changed}}}, nil
}

// balanced is changeable for what only an instance with an ELB can do (§3.23.10 to §3.23.12).
func (s *State) balanced(id string, body BandwidthBody) (*instance, error) {
	in, err := s.changeable(id, body)
	if err == nil && in.Balancer() != BalancerELB {
		err = ErrNoLoadBalancing()
	}
	return in, err
}

func (in *instance) ingress(m *domain.Moment, b BandwidthBody) (JobStarted, []domain.Event, error) {
	t := InstanceTask{
		Kind: TaskIngress, JobID: newJobID(m),
		BandwidthSize: in.IngressBandwidthSize, BandwidthChargingMode: in.IngressBandwidthChargingMode,
	}
	b.onto(&t.BandwidthSize, &t.BandwidthChargingMode)
	i := in.begin(m, InstanceUpdating, t)
	return started(i), []domain.Event{InstanceIngressOrdered{InstanceChange{i, []string{"status", "progress", "task"}}}}, nil
}
