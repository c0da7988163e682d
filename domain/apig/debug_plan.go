package apig

import (
	"fmt"
	"strings"
)

// debugClient is the User-Agent of a debugging request that brings none (APIG V2 §3.5.8).
const debugClient = "APIGatewayDebugClient/1.0"

// debugging is one debugging request on its way through the gateway.
type debugging struct {
	api     *Definition
	body    DebugBody
	context DebugContext
	plan    DebugPlan

	header map[string][]string   // of the request: canonical names, no framing
	path   map[string]pathValue  // path parameters of the request by name
	rest   string                // what a prefix match left of the path: empty, or begins with a slash
	values map[place]*paramValue // of the request parameters
	target backend
}

// place is where a request parameter stands: names are unique per location only.
type place struct{ location, name string }

// PlanDebug says what the gateway does with the request b to the API d: the answer it gives by itself,
// or its call of the backend (APIG V2 §3.5.8). d is the draft in mode DEVELOPER, else the runtime
// definition of the environment; it is not changed. Whatever the gateway would answer to the request's
// sender is part of the plan, not an error. As on the gateway, nobody is authenticated and no policy
// bound to the API applies: the caller of the debugging operation was authorised by the operation.
// Errors: those of DebugBody.Check; APIG.2030 when a backend address uses a variable (§3.3.1).
func PlanDebug(d Definition, b DebugBody, dc DebugContext) (DebugPlan, error) {
	if bad := b.Check(); bad != nil {
		return DebugPlan{}, bad
	}
	if names := VariableRefs(d); len(names) > 0 {
		return DebugPlan{}, ErrDebugVariable(names[0])
	}
	g := &debugging{api: &d, body: b, context: dc, header: canonicalHeader(b.Header), values: map[place]*paramValue{}}
	if g.header["User-Agent"] == nil {
		g.header["User-Agent"] = []string{debugClient}
	}
	g.plan.Request = g.requestText()
	g.run()
	return g.plan, nil
}

// run takes the steps of the gateway in their order until one of them answers the request.
func (g *debugging) run() {
	for _, step := range []func() *DebugAnswer{g.admit, g.match, g.readParams, g.chooseBackend, g.call} {
		if answer := step(); answer != nil {
			g.log("the gateway answers with status %d", answer.Status)
			g.plan.Answer = answer
			return
		}
	}
}

func (g *debugging) log(format string, args ...any) {
	g.plan.Log = append(g.plan.Log, fmt.Sprintf(format, args...))
}

// admit: the request comes to a domain of the API's group, by a protocol that the API is called with.
func (g *debugging) admit() *DebugAnswer {
	if !g.ownDomain() {
		g.log("the domain is not one of the API group's")
		return g.notFound()
	}
	switch supported := g.api.ReqProtocol; supported {
	case "BOTH", g.body.Scheme:
		return nil
	case "GRPCS":
		return g.notCallable("gRPC APIs")
	case "HTTP":
		return g.badProtocol("http")
	default: // HTTPS is the default too
		if g.body.Scheme == "HTTPS" {
			return nil
		}
		return g.badProtocol("https")
	}
}

// ownDomain reports whether the request's domain, without its port, is one of the group's.
func (g *debugging) ownDomain() bool {
	if g.body.Domain == "" || len(g.context.Domains) == 0 {
		return true
	}
	host := strings.ToLower(address.FindStringSubmatch(g.body.Domain)[1])
	for _, domain := range g.context.Domains {
		domain = strings.ToLower(domain)
		zone, wildcard := strings.CutPrefix(domain, "*.")
		if host == domain || wildcard && strings.HasSuffix(host, "."+zone) {
			return true
		}
	}
	return false
}

// match: the request's method and path are the API's.
func (g *debugging) match() *DebugAnswer {
	if g.api.ReqMethod != "ANY" && g.api.ReqMethod != g.body.Method {
		g.log("req_method %s is not that of the request", shown(g.api.ReqMethod))
		return g.notFound()
	}
	mode := g.api.MatchMode
	fill(&mode, "NORMAL")
	values, rest, ok := matchPath(g.api.ReqURI, mode == "SWA", g.body.Path)
	if !ok {
		g.log("req_uri %s (%s) does not match the path", shown(g.api.ReqURI), mode)
		return g.notFound()
	}
	g.log("req_method %s and req_uri %s (%s) match", g.api.ReqMethod, shown(g.api.ReqURI), mode)
	g.path, g.rest = values, rest
	if g.api.AuthType != "NONE" {
		g.log("authentication %s is not carried out in debugging", g.api.AuthType)
	}
	return nil
}
