package apig

import (
	"encoding/json"
	"fmt"

	"github.com/gatelog/gatelog/domain"
)

// RestoreResource brings one thing of an instance that can be declared back to what it was, as a new change: under
// its old id, with its secrets. What it was is told by Recall.
type RestoreResource struct {
	InstanceID string   `json:"instance_id"`
	Then       Recalled `json:"then"`
	// DryRun asks for the plan alone.
	DryRun bool `json:"dry_run,omitempty"`
}

// Recalled is a thing as it was at a moment.
type Recalled struct {
	Kind    string          `json:"kind"` // as the log calls it
	ID      string          `json:"id"`
	GroupID string          `json:"group_id,omitempty"` // that it was in
	Name    string          `json:"name"`
	Thing   json.RawMessage `json:"thing"`           // as it is declared; secrets are sealed
	Type    string          `json:"type,omitempty"`  // of the event that makes it again
	Version int             `json:"version"`         // of that event
	Again   json.RawMessage `json:"again,omitempty"` // the event; none for what is never deleted
}

// recallable is a kind of things that can be restored.
type recallable interface {
	recall(in *instance, within, id string) (Recalled, bool, error)
	restore(p *planning, c Recalled, within string) error
}

// recallables are the kinds of things that can be restored by themselves, as the log calls them.
var recallables = map[string]recallable{
	"env": envKind, "feature": featureKind, "orchestration": orchestrationKind, "channel": channelKind, "authorizer": authorizerKind,
	"app": appKind, "appquota": appQuotaKind, "throttle": throttleKind, "acl": aclKind, "signature": signatureKind, "plugin": pluginKind,
	"variable": variableKind, "response": responseKind,
}

// Recall returns a thing of an instance as this state has it. Errors: APIG.3030; gatelog.invalid for a kind that
// cannot be restored; gatelog.not_found.
func (s *State) Recall(instanceID, kind, id string) (Recalled, error) {
	in, err := s.below(instanceID)
	if err != nil {
		return Recalled{}, err
	}
	k, ok := recallables[kind]
	if !ok {
		return Recalled{}, domain.Errorf(domain.CodeInvalid, "a thing of the kind %s cannot be restored by itself", shown(kind))
	}
	for _, within := range append([]string{""}, sortedNames(in.groupNames)...) {
		r, found, err := k.recall(in, within, id)
		if err != nil || found {
			r.Kind, r.GroupID = kind, in.groupNames[within]
			return r, err
		}
	}
	return Recalled{}, domain.Errorf(domain.CodeNotFound, "there was no %s with the id %s", kind, shown(id))
}

func (k declaredKind[T]) recall(in *instance, within, id string) (Recalled, bool, error) {
	for name, known := range k.known(in, within) {
		if known != id {
			continue
		}
		whole := k.shown
		if k.whole != nil {
			whole = k.whole
		}
		r := Recalled{ID: id, Name: name}
		var err error
		if r.Thing, err = json.Marshal(whole(in, id)); err != nil || k.again == nil {
			return r, true, err
		}
		ev := k.again(in, id)
		r.Type = ev.EventType()
		r.Again, r.Version, err = Codec().Encode(ev)
		return r, true, err
	}
	return Recalled{}, false, nil
}

// RestoreResource decides on the command of that name. What went with the thing, such as bindings and AppCodes, does
// not come again. Errors: gatelog.invalid; APIG.3030, 3718; gatelog.plan_refused with the reason. A dry run has
// the reason in its plan.
func (s *State) RestoreResource(m *domain.Moment, c RestoreResource) (ChangePlan, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return ChangePlan{}, nil, err
	}
	if err := in.allPlaced(); err != nil {
		return ChangePlan{}, nil, err
	}
	k, ok := recallables[c.Then.Kind]
	if !ok {
		return ChangePlan{}, nil, domain.Errorf(domain.CodeInvalid, "a thing of the kind %s cannot be restored by itself", shown(c.Then.Kind))
	}
	within := ""
	if c.Then.GroupID != "" {
		g, err := in.group(c.Then.GroupID)
		if err != nil {
			return ChangePlan{}, nil, err
		}
		within = g.Name
	}
	p := s.planning(m, in, nil)
	if err := k.restore(p, c.Then, within); err != nil {
		return ChangePlan{}, nil, err
	}
	return p.done(c.DryRun)
}

// restore adds the steps that make a thing what it was.
func (k declaredKind[T]) restore(p *planning, c Recalled, within string) error {
	var then T
	if err := json.Unmarshal(c.Thing, &then); err != nil {
		return fmt.Errorf("%s %s as it was: %w", c.Kind, c.ID, err)
	}
	there := func() bool {
		for _, id := range k.known(p.in, within) {
			if id == c.ID {
				return true
			}
		}
		return false
	}
	p.middle = append(p.middle, step{
		PlannedChange: PlannedChange{Kind: k.name, Name: c.Name, Within: within},
		do: func() ([]domain.Event, error) {
			if there() {
				return k.change(p, c.ID, then)
			}
			return k.createAgain(p, c, within, then)
		},
		show: func() any {
			if !there() {
				return nil
			}
			return k.shown(p.in, c.ID)
		},
	})
	return p.parts(then)
}

// createAgain creates a thing under its old id: the operation that creates it has to allow it.
func (k declaredKind[T]) createAgain(p *planning, c Recalled, within string, then T) ([]domain.Event, error) {
	created, err := k.create(p, within, then)
	if err != nil || len(c.Again) == 0 {
		return created, err
	}
	ev, err := Codec().Decode(c.Type, c.Version, c.Again)
	if err != nil {
		return nil, err
	}
	return []domain.Event{ev}, nil
}

// parts adds the steps for what a thing has beneath it.
func (p *planning) parts(thing any) error {
	switch d := thing.(type) {
	case DeclaredThrottle:
		return planOf(p, specialKind, d.Name, spoken(d.Specials))
	case DeclaredAppQuota:
		return planOf(p, quotaAppKind, d.Name, spoken(d.Apps))
	case DeclaredApp:
		return planOf(p, appACLKind, d.Name, d.acls())
	}
	return nil
}
