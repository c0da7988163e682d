package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// BindThrottle binds a throttling policy to publications (APIG V2 §3.8.1).
type BindThrottle struct {
	InstanceID string           `json:"instance_id"`
	Body       BindThrottleBody `json:"body"`
}

// BindThrottleBody is the body of APIG V2 §3.8.1.
type BindThrottleBody struct {
	StrategyID string   `json:"strategy_id" minLength:"1" maxLength:"65" doc:"Throttling policy."`
	PublishIDs []string `json:"publish_ids" minItems:"1" maxItems:"1000" minLength:"1" maxLength:"65" doc:"Publication records of the APIs; at most 1000."`
}

// UnbindThrottle removes a binding of a throttling policy (APIG V2 §3.8.2).
type UnbindThrottle struct {
	InstanceID string `json:"instance_id"`
	BindingID  string `json:"binding_id"`
}

// UnbindThrottles removes many bindings of throttling policies (APIG V2 §3.8.6).
type UnbindThrottles struct {
	InstanceID string              `json:"instance_id"`
	Action     string              `json:"action"` // must be ActionDelete
	Body       UnbindThrottlesBody `json:"body"`
}

// UnbindThrottlesBody is the body of APIG V2 §3.8.6.
type UnbindThrottlesBody struct {
	Bindings []string `json:"throttle_bindings,omitempty" maxItems:"1000" minLength:"1" maxLength:"65" doc:"Bindings; an id given twice counts once."`
}

// BindThrottle decides on the command of that name: each publication has at most one policy, and the
// newest binding counts (§3.8.1, §3.8.5). Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3005; APIG.3015.
func (s *State) BindThrottle(m *domain.Moment, c BindThrottle) ([]Bound, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return nil, nil, err
	}
	in, t, err := s.changingThrottle(c.InstanceID, c.Body.StrategyID)
	if err != nil {
		return nil, nil, err
	}
	return in.bindPolicy(m, in.family(FamilyThrottle), t.ID, "", c.Body.PublishIDs)
}

// UnbindThrottle decides on the command of that name. Errors: APIG.3030, 3718; APIG.3012.
func (s *State) UnbindThrottle(_ *domain.Moment, c UnbindThrottle) (None, []domain.Event, error) {
	return s.unbindPolicy(c.InstanceID, FamilyThrottle, c.BindingID, ErrThrottleBindingNotFound())
}

// UnbindThrottles decides on the command of that name: a binding that does not exist (APIG.3012) is
// listed as a failure and does not stop the others. Errors: APIG.2011; APIG.3030, 3718.
func (s *State) UnbindThrottles(_ *domain.Moment, c UnbindThrottles) (UnbindResult, []domain.Event, error) {
	if err := checkDeletion(c.Action, c.Body); err != nil {
		return UnbindResult{}, nil, err
	}
	return s.unbindPolicies(c.InstanceID, FamilyThrottle, c.Body.Bindings, ErrThrottleBindingNotFound())
}
