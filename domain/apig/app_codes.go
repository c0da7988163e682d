package apig

import "github.com/gatelog/gatelog/domain"

// changingCredential is changingApp for the operations that answer APIG.3004 for an unknown app
// (§3.28.8 to §3.28.16, §3.10).
func (s *State) changingCredential(instanceID, appID string) (*instance, *app, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return nil, nil, err
	}
	a, ok := in.credentials.apps[appID]
	if !ok {
		return nil, nil, ErrAppNotFound(appID)
	}
	return in, a, nil
}

// CreateAppCode decides on the command of that name. The answer has the value sealed. Errors: APIG.3030,
// 3718; APIG.3004; APIG.3131 (quota APP_CODE_NUM_LIMIT).
func (s *State) CreateAppCode(m *domain.Moment, c CreateAppCode) (AppCode, []domain.Event, error) {
	in, a, err := s.changingCredential(c.InstanceID, c.AppID)
	if err != nil {
		return AppCode{}, nil, err
	}
	if limit := in.quota(quotaAppCodes); len(a.codes) >= limit {
		return AppCode{}, nil, ErrTooManyAppCodes(limit)
	}
	code := AppCode{ID: m.NewID(), InstanceID: in.ID, AppID: a.ID, Value: c.Value.Text, CreateTime: m.Now}
	return code, []domain.Event{AppCodeCreated{code}}, nil
}

// DeleteAppCode decides on the command of that name. Errors: APIG.3030, 3718; APIG.3004; APIG.3082.
func (s *State) DeleteAppCode(_ *domain.Moment, c DeleteAppCode) (None, []domain.Event, error) {
	in, a, err := s.changingCredential(c.InstanceID, c.AppID)
	if err != nil {
		return None{}, nil, err
	}
	if _, ok := a.codes[c.AppCodeID]; !ok {
		return None{}, nil, ErrAppCodeNotFound(c.AppCodeID)
	}
	return None{}, []domain.Event{AppCodeDeleted{InstanceID: in.ID, AppID: a.ID, AppCodeID: c.AppCodeID}}, nil
}
