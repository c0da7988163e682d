package apig

import "github.com/gatelog/gatelog/domain"

// ThrottleCreated: a throttling policy came into being (APIG V2 §3.4.1).
type ThrottleCreated struct {
	Throttle Throttle `json:"throttle"`
}

// ThrottleUpdated: a throttling policy says something else (APIG V2 §3.4.2).
type ThrottleUpdated struct {
	Throttle Throttle `json:"throttle"`
	Changed  []string `json:"changed"`
}

// ThrottleDeleted: a throttling policy is gone, and with it its bindings and special settings (APIG V2
// §3.4.3).
type ThrottleDeleted struct {
	InstanceID string `json:"instance_id"`
	ThrottleID string `json:"throttle_id"`
	Name       string `json:"name"`
}

// ThrottleBound: a throttling policy was bound to a publication (APIG V2 §3.8.1). Replaced is the binding
// that gave way, empty for none.
type ThrottleBound struct {
	Binding  Binding `json:"binding"`
	Replaced string  `json:"replaced,omitempty"`
}

// ThrottleUnbound: a binding of a throttling policy was removed (APIG V2 §3.8.2, §3.8.6).
type ThrottleUnbound struct {
	Binding Binding `json:"binding"`
}

// SpecialThrottleCreated: a throttling policy has a limit for one app or tenant (APIG V2 §3.9.1).
type SpecialThrottleCreated struct {
	Special SpecialThrottle `json:"special"`
}

// SpecialThrottleUpdated: the limit for one app or tenant changed (APIG V2 §3.9.2).
type SpecialThrottleUpdated struct {
	Special SpecialThrottle `json:"special"`
	Changed []string        `json:"changed"`
}

// SpecialThrottleDeleted: the limit for one app or tenant is gone (APIG V2 §3.9.3).
type SpecialThrottleDeleted struct {
	Special SpecialThrottle `json:"special"`
}

// EventType implements domain.Event.
func (ThrottleCreated) EventType() string { return "apig.throttle.created" }

// EventType implements domain.Event.
func (ThrottleUpdated) EventType() string { return "apig.throttle.updated" }

// EventType implements domain.Event.
func (ThrottleDeleted) EventType() string { return "apig.throttle.deleted" }

// EventType implements domain.Event.
func (ThrottleBound) EventType() string { return "apig.throttle.bound" }

// EventType implements domain.Event.
func (ThrottleUnbound) EventType() string { return "apig.throttle.unbound" }

// EventType implements domain.Event.
func (SpecialThrottleCreated) EventType() string { return "apig.throttle.special_created" }

// EventType implements domain.Event.
func (SpecialThrottleUpdated) EventType() string { return "apig.throttle.special_updated" }

// EventType implements domain.Event.
func (SpecialThrottleDeleted) EventType() string { return "apig.throttle.special_deleted" }

// Of implements domain.Event.
func (ev ThrottleCreated) Of() domain.Aggregate { return throttleAggregate(ev.Throttle.ID) }

// Of implements domain.Event.
func (ev ThrottleUpdated) Of() domain.Aggregate { return throttleAggregate(ev.Throttle.ID) }

// Of implements domain.Event.
func (ev ThrottleDeleted) Of() domain.Aggregate { return throttleAggregate(ev.ThrottleID) }

// Of implements domain.Event.
func (ev ThrottleBound) Of() domain.Aggregate { return throttleAggregate(ev.Binding.PolicyID) }

// Of implements domain.Event.
func (ev ThrottleUnbound) Of() domain.Aggregate { return throttleAggregate(ev.Binding.PolicyID) }

// Of implements domain.Event.
func (ev SpecialThrottleCreated) Of() domain.Aggregate {
	return throttleAggregate(ev.Special.ThrottleID)
}

// Of implements domain.Event.
func (ev SpecialThrottleUpdated) Of() domain.Aggregate {
	return throttleAggregate(ev.Special.ThrottleID)
}

// Of implements domain.Event.
func (ev SpecialThrottleDeleted) Of() domain.Aggregate {
	return throttleAggregate(ev.Special.ThrottleID)
}

func throttleAggregate(id string) domain.Aggregate {
	return domain.Aggregate{Kind: "throttle", ID: id}
}

func (ev ThrottleCreated) at() string        { return ev.Throttle.InstanceID }
func (ev ThrottleUpdated) at() string        { return ev.Throttle.InstanceID }
func (ev ThrottleDeleted) at() string        { return ev.InstanceID }
func (ev ThrottleBound) at() string          { return ev.Binding.InstanceID }
func (ev ThrottleUnbound) at() string        { return ev.Binding.InstanceID }
func (ev SpecialThrottleCreated) at() string { return ev.Special.InstanceID }
func (ev SpecialThrottleUpdated) at() string { return ev.Special.InstanceID }
func (ev SpecialThrottleDeleted) at() string { return ev.Special.InstanceID }

func (ev ThrottleCreated) fold(in *instance, _ domain.Recorded) {
	in.throttling.policies[ev.Throttle.ID] = newThrottle(ev.Throttle)
	in.throttling.names[ev.Throttle.Name] = ev.Throttle.ID
}

func (ev ThrottleUpdated) fold(in *instance, _ domain.Recorded) {
	t, ok := in.throttling.policies[ev.Throttle.ID]
	if !ok {
		return
	}
	delete(in.throttling.names, t.Name)
	in.throttling.names[ev.Throttle.Name] = t.ID
	t.Throttle = ev.Throttle
}

func (ev ThrottleDeleted) fold(in *instance, _ domain.Recorded) {
	t, ok := in.throttling.policies[ev.ThrottleID]
	if !ok {
		return
	}
	in.throttling.bound.dropPolicy(t.ID)
	delete(in.throttling.names, t.Name)
	delete(in.throttling.policies, t.ID)
}

func (ev ThrottleBound) fold(in *instance, _ domain.Recorded) {
	in.throttling.bound.add(ev.Binding)
}

func (ev ThrottleUnbound) fold(in *instance, _ domain.Recorded) {
	in.throttling.bound.drop(ev.Binding.ID)
}

func (ev SpecialThrottleCreated) fold(in *instance, _ domain.Recorded) { in.putSpecial(ev.Special) }

func (ev SpecialThrottleUpdated) fold(in *instance, _ domain.Recorded) { in.putSpecial(ev.Special) }

func (in *instance) putSpecial(sp SpecialThrottle) {
	if t, ok := in.throttling.policies[sp.ThrottleID]; ok {
		t.specials[sp.ID], t.objects[sp.object()] = sp, sp.ID
	}
}

func (ev SpecialThrottleDeleted) fold(in *instance, _ domain.Recorded) {
	if t, ok := in.throttling.policies[ev.Special.ThrottleID]; ok {
		delete(t.specials, ev.Special.ID)
		delete(t.objects, ev.Special.object())
	}
}
