package identityhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	commandsidentity "github.com/gatelog/gatelog/commands/identity"
	"github.com/gatelog/gatelog/domain/identity"
)

// User is a user as /gatelog/v1 shows it: with no secret of any kind.
type User struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	Enabled       bool      `json:"enabled"`
	Administrator bool      `json:"administrator" doc:"May do everything, everywhere."`
	PasswordSet   bool      `json:"password_set" doc:"Can sign in with a password."`
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
}

func viewUser(u identity.User) User {
	return User{
		ID: u.ID, Name: u.Name, Enabled: u.Enabled, Administrator: identity.Administers(u.Policies),
		PasswordSet: u.Password != "", CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
	}
}

// inUser is a request about one user. huma passes over what is embedded and not exported, so others repeat
// the member.
type inUser struct {
	UserID string `path:"id" maxLength:"64" doc:"Id of the user."`
}

// paging is how lists are asked for.
type paging struct {
	Offset int `query:"offset" default:"0" minimum:"0" doc:"Entries to pass over."`
	Limit  int `query:"limit" default:"20" minimum:"1" maximum:"500" doc:"Entries to return."`
}

type userList struct {
	Total int    `json:"total" doc:"Users in all."`
	Size  int    `json:"size" doc:"Users in this answer."`
	Users []User `json:"users" doc:"By name."`
}

type newUser struct {
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"64" doc:"Unique in the account: letters, digits, . _ @ and -, beginning with a letter or _."`
		Password string `json:"password,omitempty" minLength:"8" maxLength:"128" doc:"Without one, the user signs requests with access keys only."`
	}
}

type userChange struct {
	UserID string `path:"id" maxLength:"64" doc:"Id of the user."`
	Body   struct {
		Enabled  *bool   `json:"enabled,omitempty" doc:"false keeps the user out, and voids its tokens for good."`
		Password *string `json:"password,omitempty" minLength:"8" maxLength:"128" doc:"Voids the user's tokens."`
	}
}

// policies are the statements of a user.
type policies struct {
	Statements []identity.Statement `json:"statements" maxItems:"20" nullable:"false" doc:"What is covered by no statement is not allowed."`
}

type newPolicies struct {
	UserID string `path:"id" maxLength:"64" doc:"Id of the user."`
	Body   policies
}

func (s *surface) users(api huma.API) {
	register(s, api, operation{
		id: "create-user", method: http.MethodPost, path: "/users", status: http.StatusCreated, action: commandsidentity.ActionCreateUser,
		summary: "Create a user", doc: "The user is enabled and may do nothing until it has policies.",
	}, s.createUser)
	register(s, api, operation{
		id: "list-users", method: http.MethodGet, path: "/users", status: http.StatusOK, action: commandsidentity.ActionListUsers,
		summary: "List users", doc: "By name.",
	}, s.listUsers)
	register(s, api, operation{
		id: "get-user", method: http.MethodGet, path: "/users/{id}", status: http.StatusOK, action: commandsidentity.ActionGetUser,
		summary: "Show a user",
	}, s.getUser)
	register(s, api, operation{
		id: "update-user", method: http.MethodPut, path: "/users/{id}", status: http.StatusOK, action: commandsidentity.ActionUpdateUser,
		summary: "Set a user's password, enable or disable it", doc: "What is left out stays as it is. The password is set first, and stays set should the rest be refused.",
	}, s.updateUser)
	register(s, api, operation{
		id: "delete-user", method: http.MethodDelete, path: "/users/{id}", status: http.StatusNoContent, action: commandsidentity.ActionDeleteUser,
		summary: "Delete a user", doc: "Its access keys go with it.",
	}, s.deleteUser)
	register(s, api, operation{
		id: "set-user-policies", method: http.MethodPut, path: "/users/{id}/policies", status: http.StatusOK, action: commandsidentity.ActionSetPolicies,
		summary: "Replace what a user may do",
	}, s.setPolicies)
	register(s, api, operation{
		id: "get-user-policies", method: http.MethodGet, path: "/users/{id}/policies", status: http.StatusOK, action: commandsidentity.ActionGetPolicies,
		summary: "Show what a user may do",
	}, s.getPolicies)
}

func (s *surface) createUser(ctx context.Context, by asker, in *newUser) (*changed[User], error) {
	u, at, err := s.Commands.AddUser(ctx, s.Bus, by.caller, by.meta, commandsidentity.NewUser{Name: in.Body.Name, Password: in.Body.Password})
	return answer(viewUser(u), at, err)
}

func (s *surface) listUsers(_ context.Context, _ asker, in *paging) (*found[userList], error) {
	page, total := s.Directory.Users(in.Offset, in.Limit)
	list := userList{Total: total, Size: len(page), Users: make([]User, len(page))}
	for i, u := range page {
		list.Users[i] = viewUser(u)
	}
	return &found[userList]{list}, nil
}

// user returns a user as it is now.
func (s *surface) user(id string) (identity.User, error) {
	u, known := s.Directory.User(id)
	if !known {
		return identity.User{}, identity.ErrNoUser()
	}
	return u, nil
}

func (s *surface) getUser(_ context.Context, _ asker, in *inUser) (*found[User], error) {
	u, err := s.user(in.UserID)
	return &found[User]{viewUser(u)}, err
}

func (s *surface) updateUser(ctx context.Context, by asker, in *userChange) (*changed[User], error) {
	if _, err := s.user(in.UserID); err != nil {
		return nil, err
	}
	at, err := s.Commands.ChangeUser(ctx, s.Bus, by.caller, by.meta, in.UserID,
		commandsidentity.UserChange{Enabled: in.Body.Enabled, Password: in.Body.Password})
	if err != nil {
		return nil, halfway{err, at}
	}
	u, err := s.user(in.UserID)
	return answer(viewUser(u), at, err)
}

func (s *surface) deleteUser(ctx context.Context, by asker, in *inUser) (*done, error) {
	_, at, err := s.Commands.DeleteUser.Do(ctx, s.Bus, by.call, identity.DeleteUser{UserID: in.UserID})
	return nothing(at, err)
}

func (s *surface) setPolicies(ctx context.Context, by asker, in *newPolicies) (*changed[policies], error) {
	command := identity.SetPolicies{UserID: in.UserID, Statements: in.Body.Statements}
	u, at, err := s.Commands.SetPolicies.Do(ctx, s.Bus, by.call, command)
	return answer(policies{u.Policies}, at, err)
}

func (s *surface) getPolicies(_ context.Context, _ asker, in *inUser) (*found[policies], error) {
	u, err := s.user(in.UserID)
	return &found[policies]{policies{u.Policies}}, err
}
