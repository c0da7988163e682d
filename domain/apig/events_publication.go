package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
)

// APIPublished: an API was put into an environment as a new version (APIG V2 §3.5.4). The version is the event
// of DefinitionPosition, or this one itself when that is 0, read together with the values that Variables had at
// the position of this one.
type APIPublished struct {
	Publication
	// Variables are the variables that the definition refers to and that the environment had: name
	// to variable id.
	Variables map[string]string `json:"variables,omitempty"`
	// Restored is the definition, where that is not the draft's: of a version that came again, or of one that
	// was declared with its draft.
	Restored *Definition `json:"restored,omitempty"`
	// RegisterTime is that of the API, where DefinitionPosition is 0.
	RegisterTime time.Time `json:"register_time,omitzero"`
}

// APIVersionSwitched: another version of an API is in effect in the environment that it was made for
// (APIG V2 §3.5.11).
type APIVersionSwitched struct {
	Publication
}

// APITakenOffline: an API can no longer be called in an environment (APIG V2 §3.5.4, §3.5.14). The
// publication is the one that ended.
type APITakenOffline struct {
	Publication
}

// WrittenAt is the position of the event that has the definition, when that of this one is at.
func (ev APIPublished) WrittenAt(at domain.Position) domain.Position {
	if ev.DefinitionPosition == 0 {
		return at
	}
	return ev.DefinitionPosition
}

// EventType implements domain.Event.
func (APIPublished) EventType() string { return "apig.api.published" }

// EventType implements domain.Event.
func (APIVersionSwitched) EventType() string { return "apig.api.version_switched" }

// EventType implements domain.Event.
func (APITakenOffline) EventType() string { return "apig.api.taken_offline" }

// Of is the API that the record is about.
func (p Publication) Of() domain.Aggregate { return apiAggregate(p.APIID) }

func (p Publication) at() string { return p.InstanceID }

func (ev APIPublished) fold(in *instance, rec domain.Recorded) {
	a, ok := in.apis[ev.APIID]
	if !ok {
		return
	}
	if ev.DefinitionPosition = ev.WrittenAt(rec.Position); ev.DefinitionPosition == 0 {
		in.unplaced[ev.VersionID] = rec.ID
	}
	v := &version{
		id: ev.VersionID, no: ev.VersionNo, apiID: ev.APIID, envID: ev.EnvID, groupID: ev.GroupID,
		remark: ev.Remark, definition: ev.DefinitionPosition,
	}
	if ev.Restored != nil {
		v.refs, v.uses = VariableRefs(*ev.Restored), usesOf(*ev.Restored)
	} else {
		v.refs, v.uses = a.refsAt(ev.DefinitionPosition, ev.EnvID), a.usesAt(*v)
	}
	in.versions[v.id] = v
	a.versions = append(a.versions, v.id)
	in.putInEffect(a, v, ev.Publication)
}

func (ev APIVersionSwitched) fold(in *instance, _ domain.Recorded) {
	a, v := in.apis[ev.APIID], in.versions[ev.VersionID]
	if a != nil && v != nil {
		in.putInEffect(a, v, ev.Publication)
	}
}

func (ev APITakenOffline) fold(in *instance, _ domain.Recorded) {
	if a, ok := in.apis[ev.APIID]; ok {
		in.takeOut(a, ev.EnvID)
		in.unbindAll(placement{a.ID, ev.EnvID})
	}
}

// refsAt returns the variables that the definition at position refers to: the draft's, or those of the
// version in effect when it is published once more (§3.3.5).
func (a *api) refsAt(position domain.Position, envID string) []string {
	if p, ok := a.inEffect[envID]; ok && p.version.definition == position {
		return p.version.refs
	}
	return VariableRefs(a.Definition)
}

// putInEffect makes v the one version of a that is in effect in its environment.
func (in *instance) putInEffect(a *api, v *version, p Publication) {
	in.takeOut(a, v.envID)
	g, e := in.groups[v.groupID], in.envs[v.envID]
	if g == nil || e == nil {
		return
	}
	a.inEffect[v.envID] = effect{Publication: p, version: v, group: g, env: e}
	in.published[p.PublishID] = placement{a.ID, v.envID}
	g.published++
	e.published++
	in.hold(v.uses)
	for _, name := range v.refs {
		key := variableKey{v.groupID, v.envID, name}
		if in.users[key] == nil {
			in.users[key] = map[string]struct{}{}
		}
		in.users[key][a.ID] = struct{}{}
	}
}

// takeOut undoes putInEffect. An API that was still to be published again for a variable no longer is.
func (in *instance) takeOut(a *api, envID string) {
	p, ok := a.inEffect[envID]
	if !ok {
		return
	}
	delete(a.inEffect, envID)
	delete(in.published, p.PublishID)
	in.letGo(p.version.uses)
	p.group.published--
	p.env.published--
	for _, name := range p.version.refs {
		key := variableKey{p.GroupID, envID, name}
		delete(in.users[key], a.ID)
		if len(in.users[key]) == 0 {
			delete(in.users, key)
		}
		if v := in.variables[in.variableIDs[key]]; v != nil {
			delete(v.stale, a.ID)
		}
	}
}
