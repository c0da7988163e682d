package server

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/http/web"
)

// operationNames are the ids of operations by method and route, as Echo writes it, and what the audit trail has of
// those whose method could change something and that do not. They are complete before the first request comes.
type operationNames struct {
	ids     map[string]string
	audited map[string]web.Audited
}

// learn takes the ids of all operations that are described, and of routes that were given a name.
func (names operationNames) learn(described *huma.OpenAPI, routes []*echo.Route) {
	for _, r := range routes {
		if !strings.Contains(r.Name, "/") { // else it is the name of the handler's package
			names.ids[r.Method+" "+r.Path] = r.Name
		}
	}
	asRoute := strings.NewReplacer("{", ":", "}", "")
	for path, item := range described.Paths {
		for method, op := range map[string]*huma.Operation{
			"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete, "PATCH": item.Patch,
		} {
			if op == nil {
				continue
			}
			route := method + " " + asRoute.Replace(path)
			names.ids[route] = op.OperationID
			if a, marked := op.Metadata[web.AuditedKey].(web.Audited); marked {
				names.audited[route] = a
			}
		}
	}
}

// of returns the id of the operation that a request is for; empty when its path leads nowhere.
func (names operationNames) of(c echo.Context) string {
	return names.ids[c.Request().Method+" "+c.Path()]
}

// audit returns what the audit trail has of a request.
func (names operationNames) audit(c echo.Context) web.Audited {
	return names.audited[c.Request().Method+" "+c.Path()]
}

// tell adds the operation to what a request says about itself, so that its changes remember it.
func (names operationNames) tell(o *Options) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if s, name := o.surface(r.URL.Path), names.of(c); s != nil && name != "" && mutates(r.Method) {
				meta := web.MetaFrom(r.Context())
				meta.Operation = s.Name + "/" + name
				c.SetRequest(r.WithContext(web.WithMeta(r.Context(), meta)))
			}
			return next(c)
		}
	}
}
