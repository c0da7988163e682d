package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// CreateEnv creates an environment (APIG V2 §3.2.1).
type CreateEnv struct {
	InstanceID string  `json:"instance_id"`
	Body       EnvBody `json:"body"`
}

// EnvBody is the body of APIG V2 §3.2.1 and §3.2.2. In a change, a remark left out stays as it is.
type EnvBody struct {
	Name   string  `json:"name" minLength:"3" maxLength:"64" pattern:"^[A-Za-z][A-Za-z0-9_]*$" doc:"Environment name, unique in the instance."`
	Remark *string `json:"remark,omitempty" maxLength:"255" doc:"Description."`
}

// UpdateEnv changes name and remark of an environment (APIG V2 §3.2.2).
type UpdateEnv struct {
	InstanceID string  `json:"instance_id"`
	EnvID      string  `json:"env_id"`
	Body       EnvBody `json:"body"`
}

// DeleteEnv deletes an environment in which no API is published (APIG V2 §3.2.3).
type DeleteEnv struct {
	InstanceID string `json:"instance_id"`
	EnvID      string `json:"env_id"`
}

// CreateEnv decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3104
// (quota ENVIRONMENT_NUM_LIMIT, RELEASE counted); APIG.3205 (name).
func (s *State) CreateEnv(m *domain.Moment, c CreateEnv) (Environment, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Environment{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Environment{}, nil, err
	}
	if in.envNames[c.Body.Name] != "" {
		return Environment{}, nil, ErrEnvNameTaken(c.Body.Name)
	}
	if limit := in.quota(quotaEnvs); len(in.envs) >= limit {
		return Environment{}, nil, ErrTooManyEnvs(limit)
	}
	e := Environment{ID: m.NewID(), InstanceID: in.ID, Name: c.Body.Name, CreateTime: m.Now}
	put(&e.Remark, c.Body.Remark)
	return e, []domain.Event{EnvCreated{e}}, nil
}

// UpdateEnv decides on the command of that name. RELEASE keeps its name. Errors: APIG.2001, 2011;
// APIG.3030, 3718; APIG.3003; APIG.3205 (name); APIG.1103 (RELEASE).
func (s *State) UpdateEnv(_ *domain.Moment, c UpdateEnv) (Environment, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Environment{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Environment{}, nil, err
	}
	old, err := in.env(c.EnvID)
	if err != nil {
		return Environment{}, nil, err
	}
	if old.ID == ReleaseEnvID && c.Body.Name != old.Name {
		return Environment{}, nil, ErrEnvProtected()
	}
	if id := in.envNames[c.Body.Name]; id != "" && id != c.EnvID {
		return Environment{}, nil, ErrEnvNameTaken(c.Body.Name)
	}
	e := old.Environment
	e.Name = c.Body.Name
	put(&e.Remark, c.Body.Remark)
	changed := names(difference{"name", e.Name != old.Name}, difference{"remark", e.Remark != old.Remark})
	if changed == nil {
		return e, nil, nil
	}
	return e, []domain.Event{EnvUpdated{e, changed}}, nil
}

// DeleteEnv decides on the command of that name. Errors: APIG.3030, 3718; APIG.3003; APIG.3418;
// APIG.1103 (RELEASE).
func (s *State) DeleteEnv(_ *domain.Moment, c DeleteEnv) (None, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	e, err := in.env(c.EnvID)
	if err != nil {
		return None{}, nil, err
	}
	if e.ID == ReleaseEnvID {
		return None{}, nil, ErrEnvProtected()
	}
	if e.published > 0 {
		return None{}, nil, ErrEnvHasAPIs(e.ID)
	}
	return None{}, []domain.Event{EnvDeleted{InstanceID: in.ID, EnvID: e.ID, Name: e.Name}}, nil
}
