package apig

import "github.com/gatelog/gatelog/domain"

// GroupCreated: an API group came into being (APIG V2 §3.1.1).
type GroupCreated struct {
	Group Group `json:"group"`
}

// GroupUpdated: name or remark of a group changed (APIG V2 §3.1.2).
type GroupUpdated struct {
	Group   Group    `json:"group"`
	Changed []string `json:"changed"`
}

// GroupDeleted: a group is gone, and with it all that was attached to it: its variables, its domain
// names (APIG V2 §3.1.3). It had no APIs any more. Certificates that go too have events of their own.
type GroupDeleted struct {
	InstanceID string `json:"instance_id"`
	GroupID    string `json:"group_id"`
	Name       string `json:"name"`
}

// EventType implements domain.Event.
func (GroupCreated) EventType() string { return "apig.group.created" }

// EventType implements domain.Event.
func (GroupUpdated) EventType() string { return "apig.group.updated" }

// EventType implements domain.Event.
func (GroupDeleted) EventType() string { return "apig.group.deleted" }

// Of implements domain.Event.
func (ev GroupCreated) Of() domain.Aggregate { return groupAggregate(ev.Group.ID) }

// Of implements domain.Event.
func (ev GroupUpdated) Of() domain.Aggregate { return groupAggregate(ev.Group.ID) }

// Of implements domain.Event.
func (ev GroupDeleted) Of() domain.Aggregate { return groupAggregate(ev.GroupID) }

func groupAggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "group", ID: id} }

func (ev GroupCreated) at() string { return ev.Group.InstanceID }
func (ev GroupUpdated) at() string { return ev.Group.InstanceID }
func (ev GroupDeleted) at() string { return ev.InstanceID }

func (ev GroupCreated) fold(in *instance, _ domain.Recorded) {
	in.groups[ev.Group.ID] = newGroup(ev.Group)
	in.groupNames[ev.Group.Name] = ev.Group.ID
	in.putResponse(DefaultResponseOf(ev.Group))
}

func (ev GroupUpdated) fold(in *instance, _ domain.Recorded) {
	g, ok := in.groups[ev.Group.ID]
	if !ok {
		return
	}
	delete(in.groupNames, g.Name)
	in.groupNames[ev.Group.Name] = g.ID
	g.Group = ev.Group
}

func (ev GroupDeleted) fold(in *instance, _ domain.Recorded) {
	g, ok := in.groups[ev.GroupID]
	if !ok {
		return
	}
	for id := range g.variables {
		in.dropVariable(id)
	}
	for _, id := range g.responses {
		delete(in.responses, id)
	}
	in.naming.dropGroup(g.ID)
	delete(in.groupNames, g.Name)
	delete(in.groups, g.ID)
}
