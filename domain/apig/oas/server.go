package oas

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain/apig"
)

const (
	longestURL    = 2048 // of a server, in bytes
	longestDomain = 255  // url_domain
)

// hostText is a host with an optional port, as url_domain takes it.
var hostText = regexp.MustCompile(`^(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$`)

// server is where the document says that the APIs are.
type server struct{ protocol, domain, prefix string }

// findServer returns the first absolute http or https address that the operation, its path or the
// document names.
func (o *operation) findServer() (server, bool) {
	if o.v2 {
		return o.serverV2()
	}
	for _, place := range []node{o.op, o.item, o.root} {
		servers := place.get("servers").list(maxListed)
		for _, s := range servers {
			if found, ok := readServer(s); ok {
				return found, true
			}
		}
		if len(servers) > 0 {
			break
		}
	}
	return server{}, false
}

// serverV2 prefers https. basePath is in the request path already, so it is no prefix here.
func (o *operation) serverV2() (server, bool) {
	schemes := o.schemes()
	s := server{protocol: "HTTPS", domain: o.root.get("host").text()}
	if slices.Contains(schemes, "http") && !slices.Contains(schemes, "https") {
		s.protocol = "HTTP"
	}
	return s, validDomain(s.domain)
}

func validDomain(domain string) bool {
	return len(domain) <= longestDomain && hostText.MatchString(domain)
}

// readServer reads one server of OpenAPI 3.x, with the defaults of its variables. Credentials, query
// and fragment of the address are dropped: a backend has none.
func readServer(n node) (server, bool) {
	text := n.get("url").text()
	variables := n.get("variables")
	for _, name := range slotsOf(cut(text, longestURL)) {
		variable := variables.get(name)
		value := variable.get("default").text()
		if value == "" {
			value = firstText(variable.get("enum").texts()...)
		}
		if len(text)+len(value) > longestURL {
			return server{}, false
		}
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	if len(text) > longestURL || strings.ContainsAny(text, "{}") {
		return server{}, false
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || !validDomain(u.Host) {
		return server{}, false
	}
	return server{strings.ToUpper(u.Scheme), u.Host, strings.TrimRight(escaped(u.EscapedPath()), "/")}, true
}

var slotText = regexp.MustCompile(`\{([^{}]+)\}`)

// slotsOf returns the names of the path parameters in a path, without the + of those that take
// several segments.
func slotsOf(path string) []string {
	var names []string
	for _, groups := range slotText.FindAllStringSubmatch(path, maxParams) {
		names = append(names, strings.TrimSuffix(groups[1], "+"))
	}
	return names
}

// serverBackend makes an HTTP backend of a server: the same path behind the server's, path parameters
// mapped one to one.
func (o *operation) serverBackend(s server) {
	o.def.BackendType = "HTTP"
	o.def.BackendAPI = &apig.Backend{
		Timeout: defaultTimeout,
		Endpoint: apig.Endpoint{
			URLDomain: s.domain, ReqProtocol: s.protocol, ReqMethod: o.def.ReqMethod,
			ReqURI: s.prefix + o.def.ReqURI, RetryCount: "-1", VPCChannelStatus: 2,
		},
	}
	o.def.BackendParams = o.mapPath(o.def.BackendAPI.ReqURI, nil)
}

// mapPath adds what the path parameters of a backend path still need: the request's path parameter of
// the same name (APIG.2027).
func (o *operation) mapPath(path string, params []apig.BackendParam) []apig.BackendParam {
	for _, name := range slotsOf(path) {
		mapped := slices.ContainsFunc(params, func(p apig.BackendParam) bool {
			return p.Location == "PATH" && p.Name == name
		})
		if !mapped && o.taken["PATH "+name] {
			params = append(params, apig.BackendParam{Origin: "REQUEST", Name: name, Location: "PATH", Value: name})
		}
	}
	return params
}
