package apig

import "github.com/gatelog/gatelog/domain"

// Quotas of apps.
const (
	quotaApps     = "APP_NUM_LIMIT"
	quotaAppCodes = "APP_CODE_NUM_LIMIT"
	quotaOwnKeys  = "APP_KEY_SECRET_SWITCH"
)

// CreateApp decides on the command of that name. The answer has the secret sealed. Errors: APIG.2001,
// 2011; APIG.3030, 3718; APIG.2011 for an own key or secret while APP_KEY_SECRET_SWITCH is off; APIG.3203
// (name); APIG.3310 (key); APIG.3103 (quota APP_NUM_LIMIT).
func (s *State) CreateApp(m *domain.Moment, c CreateApp) (App, []domain.Event, error) {
	if err := c.Body.Check(); err != nil {
		return App{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return App{}, nil, err
	}
	if err := in.mayHaveOwn(c.Body.Key, c.Secret); err != nil {
		return App{}, nil, err
	}
	if err := in.credentials.free(c.Body.Name, c.Body.Key, ""); err != nil {
		return App{}, nil, err
	}
	if limit := in.quota(quotaApps); len(in.credentials.apps) >= limit {
		return App{}, nil, ErrTooManyApps(limit)
	}
	b := c.Body
	a := App{
		ID: m.NewID(), InstanceID: in.ID, Name: b.Name, Remark: b.Remark, Key: b.Key, Secret: c.Secret.Text,
		RelatedDomainID: b.RelatedDomainID, RelatedProjectID: b.RelatedProjectID, RegisterTime: m.Now, UpdateTime: m.Now,
	}
	if a.Key == "" {
		a.Key = m.NewID()
	}
	return a, []domain.Event{AppCreated{a}}, nil
}

// mayHaveOwn refuses a key or secret of the client's own while the switch is off (§3.28.2, §3.28.4).
func (in *instance) mayHaveOwn(key string, secret SealedSecret) error {
	switch on := in.quota(quotaOwnKeys) == switchOn; {
	case !on && key != "":
		return ErrInvalidBecause("app_key", "cannot be given while APP_KEY_SECRET_SWITCH is off")
	case !on && secret.Own:
		return ErrInvalidBecause("app_secret", "cannot be given while APP_KEY_SECRET_SWITCH is off")
	}
	return nil
}

// free refuses a name or key that another app than self has.
func (c *credentials) free(name, key, self string) error {
	if id := c.names[name]; id != "" && id != self {
		return ErrAppNameTaken(name)
	}
	if id := c.keys[key]; id != "" && id != self {
		return ErrAppKeyTaken(key)
	}
	return nil
}

// UpdateApp decides on the command of that name. A secret that is given always counts as another one.
// Errors: APIG.3002 (the code that §3.28.2 to §3.28.7 have for apps) and those of CreateApp.
func (s *State) UpdateApp(m *domain.Moment, c UpdateApp) (App, []domain.Event, error) {
	if err := c.Body.Check(); err != nil {
		return App{}, nil, err
	}
	in, old, err := s.changingApp(c.InstanceID, c.AppID)
	if err != nil {
		return App{}, nil, err
	}
	if err := in.mayHaveOwn(c.Body.Key, c.Secret); err != nil {
		return App{}, nil, err
	}
	if err := in.credentials.free(c.Body.Name, c.Body.Key, old.ID); err != nil {
		return App{}, nil, err
	}
	a := old.App
	changed := a.change(c)
	if changed == nil {
		return a, nil, nil
	}
	a.UpdateTime = m.Now
	return a, []domain.Event{AppUpdated{a, changed}}, nil
}

// change makes a what c asks for and names what that changed.
func (a *App) change(c UpdateApp) []string {
	old, b := *a, c.Body
	a.Name = b.Name
	put(&a.Remark, b.Remark)
	put(&a.RelatedDomainID, b.RelatedDomainID)
	put(&a.RelatedProjectID, b.RelatedProjectID)
	if b.Key != "" {
		a.Key = b.Key
	}
	if c.Secret.Text != "" {
		a.Secret = c.Secret.Text
	}
	return names(
		difference{"name", a.Name != old.Name}, difference{"remark", a.Remark != old.Remark},
		difference{"app_key", a.Key != old.Key}, difference{"app_secret", a.Secret != old.Secret},
		difference{"related_domain_id", a.RelatedDomainID != old.RelatedDomainID},
		difference{"related_project_id", a.RelatedProjectID != old.RelatedProjectID},
	)
}

// changingApp returns an app of an instance that can be changed: APIG.3030, 3718; APIG.3002.
func (s *State) changingApp(instanceID, appID string) (*instance, *app, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return nil, nil, err
	}
	a, ok := in.credentials.apps[appID]
	if !ok {
		return nil, nil, ErrAppUnknown(appID)
	}
	return in, a, nil
}

// DeleteApp decides on the command of that name. With an app go its AppCodes, its access control, its
// authorizations and its binding to a credential quota (§3.28.3). Errors: APIG.3030, 3718; APIG.3002.
func (s *State) DeleteApp(_ *domain.Moment, c DeleteApp) (None, []domain.Event, error) {
	in, a, err := s.changingApp(c.InstanceID, c.AppID)
	if err != nil {
		return None{}, nil, err
	}
	return None{}, []domain.Event{AppDeleted{InstanceID: in.ID, AppID: a.ID, Name: a.Name}}, nil
}

// ResetAppSecret decides on the command of that name. The answer has the secret sealed. Errors:
// APIG.3030, 3718; APIG.3002; APIG.2011 for an own secret while APP_KEY_SECRET_SWITCH is off.
func (s *State) ResetAppSecret(m *domain.Moment, c ResetAppSecret) (App, []domain.Event, error) {
	in, old, err := s.changingApp(c.InstanceID, c.AppID)
	if err != nil {
		return App{}, nil, err
	}
	if err := in.mayHaveOwn("", c.Secret); err != nil {
		return App{}, nil, err
	}
	a := old.App
	a.Secret, a.UpdateTime = c.Secret.Text, m.Now
	return a, []domain.Event{AppSecretReset{a}}, nil
}
