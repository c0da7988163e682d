package identity

import "github.com/gatelog/gatelog/domain"

// Codec returns a codec that knows every event of this surface.
func Codec() *domain.Codec {
	c := domain.NewCodec()
	for _, sample := range []domain.Event{
		AccountCreated{}, ProjectCreated{}, ProjectRenamed{},
		UserCreated{}, UserPasswordChanged{}, UserDisabled{}, UserEnabled{}, UserPoliciesSet{}, UserDeleted{},
		AccessKeyCreated{}, AccessKeyDeleted{},
	} {
		c.Register(sample)
	}
	return c
}

// event is an event of this surface.
type event interface {
	domain.Event
	fold(s *State)
}

// AccountCreated: the account came into being, and with it the deployment.
type AccountCreated struct {
	Account AccountInfo `json:"account"`
}

// ProjectCreated: a project came into being.
type ProjectCreated struct {
	Project Project `json:"project"`
}

// ProjectRenamed: the name of a project changed.
type ProjectRenamed struct {
	Project Project `json:"project"`
}

// EventType implements domain.Event.
func (AccountCreated) EventType() string { return "identity.account.created" }

// EventType implements domain.Event.
func (ProjectCreated) EventType() string { return "identity.project.created" }

// EventType implements domain.Event.
func (ProjectRenamed) EventType() string { return "identity.project.renamed" }

// Of implements domain.Event.
func (ev AccountCreated) Of() domain.Aggregate {
	return domain.Aggregate{Kind: "account", ID: ev.Account.ID}
}

// Of implements domain.Event.
func (ev ProjectCreated) Of() domain.Aggregate { return projectAggregate(ev.Project.ID) }

// Of implements domain.Event.
func (ev ProjectRenamed) Of() domain.Aggregate { return projectAggregate(ev.Project.ID) }

func projectAggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "project", ID: id} }

func (ev AccountCreated) fold(s *State) { s.account = ev.Account }
func (ev ProjectCreated) fold(s *State) { s.putProject(ev.Project) }
func (ev ProjectRenamed) fold(s *State) { s.putProject(ev.Project) }
