package apig

import "github.com/gatelog/gatelog/domain"

// OrchestrationCreated: an orchestration rule came into being.
type OrchestrationCreated struct {
	Orchestration Orchestration `json:"orchestration"`
}

// OrchestrationUpdated: an orchestration rule says something else.
type OrchestrationUpdated struct {
	Orchestration Orchestration `json:"orchestration"`
	Changed       []string      `json:"changed"`
}

// OrchestrationDeleted: an orchestration rule is gone.
type OrchestrationDeleted struct {
	InstanceID      string `json:"instance_id"`
	OrchestrationID string `json:"orchestration_id"`
	Name            string `json:"name"`
}

// EventType implements domain.Event.
func (OrchestrationCreated) EventType() string { return "apig.orchestration.created" }

// EventType implements domain.Event.
func (OrchestrationUpdated) EventType() string { return "apig.orchestration.updated" }

// EventType implements domain.Event.
func (OrchestrationDeleted) EventType() string { return "apig.orchestration.deleted" }

// Of implements domain.Event.
func (ev OrchestrationCreated) Of() domain.Aggregate {
	return orchestrationAggregate(ev.Orchestration.ID)
}

// Of implements domain.Event.
func (ev OrchestrationUpdated) Of() domain.Aggregate {
	return orchestrationAggregate(ev.Orchestration.ID)
}

// Of implements domain.Event.
func (ev OrchestrationDeleted) Of() domain.Aggregate {
	return orchestrationAggregate(ev.OrchestrationID)
}

func orchestrationAggregate(id string) domain.Aggregate {
	return domain.Aggregate{Kind: "orchestration", ID: id}
}

func (ev OrchestrationCreated) at() string { return ev.Orchestration.InstanceID }
func (ev OrchestrationUpdated) at() string { return ev.Orchestration.InstanceID }
func (ev OrchestrationDeleted) at() string { return ev.InstanceID }

func (ev OrchestrationCreated) fold(in *instance, _ domain.Recorded) {
	in.orchestrations.put(ev.Orchestration)
}

func (ev OrchestrationUpdated) fold(in *instance, _ domain.Recorded) {
	in.orchestrations.drop(ev.Orchestration.ID)
	in.orchestrations.put(ev.Orchestration)
}

func (ev OrchestrationDeleted) fold(in *instance, _ domain.Recorded) {
	in.orchestrations.drop(ev.OrchestrationID)
}

func (o *orchestrations) put(one Orchestration) {
	o.all[one.ID], o.names[one.Name] = one, one.ID
}

func (o *orchestrations) drop(id string) {
	if old, ok := o.all[id]; ok {
		delete(o.names, old.Name)
		delete(o.all, id)
	}
}
