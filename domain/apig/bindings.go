package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
)

// Binding is a policy bound to a publication: to an API in an environment (APIG V2 §3.7, §3.8, §3.14).
// It outlives the publication record that it was made with: publishing again and switching versions
// keep it, taking offline ends it.
type Binding struct {
	ID         string `json:"id"`
	InstanceID string `json:"instance_id"`
	PolicyID   string `json:"policy_id"`
	// Kind is the type of the policy, where a publication can have one policy of each type.
	Kind     string    `json:"kind,omitempty"`
	APIID    string    `json:"api_id"`
	EnvID    string    `json:"env_id"`
	BindTime time.Time `json:"bind_time"`
}

// Bound is a binding with what answers tell of its API.
type Bound struct {
	Binding
	PublishID string `json:"publish_id"` // of the publication in effect
	APIName   string `json:"api_name"`
	APIType   int    `json:"api_type"`
	APIRemark string `json:"api_remark"`
	ReqMethod string `json:"req_method"`
	GroupName string `json:"group_name"`
	EnvName   string `json:"env_name"`
}

// UnbindResult is the outcome of unbinding many at once (APIG V2 §3.8.6, §3.14.3).
type UnbindResult struct {
	SuccessCount int             `json:"success_count"`
	Failure      []UnbindFailure `json:"failure"`
}

// UnbindFailure is a binding that a batch did not remove, and why.
type UnbindFailure struct {
	BindID  string `json:"bind_id"`
	Code    string `json:"error_code"`
	Message string `json:"error_msg"`
}

// ActionDelete is the only action of operations that delete or unbind many at once.
const ActionDelete = "delete"

// placement is where a publication is in effect.
type placement struct{ apiID, envID string }

// slot is what holds one binding at most: a place, and of policies of several types one of each type.
type slot struct {
	placement
	kind string // empty for policies of one type
}

// bindings are all bindings of one family of policies in an instance, with their indexes.
type bindings struct {
	all      map[string]Binding // by id
	slots    map[slot]string    // to the binding's id
	ofPolicy map[string]map[string]struct{}
	at       map[placement]map[string]struct{}
}

func newBindings() bindings {
	return bindings{
		all: map[string]Binding{}, slots: map[slot]string{},
		ofPolicy: map[string]map[string]struct{}{}, at: map[placement]map[string]struct{}{},
	}
}

// add enters a binding; one that held its slot before is gone.
func (b *bindings) add(one Binding) {
	at := placement{one.APIID, one.EnvID}
	b.drop(b.slots[slot{at, one.Kind}])
	b.all[one.ID], b.slots[slot{at, one.Kind}] = one, one.ID
	enter(b.ofPolicy, one.PolicyID, one.ID)
	enter(b.at, at, one.ID)
}

// drop takes a binding out, if it is there.
func (b *bindings) drop(id string) {
	one, ok := b.all[id]
	if !ok {
		return
	}
	at := placement{one.APIID, one.EnvID}
	delete(b.slots, slot{at, one.Kind})
	delete(b.all, id)
	leave(b.ofPolicy, one.PolicyID, id)
	leave(b.at, at, id)
}

func (b *bindings) dropPolicy(policyID string) {
	for id := range b.ofPolicy[policyID] {
		b.drop(id)
	}
}

func (b *bindings) dropPlace(at placement) {
	for id := range b.at[at] {
		b.drop(id)
	}
}

// dropWhere takes out all bindings at certain places.
func (b *bindings) dropWhere(gone func(placement) bool) {
	for at := range b.at {
		if gone(at) {
			b.dropPlace(at)
		}
	}
}

func enter[K comparable](sets map[K]map[string]struct{}, key K, member string) {
	if sets[key] == nil {
		sets[key] = map[string]struct{}{}
	}
	sets[key][member] = struct{}{}
}

func leave[K comparable](sets map[K]map[string]struct{}, key K, member string) {
	if delete(sets[key], member); len(sets[key]) == 0 {
		delete(sets, key)
	}
}

// bindPolicy decides on binding a policy to publications: the bindings in the order of the request, and the
// events of those that are new. A policy that holds the slot of a new binding gives way, as the lists of
// unbound APIs imply, which show the policy that an API has; what is bound already stays as it is. It
// refuses a publication that is not in effect: APIG.3015.
func (in *instance) bindPolicy(m *domain.Moment, f family, policyID, kind string, publishIDs []string) ([]Bound, []domain.Event, error) {
	var places []placement
	for _, publishID := range distinct(publishIDs) {
		at, ok := in.published[publishID]
		if !ok {
			return nil, nil, ErrPublicationNotFound(publishID)
		}
		places = append(places, at)
	}
	bound, events := in.bindAt(m, f, policyID, kind, places)
	return bound, events, nil
}

// bindAt is bindPolicy for places where something is published.
func (in *instance) bindAt(m *domain.Moment, f family, policyID, kind string, places []placement) ([]Bound, []domain.Event) {
	var bound []Bound
	var events []domain.Event
	for _, at := range places {
		replaced := f.bound.slots[slot{at, kind}]
		one, known := f.bound.all[replaced]
		if !known || one.PolicyID != policyID {
			one = Binding{
				ID: m.NewID(), InstanceID: in.ID, PolicyID: policyID, Kind: kind,
				APIID: at.apiID, EnvID: at.envID, BindTime: m.Now,
			}
			events = append(events, f.bind(one, replaced))
		}
		bound = append(bound, in.bound(one, in.apis[at.apiID].inEffect[at.envID].PublishID))
	}
	return bound, events
}

// bound adds what an answer tells of the API.
func (in *instance) bound(one Binding, publishID string) Bound {
	d := in.apis[one.APIID].Definition
	b := Bound{
		Binding: one, PublishID: publishID, APIName: d.Name, APIType: d.Type, APIRemark: d.Remark, ReqMethod: d.ReqMethod,
		EnvName: in.envs[one.EnvID].Name,
	}
	if g := in.groups[d.GroupID]; g != nil {
		b.GroupName = g.Name
	}
	return b
}

// unbindPolicy decides on removing a binding of a family; unknown refuses one that does not exist.
func (s *State) unbindPolicy(instanceID, family, id string, unknown *domain.Error) (None, []domain.Event, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return None{}, nil, err
	}
	f := in.family(family)
	b, ok := f.bound.all[id]
	if !ok {
		return None{}, nil, unknown
	}
	return None{}, []domain.Event{f.unbind(b)}, nil
}

// unbindPolicies decides on removing bindings of a family, each once: one that does not exist is a failure,
// with the refusal unknown, and does not stop the others.
func (s *State) unbindPolicies(instanceID, family string, ids []string, unknown *domain.Error) (UnbindResult, []domain.Event, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return UnbindResult{}, nil, err
	}
	f := in.family(family)
	result := UnbindResult{Failure: []UnbindFailure{}}
	var events []domain.Event
	for _, id := range distinct(ids) {
		one, ok := f.bound.all[id]
		if !ok {
			result.Failure = append(result.Failure, UnbindFailure{id, unknown.Code, unknown.Message})
			continue
		}
		result.SuccessCount++
		events = append(events, f.unbind(one))
	}
	return result, events, nil
}

// unbindAll ends all bindings to a publication that is over.
func (in *instance) unbindAll(at placement) {
	in.throttling.bound.dropPlace(at)
	in.access.bound.dropPlace(at)
	in.signing.bound.dropPlace(at)
}

// checkDeletion refuses any action but 'delete', and a body that breaks a rule of its fields (APIG V2
// §3.8.6, §3.13.4, §3.14.3).
func checkDeletion(action string, body any) error {
	if action != ActionDelete {
		return ErrInvalidBecause("action", `should be "delete"`)
	}
	return violated(body)
}
