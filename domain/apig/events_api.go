package apig

import "github.com/gatelog/gatelog/domain"

// APICreated: an API came into being (APIG V2 §3.5.1).
type APICreated struct {
	API API `json:"api"`
}

// APIUpdated: the draft of an API changed (APIG V2 §3.5.2). What is published stays as it is.
type APIUpdated struct {
	API     API      `json:"api"`
	Changed []string `json:"changed"` // members of the definition
}

// APIDeleted: an API is gone, and with it its versions and everything bound to it (APIG V2 §3.5.3).
// It was published nowhere any more.
type APIDeleted struct {
	InstanceID string `json:"instance_id"`
	APIID      string `json:"api_id"`
	GroupID    string `json:"group_id"`
	Name       string `json:"name"`
}

// EventType implements domain.Event.
func (APICreated) EventType() string { return "apig.api.created" }

// EventType implements domain.Event.
func (APIUpdated) EventType() string { return "apig.api.updated" }

// EventType implements domain.Event.
func (APIDeleted) EventType() string { return "apig.api.deleted" }

// Of implements domain.Event.
func (ev APICreated) Of() domain.Aggregate { return apiAggregate(ev.API.ID) }

// Of implements domain.Event.
func (ev APIUpdated) Of() domain.Aggregate { return apiAggregate(ev.API.ID) }

// Of implements domain.Event.
func (ev APIDeleted) Of() domain.Aggregate { return apiAggregate(ev.APIID) }

func apiAggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "api", ID: id} }

func (ev APICreated) at() string { return ev.API.InstanceID }
func (ev APIUpdated) at() string { return ev.API.InstanceID }
func (ev APIDeleted) at() string { return ev.InstanceID }

func (ev APICreated) fold(in *instance, rec domain.Recorded) {
	a := newAPI(ev.API)
	a.definedBy(rec)
	in.apis[a.ID] = a
	in.claim(a)
}

func (ev APIUpdated) fold(in *instance, rec domain.Recorded) {
	a, ok := in.apis[ev.API.ID]
	if !ok {
		return
	}
	in.release(a)
	a.API = ev.API
	a.definedBy(rec)
	in.claim(a)
}

func (ev APIDeleted) fold(in *instance, _ domain.Recorded) {
	a, ok := in.apis[ev.APIID]
	if !ok {
		return
	}
	for envID := range a.inEffect {
		in.takeOut(a, envID)
		in.unbindAll(placement{a.ID, envID})
	}
	for _, id := range a.versions {
		delete(in.versions, id)
	}
	in.release(a)
	in.credentials.dropAuths(ofAPI(a.ID))
	in.plugins.bound.dropWhere(func(at placement) bool { return at.apiID == a.ID })
	delete(in.apis, a.ID)
}

// claim enters the names and routes of a's draft and what it uses, release takes them out again.
func (in *instance) claim(a *api) {
	r := routeOf(a.Definition)
	in.hold(usesOf(a.Definition))
	in.apiNames[a.Definition.Name]++
	in.routes[r]++
	if g := in.groups[a.Definition.GroupID]; g != nil {
		g.names[a.Definition.Name] = a.ID
		g.routes[r] = a.ID
	}
}

func (in *instance) release(a *api) {
	r := routeOf(a.Definition)
	in.letGo(usesOf(a.Definition))
	countDown(in.apiNames, a.Definition.Name)
	countDown(in.routes, r)
	if g := in.groups[a.Definition.GroupID]; g != nil {
		delete(g.names, a.Definition.Name)
		delete(g.routes, r)
	}
}

func countDown[K comparable](counts map[K]int, key K) {
	if counts[key]--; counts[key] <= 0 {
		delete(counts, key)
	}
}
