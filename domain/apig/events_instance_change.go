package apig

import "github.com/gatelog/gatelog/domain"

// InstanceChange is what an event holds that changes an instance: all of it, and the names of what is new.
type InstanceChange struct {
	Instance Instance `json:"instance"`
	Changed  []string `json:"changed"`
}

// Of implements domain.Event.
func (c InstanceChange) Of() domain.Aggregate { return instanceAggregate(c.Instance.ID) }

// Now returns the instance after the change.
func (c InstanceChange) Now() Instance { return c.Instance }

func (c InstanceChange) foldTenant(s *State) { s.replaceInstance(c.Instance) }

// InstanceEIPBound: an instance can be reached at an EIP, or at another one (APIG V2 §3.23.5).
type InstanceEIPBound struct{ InstanceChange }

// InstanceEIPUnbound: an instance has no EIP any more (APIG V2 §3.23.6).
type InstanceEIPUnbound struct{ InstanceChange }

// InstanceEgressOpened: an instance reaches the public network (APIG V2 §3.23.7).
type InstanceEgressOpened struct{ InstanceChange }

// InstanceEgressChanged: the outbound bandwidth of an instance is another one (APIG V2 §3.23.8).
type InstanceEgressChanged struct{ InstanceChange }

// InstanceEgressClosed: an instance does not reach the public network any more (APIG V2 §3.23.9).
type InstanceEgressClosed struct{ InstanceChange }

// InstanceIngressOrdered: someone asked for public access to an instance, or for another bandwidth of it
// (APIG V2 §3.23.10, §3.23.11). It comes with the last step of the task that began.
type InstanceIngressOrdered struct{ InstanceChange }

// InstanceIngressClosed: an instance cannot be reached from the public network any more (APIG V2
// §3.23.12).
type InstanceIngressClosed struct{ InstanceChange }

// InstanceResizeOrdered: someone asked for another specification of an instance (APIG V2 §3.23.16). It
// comes with the last step of the task that began.
type InstanceResizeOrdered struct{ InstanceChange }

// InstanceTagsChanged: an instance has other tags (APIG V2 §3.25.3).
type InstanceTagsChanged struct{ InstanceChange }

// EventType implements domain.Event.
func (InstanceEIPBound) EventType() string { return "apig.instance.eip_bound" }

// EventType implements domain.Event.
func (InstanceEIPUnbound) EventType() string { return "apig.instance.eip_unbound" }

// EventType implements domain.Event.
func (InstanceEgressOpened) EventType() string { return "apig.instance.egress_opened" }

// EventType implements domain.Event.
func (InstanceEgressChanged) EventType() string { return "apig.instance.egress_changed" }

// EventType implements domain.Event.
func (InstanceEgressClosed) EventType() string { return "apig.instance.egress_closed" }

// EventType implements domain.Event.
func (InstanceIngressOrdered) EventType() string { return "apig.instance.ingress_ordered" }

// EventType implements domain.Event.
func (InstanceIngressClosed) EventType() string { return "apig.instance.ingress_closed" }

// EventType implements domain.Event.
func (InstanceResizeOrdered) EventType() string { return "apig.instance.resize_ordered" }

// EventType implements domain.Event.
func (InstanceTagsChanged) EventType() string { return "apig.instance.tags_changed" }
