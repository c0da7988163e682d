package apig

import "regexp"

// route is what must be unique among the drafts of a group (APIG V2 §3.5.1, 400 APIG.3301): two APIs
// with the same route could not be told apart by a request.
type route struct{ method, path, match string }

var slotName = regexp.MustCompile(`\{[^{}]*?(\+?)\}`)

func routeOf(d Definition) route { return routeFor(d.ReqMethod, d.ReqURI, d.MatchMode) }

// routeFor leaves out the names of path parameters: /a/{id} and /a/{name} match the same requests.
func routeFor(method, path, match string) route {
	if match == "" {
		match = "NORMAL"
	}
	return route{method, slotName.ReplaceAllString(path, "{$1}"), match}
}

// claims tells which names and routes of a group are taken, including what the command in hand has
// added or freed so far.
type claims struct {
	base   *group            // nil for a group that the command creates
	names  map[string]string // name to API id; "" when freed
	routes map[route]string  // route to API id; "" when freed
	titles map[string]string // API id to name, of what the command added
}

func newClaims(g *group) *claims {
	return &claims{base: g, names: map[string]string{}, routes: map[route]string{}, titles: map[string]string{}}
}

// name returns the id of the API that has the name, or "".
func (c *claims) name(name string) string {
	if id, ok := c.names[name]; ok || c.base == nil {
		return id
	}
	return c.base.names[name]
}

// route returns the id of the API that has the route, or "".
func (c *claims) route(r route) string {
	if id, ok := c.routes[r]; ok || c.base == nil {
		return id
	}
	return c.base.routes[r]
}

// refuse says why an API cannot have the name and route of d: another one than self has them
// (APIG.3202, APIG.3301).
func (c *claims) refuse(d Definition, self string) error {
	if id := c.name(d.Name); id != "" && id != self {
		return ErrAPINameTaken(d.Name)
	}
	if id := c.route(routeOf(d)); id != "" && id != self {
		return ErrAPIExists(d.ReqMethod, d.ReqURI)
	}
	return nil
}

// take notes that the API id has d now, free that it no longer has it.
func (c *claims) take(d Definition, id string) {
	c.names[d.Name], c.routes[routeOf(d)], c.titles[id] = id, id, d.Name
}

func (c *claims) free(d Definition) {
	c.names[d.Name], c.routes[routeOf(d)] = "", ""
}
