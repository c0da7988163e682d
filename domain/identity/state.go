package identity

import (
	"cmp"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// State is the account with all that is in it, folded from its events (Apply). Decisions read it and
// never change it. What it returns is shared: treat it as read-only. It is for one goroutine at a time.
type State struct {
	account      AccountInfo // zero before the bootstrap
	projects     map[string]Project
	projectNames map[string]string // name to id
	users        map[string]User
	userNames    map[string]string // name to id
	keys         map[string]AccessKey
	userKeys     map[string][]AccessKey // by user id, oldest first
}

// NewState returns the state before the bootstrap.
func NewState() *State {
	return &State{
		projects: map[string]Project{}, projectNames: map[string]string{},
		users: map[string]User{}, userNames: map[string]string{},
		keys: map[string]AccessKey{}, userKeys: map[string][]AccessKey{},
	}
}

// Apply implements domain.State. An event of another surface changes nothing.
func (s *State) Apply(rec domain.Recorded) {
	if ev, ok := rec.Event.(event); ok {
		ev.fold(s)
	}
}

// Placed implements domain.State: no decision about identities depends on a position.
func (*State) Placed(domain.Recorded) {}

func (s *State) putProject(p Project) {
	delete(s.projectNames, s.projects[p.ID].Name)
	s.projects[p.ID] = p
	s.projectNames[p.Name] = p.ID
}

// putKey and dropKey make new lists: the old ones may have been handed out.
func (s *State) putKey(k AccessKey) {
	s.keys[k.ID] = k
	s.userKeys[k.UserID] = append(slices.Clone(s.userKeys[k.UserID]), k)
}

func (s *State) dropKey(id, userID string) {
	delete(s.keys, id)
	rest := slices.DeleteFunc(slices.Clone(s.userKeys[userID]), func(k AccessKey) bool { return k.ID == id })
	if s.userKeys[userID] = rest; len(rest) == 0 {
		delete(s.userKeys, userID)
	}
}

func (s *State) putUser(u User) {
	s.users[u.ID] = u
	s.userNames[u.Name] = u.ID
}

// Account returns the account; its id is empty before the bootstrap.
func (s *State) Account() AccountInfo { return s.account }

// Project returns a project by its id.
func (s *State) Project(id string) (Project, bool) {
	p, ok := s.projects[id]
	return p, ok
}

// ProjectNamed returns a project by its name.
func (s *State) ProjectNamed(name string) (Project, bool) { return s.Project(s.projectNames[name]) }

// User returns a user by its id.
func (s *State) User(id string) (User, bool) {
	u, ok := s.users[id]
	return u, ok
}

// UserNamed returns a user by its name.
func (s *State) UserNamed(name string) (User, bool) { return s.User(s.userNames[name]) }

// Key returns an access key.
func (s *State) Key(accessKey string) (AccessKey, bool) {
	k, ok := s.keys[accessKey]
	return k, ok
}

// Projects returns all projects by name.
func (s *State) Projects() []Project {
	return sorted(s.projects, func(a, b Project) int { return cmp.Compare(a.Name, b.Name) })
}

// Users returns all users by name.
func (s *State) Users() []User {
	return sorted(s.users, func(a, b User) int { return cmp.Compare(a.Name, b.Name) })
}

// KeysOf returns the access keys of a user, oldest first.
func (s *State) KeysOf(userID string) []AccessKey { return s.userKeys[userID] }

func sorted[T any](of map[string]T, compare func(a, b T) int) []T {
	all := make([]T, 0, len(of))
	for _, v := range of {
		all = append(all, v)
	}
	slices.SortFunc(all, compare)
	return all
}

// onlyAdministrator reports whether this user is an administrator who can sign in, and no other is.
func (s *State) onlyAdministrator(u User) bool {
	if !s.administrator(u) {
		return false
	}
	for id, other := range s.users {
		if id != u.ID && s.administrator(other) {
			return false
		}
	}
	return true
}

// administrator reports whether a user can administer the account as things are: an administrator with
// neither a key nor a password is no help when all others are gone.
func (s *State) administrator(u User) bool {
	return u.Enabled && Administers(u.Policies) && (u.Password != "" || len(s.userKeys[u.ID]) > 0)
}
