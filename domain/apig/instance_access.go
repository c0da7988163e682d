package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// What an instance is reached through from the public network, and reaches it through: an EIP and a
// bandwidth inbound, a bandwidth outbound. Gatelog keeps what was asked for; it moves no packets.

// The kinds of load balancers of an instance (APIG V2 §3.23.1).
const (
	BalancerLVS = "lvs"
	BalancerELB = "elb"
)

// Balancer returns the kind of load balancer of an instance: lvs unless another was asked for.
func (i Instance) Balancer() string {
	if i.LoadbalancerProvider == "" {
		return BalancerLVS
	}
	return i.LoadbalancerProvider
}

// BindEIP makes an instance reachable at an EIP, instead of another one if it had one (APIG V2 §3.23.5).
type BindEIP struct {
	InstanceID string  `json:"instance_id"`
	Body       EIPBody `json:"body"`
}

// EIPBody is the body of APIG V2 §3.23.5.
type EIPBody struct {
	EIPID string `json:"eip_id,omitempty" minLength:"1" maxLength:"255" pattern:"^[A-Za-z0-9_.:-]+$" doc:"EIP; one whose id is an IP address has that address."`
}

// UnbindEIP takes its EIP from an instance (APIG V2 §3.23.6).
type UnbindEIP struct {
	InstanceID string `json:"instance_id"`
}

// OpenEgress lets an instance reach the public network (APIG V2 §3.23.7).
type OpenEgress struct {
	InstanceID string        `json:"instance_id"`
	Body       BandwidthBody `json:"body"`
}

// ChangeEgress changes the outbound bandwidth of an instance (APIG V2 §3.23.8).
type ChangeEgress struct {
	InstanceID string        `json:"instance_id"`
	Body       BandwidthBody `json:"body"`
}

// CloseEgress ends the access of an instance to the public network (APIG V2 §3.23.9).
type CloseEgress struct {
	InstanceID string `json:"instance_id"`
}

// BandwidthBody is the body of APIG V2 §3.23.7, §3.23.8, §3.23.10 and §3.23.11. What is left out stays
// as it is, and has its default where nothing was.
type BandwidthBody struct {
	BandwidthSize         *int   `json:"bandwidth_size,omitempty" minimum:"1" maximum:"1000000" doc:"Bandwidth in Mbit/s. Default: 5."`
	BandwidthChargingMode string `json:"bandwidth_charging_mode,omitempty" enum:"bandwidth,traffic" doc:"Charging of the bandwidth. Default: bandwidth."`
}

// Defaults of APIG V2 §3.23.1.
const (
	defaultBandwidth = 5 // Mbit/s
	defaultCharging  = "bandwidth"
)

// onto sets what the body has, and defaults where there is nothing.
func (b BandwidthBody) onto(size *int, charging *string) {
	put(size, b.BandwidthSize)
	if *size == 0 {
		*size = defaultBandwidth
	}
	if b.BandwidthChargingMode != "" {
		*charging = b.BandwidthChargingMode
	}
	if *charging == "" {
		*charging = defaultCharging
	}
}

// changeable returns an instance that a body without faults may change. Errors: APIC.7211, 7302, 7701.
func (s *State) changeable(id string, body any) (*instance, error) {
	if bad := domain.Check(body); bad != nil {
		return nil, ErrInstanceParam(bad.Path)
	}
	return s.idle(id)
}

// BindEIP decides on the command of that name. Errors: APIC.7211; APIC.7302; APIC.7701.
func (s *State) BindEIP(m *domain.Moment, c BindEIP) (Instance, []domain.Event, error) {
	in, err := s.changeable(c.InstanceID, c.Body)
	if err != nil {
		return Instance{}, nil, err
	}
	if c.Body.EIPID == "" {
		return Instance{}, nil, ErrInstanceParam("eip_id")
	}
	if c.Body.EIPID == in.EIPID {
		return in.Instance, nil, nil
	}
	i := in.at(m)
	i.EIPID = c.Body.EIPID
	return i, []domain.Event{InstanceEIPBound{InstanceChange{i, []string{"eip_id"}}}}, nil
}

// UnbindEIP decides on the command of that name. An instance without an EIP stays as it is. Errors:
// APIC.7302; APIC.7701.
func (s *State) UnbindEIP(m *domain.Moment, c UnbindEIP) (None, []domain.Event, error) {
	in, err := s.idle(c.InstanceID)
	if err != nil || in.EIPID == "" {
		return None{}, nil, err
	}
	i := in.at(m)
	i.EIPID = ""
	return None{}, []domain.Event{InstanceEIPUnbound{InstanceChange{i, []string{"eip_id"}}}}, nil
}

// OpenEgress decides on the command of that name. Errors: APIC.7211; APIC.7302; APIC.7701; APIC.7709
// when the access is open; APIC.7313 (bandwidth for IPv6).
func (s *State) OpenEgress(m *domain.Moment, c OpenEgress) (None, []domain.Event, error) {
	in, err := s.changeable(c.InstanceID, c.Body)
	if err != nil {
		return None{}, nil, err
	}
	if in.BandwidthSize > 0 {
		return None{}, nil, ErrEgressOpen()
	}
	i, changed, err := in.egress(m, c.Body)
	if err != nil {
		return None{}, nil, err
	}
	return None{}, []domain.Event{InstanceEgressOpened{InstanceChange{i, changed}}}, nil
}

// ChangeEgress decides on the command of that name. Errors: APIC.7211; APIC.7302; APIC.7701; APIC.7311
// when there is no access; APIC.7313 (bandwidth for IPv6).
func (s *State) ChangeEgress(m *domain.Moment, c ChangeEgress) (None, []domain.Event, error) {
	in, err := s.changeable(c.InstanceID, c.Body)
	if err != nil {
		return None{}, nil, err
	}
	if in.BandwidthSize == 0 {
		return None{}, nil, ErrNoEgress()
	}
	i, changed, err := in.egress(m, c.Body)
	if err != nil || changed == nil {
		return None{}, nil, err
	}
	return None{}, []domain.Event{InstanceEgressChanged{InstanceChange{i, changed}}}, nil
}

// CloseEgress decides on the command of that name. Errors: APIC.7302; APIC.7701; APIC.7311 when there is
// no access.
func (s *State) CloseEgress(m *domain.Moment, c CloseEgress) (None, []domain.Event, error) {
	in, err := s.idle(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	if in.BandwidthSize == 0 {
		return None{}, nil, ErrNoEgress()
	}
	i := in.at(m)
	i.BandwidthSize, i.BandwidthChargingMode = 0, ""
	return None{}, []domain.Event{InstanceEgressClosed{InstanceChange{i, []string{"bandwidth_size", "bandwidth_charging_mode"}}}}, nil
}

// egress returns the instance with another outbound bandwidth, and the names of what differs.
func (in *instance) egress(m *domain.Moment, b BandwidthBody) (Instance, []string, error) {
	i := in.at(m)
	b.onto(&i.BandwidthSize, &i.BandwidthChargingMode)
	if err := i.checkIPv6(i.BandwidthSize); err != nil {
		return Instance{}, nil, err
	}
	return i, names(
		difference{"bandwidth_size", i.BandwidthSize != in.BandwidthSize},
		difference{"bandwidth_charging_mode", i.BandwidthChargingMode != in.BandwidthChargingMode},
	), nil
}

// at returns the instance as one that changes now.
func (in *instance) at(m *domain.Moment) Instance {
	i := in.Instance
	i.UpdateTime = m.Now
	return i
}
