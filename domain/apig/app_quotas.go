package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
)

// AppQuota is a credential quota: how often the apps bound to it may call in a stretch of time (APIG V2
// §3.29).
type AppQuota struct {
	ID         string `json:"app_quota_id"`
	InstanceID string `json:"instance_id"`
	Name       string `json:"name"`
	CallLimits int    `json:"call_limits"`
	TimeUnit   string `json:"time_unit"`
	Interval   int    `json:"time_interval"` // in TimeUnit
	// ResetTime is when the first stretch begins, as the client wrote it; empty for the first call.
	ResetTime  string    `json:"reset_time,omitempty"`
	Remark     string    `json:"remark,omitempty"`
	CreateTime time.Time `json:"create_time"`
}

// AppQuotaBinding is an app bound to a credential quota. An app has at most one (APIG V2 §3.28.13).
type AppQuotaBinding struct {
	QuotaID   string    `json:"app_quota_id"`
	AppID     string    `json:"app_id"`
	BoundTime time.Time `json:"bound_time"`
}

// CreateAppQuota creates a credential quota (APIG V2 §3.29.1).
type CreateAppQuota struct {
	InstanceID string       `json:"instance_id"`
	Body       AppQuotaBody `json:"body"`
}

// AppQuotaBody is the body of APIG V2 §3.29.1 and §3.29.4.
type AppQuotaBody struct {
	Name       string  `json:"name" minLength:"3" maxLength:"255" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_]*$" doc:"Quota name, unique in the instance."`
	CallLimits int     `json:"call_limits" minimum:"1" maximum:"2147483647" doc:"Calls in a stretch of time."`
	TimeUnit   string  `json:"time_unit" enum:"SECOND,MINUTE,HOUR,DAY" doc:"Unit of time_interval."`
	Interval   int     `json:"time_interval" minimum:"1" maximum:"2147483647" doc:"Length of a stretch of time."`
	ResetTime  *string `json:"reset_time,omitempty" maxLength:"64" doc:"When the first stretch begins, in UTC: 2006-01-02 15:04:05, or RFC 3339. The first call when left out."`
	Remark     *string `json:"remark,omitempty" maxLength:"255" pattern:"^[^<>]*$" doc:"Description."`
}

// UpdateAppQuota changes a credential quota (APIG V2 §3.29.4).
type UpdateAppQuota struct {
	InstanceID string       `json:"instance_id"`
	QuotaID    string       `json:"app_quota_id"`
	Body       AppQuotaBody `json:"body"`
}

// DeleteAppQuota deletes a credential quota with its bindings (APIG V2 §3.29.5).
type DeleteAppQuota struct {
	InstanceID string `json:"instance_id"`
	QuotaID    string `json:"app_quota_id"`
}

// BindAppQuota binds apps to a credential quota (APIG V2 §3.29.7).
type BindAppQuota struct {
	InstanceID string           `json:"instance_id"`
	QuotaID    string           `json:"app_quota_id"`
	Body       AppQuotaBindBody `json:"body"`
}

// AppQuotaBindBody is the body of APIG V2 §3.29.7.
type AppQuotaBindBody struct {
	AppIDs []string `json:"app_ids" minItems:"1" maxItems:"1000" minLength:"1" maxLength:"65" doc:"Apps; an id given twice counts once."`
}

// UnbindAppQuota takes an app from a credential quota (APIG V2 §3.29.8).
type UnbindAppQuota struct {
	InstanceID string `json:"instance_id"`
	QuotaID    string `json:"app_quota_id"`
	AppID      string `json:"app_id"`
}

// maxAppQuotas is how many credential quotas an instance can have; the reference has no quota for them.
const maxAppQuotas = 1000

// Check refuses a body that breaks a rule of its fields: APIG.2001, APIG.2011.
func (b AppQuotaBody) Check() error {
	if err := violated(b); err != nil {
		return err
	}
	if b.ResetTime == nil || *b.ResetTime == "" {
		return nil
	}
	for _, layout := range []string{time.DateTime, time.RFC3339} {
		if _, err := time.Parse(layout, *b.ResetTime); err == nil {
			return nil
		}
	}
	return ErrInvalid("reset_time")
}

// CreateAppQuota decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3325 (name); APIG.3100 for more than 1000.
func (s *State) CreateAppQuota(m *domain.Moment, c CreateAppQuota) (AppQuota, []domain.Event, error) {
	if err := c.Body.Check(); err != nil {
		return AppQuota{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return AppQuota{}, nil, err
	}
	if in.credentials.quotaNames[c.Body.Name] != "" {
		return AppQuota{}, nil, ErrAppQuotaNameTaken()
	}
	if len(in.credentials.quotas) >= maxAppQuotas {
		return AppQuota{}, nil, ErrTooMany("app_quotas", maxAppQuotas)
	}
	q := AppQuota{ID: m.NewID(), InstanceID: in.ID, CreateTime: m.Now}
	q.change(c.Body)
	return q, []domain.Event{AppQuotaCreated{q}}, nil
}

// change makes q what b says and names what that changed. What b leaves out stays as it is.
func (q *AppQuota) change(b AppQuotaBody) []string {
	old := *q
	q.Name, q.CallLimits, q.TimeUnit, q.Interval = b.Name, b.CallLimits, b.TimeUnit, b.Interval
	put(&q.ResetTime, b.ResetTime)
	put(&q.Remark, b.Remark)
	return names(
		difference{"name", q.Name != old.Name}, difference{"call_limits", q.CallLimits != old.CallLimits},
		difference{"time_unit", q.TimeUnit != old.TimeUnit}, difference{"time_interval", q.Interval != old.Interval},
		difference{"reset_time", q.ResetTime != old.ResetTime}, difference{"remark", q.Remark != old.Remark},
	)
}

// changingQuota returns a credential quota of an instance that can be changed: APIG.3030, 3718;
// APIG.3093.
func (s *State) changingQuota(instanceID, id string) (*instance, *appQuota, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return nil, nil, err
	}
	q, ok := in.credentials.quotas[id]
	if !ok {
		return nil, nil, ErrAppQuotaNotFound(id)
	}
	return in, q, nil
}

// UpdateAppQuota decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3093; APIG.3325 (name).
func (s *State) UpdateAppQuota(_ *domain.Moment, c UpdateAppQuota) (AppQuota, []domain.Event, error) {
	if err := c.Body.Check(); err != nil {
		return AppQuota{}, nil, err
	}
	in, old, err := s.changingQuota(c.InstanceID, c.QuotaID)
	if err != nil {
		return AppQuota{}, nil, err
	}
	if id := in.credentials.quotaNames[c.Body.Name]; id != "" && id != old.ID {
		return AppQuota{}, nil, ErrAppQuotaNameTaken()
	}
	q := old.AppQuota
	changed := q.change(c.Body)
	if changed == nil {
		return q, nil, nil
	}
	return q, []domain.Event{AppQuotaUpdated{q, changed}}, nil
}

// DeleteAppQuota decides on the command of that name. Errors: APIG.3030, 3718; APIG.3093.
func (s *State) DeleteAppQuota(_ *domain.Moment, c DeleteAppQuota) (None, []domain.Event, error) {
	in, q, err := s.changingQuota(c.InstanceID, c.QuotaID)
	if err != nil {
		return None{}, nil, err
	}
	return None{}, []domain.Event{AppQuotaDeleted{InstanceID: in.ID, QuotaID: q.ID, Name: q.Name}}, nil
}

// BindAppQuota decides on the command of that name: all the apps or none. An app that another quota has
// leaves that one; an app that is bound already stays as it is. Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3093; APIG.3004 for an unknown app.
func (s *State) BindAppQuota(m *domain.Moment, c BindAppQuota) ([]AppQuotaBinding, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return nil, nil, err
	}
	in, q, err := s.changingQuota(c.InstanceID, c.QuotaID)
	if err != nil {
		return nil, nil, err
	}
	var all, fresh []AppQuotaBinding
	for _, id := range distinct(c.Body.AppIDs) {
		a, ok := in.credentials.apps[id]
		if !ok {
			return nil, nil, ErrAppNotFound(id)
		}
		if a.quota != nil && a.quota.QuotaID == q.ID {
			all = append(all, *a.quota)
			continue
		}
		b := AppQuotaBinding{QuotaID: q.ID, AppID: id, BoundTime: m.Now}
		all, fresh = append(all, b), append(fresh, b)
	}
	if fresh == nil {
		return all, nil, nil
	}
	return all, []domain.Event{AppQuotaBound{InstanceID: in.ID, QuotaID: q.ID, Bindings: fresh}}, nil
}

// UnbindAppQuota decides on the command of that name. Errors: APIG.3030, 3718; APIG.3093; APIG.3004 for
// an app that is not bound to the quota.
func (s *State) UnbindAppQuota(_ *domain.Moment, c UnbindAppQuota) (None, []domain.Event, error) {
	in, q, err := s.changingQuota(c.InstanceID, c.QuotaID)
	if err != nil {
		return None{}, nil, err
	}
	if _, ok := q.apps[c.AppID]; !ok {
		return None{}, nil, ErrAppNotFound(c.AppID)
	}
	return None{}, []domain.Event{AppQuotaUnbound{InstanceID: in.ID, QuotaID: q.ID, AppID: c.AppID}}, nil
}
