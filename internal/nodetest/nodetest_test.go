package nodetest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/internal/nodetest"
)

func TestMain(m *testing.M) { os.Exit(nodetest.Run(m)) }

func TestNamesAreFilledIn(t *testing.T) {
	t.Parallel()
	c := &nodetest.Client{Project: "p", Instance: "i"}
	c.Set("api", "a")
	c.Set("api2", "b")
	other := c.In("q", "j")
	other.Set("api", "c")

	for text, want := range map[string]string{
		"/v2/$project/$instance": "/v2/p/i",
		"$api $api2 $api3":       "a b a3",
		"$context.appId {api} $": "$context.appId {api} $",
		"nothing":                "nothing",
	} {
		if got := c.Fill(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := other.Fill("$project/$instance/$api/$api2"); got != "q/j/c/b" {
		t.Errorf("elsewhere: %q", got)
	}
}

// A tenant of one test sees its own events and nobody else's, and none of what Gatelog does by itself.
func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	one, two := nodetest.NewTenant(t), nodetest.NewTenant(t)
	before := one.Head(t)
	nodetest.RunAll(t, one, []nodetest.Scenario{
		{Name: "create", Method: "POST", Path: "envs", Body: `{"name":"stage"}`, Status: 201, Events: []string{"apig.env.created"}, Keep: map[string]string{"env": "id"}},
		{Name: "list", Path: "envs", Status: 200, Contains: []string{"$env"}, Lacks: []string{two.Instance}},
		{Name: "show none", Path: "api-groups/nowhere", Status: 404, Code: "APIG.3001"},
	})
	two.NewInstance(t)

	if diff := cmp.Diff([]string{"apig.env.created"}, one.Types(t, before)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"apig.instance.requested", "apig.env.created"}, two.Types(t, before)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestUsersHaveTheirPolicies(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	u := c.NewUser(t, nodetest.Allow("apig:envs:list"))
	u.Must(t, 200, nodetest.Request{Path: "envs"})
	u.Must(t, 403, nodetest.Request{Path: "api-groups"})
	u.As(c).Must(t, 200, nodetest.Request{Path: "api-groups"})

	a := c.Must(t, 200, nodetest.Request{Path: "envs", Unsigned: true, Header: map[string]string{"X-Auth-Token": c.Token(t)}})
	if !strings.Contains(a.Body, nodetest.ReleaseEnv) {
		t.Errorf("with a token: %s", a.Body)
	}
}

func TestOneConnection(t *testing.T) {
	t.Parallel()
	c := nodetest.Admin(t).OnOneConnection(t)
	for range 3 {
		c.Must(t, 200, nodetest.Request{Path: "envs"})
	}
	if c.Connections() != 1 {
		t.Errorf("%d connections", c.Connections())
	}
}
