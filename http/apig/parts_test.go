package apig_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// part is something that a world can have, by the names that requests have for it.
type part struct {
	names []string
	// needs are texts that name the parts it stands on.
	needs string
	make  func(t *testing.T, c *nodetest.Client)
}

// parts are all there are. What one family of operations needs stands beside these.
var parts = []part{
	made("group", 201, "id", post("api-groups", `{"name":"$mark_group"}`)),
	made("empty", 201, "id", post("api-groups", `{"name":"$mark_empty"}`)),
	made("env", 201, "id", post("envs", `{"name":"$mark_env"}`)),
	made("variable", 201, "id", post("env-variables", `{"variable_name":"$mark_v","variable_value":"$mark_value","env_id":"$env","group_id":"$group"}`)),
	made("draft", 201, "id", post("apis", mockAPI("$mark_draft"))),
	{names: []string{"api", "version", "publication"}, needs: "$group", make: func(t *testing.T, c *nodetest.Client) {
		t.Helper()
		c.Set("api", c.Must(t, 201, post("apis", mockAPI("$mark_api"))).Text(t, "id"))
		publish(t, c, "$api", nodetest.ReleaseEnv)
	}},
	{names: []string{"domain", "bare", "owned", "cert", "port", "rsa_text", "rsa_key", "ecc_text", "ecc_key"}, needs: "$group", make: nameDomains},
	{names: []string{"plugin", "bound"}, needs: "$api", make: plugIn},
}

// made is a part that a request makes; member of the answer is its id.
func made(name string, status int, member string, r nodetest.Request) part {
	return part{one(name), r.Path + r.Body, func(t *testing.T, c *nodetest.Client) {
		t.Helper()
		c.Set(name, c.Must(t, status, r).Text(t, member))
	}}
}

// madeIn is a part whose id is that of the first entry of a list in an answer, which may have "id" in the name.
func madeIn(list, name string, r nodetest.Request) part {
	return part{one(name), r.Path + r.Body, func(t *testing.T, c *nodetest.Client) {
		t.Helper()
		a := c.Send(t, r)
		var lists map[string]any
		a.Into(t, &lists)
		entries, _ := lists[list].([]any)
		if a.Status >= 300 || len(entries) == 0 {
			t.Fatalf("%s %s: %d without %s: %.500s", r.Method, r.Path, a.Status, list, a.Body)
		}
		entry, _ := entries[0].(map[string]any)
		for _, member := range []string{"id", "member_group_id"} {
			if id, ok := entry[member].(string); ok {
				c.Set(name, id)
				return
			}
		}
		t.Fatalf("no id: %v", entry)
	}}
}

// named is a part that is there by itself.
func named(name, value string) part {
	return part{one(name), "", func(_ *testing.T, c *nodetest.Client) { c.Set(name, value) }}
}

// then is the part after one more request.
func (p part) then(status int, r nodetest.Request) part {
	makes := p.make
	p.needs += strings.ReplaceAll(r.Path+r.Body, "$"+p.names[0], "")
	p.make = func(t *testing.T, c *nodetest.Client) {
		t.Helper()
		makes(t, c)
		c.Must(t, status, r)
	}
	return p
}

// worldWith returns the administrator in a project of its own, with the parts that a text names, and those
// that they stand on.
func worldWith(t *testing.T, text string) *nodetest.Client {
	t.Helper()
	c := nodetest.NewTenant(t)
	c.Set("mark", nodetest.Unique("mark"))
	c.Set("new", nodetest.Unique("new"))
	complete(t, c, text)
	return c
}

// complete makes the parts that a text names and c has not.
func complete(t *testing.T, c *nodetest.Client, text string) {
	t.Helper()
	for _, p := range parts {
		if c.Get(p.names[0]) == "" && p.namedIn(text) {
			complete(t, c, p.needs)
			p.make(t, c)
		}
	}
}

// aName is a name in a request.
var aName = regexp.MustCompile(`\$[a-z_]+`)

// namedIn returns whether a text has one of the part's names.
func (p part) namedIn(text string) bool {
	return slices.ContainsFunc(aName.FindAllString(text, -1), func(name string) bool { return slices.Contains(p.names, name[1:]) })
}

// world returns a world in which the operation's request succeeds.
func (o operation) world(t *testing.T) *nodetest.Client {
	t.Helper()
	return worldWith(t, o.path+o.body+o.needs)
}

// wholeWorld returns a world with all that the requests of all operations name.
func wholeWorld(t *testing.T) *nodetest.Client {
	t.Helper()
	var all strings.Builder
	for _, p := range parts {
		all.WriteString(" $" + p.names[0])
	}
	return worldWith(t, all.String())
}
