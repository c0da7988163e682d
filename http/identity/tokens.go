package identityhttp

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/http/access"
)

// headerSubject carries the token that an operation on tokens is about.
const headerSubject = "X-Subject-Token"

// maxTokenRequest bounds the body of a request that anyone may send, in bytes.
const maxTokenRequest = 64 << 10

// tokenRequest is the body of POST /v3/auth/tokens (APIG V2 §2.2). Members that are not here belong to
// ways of signing in that Gatelog does not have, and are passed over.
type tokenRequest struct {
	Auth struct {
		Identity struct {
			Methods  []string `json:"methods"`
			Password struct {
				User struct {
					ID       string `json:"id"`
					Name     string `json:"name"`
					Password string `json:"password"`
					Domain   named  `json:"domain"`
				} `json:"user"`
			} `json:"password"`
			Token struct {
				ID string `json:"id"`
			} `json:"token"`
		} `json:"identity"`
		Scope scope `json:"scope"`
	} `json:"auth"`
}

// scope is what a token shall be good for: one of the two, or nothing, which is taken as the account.
type scope struct {
	Project *struct {
		named
		Domain named `json:"domain"`
	} `json:"project"`
	Domain *named `json:"domain"`
}

// named is a thing by its id, its name, or both.
type named struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// foreign reports whether the client names another account than this one. Naming none is fine: there is
// no other.
func (n named) foreign(a identity.AccountInfo) bool {
	return n.ID != "" && n.ID != a.ID || n.Name != "" && n.Name != a.Name
}

func (s *surface) createToken(c echo.Context) error {
	token, session, err := s.signIn(c)
	if err != nil {
		return s.refuseKeystone(c, err)
	}
	c.Response().Header().Set(headerSubject, token)
	return c.JSON(http.StatusCreated, tokenBody{s.viewToken(session)})
}

// signIn issues the token that a request asks for.
func (s *surface) signIn(c echo.Context) (string, access.Session, error) {
	var in tokenRequest
	r := c.Request()
	if err := json.NewDecoder(http.MaxBytesReader(c.Response(), r.Body, maxTokenRequest)).Decode(&in); err != nil {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			return "", access.Session{}, domain.Errorf(domain.CodeTooLarge, "the body has at most %d bytes", maxTokenRequest)
		}
		return "", access.Session{}, identity.ErrInvalid("body", "must be JSON of the form {\"auth\": {\"identity\": …, \"scope\": …}}")
	}
	switch methods := in.Auth.Identity.Methods; {
	case slices.Equal(methods, []string{"password"}):
		return s.byPassword(r, in)
	case slices.Equal(methods, []string{"token"}):
		return s.byToken(in)
	}
	return "", access.Session{}, identity.ErrInvalid("auth.identity.methods", `must be ["password"] or ["token"]`)
}

func (s *surface) byPassword(r *http.Request, in tokenRequest) (string, access.Session, error) {
	user := in.Auth.Identity.Password.User
	if user.ID == "" && user.Name == "" || user.Password == "" {
		return "", access.Session{}, identity.ErrInvalid("auth.identity.password.user", "must have a password, and a name or an id")
	}
	u, err := s.Access.Login(r, access.Attempt{
		UserID: user.ID, UserName: user.Name, Password: user.Password, Foreign: user.Domain.foreign(s.Directory.Account()),
	})
	if err != nil {
		return "", access.Session{}, err
	}
	tenant, err := s.tenant(in.Auth.Scope)
	if err != nil {
		return "", access.Session{}, err
	}
	return s.Access.Issue(u, tenant)
}

func (s *surface) byToken(in tokenRequest) (string, access.Session, error) {
	session, err := s.Access.Session(in.Auth.Identity.Token.ID)
	if err != nil {
		return "", access.Session{}, err
	}
	tenant, err := s.tenant(in.Auth.Scope)
	if err != nil {
		return "", access.Session{}, err
	}
	return s.Access.Exchange(session, tenant)
}

// tenant returns what a scope stands for. It is empty for a project that does not exist: Access refuses
// that like one that the user can't reach.
func (s *surface) tenant(want scope) (string, error) {
	account := s.Directory.Account()
	domains := []*named{want.Domain}
	if want.Project != nil {
		domains = append(domains, &want.Project.Domain)
	}
	for _, d := range domains {
		if d != nil && d.foreign(account) {
			return "", domain.Errorf(domain.CodeUnauthenticated, "the scope names another account (domain) than this one")
		}
	}
	switch {
	case want.Project == nil:
		return identity.Account, nil
	case want.Domain != nil:
		return "", identity.ErrInvalid("auth.scope", "must be a project or a domain, not both")
	case want.Project.ID != "":
		p, _ := s.Directory.Project(want.Project.ID)
		return p.ID, nil
	}
	p, _ := s.Directory.ProjectNamed(want.Project.Name)
	return p.ID, nil
}

// showToken tells a caller what a token is good for.
func (s *surface) showToken(c echo.Context) error {
	r := c.Request()
	if _, err := s.Access.Authenticate(r, nil); err != nil {
		return s.refuseKeystone(c, err)
	}
	token := r.Header.Get(headerSubject)
	session, err := s.Access.Session(token)
	if err != nil {
		return s.refuseKeystone(c, domain.Errorf(domain.CodeNotFound, "the token in %s is not valid", headerSubject))
	}
	c.Response().Header().Set(headerSubject, token)
	return c.JSON(http.StatusOK, tokenBody{s.viewToken(session)})
}
