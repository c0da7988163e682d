package apig

import "github.com/gatelog/gatelog/domain"

// EnvCreated: an environment came into being (APIG V2 §3.2.1).
type EnvCreated struct {
	Env Environment `json:"env"`
}

// EnvUpdated: name or remark of an environment changed (APIG V2 §3.2.2).
type EnvUpdated struct {
	Env     Environment `json:"env"`
	Changed []string    `json:"changed"`
}

// EnvDeleted: an environment is gone, and with it the variables it had values for (APIG V2 §3.2.3).
// No API was published there any more. The versions that were published there remain readable.
type EnvDeleted struct {
	InstanceID string `json:"instance_id"`
	EnvID      string `json:"env_id"`
	Name       string `json:"name"`
}

// EventType implements domain.Event.
func (EnvCreated) EventType() string { return "apig.env.created" }

// EventType implements domain.Event.
func (EnvUpdated) EventType() string { return "apig.env.updated" }

// EventType implements domain.Event.
func (EnvDeleted) EventType() string { return "apig.env.deleted" }

// Of implements domain.Event.
func (ev EnvCreated) Of() domain.Aggregate { return envAggregate(ev.Env.InstanceID, ev.Env.ID) }

// Of implements domain.Event.
func (ev EnvUpdated) Of() domain.Aggregate { return envAggregate(ev.Env.InstanceID, ev.Env.ID) }

// Of implements domain.Event.
func (ev EnvDeleted) Of() domain.Aggregate { return envAggregate(ev.InstanceID, ev.EnvID) }

// envAggregate needs the instance because every instance has the environment ReleaseEnvID.
func envAggregate(instanceID, envID string) domain.Aggregate {
	return domain.Aggregate{Kind: "env", ID: instanceID + "_" + envID}
}

func (ev EnvCreated) at() string { return ev.Env.InstanceID }
func (ev EnvUpdated) at() string { return ev.Env.InstanceID }
func (ev EnvDeleted) at() string { return ev.InstanceID }

func (ev EnvCreated) fold(in *instance, _ domain.Recorded) {
	in.envs[ev.Env.ID] = newEnvironment(ev.Env)
	in.envNames[ev.Env.Name] = ev.Env.ID
}

func (ev EnvUpdated) fold(in *instance, _ domain.Recorded) {
	e, ok := in.envs[ev.Env.ID]
	if !ok {
		return
	}
	delete(in.envNames, e.Name)
	in.envNames[ev.Env.Name] = e.ID
	e.Environment = ev.Env
}

func (ev EnvDeleted) fold(in *instance, _ domain.Recorded) {
	e, ok := in.envs[ev.EnvID]
	if !ok {
		return
	}
	for id := range e.variables {
		in.dropVariable(id)
	}
	in.credentials.dropAuths(ofEnv(e.ID))
	in.plugins.bound.dropWhere(func(at placement) bool { return at.envID == e.ID })
	delete(in.envNames, e.Name)
	delete(in.envs, e.ID)
}
