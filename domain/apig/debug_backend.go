package apig

import (
	"maps"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// backendTimeout is the timeout in milliseconds of a backend that gives none.
const backendTimeout = 5000

// callable are the methods that a backend can be called with.
var callable = []string{"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"}

var headerName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]*$`)

// outgoing is the request to the backend while it is put together.
type outgoing struct {
	header map[string][]string
	query  url.Values
	path   map[string]pathValue
	shown  map[string]pathValue // path, as the log may show it
}

// call is the last step: it makes the call of the backend.
func (g *debugging) call() *DebugAnswer {
	out := g.passThrough()
	for i := range g.target.params {
		g.mapParam(out, &g.target.params[i])
	}
	for _, name := range slices.Sorted(maps.Keys(out.header)) {
		if !headerName.MatchString(name) || slices.ContainsFunc(out.header[name], invalidHeaderValue) {
			g.log("header %s for the backend cannot be sent with its value", shown(name))
			return g.badParams()
		}
	}
	e := g.target.endpoint
	method := e.ReqMethod
	if method == "ANY" {
		method = g.body.Method
	}
	address, answer := g.backendURL(e, out)
	if answer != nil {
		return answer
	}
	if !slices.Contains(callable, method) {
		g.log("the backend has no usable method")
		return BackendUnavailable(g.context.RequestID)
	}
	g.plan.Call = &DebugCall{Method: method, URL: address.String(), Header: out.header, Body: g.body.Body, Timeout: g.timeout()}
	g.logCall(address, out)
	return nil
}

// logCall shows where the call goes to whoever may see the draft. In mode CONSUMER the caller need not be
// the API's owner, and the backend's address is the owner's affair.
func (g *debugging) logCall(address *url.URL, out *outgoing) {
	what, call := "the backend", g.plan.Call
	if g.body.Mode == DebugDeveloper {
		what = address.Scheme + "://" + address.Host + backendPathOf(g.target.endpoint, out.shown, g.rest)
	}
	g.log("call %s %s with a timeout of %d ms", call.Method, what, call.Timeout.Milliseconds())
}

func invalidHeaderValue(value string) bool { return !validHeaderValue(value) }

// timeout is the backend's, but no longer than debugging waits.
func (g *debugging) timeout() time.Duration {
	ms := g.target.timeout
	if ms <= 0 {
		ms = backendTimeout
	}
	return time.Duration(min(ms, int(MaxDebugTimeout.Milliseconds()))) * time.Millisecond
}

// passThrough returns headers and query parameters that go to the backend as they came: all but those
// of request parameters with pass_through 2. A default value goes with them. The token stays here: the
// gateway passes it on only with the feature backend_token_allow.
func (g *debugging) passThrough() *outgoing {
	out := &outgoing{header: map[string][]string{}, query: url.Values{}, path: map[string]pathValue{}, shown: map[string]pathValue{}}
	maps.Copy(out.header, g.header)
	maps.Copy(out.query, g.body.Query)
	delete(out.header, "X-Auth-Token")
	if g.context.RequestID != "" {
		out.header["X-Request-Id"] = []string{g.context.RequestID}
	}
	for i := range g.api.ReqParams {
		p := &g.api.ReqParams[i]
		v := g.values[place{p.Location, p.Name}]
		switch {
		case p.PassThrough == 2:
			out.drop(p)
		case v.defaulted:
			out.set(p.Location, p.Name, v.values)
		}
	}
	return out
}

// drop takes a request parameter out.
func (o *outgoing) drop(p *ReqParam) {
	switch p.Location {
	case "QUERY":
		delete(o.query, p.Name)
	case "HEADER":
		delete(o.header, textproto.CanonicalMIMEHeaderKey(p.Name))
	case "COOKIE":
		other := slices.DeleteFunc(cookiePairs(o.header["Cookie"]), func(pair string) bool {
			name, _, _ := strings.Cut(pair, "=")
			return name == p.Name
		})
		delete(o.header, "Cookie")
		if len(other) > 0 {
			o.header["Cookie"] = []string{strings.Join(other, "; ")}
		}
	}
}

// set puts values where they belong; a location that cannot be set this way stays as it is.
func (o *outgoing) set(location, name string, values []string) {
	switch location {
	case "QUERY":
		o.query[name] = values
	case "HEADER":
		if key := textproto.CanonicalMIMEHeaderKey(name); !slices.Contains(framing, key) {
			o.header[key] = values
		}
	}
}

// mapParam adds one backend parameter. One without value, e.g. of a request parameter that the request
// lacks, is left out of query and header, and empty in the path.
func (g *debugging) mapParam(out *outgoing, p *BackendParam) {
	value, open := g.backendValue(p)
	text, ok := value.first()
	if !ok {
		return
	}
	if p.Location != "PATH" {
		out.set(p.Location, p.Name, value.values)
		return
	}
	out.path[p.Name] = pathValue{text, value.many}
	out.shown[p.Name] = pathValue{"***", false}
	if open {
		out.shown[p.Name] = out.path[p.Name]
	}
}

// backendValue returns the value of a backend parameter; open says that the log may show it, because it
// is a part of the request's path or known to the gateway anyway.
func (g *debugging) backendValue(p *BackendParam) (value *paramValue, open bool) {
	switch p.Origin {
	case "REQUEST":
		source, v := g.named(p.Value)
		return v, source != nil && source.Location == "PATH"
	case "CONSTANT":
		return &paramValue{values: []string{p.Value}}, false
	case "SYSTEM":
		if text := g.systemValue(p.Value); text != "" {
			return &paramValue{values: []string{text}}, true
		}
	}
	return nil, false
}

// systemValue returns the value of a system parameter of the gateway (APIG V2 §3.5.1), "" for one that
// has none here: those of authorizers, which are not asked, of channels, and the unsupported
// providerAppId.
func (g *debugging) systemValue(name string) string {
	switch name {
	case "$context.sourceIp":
		return g.context.SourceIP
	case "$context.stage":
		return g.body.EnvName()
	case "$context.apiId":
		return g.context.APIID
	case "$context.appId":
		return g.context.AppID
	case "$context.requestId":
		return g.context.RequestID
	case "$context.serverAddr":
		return g.context.ServerAddr
	case "$context.serverName":
		return g.context.ServerName
	case "$context.handleTime":
		return g.context.Now.UTC().Format(time.RFC3339)
	default:
		return ""
	}
}

// backendURL returns the address of the call. It refuses what cannot be one, and a path with a segment
// . or .. that a parameter brought in: the request must not leave the path that the API's owner opened.
func (g *debugging) backendURL(e *Endpoint, out *outgoing) (*url.URL, *DebugAnswer) {
	scheme := strings.ToLower(e.ReqProtocol)
	escaped := backendPathOf(e, out.path, g.rest)
	path, err := url.PathUnescape(escaped)
	if err != nil || scheme != "http" && scheme != "https" || !validAddress(e.URLDomain) || !backPath.MatchString(escaped) {
		g.log("the backend has no usable address")
		return nil, BackendUnavailable(g.context.RequestID)
	}
	if hasDotSegment(path) {
		g.log("a parameter would lead out of the backend's path")
		return nil, g.badParams()
	}
	return &url.URL{Scheme: scheme, Host: e.URLDomain, Path: path, RawPath: escaped, RawQuery: out.query.Encode()}, nil
}

// backendPathOf returns the backend path with its parameters filled in and the rest of a prefix match
// appended: /test2/ and /AA/CC give /test2/AA/CC.
func backendPathOf(e *Endpoint, values map[string]pathValue, rest string) string {
	path := expandPath(e.ReqURI, values)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a variable's value may lack it
	}
	if rest == "" {
		return path
	}
	return strings.TrimSuffix(path, "/") + rest
}
