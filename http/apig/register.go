package apig

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/http/access"
)

// Prefix is the beginning of all paths of the surface.
const Prefix = "/v2/"

// New returns the surface. Register it on one server.
func New(d Deps) *Surface { return &Surface{Deps: d} }

// Register adds the operations of the surface: the built ones with their description to api, the
// others to e, where they say that they are not built.
func (s *Surface) Register(api huma.API, e *echo.Echo) {
	s.groups(api)
	s.envs(api)
	s.variables(api)
	s.apis(api)
	s.publications(api)
	s.documents(api)
	s.settings(api)
	s.channels(api)
	s.authorizers(api)
	s.responses(api)
	s.throttles(api)
	s.acls(api)
	s.signatures(api)
	s.instances(api)
	s.apps(api)
	s.appCodes(api)
	s.appACLs(api)
	s.appAuths(api)
	s.appQuotas(api)
	s.outlines(api)
	for _, op := range unbuilt {
		e.Add(op.method, route(rootPath+op.path), s.notBuilt(op.section, op.id, op.action)).Name = op.id
	}
}

// route is a path as Echo writes it.
func route(path string) string { return strings.NewReplacer("{", ":", "}", "").Replace(path) }

// codeNotBuilt is no code of the reference, which has none for this.
const codeNotBuilt = "GATELOG.0501"

// notBuilt answers for an operation that is in the reference but not in this version.
func (s *Surface) notBuilt(section, id, action string) echo.HandlerFunc {
	return func(c echo.Context) error {
		caller := access.CallerFrom(c.Request().Context())
		if caller == nil {
			return s.Deny(c, domain.Errorf(domain.CodeUnauthenticated, "the request is neither signed nor has it a token"))
		}
		if _, err := commands.Authorize(caller, c.Param("project_id"), commands.Meta{}, action, "apig:unbuilt:call"); err != nil {
			return s.Deny(c, err)
		}
		message := fmt.Sprintf("%s (APIG V2 §%s) is not served by this version of Gatelog; the README lists what is", id, section)
		return c.JSON(http.StatusNotImplemented, &Error{Code: codeNotBuilt, Message: message})
	}
}

// Deny answers a request that was refused before it reached an operation, in the shape of the surface.
func (s *Surface) Deny(c echo.Context, err error) error {
	e := familyOf(asWritten.Replace(c.Path())).spell(silent, "", err)
	return c.JSON(e.status, e)
}
