// Package identityhttp serves what clients of APIG V2 ask of their identity service under /v3 (tokens,
// projects; §2.2, §5.6), and the management of users, keys and projects under /gatelog/v1. It reads
// requests, asks commands and the directory, and spells answers and errors. It decides nothing.
package identityhttp

import (
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/commands"
	commandsidentity "github.com/gatelog/gatelog/commands/identity"
	"github.com/gatelog/gatelog/http/access"
	directory "github.com/gatelog/gatelog/projections/identity"
)

// Beginnings of the paths of this surface.
const (
	KeystonePrefix   = "/v3/"
	ManagementPrefix = "/gatelog/v1/"
)

// Deps is what the surface stands on.
type Deps struct {
	Bus       *commands.Bus
	Commands  *commandsidentity.Commands
	Directory *directory.Directory
	Access    *access.Access
	Logger    *slog.Logger
}

// surface is the set of handlers.
type surface struct{ Deps }

// Register adds the operations: those of management with their description to api, those of /v3, whose
// shape is foreign, to e.
func Register(api huma.API, e *echo.Echo, d Deps) {
	s := &surface{d}
	s.users(api)
	s.keys(api)
	s.projects(api)
	s.keystone(e)
}

// keystone adds the operations of /v3. Clients write them with and without a slash at the end (APIG V2
// §5.6 has one).
func (s *surface) keystone(e *echo.Echo) {
	for _, slash := range []string{"", "/"} {
		e.POST(pathTokens+slash, s.createToken).Name = "create-token"
		e.GET(pathTokens+slash, s.showToken)
		e.GET("/v3/projects"+slash, s.signedIn(s.listProjects))
		e.GET("/v3/auth/projects"+slash, s.signedIn(s.listProjects))
		e.GET("/v3/auth/domains"+slash, s.signedIn(s.listDomains))
		e.GET("/v3/auth/catalog"+slash, s.signedIn(s.showCatalog))
	}
}

const pathTokens = "/v3/auth/tokens"

// Open reports whether a request needs no caller to be known before its handler runs: those for tokens,
// which are where callers become known.
func Open(r *http.Request) bool { return strings.TrimSuffix(r.URL.Path, "/") == pathTokens }

// Deny answers a request that was refused before it reached a handler, in the shape of its path.
func Deny(c echo.Context, err error) error {
	if strings.HasPrefix(c.Request().URL.Path, KeystonePrefix) {
		return answerKeystone(c, err)
	}
	e := spelling.Spell(requestID(c), err)
	return c.JSON(e.GetStatus(), e)
}
