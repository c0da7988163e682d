package apig

import (
	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// Prefix is the beginning of all paths of the surface.
const Prefix = "/v2/"

// New returns the surface. Register it on one server.
func New(d Deps) *Surface { return &Surface{Deps: d} }

// Register adds the operations of the surface.
func (s *Surface) Register(api huma.API, _ *echo.Echo) {
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
	s.plugins(api)
	s.domainNames(api)
	s.instances(api)
	s.instanceAccess(api)
	s.instanceOrders(api)
	s.instanceTags(api)
	s.endpoints(api)
	s.apps(api)
	s.appCodes(api)
	s.aiKeys(api)
	s.appACLs(api)
	s.appAuths(api)
	s.appQuotas(api)
	s.outlines(api)
	s.statistics(api)
	s.tasks(api)
	s.microservices(api)
	s.orchestrations(api)
}

// Deny answers a request that was refused before it reached an operation, in the shape of the surface.
func (s *Surface) Deny(c echo.Context, err error) error {
	e := familyOf(asWritten.Replace(c.Path())).spell(silent, "", err)
	return c.JSON(e.status, e)
}
