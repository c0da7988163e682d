package apig

import (
	"errors"

	"github.com/gatelog/gatelog/domain"
)

// below returns the instance for an operation beneath it; APIG.3030 when there is none.
func (s *State) below(id string) (*instance, error) {
	in, ok := s.instances[id]
	if !ok {
		return nil, ErrInstanceNotFound(id)
	}
	return in, nil
}

// changing is below for an operation that changes something: an instance still being created answers
// APIG.3718, because the task of its creation is running.
func (s *State) changing(id string) (*instance, error) {
	in, err := s.below(id)
	if err != nil {
		return nil, err
	}
	if in.Status != InstanceRunning {
		return nil, ErrInstanceTaskRunning()
	}
	return in, nil
}

func (in *instance) group(id string) (*group, error) {
	g, ok := in.groups[id]
	if !ok {
		return nil, ErrGroupNotFound(id)
	}
	return g, nil
}

func (in *instance) env(id string) (*environment, error) {
	e, ok := in.envs[id]
	if !ok {
		return nil, ErrEnvNotFound(id)
	}
	return e, nil
}

func (in *instance) variable(id string) (*variable, error) {
	v, ok := in.variables[id]
	if !ok {
		return nil, ErrVariableNotFound(id)
	}
	return v, nil
}

func (in *instance) api(id string) (*api, error) {
	a, ok := in.apis[id]
	if !ok {
		return nil, ErrAPINotFound(id)
	}
	return a, nil
}

// refusalOf returns the refusal by a rule in err's chain; nil when err is none or another kind of error.
func refusalOf(err error) *domain.Error {
	var refused *domain.Error
	errors.As(err, &refused)
	return refused
}

// difference is one member of an entity, and whether a change touched it.
type difference struct {
	name   string
	exists bool
}

// names returns the names of the members that a change touched, in the order given.
func names(all ...difference) []string {
	var touched []string
	for _, d := range all {
		if d.exists {
			touched = append(touched, d.name)
		}
	}
	return touched
}
