package apig

import "github.com/gatelog/gatelog/domain"

// InstanceRequested: someone asked for an instance, and its creation began (APIG V2 §3.23.1).
type InstanceRequested struct {
	Instance Instance `json:"instance"`
}

// InstanceProgressed: the creation of an instance came one step further (APIG V2 §3.23.4).
type InstanceProgressed struct {
	Instance Instance `json:"instance"`
	Changed  []string `json:"changed"`
}

// InstanceUpdated: the settings of an instance changed (APIG V2 §3.23.3).
type InstanceUpdated struct {
	Instance Instance `json:"instance"`
	Changed  []string `json:"changed"`
}

// InstanceDeleted: an instance is gone, and with it everything beneath it (APIG V2 §3.23.15). No
// further events tell of the things beneath: there can be more of them than one append holds.
type InstanceDeleted struct {
	InstanceID string `json:"instance_id"`
	Name       string `json:"instance_name"`
}

// EventType implements domain.Event.
func (InstanceRequested) EventType() string { return "apig.instance.requested" }

// EventType implements domain.Event.
func (InstanceProgressed) EventType() string { return "apig.instance.progressed" }

// EventType implements domain.Event.
func (InstanceUpdated) EventType() string { return "apig.instance.updated" }

// EventType implements domain.Event.
func (InstanceDeleted) EventType() string { return "apig.instance.deleted" }

// Of implements domain.Event.
func (ev InstanceRequested) Of() domain.Aggregate { return instanceAggregate(ev.Instance.ID) }

// Of implements domain.Event.
func (ev InstanceProgressed) Of() domain.Aggregate { return instanceAggregate(ev.Instance.ID) }

// Of implements domain.Event.
func (ev InstanceUpdated) Of() domain.Aggregate { return instanceAggregate(ev.Instance.ID) }

// Of implements domain.Event.
func (ev InstanceDeleted) Of() domain.Aggregate { return instanceAggregate(ev.InstanceID) }

func instanceAggregate(id string) domain.Aggregate {
	return domain.Aggregate{Kind: "instance", ID: id}
}

func (ev InstanceRequested) foldTenant(s *State) {
	s.instances[ev.Instance.ID] = newInstance(ev.Instance)
	s.instanceNames[ev.Instance.Name] = ev.Instance.ID
}

func (ev InstanceProgressed) foldTenant(s *State) { s.replaceInstance(ev.Instance) }

func (ev InstanceUpdated) foldTenant(s *State) { s.replaceInstance(ev.Instance) }

func (ev InstanceDeleted) foldTenant(s *State) {
	in, ok := s.instances[ev.InstanceID]
	if !ok {
		return
	}
	delete(s.instanceNames, in.Name)
	delete(s.instances, ev.InstanceID)
	s.certificates.dropInstance(ev.InstanceID)
}

func (s *State) replaceInstance(now Instance) {
	in, ok := s.instances[now.ID]
	if !ok {
		return
	}
	delete(s.instanceNames, in.Name)
	s.instanceNames[now.Name] = now.ID
	in.Instance = now
}
