package apig

import "github.com/gatelog/gatelog/domain"

// SetQuota changes a quota. It is an operator's command; APIG V2 §3.22 can only list quotas.
type SetQuota struct {
	// InstanceID is empty for a quota of the tenant.
	InstanceID string `json:"instance_id,omitempty"`
	Name       string `json:"config_name"`
	// Value is 0 to 1,000,000 for a limit; 1 (on) or 2 (off) for a switch. A limit below what exists
	// takes nothing away, it only lets nothing new in.
	Value int `json:"config_value"`
}

// SetQuota decides on the command of that name. Errors: APIG.3030; APIG.2011 for a quota that does not
// exist there or is fixed; APIG.2004 for a value out of its range.
func (s *State) SetQuota(m *domain.Moment, c SetQuota) (Quota, []domain.Event, error) {
	current := s.quota
	if c.InstanceID != "" {
		in, err := s.below(c.InstanceID)
		if err != nil {
			return Quota{}, nil, err
		}
		current = in.quota
	}
	spec, ok := quotaSpecs[c.Name]
	if ofTenant := spec.Counts == CountedInstances; !ok || spec.Kind == QuotaFixed || ofTenant != (c.InstanceID == "") {
		return Quota{}, nil, ErrInvalid("config_name")
	}
	low, high := 0, maxQuota
	if spec.Kind == QuotaSwitch {
		low, high = switchOn, switchOff
	}
	if c.Value < low || c.Value > high {
		return Quota{}, nil, ErrOutOfRange("config_value")
	}
	q := Quota{InstanceID: c.InstanceID, Name: c.Name, Value: c.Value, UpdateTime: m.Now}
	if current(c.Name) == c.Value {
		return q, nil, nil
	}
	return q, []domain.Event{QuotaSet{q}}, nil
}
