package identity

import (
	"github.com/gatelog/gatelog/domain"
)

// Codes of refusals that only this surface has.
const (
	// CodeNameTaken: another user or project has the name.
	CodeNameTaken = "gatelog.name_taken"
	// CodeLimitReached: there are as many of these as there may be.
	CodeLimitReached = "gatelog.limit_reached"
	// CodeLastAdministrator: the change would leave the account without anyone who can administer it.
	CodeLastAdministrator = "gatelog.last_administrator"
	// CodeBootstrapped: the account exists already.
	CodeBootstrapped = "gatelog.already_bootstrapped"
)

// ErrNoUser is domain.CodeNotFound: there is no user with this id.
func ErrNoUser() *domain.Error {
	return about("user_id", domain.Errorf(domain.CodeNotFound, "there is no user with this id: list the users to find it"))
}

// ErrNoProject is domain.CodeNotFound: there is no project with this id.
func ErrNoProject() *domain.Error {
	return about("project_id", domain.Errorf(domain.CodeNotFound, "there is no project with this id: list the projects to find it"))
}

// ErrNoKey is domain.CodeNotFound: the user has no such access key.
func ErrNoKey() *domain.Error {
	return about("access_key", domain.Errorf(domain.CodeNotFound, "the user has no such access key: list its keys to find it"))
}

// ErrNameTaken is CodeNameTaken. kind is "user" or "project"; name is valid.
func ErrNameTaken(kind, name string) *domain.Error {
	return about("name", domain.Errorf(CodeNameTaken, "there is a %s named %q already: choose another name", kind, name))
}

// ErrLimitReached is CodeLimitReached.
func ErrLimitReached(limit int, what string) *domain.Error {
	return domain.Errorf(CodeLimitReached, "there may be at most %d %s: delete one first", limit, what)
}

// ErrLastAdministrator is CodeLastAdministrator.
func ErrLastAdministrator() *domain.Error {
	return domain.Errorf(CodeLastAdministrator, "this is the last administrator who can sign in: make another user an administrator first")
}

// ErrBootstrapped is CodeBootstrapped.
func ErrBootstrapped() *domain.Error {
	return domain.Errorf(CodeBootstrapped, "the account exists already")
}

// ErrInvalid is domain.CodeInvalid: a parameter breaks its rule.
func ErrInvalid(param, why string) *domain.Error {
	return about(param, domain.Errorf(domain.CodeInvalid, "%s %s", param, why))
}

// checked returns the refusal for the first broken rule of a struct's tags; nil when all hold.
func checked(v any) error {
	bad := domain.Check(v)
	if bad == nil {
		return nil
	}
	return about(bad.Path, domain.Errorf(domain.CodeInvalid, "%s", bad.Error()))
}

func about(param string, e *domain.Error) *domain.Error {
	e.Param = param
	return e
}
