package apig

import "github.com/gatelog/gatelog/domain"

// AuthorizerCreated: a custom authorizer came into being (APIG V2 §3.15.1).
type AuthorizerCreated struct {
	Authorizer Authorizer `json:"authorizer"`
}

// AuthorizerUpdated: an authorizer changed (APIG V2 §3.15.2).
type AuthorizerUpdated struct {
	Authorizer Authorizer `json:"authorizer"`
	Changed    []string   `json:"changed"`
}

// AuthorizerDeleted: an authorizer is gone (APIG V2 §3.15.3). No API used it any more.
type AuthorizerDeleted struct {
	InstanceID   string `json:"instance_id"`
	AuthorizerID string `json:"authorizer_id"`
	Name         string `json:"name"`
}

// EventType implements domain.Event.
func (AuthorizerCreated) EventType() string { return "apig.authorizer.created" }

// EventType implements domain.Event.
func (AuthorizerUpdated) EventType() string { return "apig.authorizer.updated" }

// EventType implements domain.Event.
func (AuthorizerDeleted) EventType() string { return "apig.authorizer.deleted" }

// Of implements domain.Event.
func (ev AuthorizerCreated) Of() domain.Aggregate { return authorizerAggregate(ev.Authorizer.ID) }

// Of implements domain.Event.
func (ev AuthorizerUpdated) Of() domain.Aggregate { return authorizerAggregate(ev.Authorizer.ID) }

// Of implements domain.Event.
func (ev AuthorizerDeleted) Of() domain.Aggregate { return authorizerAggregate(ev.AuthorizerID) }

func authorizerAggregate(id string) domain.Aggregate {
	return domain.Aggregate{Kind: "authorizer", ID: id}
}

func (ev AuthorizerCreated) at() string { return ev.Authorizer.InstanceID }
func (ev AuthorizerUpdated) at() string { return ev.Authorizer.InstanceID }
func (ev AuthorizerDeleted) at() string { return ev.InstanceID }

// authorizers are the custom authorizers of an instance.
type authorizers struct {
	all   map[string]*Authorizer
	names map[string]string // name to id
}

func newAuthorizers() authorizers {
	return authorizers{all: map[string]*Authorizer{}, names: map[string]string{}}
}

func (ev AuthorizerCreated) fold(in *instance, _ domain.Recorded) { in.authorizers.put(ev.Authorizer) }

func (ev AuthorizerUpdated) fold(in *instance, _ domain.Recorded) { in.authorizers.put(ev.Authorizer) }

func (ev AuthorizerDeleted) fold(in *instance, _ domain.Recorded) {
	in.authorizers.drop(ev.AuthorizerID)
}

func (as *authorizers) put(a Authorizer) {
	as.drop(a.ID)
	as.all[a.ID] = &a
	as.names[a.Name] = a.ID
}

func (as *authorizers) drop(id string) {
	if old, ok := as.all[id]; ok {
		delete(as.names, old.Name)
		delete(as.all, id)
	}
}

func (in *instance) authorizer(id string) (*Authorizer, error) {
	a, ok := in.authorizers.all[id]
	if !ok {
		return nil, ErrAuthorizerNotFound(id)
	}
	return a, nil
}
