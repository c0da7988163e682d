package access

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
)

// TokenLife is how long a token is good (APIG V2 §2.2).
const TokenLife = 24 * time.Hour

// Session is what a token stands for.
type Session struct {
	User identity.User
	// Scope is the tenant that the token is good for: the id of a project, or identity.Account.
	Scope     string
	Method    string    // how the user proved who it is: "password" or "token"
	IssuedAt  time.Time // UTC, whole seconds
	ExpiresAt time.Time // UTC, whole seconds
}

// claims is a session as the token carries it.
type claims struct {
	UserID     string `json:"u"`
	Generation int    `json:"g"`
	Scope      string `json:"s"`
	Method     string `json:"m"`
	IssuedAt   int64  `json:"i"` // seconds since 1970
	ExpiresAt  int64  `json:"e"`
}

// Issue returns a token of a user who gave a password, for a scope, good for TokenLife. Errors:
// domain.CodeUnauthenticated when the user may do nothing in the project of the scope, or it does not
// exist.
func (a *Access) Issue(u identity.User, scope string) (string, Session, error) {
	return a.issue(u, scope, "password", a.Now().Add(TokenLife))
}

// Exchange returns a token of the same user for another scope. It ends when the first one does, so that
// nobody stays signed in for ever. Errors: those of Issue.
func (a *Access) Exchange(s Session, scope string) (string, Session, error) {
	return a.issue(s.User, scope, "token", s.ExpiresAt)
}

func (a *Access) issue(u identity.User, scope, method string, until time.Time) (string, Session, error) {
	if err := a.reaches(u, scope); err != nil {
		return "", Session{}, err
	}
	s := Session{
		User: u, Scope: scope, Method: method,
		IssuedAt: a.Now().UTC().Truncate(time.Second), ExpiresAt: until.UTC().Truncate(time.Second),
	}
	data, err := json.Marshal(claims{u.ID, u.Generation, scope, method, s.IssuedAt.Unix(), s.ExpiresAt.Unix()})
	if err != nil {
		return "", Session{}, fmt.Errorf("issue a token: %w", err)
	}
	token, err := a.Tokens.Issue(data)
	if err != nil {
		return "", Session{}, fmt.Errorf("issue a token: %w", err)
	}
	return token, s, nil
}

func (a *Access) reaches(u identity.User, scope string) error {
	if scope == identity.Account {
		return nil
	}
	if _, exists := a.Directory.Project(scope); !exists || !identity.Reaches(u.Policies, scope) {
		return domain.Errorf(domain.CodeUnauthenticated,
			"the project of the scope does not exist or the user may do nothing there: GET /v3/auth/projects lists its projects")
	}
	return nil
}

// Session returns what a token stands for, as things are now. Errors: domain.CodeUnauthenticated when
// the token was not issued here, has expired, or its user has a new password, was disabled or is gone.
func (a *Access) Session(token string) (Session, error) {
	void := domain.Errorf(domain.CodeUnauthenticated, "the token is not valid any more or was never issued: get a new one from POST /v3/auth/tokens")
	data, err := a.Tokens.Open(token)
	if err != nil {
		return Session{}, void
	}
	var c claims
	if err := json.Unmarshal(data, &c); err != nil {
		return Session{}, void
	}
	u, there := a.Directory.User(c.UserID)
	expires := time.Unix(c.ExpiresAt, 0).UTC()
	if !there || !u.Enabled || u.Generation != c.Generation || !a.Now().Before(expires) {
		return Session{}, void
	}
	return Session{
		User: u, Scope: c.Scope, Method: c.Method, IssuedAt: time.Unix(c.IssuedAt, 0).UTC(), ExpiresAt: expires,
	}, nil
}
