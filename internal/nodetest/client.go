package nodetest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatelog/gatelog/http/signature"
)

// requestTimeout is longer than any request of a test takes.
const requestTimeout = 90 * time.Second

// transport is shared by all clients, so that connections are used again.
var transport = &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}

var sender = &http.Client{
	Transport: transport, Timeout: requestTimeout,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Client is a caller at work in an instance of a project.
type Client struct {
	Node              *Node
	AccessKey, Secret string
	// UserID is the user whose keys these are; empty for the administrator.
	UserID string
	// Project and Instance are where it works: $project and $instance in requests.
	Project, Instance string

	vars map[string]string
	own  *ownConnection
}

// ownConnection is a way to the node that others do not use.
type ownConnection struct {
	http.Client
	dialled atomic.Int32
}

// OnOneConnection returns the same caller with at most one connection at a time, which nobody else uses.
func (c *Client) OnOneConnection(t testing.TB) *Client {
	t.Helper()
	own := &ownConnection{}
	var dialer net.Dialer
	way := &http.Transport{MaxConnsPerHost: 1, DisableCompression: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		own.dialled.Add(1)
		return dialer.DialContext(ctx, network, addr)
	}}
	own.Client = http.Client{Transport: way, Timeout: requestTimeout}
	t.Cleanup(way.CloseIdleConnections)
	other := c.In(c.Project, c.Instance)
	other.own = own
	return other
}

// Connections returns how many connections a client of OnOneConnection has opened.
func (c *Client) Connections() int { return int(c.own.dialled.Load()) }

// Set gives $name a value in the requests and scenarios of this client.
func (c *Client) Set(name, value string) {
	if c.vars == nil {
		c.vars = map[string]string{}
	}
	c.vars[name] = value
}

// Get returns the value of $name; empty when it has none.
func (c *Client) Get(name string) string { return c.vars[name] }

// In returns the same caller at work elsewhere, with the same names.
func (c *Client) In(project, instance string) *Client {
	other := *c
	other.Project, other.Instance, other.vars = project, instance, maps.Clone(c.vars)
	return &other
}

// As returns another caller at work in the same place, with the same names.
func (c *Client) As(user *Client) *Client {
	other := user.In(c.Project, c.Instance)
	other.vars = maps.Clone(c.vars)
	return other
}

// Fill puts values in the place of $project, $instance and the names that were set. The longest name
// that fits counts.
func (c *Client) Fill(text string) string {
	if !strings.Contains(text, "$") {
		return text
	}
	all := map[string]string{"project": c.Project, "instance": c.Instance}
	maps.Copy(all, c.vars)
	var pairs []string // the first that fits is taken
	for _, name := range slices.SortedFunc(maps.Keys(all), func(a, b string) int { return len(b) - len(a) }) {
		pairs = append(pairs, "$"+name, all[name])
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Request is an HTTP request. Path and Body may hold names with a $, see Client.Set. A path that does not
// begin with a slash is one beneath the client's instance: "apis" is /v2/$project/apigw/instances/$instance/apis.
type Request struct {
	Method string // default GET
	Path   string // as it goes over the wire, with its query
	Body   string
	// Header replaces the headers that a body or the signature would have: a body is JSON unless it says
	// otherwise.
	Header map[string]string
	// Unsigned leaves the signature out.
	Unsigned bool
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Send signs a request, sends it and returns the whole answer.
func (c *Client) Send(t testing.TB, r Request) Answer {
	t.Helper()
	way := sender
	if c.own != nil {
		way = &c.own.Client
	}
	resp, err := way.Do(c.prepare(t, r))
	if err != nil {
		t.Fatalf("%s %.200s: %v", r.Method, r.Path, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %.200s: read the answer: %v", r.Method, r.Path, err)
	}
	return Answer{resp.StatusCode, resp.Header, string(body)}
}

func (c *Client) prepare(t testing.TB, r Request) *http.Request {
	t.Helper()
	path, body := c.Fill(r.Path), []byte(c.Fill(r.Body))
	if !strings.HasPrefix(path, "/") {
		path = c.Fill("/v2/$project/apigw/instances/$instance/") + path
	}
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(t.Context(), r.Method, c.Node.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%s %.200q: %v", r.Method, path, err)
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.Header {
		req.Header.Set(name, value)
	}
	if r.Unsigned {
		return req
	}
	if err := signature.Sign(req, body, c.AccessKey, c.Secret, time.Now()); err != nil {
		t.Fatalf("sign %s %.200q: %v", r.Method, path, err)
	}
	return req
}

// Must is Send for what has to have a status.
func (c *Client) Must(t testing.TB, status int, r Request) Answer {
	t.Helper()
	a := c.Send(t, r)
	if a.Status != status {
		t.Fatalf("%s %s = %d, want %d: %.1000s", r.Method, c.Fill(r.Path), a.Status, status, a.Body)
	}
	return a
}

// Into reads the JSON of the answer.
func (a Answer) Into(t testing.TB, value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), value); err != nil {
		t.Fatalf("the answer (%d) is not what was expected: %v: %.1000s", a.Status, err, a.Body)
	}
}

// Text returns a member of the answer's object that is text.
func (a Answer) Text(t testing.TB, member string) string {
	t.Helper()
	var object map[string]json.RawMessage
	a.Into(t, &object)
	var text string
	if err := json.Unmarshal(object[member], &text); err != nil {
		t.Fatalf("%s of the answer is no text: %.1000s", member, a.Body)
	}
	return text
}

// Code returns the error code of the answer; empty when it has none.
func (a Answer) Code() string {
	var refusal struct {
		Code string `json:"error_code"`
	}
	if json.Unmarshal([]byte(a.Body), &refusal) != nil {
		return ""
	}
	return refusal.Code
}
