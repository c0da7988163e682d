package apig

import (
	"encoding/json"
	"time"

	"github.com/gatelog/gatelog/domain"
)

// Throttle is a request throttling policy (APIG V2 §3.4).
type Throttle struct {
	ID         string `json:"id"`
	InstanceID string `json:"instance_id"`
	ThrottleBody
	CreateTime time.Time `json:"create_time"`
}

// ThrottleBody is the body of APIG V2 §3.4.1 and §3.4.2. A change replaces all of it: a limit left out
// is none.
type ThrottleBody struct {
	Name                  string `json:"name" minLength:"3" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_]*$" doc:"Name, unique in the instance."`
	Remark                string `json:"remark,omitempty" maxLength:"255" doc:"Description."`
	Type                  int    `json:"type,omitempty" enum:"1,2" doc:"1 (default): each API bound has a count of its own, 2: they share one."`
	TimeInterval          int    `json:"time_interval" minimum:"1" maximum:"2147483647" doc:"Length of the period, in time_unit."`
	TimeUnit              string `json:"time_unit" enum:"SECOND,MINUTE,HOUR,DAY" doc:"Unit of the period."`
	APICallLimits         int    `json:"api_call_limits" minimum:"1" maximum:"2147483647" doc:"Calls of an API in a period."`
	UserCallLimits        int    `json:"user_call_limits,omitempty" minimum:"1" maximum:"2147483647" doc:"Of them by one user; at most api_call_limits."`
	AppCallLimits         int    `json:"app_call_limits,omitempty" minimum:"1" maximum:"2147483647" doc:"Of them by one app; at most user_call_limits."`
	IPCallLimits          int    `json:"ip_call_limits,omitempty" minimum:"1" maximum:"2147483647" doc:"Of them from one address; at most api_call_limits."`
	EnableAdaptiveControl string `json:"enable_adaptive_control,omitempty" enum:"FALSE" doc:"Adaptive throttling is not supported."`
}

// The types of throttling policies (APIG V2 §3.4.1).
const (
	throttleEach = 1
	// ThrottleShared is the type of a policy whose APIs share one count.
	ThrottleShared = 2
)

// adaptiveOff is the one value of enable_adaptive_control.
const adaptiveOff = "FALSE"

// CreateThrottle creates a throttling policy (APIG V2 §3.4.1).
type CreateThrottle struct {
	InstanceID string       `json:"instance_id"`
	Body       ThrottleBody `json:"body"`
}

// UpdateThrottle replaces what a throttling policy says (APIG V2 §3.4.2).
type UpdateThrottle struct {
	InstanceID string       `json:"instance_id"`
	ThrottleID string       `json:"throttle_id"`
	Body       ThrottleBody `json:"body"`
}

// DeleteThrottle deletes a throttling policy with its bindings and special settings (APIG V2 §3.4.3).
type DeleteThrottle struct {
	InstanceID string `json:"instance_id"`
	ThrottleID string `json:"throttle_id"`
}

// ThrottleInfo is a throttling policy with what answers tell of its use.
type ThrottleInfo struct {
	Throttle
	BindNum     int  `json:"bind_num"`
	HasSpecials bool `json:"has_specials"`
}

// CreateThrottle decides on the command of that name. Errors: APIG.2001, 2011, 2003; APIG.3030, 3718;
// APIG.3107 (quota THROTTLE_NUM_LIMIT); APIG.3204 (name).
func (s *State) CreateThrottle(m *domain.Moment, c CreateThrottle) (ThrottleInfo, []domain.Event, error) {
	if err := c.Body.check(); err != nil {
		return ThrottleInfo{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return ThrottleInfo{}, nil, err
	}
	if err := in.roomForThrottle(c.Body); err != nil {
		return ThrottleInfo{}, nil, err
	}
	t := Throttle{ID: m.NewID(), InstanceID: in.ID, ThrottleBody: c.Body.whole(), CreateTime: m.Now}
	return ThrottleInfo{Throttle: t}, []domain.Event{ThrottleCreated{t}}, nil
}

func (in *instance) roomForThrottle(b ThrottleBody) error {
	if in.throttling.names[b.Name] != "" {
		return ErrThrottleNameTaken(b.Name)
	}
	if limit := in.quota(quotaThrottles); len(in.throttling.policies) >= limit {
		return ErrTooManyThrottles(limit)
	}
	return in.checkRate(b)
}

// check holds the limits against each other (§3.4.1).
func (b ThrottleBody) check() error {
	if err := violated(b); err != nil {
		return err
	}
	appMost, appAbove := b.UserCallLimits, "user_call_limits"
	if appMost == 0 {
		appMost, appAbove = b.APICallLimits, "api_call_limits"
	}
	switch {
	case b.UserCallLimits > b.APICallLimits:
		return ErrInvalidBecause("user_call_limits", "is larger than api_call_limits")
	case b.AppCallLimits > appMost:
		return ErrInvalidBecause("app_call_limits", "is larger than "+appAbove)
	case b.IPCallLimits > b.APICallLimits:
		return ErrInvalidBecause("ip_call_limits", "is larger than api_call_limits")
	}
	return nil
}

// whole returns the body with its defaults.
func (b ThrottleBody) whole() ThrottleBody {
	if b.Type == 0 {
		b.Type = throttleEach
	}
	b.EnableAdaptiveControl = adaptiveOff
	return b
}

var unitSeconds = map[string]float64{"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400}

// checkRate refuses more calls a second than the system allows: APIG.2003. The documented default of 200
// holds nobody back, because the reference's own example asks for 800; what someone set does.
func (in *instance) checkRate(b ThrottleBody) error {
	most, set := in.callsPerSecond()
	seconds := float64(b.TimeInterval) * unitSeconds[b.TimeUnit]
	if set && float64(b.APICallLimits) > float64(most)*seconds {
		return ErrTooLarge("api_call_limits")
	}
	return nil
}

// callsPerSecond returns the largest rate that the feature ratelimit allows, or else the quota that an
// operator set.
func (in *instance) callsPerSecond() (most int, set bool) {
	if f, ok := in.features[featureRateLimit]; ok && f.Enable {
		var config struct {
			APILimits int `json:"api_limits"`
		}
		if json.Unmarshal([]byte(f.Config), &config) == nil && config.APILimits > 0 {
			return config.APILimits, true
		}
	}
	most, set = in.quotas[quotaUserCalls]
	return most, set
}

// UpdateThrottle decides on the command of that name. Errors: APIG.2001, 2011, 2003; APIG.3030, 3718;
// APIG.3005; APIG.3204 (name).
func (s *State) UpdateThrottle(_ *domain.Moment, c UpdateThrottle) (ThrottleInfo, []domain.Event, error) {
	if err := c.Body.check(); err != nil {
		return ThrottleInfo{}, nil, err
	}
	in, old, err := s.changingThrottle(c.InstanceID, c.ThrottleID)
	if err != nil {
		return ThrottleInfo{}, nil, err
	}
	if id := in.throttling.names[c.Body.Name]; id != "" && id != old.ID {
		return ThrottleInfo{}, nil, ErrThrottleNameTaken(c.Body.Name)
	}
	if err := in.checkRate(c.Body); err != nil {
		return ThrottleInfo{}, nil, err
	}
	t := old.Throttle
	t.ThrottleBody = c.Body.whole()
	info := ThrottleInfo{t, len(in.throttling.bound.ofPolicy[t.ID]), len(old.specials) > 0}
	changed := old.differences(t.ThrottleBody)
	if changed == nil {
		return info, nil, nil
	}
	return info, []domain.Event{ThrottleUpdated{t, changed}}, nil
}

func (b ThrottleBody) differences(now ThrottleBody) []string {
	return names(
		difference{"name", b.Name != now.Name}, difference{"remark", b.Remark != now.Remark}, difference{"type", b.Type != now.Type},
		difference{"time_interval", b.TimeInterval != now.TimeInterval}, difference{"time_unit", b.TimeUnit != now.TimeUnit},
		difference{"api_call_limits", b.APICallLimits != now.APICallLimits},
		difference{"user_call_limits", b.UserCallLimits != now.UserCallLimits},
		difference{"app_call_limits", b.AppCallLimits != now.AppCallLimits},
		difference{"ip_call_limits", b.IPCallLimits != now.IPCallLimits},
	)
}

// DeleteThrottle decides on the command of that name: a policy that is bound goes too (§3.4.3). Errors:
// APIG.3030, 3718; APIG.3005.
func (s *State) DeleteThrottle(_ *domain.Moment, c DeleteThrottle) (None, []domain.Event, error) {
	in, t, err := s.changingThrottle(c.InstanceID, c.ThrottleID)
	if err != nil {
		return None{}, nil, err
	}
	return None{}, []domain.Event{ThrottleDeleted{InstanceID: in.ID, ThrottleID: t.ID, Name: t.Name}}, nil
}

func (s *State) changingThrottle(instanceID, id string) (*instance, *throttle, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return nil, nil, err
	}
	t, err := in.throttle(id)
	return in, t, err
}

func (in *instance) throttle(id string) (*throttle, error) {
	t, ok := in.throttling.policies[id]
	if !ok {
		return nil, ErrThrottleNotFound(id)
	}
	return t, nil
}
