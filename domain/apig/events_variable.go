package apig

import (
	"maps"

	"github.com/gatelog/gatelog/domain"
)

// VariableCreated: an environment variable came into being (APIG V2 §3.3.1). What is published
// already does not change by it.
type VariableCreated struct {
	Variable Variable `json:"variable"`
}

// VariableUpdated: the value of a variable changed (APIG V2 §3.3.5). The APIs that use it are
// published again by events that follow; see State.UpdateVariable.
type VariableUpdated struct {
	Variable Variable `json:"variable"`
	Changed  []string `json:"changed"`
}

// VariableDeleted: a variable is gone (APIG V2 §3.3.2). What is published keeps the value it was
// published with.
type VariableDeleted struct {
	InstanceID string `json:"instance_id"`
	VariableID string `json:"variable_id"`
	GroupID    string `json:"group_id"`
	EnvID      string `json:"env_id"`
	Name       string `json:"variable_name"`
}

// EventType implements domain.Event.
func (VariableCreated) EventType() string { return "apig.variable.created" }

// EventType implements domain.Event.
func (VariableUpdated) EventType() string { return "apig.variable.updated" }

// EventType implements domain.Event.
func (VariableDeleted) EventType() string { return "apig.variable.deleted" }

// Of implements domain.Event.
func (ev VariableCreated) Of() domain.Aggregate { return variableAggregate(ev.Variable.ID) }

// Of implements domain.Event.
func (ev VariableUpdated) Of() domain.Aggregate { return variableAggregate(ev.Variable.ID) }

// Of implements domain.Event.
func (ev VariableDeleted) Of() domain.Aggregate { return variableAggregate(ev.VariableID) }

func variableAggregate(id string) domain.Aggregate {
	return domain.Aggregate{Kind: "variable", ID: id}
}

func (ev VariableCreated) at() string { return ev.Variable.InstanceID }
func (ev VariableUpdated) at() string { return ev.Variable.InstanceID }
func (ev VariableDeleted) at() string { return ev.InstanceID }

func (ev VariableCreated) fold(in *instance, _ domain.Recorded) {
	v := ev.Variable
	g, e := in.groups[v.GroupID], in.envs[v.EnvID]
	if g == nil || e == nil {
		return
	}
	in.variables[v.ID] = &variable{Variable: v}
	in.variableIDs[keyOf(v)] = v.ID
	g.variables[v.ID] = struct{}{}
	e.variables[v.ID] = struct{}{}
}

func (ev VariableUpdated) fold(in *instance, _ domain.Recorded) {
	v, ok := in.variables[ev.Variable.ID]
	if !ok {
		return
	}
	v.Variable = ev.Variable
	v.stale = maps.Clone(in.users[keyOf(v.Variable)])
}

func (ev VariableDeleted) fold(in *instance, _ domain.Recorded) { in.dropVariable(ev.VariableID) }

func (in *instance) dropVariable(id string) {
	v, ok := in.variables[id]
	if !ok {
		return
	}
	delete(in.groups[v.GroupID].variables, id)
	delete(in.envs[v.EnvID].variables, id)
	delete(in.variableIDs, keyOf(v.Variable))
	delete(in.variables, id)
}
