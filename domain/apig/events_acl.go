package apig

import "github.com/gatelog/gatelog/domain"

// ACLCreated: an access control policy came into being (APIG V2 §3.13.1).
type ACLCreated struct {
	ACL ACL `json:"acl"`
}

// ACLUpdated: an access control policy says something else (APIG V2 §3.13.2).
type ACLUpdated struct {
	ACL     ACL      `json:"acl"`
	Changed []string `json:"changed"`
}

// ACLDeleted: an access control policy is gone. It was bound to no API any more (APIG V2 §3.13.3,
// §3.13.4).
type ACLDeleted struct {
	InstanceID string `json:"instance_id"`
	ACLID      string `json:"acl_id"`
	Name       string `json:"acl_name"`
}

// ACLBound: an access control policy was bound to a publication (APIG V2 §3.14.1). Replaced is the binding
// that gave way, empty for none.
type ACLBound struct {
	Binding  Binding `json:"binding"`
	Replaced string  `json:"replaced,omitempty"`
}

// ACLUnbound: a binding of an access control policy was removed (APIG V2 §3.14.2, §3.14.3).
type ACLUnbound struct {
	Binding Binding `json:"binding"`
}

// EventType implements domain.Event.
func (ACLCreated) EventType() string { return "apig.acl.created" }

// EventType implements domain.Event.
func (ACLUpdated) EventType() string { return "apig.acl.updated" }

// EventType implements domain.Event.
func (ACLDeleted) EventType() string { return "apig.acl.deleted" }

// EventType implements domain.Event.
func (ACLBound) EventType() string { return "apig.acl.bound" }

// EventType implements domain.Event.
func (ACLUnbound) EventType() string { return "apig.acl.unbound" }

// Of implements domain.Event.
func (ev ACLCreated) Of() domain.Aggregate { return aclAggregate(ev.ACL.ID) }

// Of implements domain.Event.
func (ev ACLUpdated) Of() domain.Aggregate { return aclAggregate(ev.ACL.ID) }

// Of implements domain.Event.
func (ev ACLDeleted) Of() domain.Aggregate { return aclAggregate(ev.ACLID) }

// Of implements domain.Event.
func (ev ACLBound) Of() domain.Aggregate { return aclAggregate(ev.Binding.PolicyID) }

// Of implements domain.Event.
func (ev ACLUnbound) Of() domain.Aggregate { return aclAggregate(ev.Binding.PolicyID) }

func aclAggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "acl", ID: id} }

func (ev ACLCreated) at() string { return ev.ACL.InstanceID }
func (ev ACLUpdated) at() string { return ev.ACL.InstanceID }
func (ev ACLDeleted) at() string { return ev.InstanceID }
func (ev ACLBound) at() string   { return ev.Binding.InstanceID }
func (ev ACLUnbound) at() string { return ev.Binding.InstanceID }

func (ev ACLCreated) fold(in *instance, _ domain.Recorded) { in.access.put(ev.ACL) }

func (ev ACLUpdated) fold(in *instance, _ domain.Recorded) { in.access.put(ev.ACL) }

func (a *access) put(now ACL) {
	delete(a.names, a.policies[now.ID].Name)
	a.policies[now.ID], a.names[now.Name] = now, now.ID
}

func (ev ACLDeleted) fold(in *instance, _ domain.Recorded) {
	in.access.bound.dropPolicy(ev.ACLID)
	delete(in.access.names, in.access.policies[ev.ACLID].Name)
	delete(in.access.policies, ev.ACLID)
}

func (ev ACLBound) fold(in *instance, _ domain.Recorded) { in.access.bound.add(ev.Binding) }

func (ev ACLUnbound) fold(in *instance, _ domain.Recorded) { in.access.bound.drop(ev.Binding.ID) }
