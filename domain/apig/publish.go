package apig

import (
	"maps"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// PublishAPI puts an API into an environment (APIG V2 §3.5.4, action online).
type PublishAPI struct {
	InstanceID string          `json:"instance_id"`
	Body       PublicationBody `json:"body"`
}

// OfflineAPI takes an API out of an environment (APIG V2 §3.5.4, action offline).
type OfflineAPI struct {
	InstanceID string          `json:"instance_id"`
	Body       PublicationBody `json:"body"`
}

// PublicationBody is the body of APIG V2 §3.5.4.
type PublicationBody struct {
	Action string `json:"action" enum:"online,offline" doc:"online publishes, offline takes offline."`
	EnvID  string `json:"env_id" maxLength:"65" doc:"Environment."`
	APIID  string `json:"api_id" maxLength:"65" doc:"API."`
	Remark string `json:"remark,omitempty" maxLength:"255" doc:"What the publication is for."`
}

// The actions of PublicationBody and BatchPublish.
const (
	ActionOnline  = "online"
	ActionOffline = "offline"
)

func (b PublicationBody) check(action string) error {
	if err := violated(b); err != nil {
		return err
	}
	if b.Action != action {
		return ErrInvalid("action")
	}
	return nil
}

// PublishAPI decides on the command of that name: a new version from the draft, in effect at once. An
// API may be published again at any time. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3002;
// APIG.3003; ErrNotPlaced.
func (s *State) PublishAPI(m *domain.Moment, c PublishAPI) (Publication, []domain.Event, error) {
	in, a, e, err := s.toPublish(c.InstanceID, c.Body, ActionOnline)
	if err != nil {
		return Publication{}, nil, err
	}
	ev, err := in.publishDraft(m, a, e, c.Body.Remark)
	if err != nil {
		return Publication{}, nil, err
	}
	return ev.Publication, []domain.Event{ev}, nil
}

// OfflineAPI decides on the command of that name. The result is the publication record that ended.
// Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3002; APIG.3003; APIG.3015 when the API is not
// published in the environment.
func (s *State) OfflineAPI(_ *domain.Moment, c OfflineAPI) (Publication, []domain.Event, error) {
	_, a, e, err := s.toPublish(c.InstanceID, c.Body, ActionOffline)
	if err != nil {
		return Publication{}, nil, err
	}
	ev, err := a.takeOffline(e)
	if err != nil {
		return Publication{}, nil, err
	}
	return ev.Publication, []domain.Event{ev}, nil
}

func (s *State) toPublish(instanceID string, b PublicationBody, action string) (*instance, *api, *environment, error) {
	if err := b.check(action); err != nil {
		return nil, nil, nil, err
	}
	in, err := s.changing(instanceID)
	if err != nil {
		return nil, nil, nil, err
	}
	a, err := in.api(b.APIID)
	if err != nil {
		return nil, nil, nil, err
	}
	e, err := in.env(b.EnvID)
	if err != nil {
		return nil, nil, nil, err
	}
	return in, a, e, nil
}

// publishDraft makes a version of the draft.
func (in *instance) publishDraft(m *domain.Moment, a *api, e *environment, remark string) (APIPublished, error) {
	if a.position == 0 {
		return APIPublished{}, ErrNotPlaced
	}
	v := version{
		groupID: a.Definition.GroupID, envID: e.ID, remark: remark,
		definition: a.position, refs: VariableRefs(a.Definition),
	}
	return in.publish(m, a, e, v), nil
}

// publish makes a version like v, with an id and a number of its own.
func (in *instance) publish(m *domain.Moment, a *api, e *environment, v version) APIPublished {
	v.id, v.no = m.NewID(), m.Now.Format("20060102150405")
	return APIPublished{
		Publication: in.record(m, a, e, &v),
		Variables:   in.variablesOf(v),
	}
}

// record is the publication record that puts v in effect now. Every publication and every switch gets a
// publish_id of its own.
func (in *instance) record(m *domain.Moment, a *api, e *environment, v *version) Publication {
	return Publication{
		InstanceID: in.ID, APIID: a.ID, APIName: a.Definition.Name, GroupID: v.groupID,
		EnvID: e.ID, EnvName: e.Name,
		PublishID: m.NewID(), VersionID: v.id, VersionNo: v.no, Remark: v.remark,
		PublishTime: m.Now, DefinitionPosition: v.definition,
	}
}

// variablesOf returns the ids of the variables that v refers to and that its environment has.
func (in *instance) variablesOf(v version) map[string]string {
	var known map[string]string
	for _, name := range v.refs {
		if id := in.variableIDs[variableKey{v.groupID, v.envID, name}]; id != "" {
			if known == nil {
				known = map[string]string{}
			}
			known[name] = id
		}
	}
	return known
}

// republish publishes again what is in effect of the APIs in the environment: most of them at most, in
// the order of their ids. It also returns how many are left.
func (in *instance) republish(m *domain.Moment, envID string, apiIDs map[string]struct{}, most int) ([]domain.Event, int) {
	ids := slices.Sorted(maps.Keys(apiIDs))
	now := ids[:min(most, len(ids))]
	var events []domain.Event
	for _, id := range now {
		a := in.apis[id]
		p := a.inEffect[envID]
		events = append(events, in.publish(m, a, p.env, *p.version))
	}
	return events, len(ids) - len(now)
}

// takeOffline ends what is in effect of a in e.
func (a *api) takeOffline(e *environment) (APITakenOffline, error) {
	p, ok := a.inEffect[e.ID]
	if !ok {
		return APITakenOffline{}, ErrPublicationNotFound(a.ID)
	}
	return APITakenOffline{p.Publication}, nil
}
