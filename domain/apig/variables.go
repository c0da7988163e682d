package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// CreateVariable creates an environment variable (APIG V2 §3.3.1).
type CreateVariable struct {
	InstanceID string       `json:"instance_id"`
	Body       VariableBody `json:"body"`
}

// VariableBody is the body of APIG V2 §3.3.1.
type VariableBody struct {
	Value   string `json:"variable_value" minLength:"1" maxLength:"255" pattern:"^[A-Za-z0-9_\\-/.:]{1,255}$" doc:"Value."`
	EnvID   string `json:"env_id" minLength:"1" maxLength:"65" doc:"Environment."`
	GroupID string `json:"group_id" minLength:"1" maxLength:"65" doc:"API group."`
	Name    string `json:"variable_name" minLength:"3" maxLength:"32" pattern:"^[A-Za-z][A-Za-z0-9_-]{2,31}$" doc:"Name, unique in group and environment; #name# in a definition."`
}

// UpdateVariable changes the value of a variable (APIG V2 §3.3.5).
type UpdateVariable struct {
	InstanceID string             `json:"instance_id"`
	VariableID string             `json:"env_variable_id"`
	Body       VariableUpdateBody `json:"body"`
}

// VariableUpdateBody is the body of APIG V2 §3.3.5.
type VariableUpdateBody struct {
	Value string `json:"variable_value" minLength:"1" maxLength:"255" pattern:"^[A-Za-z0-9_\\-/.:]{1,255}$" doc:"Value."`
}

// RepublishForVariable continues what UpdateVariable began when more APIs use the variable than one
// append holds.
type RepublishForVariable struct {
	InstanceID string `json:"instance_id"`
	VariableID string `json:"env_variable_id"`
}

// DeleteVariable deletes a variable (APIG V2 §3.3.2).
type DeleteVariable struct {
	InstanceID string `json:"instance_id"`
	VariableID string `json:"env_variable_id"`
}

// VariableResult is the answer to UpdateVariable and RepublishForVariable.
type VariableResult struct {
	Variable    Variable `json:"variable"`
	Republished int      `json:"republished"` // APIs published again by this command
	Remaining   int      `json:"remaining"`   // APIs still to be, by RepublishForVariable
}

// maxEvents is how many events one command may cause: what one atomic append holds.
const maxEvents = 1000

// CreateVariable decides on the command of that name. What is published already stays as it is, even
// where it refers to a variable of this name. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3001;
// APIG.3003; APIG.3106 (quota VARIABLE_NUM_LIMIT of the group); APIG.3303 (name).
func (s *State) CreateVariable(m *domain.Moment, c CreateVariable) (Variable, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Variable{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Variable{}, nil, err
	}
	g, err := in.group(c.Body.GroupID)
	if err != nil {
		return Variable{}, nil, err
	}
	if _, err := in.env(c.Body.EnvID); err != nil {
		return Variable{}, nil, err
	}
	v := Variable{
		InstanceID: in.ID, GroupID: g.ID, EnvID: c.Body.EnvID, Name: c.Body.Name, Value: c.Body.Value,
	}
	if in.variableIDs[keyOf(v)] != "" {
		return Variable{}, nil, ErrVariableExists(v.Name)
	}
	if limit := in.quota(quotaVariables); len(g.variables) >= limit {
		return Variable{}, nil, ErrTooManyVariables(limit)
	}
	v.ID = m.NewID()
	return v, []domain.Event{VariableCreated{v}}, nil
}

// UpdateVariable decides on the command of that name. Every API published in the environment that
// refers to the variable is published again with the same definition, as a new version (§3.3.5): 999 in
// this command, the rest by RepublishForVariable. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3011; ErrNotPlaced.
func (s *State) UpdateVariable(m *domain.Moment, c UpdateVariable) (VariableResult, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return VariableResult{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return VariableResult{}, nil, err
	}
	old, err := in.variable(c.VariableID)
	if err != nil {
		return VariableResult{}, nil, err
	}
	v := old.Variable
	if v.Value == c.Body.Value {
		return VariableResult{Variable: v, Remaining: len(old.stale)}, nil, nil
	}
	v.Value = c.Body.Value
	if err := in.allPlaced(); err != nil {
		return VariableResult{}, nil, err
	}
	events := []domain.Event{VariableUpdated{v, []string{"variable_value"}}}
	again, remaining := in.republish(m, v.EnvID, in.users[keyOf(v)], maxEvents-len(events))
	return VariableResult{v, len(again), remaining}, append(events, again...), nil
}

// RepublishForVariable decides on the command of that name; with nothing left to do nothing happens.
// Errors: APIG.3030, 3718; APIG.3011; ErrNotPlaced.
func (s *State) RepublishForVariable(m *domain.Moment, c RepublishForVariable) (VariableResult, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return VariableResult{}, nil, err
	}
	v, err := in.variable(c.VariableID)
	if err != nil {
		return VariableResult{}, nil, err
	}
	if err := in.allPlaced(); err != nil {
		return VariableResult{}, nil, err
	}
	again, remaining := in.republish(m, v.EnvID, v.stale, maxEvents)
	return VariableResult{v.Variable, len(again), remaining}, again, nil
}

// DeleteVariable decides on the command of that name. Errors: APIG.3030, 3718; APIG.3011.
func (s *State) DeleteVariable(_ *domain.Moment, c DeleteVariable) (None, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	v, err := in.variable(c.VariableID)
	if err != nil {
		return None{}, nil, err
	}
	gone := VariableDeleted{InstanceID: in.ID, VariableID: v.ID, GroupID: v.GroupID, EnvID: v.EnvID, Name: v.Name}
	return None{}, []domain.Event{gone}, nil
}

// PendingRepublications returns the commands that are still to be given because an UpdateVariable had
// more APIs to publish again than one append holds. It looks at every variable: ask at the start.
func (s *State) PendingRepublications() []RepublishForVariable {
	var pending []RepublishForVariable
	for _, in := range s.instances {
		for _, v := range in.variables {
			if len(v.stale) > 0 {
				pending = append(pending, RepublishForVariable{InstanceID: in.ID, VariableID: v.ID})
			}
		}
	}
	return pending
}
