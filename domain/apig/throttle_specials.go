package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
)

// SpecialThrottle is a limit of a throttling policy for one app or one tenant (APIG V2 §3.9).
type SpecialThrottle struct {
	ID         string    `json:"id"`
	InstanceID string    `json:"instance_id"`
	ThrottleID string    `json:"throttle_id"`
	ObjectType string    `json:"object_type"`
	ObjectID   string    `json:"object_id"`
	CallLimits int       `json:"call_limits"` // in the policy's period
	ApplyTime  time.Time `json:"apply_time"`
}

// The objects of special settings.
const (
	SpecialApp  = "APP"
	SpecialUser = "USER"
)

// CreateSpecialThrottle adds a special setting to a throttling policy (APIG V2 §3.9.1).
type CreateSpecialThrottle struct {
	InstanceID string              `json:"instance_id"`
	ThrottleID string              `json:"throttle_id"`
	Body       SpecialThrottleBody `json:"body"`
}

// SpecialThrottleBody is the body of APIG V2 §3.9.1.
type SpecialThrottleBody struct {
	CallLimits int    `json:"call_limits" minimum:"1" doc:"Calls in the policy's period; at most its api_call_limits."`
	ObjectID   string `json:"object_id" minLength:"1" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$" doc:"App, or account ID of a tenant."`
	ObjectType string `json:"object_type" enum:"APP,USER" doc:"APP or USER (a tenant)."`
}

// UpdateSpecialThrottle changes the limit of a special setting (APIG V2 §3.9.2).
type UpdateSpecialThrottle struct {
	InstanceID string                    `json:"instance_id"`
	ThrottleID string                    `json:"throttle_id"`
	SpecialID  string                    `json:"strategy_id"`
	Body       SpecialThrottleUpdateBody `json:"body"`
}

// SpecialThrottleUpdateBody is the body of APIG V2 §3.9.2.
type SpecialThrottleUpdateBody struct {
	CallLimits int `json:"call_limits" minimum:"1" doc:"Calls in the policy's period; at most its api_call_limits."`
}

// DeleteSpecialThrottle deletes a special setting (APIG V2 §3.9.3).
type DeleteSpecialThrottle struct {
	InstanceID string `json:"instance_id"`
	ThrottleID string `json:"throttle_id"`
	SpecialID  string `json:"strategy_id"`
}

// CreateSpecialThrottle decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3005; APIG.2003 (limit); APIG.3004 (app); APIG.3308 (the object has one); APIG.3100 (quotas
// APP_THROTTLE_LIMIT and USER_THROTTLE_LIMIT).
func (s *State) CreateSpecialThrottle(m *domain.Moment, c CreateSpecialThrottle) (SpecialThrottle, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return SpecialThrottle{}, nil, err
	}
	in, t, err := s.changingThrottle(c.InstanceID, c.ThrottleID)
	if err != nil {
		return SpecialThrottle{}, nil, err
	}
	sp := SpecialThrottle{
		ID: m.NewID(), InstanceID: in.ID, ThrottleID: t.ID, ObjectType: c.Body.ObjectType, ObjectID: c.Body.ObjectID,
		CallLimits: c.Body.CallLimits, ApplyTime: m.Now,
	}
	if err := in.roomForSpecial(t, sp); err != nil {
		return SpecialThrottle{}, nil, err
	}
	return sp, []domain.Event{SpecialThrottleCreated{sp}}, nil
}

var specialQuotas = map[string]string{SpecialApp: quotaAppSpecials, SpecialUser: quotaUserSpecials}

func (in *instance) roomForSpecial(t *throttle, sp SpecialThrottle) error {
	if sp.CallLimits > t.APICallLimits {
		return ErrTooLarge("call_limits")
	}
	if sp.ObjectType == SpecialApp && !in.hasApp(sp.ObjectID) {
		return ErrAppNotFound(sp.ObjectID)
	}
	if t.objects[sp.object()] != "" {
		return ErrSpecialThrottleExists()
	}
	if limit := in.quota(specialQuotas[sp.ObjectType]); t.ofKind(sp.ObjectType) >= limit {
		return ErrTooMany("object_id", limit)
	}
	return nil
}

// UpdateSpecialThrottle decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3005; APIG.3013; APIG.2003 (limit).
func (s *State) UpdateSpecialThrottle(_ *domain.Moment, c UpdateSpecialThrottle) (SpecialThrottle, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return SpecialThrottle{}, nil, err
	}
	t, sp, err := s.changingSpecial(c.InstanceID, c.ThrottleID, c.SpecialID)
	if err != nil {
		return SpecialThrottle{}, nil, err
	}
	if c.Body.CallLimits > t.APICallLimits {
		return SpecialThrottle{}, nil, ErrTooLarge("call_limits")
	}
	if sp.CallLimits == c.Body.CallLimits {
		return sp, nil, nil
	}
	sp.CallLimits = c.Body.CallLimits
	return sp, []domain.Event{SpecialThrottleUpdated{sp, []string{"call_limits"}}}, nil
}

// DeleteSpecialThrottle decides on the command of that name. Errors: APIG.3030, 3718; APIG.3005;
// APIG.3013.
func (s *State) DeleteSpecialThrottle(_ *domain.Moment, c DeleteSpecialThrottle) (None, []domain.Event, error) {
	_, sp, err := s.changingSpecial(c.InstanceID, c.ThrottleID, c.SpecialID)
	if err != nil {
		return None{}, nil, err
	}
	return None{}, []domain.Event{SpecialThrottleDeleted{sp}}, nil
}

func (s *State) changingSpecial(instanceID, throttleID, id string) (*throttle, SpecialThrottle, error) {
	_, t, err := s.changingThrottle(instanceID, throttleID)
	if err != nil {
		return nil, SpecialThrottle{}, err
	}
	sp, ok := t.specials[id]
	if !ok {
		return nil, SpecialThrottle{}, ErrSpecialThrottleNotFound(id)
	}
	return t, sp, nil
}
