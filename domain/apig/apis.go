package apig

import (
	"cmp"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// CreateAPI creates an API (APIG V2 §3.5.1).
type CreateAPI struct {
	InstanceID string     `json:"instance_id"`
	Body       Definition `json:"body"`
}

// UpdateAPI replaces the draft of an API (APIG V2 §3.5.2).
type UpdateAPI struct {
	InstanceID string     `json:"instance_id"`
	APIID      string     `json:"api_id"`
	Body       Definition `json:"body"`
}

// DeleteAPI deletes an API that is published nowhere (APIG V2 §3.5.3).
type DeleteAPI struct {
	InstanceID string `json:"instance_id"`
	APIID      string `json:"api_id"`
}

// APIResult is the answer to CreateAPI and UpdateAPI.
type APIResult struct {
	API   API   `json:"api"`
	Group Group `json:"group"`
	// Publications are those in effect, RELEASE first, the others by the name of their environment.
	Publications []Publication `json:"publications,omitempty"`
}

// CreateAPI decides on the command of that name. Errors: those of Prepare; APIG.3030, 3718; APIG.3001;
// APIG.3102 and 3125 (quotas API_NUM_LIMIT and API_NUM_LIMIT_PER_GROUP); APIG.3202 (name); APIG.3301
// (method, path and match mode); 404 of what the definition refers to.
func (s *State) CreateAPI(m *domain.Moment, c CreateAPI) (APIResult, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return APIResult{}, nil, err
	}
	d, err := Prepare(m, c.Body, nil, in.limits())
	if err != nil {
		return APIResult{}, nil, err
	}
	g, err := in.group(d.GroupID)
	if err != nil {
		return APIResult{}, nil, err
	}
	if err := in.admit(d, newClaims(g), ""); err != nil {
		return APIResult{}, nil, err
	}
	if err := in.roomForAPI(len(in.apis), len(g.names)); err != nil {
		return APIResult{}, nil, err
	}
	a := in.newAPI(m, d)
	return APIResult{API: a, Group: g.Group}, []domain.Event{APICreated{a}}, nil
}

func (in *instance) newAPI(m *domain.Moment, d Definition) API {
	return API{ID: m.NewID(), InstanceID: in.ID, Definition: d, RegisterTime: m.Now, UpdateTime: m.Now}
}

// admit refuses a definition that collides with that of another API than self, or refers to what does
// not exist.
func (in *instance) admit(d Definition, taken *claims, self string) error {
	if err := in.checkReferences(d); err != nil {
		return err
	}
	return taken.refuse(d, self)
}

// roomForAPI holds the numbers of APIs that the instance and the group have against the quotas.
func (in *instance) roomForAPI(inInstance, inGroup int) error {
	if limit := in.quota(quotaAPIs); inInstance >= limit {
		return ErrTooManyAPIs(limit)
	}
	if limit := in.quota(quotaGroupAPIs); inGroup >= limit {
		return ErrTooManyGroupAPIs(limit)
	}
	return nil
}

// UpdateAPI decides on the command of that name. Another group_id moves the API; its versions stay with
// the group that they were published in. A definition that says what the draft says changes nothing.
// Errors: APIG.3002 and those of CreateAPI.
func (s *State) UpdateAPI(m *domain.Moment, c UpdateAPI) (APIResult, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return APIResult{}, nil, err
	}
	old, err := in.api(c.APIID)
	if err != nil {
		return APIResult{}, nil, err
	}
	d, err := Prepare(m, c.Body, &old.Definition, in.limits())
	if err != nil {
		return APIResult{}, nil, err
	}
	g, err := in.group(d.GroupID)
	if err != nil {
		return APIResult{}, nil, err
	}
	if err := in.admit(d, newClaims(g), old.ID); err != nil {
		return APIResult{}, nil, err
	}
	if limit := in.quota(quotaGroupAPIs); d.GroupID != old.Definition.GroupID && len(g.names) >= limit {
		return APIResult{}, nil, ErrTooManyGroupAPIs(limit)
	}
	a, events := old.redefine(m, d)
	return APIResult{API: a, Group: g.Group, Publications: old.publications()}, events, nil
}

// redefine returns the API with d as its draft, and the event that says so, if d says anything new.
func (a *api) redefine(m *domain.Moment, d Definition) (API, []domain.Event) {
	changed := Changed(a.Definition, d)
	if len(changed) == 0 {
		return a.API, nil
	}
	now := a.API
	now.Definition, now.UpdateTime = d, m.Now
	return now, []domain.Event{APIUpdated{now, changed}}
}

// publications returns the publication records of a that are in effect.
func (a *api) publications() []Publication {
	var all []Publication
	for _, p := range a.inEffect {
		p.EnvName = p.env.Name // it may have another name since
		all = append(all, p.Publication)
	}
	slices.SortFunc(all, func(x, y Publication) int {
		switch {
		case x.EnvID == ReleaseEnvID:
			return -1
		case y.EnvID == ReleaseEnvID:
			return 1
		default:
			return cmp.Compare(x.EnvName, y.EnvName)
		}
	})
	return all
}

// DeleteAPI decides on the command of that name. Errors: APIG.3030, 3718; APIG.3002; APIG.3416.
func (s *State) DeleteAPI(_ *domain.Moment, c DeleteAPI) (None, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	a, err := in.api(c.APIID)
	if err != nil {
		return None{}, nil, err
	}
	if len(a.inEffect) > 0 {
		return None{}, nil, ErrAPIPublished()
	}
	gone := APIDeleted{InstanceID: in.ID, APIID: a.ID, GroupID: a.Definition.GroupID, Name: a.Definition.Name}
	return None{}, []domain.Event{gone}, nil
}

// authorizerIDs returns the ids of all authorizers of d, some of them ""; first that of the frontend.
func (d *Definition) authorizerIDs() []string {
	ids := []string{d.AuthorizerID}
	for _, list := range d.backendParamLists() {
		ids = append(ids, list.authorizer)
	}
	return ids
}
