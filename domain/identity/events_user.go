package identity

import "github.com/gatelog/gatelog/domain"

// UserCreated: a user came into being.
type UserCreated struct {
	User User `json:"user"`
}

// UserPasswordChanged: a user got a first or a new password. Tokens issued before are void.
type UserPasswordChanged struct {
	User User `json:"user"`
}

// UserDisabled: a user can't sign in any more, and its keys are refused. Tokens issued before are void
// for good.
type UserDisabled struct {
	User User `json:"user"`
}

// UserEnabled: a user can sign in again.
type UserEnabled struct {
	User User `json:"user"`
}

// UserPoliciesSet: what a user may do changed.
type UserPoliciesSet struct {
	User User `json:"user"`
}

// UserDeleted: a user is gone. Its keys went before it.
type UserDeleted struct {
	UserID string `json:"user_id"`
	Name   string `json:"name"`
}

// AccessKeyCreated: a user got an access key.
type AccessKeyCreated struct {
	Key AccessKey `json:"key"`
}

// AccessKeyDeleted: an access key is gone.
type AccessKeyDeleted struct {
	AccessKey string `json:"access_key"`
	UserID    string `json:"user_id"`
}

// EventType implements domain.Event.
func (UserCreated) EventType() string { return "identity.user.created" }

// EventType implements domain.Event.
func (UserPasswordChanged) EventType() string { return "identity.user.password_changed" }

// EventType implements domain.Event.
func (UserDisabled) EventType() string { return "identity.user.disabled" }

// EventType implements domain.Event.
func (UserEnabled) EventType() string { return "identity.user.enabled" }

// EventType implements domain.Event.
func (UserPoliciesSet) EventType() string { return "identity.user.policies_set" }

// EventType implements domain.Event.
func (UserDeleted) EventType() string { return "identity.user.deleted" }

// EventType implements domain.Event.
func (AccessKeyCreated) EventType() string { return "identity.accesskey.created" }

// EventType implements domain.Event.
func (AccessKeyDeleted) EventType() string { return "identity.accesskey.deleted" }

// Of implements domain.Event.
func (ev UserCreated) Of() domain.Aggregate { return userAggregate(ev.User.ID) }

// Of implements domain.Event.
func (ev UserPasswordChanged) Of() domain.Aggregate { return userAggregate(ev.User.ID) }

// Of implements domain.Event.
func (ev UserDisabled) Of() domain.Aggregate { return userAggregate(ev.User.ID) }

// Of implements domain.Event.
func (ev UserEnabled) Of() domain.Aggregate { return userAggregate(ev.User.ID) }

// Of implements domain.Event.
func (ev UserPoliciesSet) Of() domain.Aggregate { return userAggregate(ev.User.ID) }

// Of implements domain.Event.
func (ev UserDeleted) Of() domain.Aggregate { return userAggregate(ev.UserID) }

// Of implements domain.Event.
func (ev AccessKeyCreated) Of() domain.Aggregate { return keyAggregate(ev.Key.ID) }

// Of implements domain.Event.
func (ev AccessKeyDeleted) Of() domain.Aggregate { return keyAggregate(ev.AccessKey) }

func userAggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "user", ID: id} }
func keyAggregate(id string) domain.Aggregate  { return domain.Aggregate{Kind: "accesskey", ID: id} }

func (ev UserCreated) fold(s *State)         { s.putUser(ev.User) }
func (ev UserPasswordChanged) fold(s *State) { s.putUser(ev.User) }
func (ev UserDisabled) fold(s *State)        { s.putUser(ev.User) }
func (ev UserEnabled) fold(s *State)         { s.putUser(ev.User) }
func (ev UserPoliciesSet) fold(s *State)     { s.putUser(ev.User) }

func (ev UserDeleted) fold(s *State) {
	delete(s.userNames, ev.Name)
	delete(s.users, ev.UserID)
}

func (ev AccessKeyCreated) fold(s *State) { s.putKey(ev.Key) }
func (ev AccessKeyDeleted) fold(s *State) { s.dropKey(ev.AccessKey, ev.UserID) }
