package apig

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// leading are the headers that stand first in a text, as in the examples of APIG V2 §3.5.8.
var leading = []string{"Host", "User-Agent", "Transfer-Encoding", "Connection"}

// DebugText returns a message in the form of the examples of APIG V2 §3.5.8: the start line, a line for
// each value of each header, and the body after an empty line. Lines end in a line feed alone. Without
// body there is no empty line.
func DebugText(start string, header map[string][]string, body string) string {
	var text strings.Builder
	text.Grow(len(body) + 1024)
	text.WriteString(start + "\n")
	for _, name := range headerOrder(header) {
		for _, value := range header[name] {
			text.WriteString(name + ": " + value + "\n")
		}
	}
	if body != "" {
		text.WriteString("\n" + body)
	}
	return text.String()
}

// headerOrder returns the names in header: the leading ones, then the others in alphabetical order.
func headerOrder(header map[string][]string) []string {
	names := slices.Clone(leading)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if !slices.Contains(leading, name) {
			names = append(names, name)
		}
	}
	return names
}

// requestText is the request that the client of the debugging operation sends to the gateway.
func (g *debugging) requestText() string {
	header := maps.Clone(g.header)
	header["Host"] = []string{g.host()}
	header["X-Apig-Mode"] = []string{"debug"}
	if env := g.body.EnvName(); env != "" {
		header["X-Stage"] = []string{env}
	}
	if g.body.Body != "" {
		header["Content-Length"] = []string{strconv.Itoa(len(g.body.Body))}
	}
	target := g.body.Path
	if query := url.Values(g.body.Query).Encode(); query != "" {
		target += "?" + query
	}
	return DebugText(fmt.Sprintf("%s %s HTTP/1.1", g.body.Method, target), header, g.body.Body)
}

// host is the domain of the request: the given one, else the default one of the group.
func (g *debugging) host() string {
	if g.body.Domain == "" && len(g.context.Domains) > 0 {
		return g.context.Domains[0]
	}
	return g.body.Domain
}
