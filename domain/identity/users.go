package identity

import (
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// CreateUser makes a user who is enabled and may do nothing yet. A password and policies come after.
type CreateUser struct {
	Name string `json:"name" maxLength:"64" pattern:"^[\\p{L}_][\\p{L}\\p{N}._@-]*$" doc:"Name, unique in the account."`
}

// SetPassword gives a user a password.
type SetPassword struct {
	UserID   string `json:"user_id"`
	Password Sealed `json:"password"` // the sealed hash
}

// SetPolicies replaces all that a user may do.
type SetPolicies struct {
	UserID     string      `json:"user_id"`
	Statements []Statement `json:"statements" maxItems:"20" doc:"At most 20 statements; an empty list takes everything away."`
}

// DisableUser keeps a user out: keys, tokens and password are refused from now on.
type DisableUser struct {
	UserID string `json:"user_id"`
}

// EnableUser lets a user in again; tokens issued before it was disabled stay void.
type EnableUser struct {
	UserID string `json:"user_id"`
}

// DeleteUser removes a user with its keys.
type DeleteUser struct {
	UserID string `json:"user_id"`
}

// CreateUser decides on the command of that name. Errors: domain.CodeInvalid, CodeNameTaken,
// CodeLimitReached at MaxUsers.
func (s *State) CreateUser(m *domain.Moment, c CreateUser) (User, []domain.Event, error) {
	if err := checked(c); err != nil {
		return User{}, nil, err
	}
	if _, taken := s.UserNamed(c.Name); taken {
		return User{}, nil, ErrNameTaken("user", c.Name)
	}
	if len(s.users) >= MaxUsers {
		return User{}, nil, ErrLimitReached(MaxUsers, "users")
	}
	u := User{ID: m.NewID(), Name: c.Name, Enabled: true, Policies: []Statement{}, CreatedAt: m.Now, UpdatedAt: m.Now}
	return u, []domain.Event{UserCreated{u}}, nil
}

// SetPassword decides on the command of that name. Errors: domain.CodeNotFound.
func (s *State) SetPassword(m *domain.Moment, c SetPassword) (User, []domain.Event, error) {
	u, ok := s.User(c.UserID)
	if !ok {
		return User{}, nil, ErrNoUser()
	}
	if c.Password == "" {
		return User{}, nil, ErrInvalid("password", "must be given")
	}
	u.Password, u.Generation, u.UpdatedAt = c.Password, u.Generation+1, m.Now
	return u, []domain.Event{UserPasswordChanged{u}}, nil
}

// SetPolicies decides on the command of that name. Errors: domain.CodeNotFound; domain.CodeInvalid,
// also for a project that does not exist; CodeLastAdministrator.
func (s *State) SetPolicies(m *domain.Moment, c SetPolicies) (User, []domain.Event, error) {
	u, ok := s.User(c.UserID)
	if !ok {
		return User{}, nil, ErrNoUser()
	}
	if err := s.checkStatements(c); err != nil {
		return User{}, nil, err
	}
	if sameStatements(u.Policies, c.Statements) {
		return u, nil, nil
	}
	if s.onlyAdministrator(u) && !Administers(c.Statements) {
		return User{}, nil, ErrLastAdministrator()
	}
	u.Policies, u.UpdatedAt = c.Statements, m.Now
	return u, []domain.Event{UserPoliciesSet{u}}, nil
}

// checkStatements refuses unknown projects too: a mistyped id in a Deny would let through what it was
// written to stop.
func (s *State) checkStatements(c SetPolicies) error {
	if err := checked(c); err != nil {
		return err
	}
	for _, st := range c.Statements {
		unknown := func(id string) bool { return id != "*" && s.projects[id].ID == "" }
		if at := slices.IndexFunc(st.Projects, unknown); at >= 0 {
			return ErrInvalid("statements", "names the project "+st.Projects[at]+", which does not exist")
		}
	}
	return nil
}

// DisableUser decides on the command of that name. Disabling a disabled user changes nothing. Errors:
// domain.CodeNotFound, CodeLastAdministrator.
func (s *State) DisableUser(m *domain.Moment, c DisableUser) (User, []domain.Event, error) {
	u, ok := s.User(c.UserID)
	if !ok {
		return User{}, nil, ErrNoUser()
	}
	if !u.Enabled {
		return u, nil, nil
	}
	if s.onlyAdministrator(u) {
		return User{}, nil, ErrLastAdministrator()
	}
	u.Enabled, u.Generation, u.UpdatedAt = false, u.Generation+1, m.Now
	return u, []domain.Event{UserDisabled{u}}, nil
}

// EnableUser decides on the command of that name. Enabling an enabled user changes nothing. Errors:
// domain.CodeNotFound.
func (s *State) EnableUser(m *domain.Moment, c EnableUser) (User, []domain.Event, error) {
	u, ok := s.User(c.UserID)
	if !ok {
		return User{}, nil, ErrNoUser()
	}
	if u.Enabled {
		return u, nil, nil
	}
	u.Enabled, u.UpdatedAt = true, m.Now
	return u, []domain.Event{UserEnabled{u}}, nil
}

// DeleteUser decides on the command of that name. Errors: domain.CodeNotFound, CodeLastAdministrator.
func (s *State) DeleteUser(_ *domain.Moment, c DeleteUser) (None, []domain.Event, error) {
	u, ok := s.User(c.UserID)
	if !ok {
		return None{}, nil, ErrNoUser()
	}
	if s.onlyAdministrator(u) {
		return None{}, nil, ErrLastAdministrator()
	}
	var events []domain.Event
	for _, k := range s.KeysOf(u.ID) {
		events = append(events, AccessKeyDeleted{AccessKey: k.ID, UserID: u.ID})
	}
	return None{}, append(events, UserDeleted{UserID: u.ID, Name: u.Name}), nil
}
