package gatelog_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

// market is a group whose APIs run otherwise in the environments test and RELEASE.
type market struct {
	*gatelogtest.World
	t                          *testing.T
	group, test                string
	alike, moved, early, drawn string
}

// newMarket returns a market: alike runs alike in both environments, moved has a newer version in test, early runs
// in test only, drawn is a draft. Both environments have a variable host, each with a value of its own, which alike does not use.
func newMarket(t *testing.T) *market {
	t.Helper()
	m := &market{World: gatelogtest.New(t), t: t}
	m.group = m.Group("market")
	e, _, err := m.Commands.CreateEnv.Do(t.Context(), m.Bus, m.Call("a stage"), apig.CreateEnv{InstanceID: m.InstanceID, Body: apig.EnvBody{Name: "test"}})
	m.must(err)
	m.test = e.ID
	m.Variable(m.group, "host", "live.example.com")
	m.variable("host", "test.example.com")
	m.alike, m.moved = m.API(m.group, "alike", "one.example.com"), m.API(m.group, "moved", "#host#")
	m.early, m.drawn = m.API(m.group, "early", "one.example.com"), m.API(m.group, "drawn", "one.example.com")
	m.Publish(m.alike)
	m.Publish(m.moved)
	m.publish(m.alike)
	m.publish(m.early)
	m.publish(m.moved)
	return m
}

func (m *market) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *market) variable(name, value string) {
	m.t.Helper()
	_, _, err := m.Commands.CreateVariable.Do(m.t.Context(), m.Bus, m.Call("a variable"), apig.CreateVariable{
		InstanceID: m.InstanceID, Body: apig.VariableBody{EnvID: m.test, GroupID: m.group, Name: name, Value: value},
	})
	m.must(err)
}

// publish puts an API into test.
func (m *market) publish(id string) {
	m.t.Helper()
	_, _, err := m.Commands.PublishAPI.Do(m.t.Context(), m.Bus, m.Call("try it"), apig.PublishAPI{InstanceID: m.InstanceID, Body: apig.PublicationBody{
		Action: apig.ActionOnline, EnvID: m.test, APIID: id,
	}})
	m.must(err)
}

// slow makes a throttling policy and binds it to an API in an environment.
func (m *market) slow(name, api, env string) {
	m.t.Helper()
	policy, _, err := m.Commands.CreateThrottle.Do(m.t.Context(), m.Bus, m.Call("a policy"), apig.CreateThrottle{InstanceID: m.InstanceID, Body: apig.ThrottleBody{
		Name: name, APICallLimits: 5, TimeInterval: 1, TimeUnit: "MINUTE",
	}})
	m.must(err)
	var publish string
	m.must(m.DB.GetContext(m.t.Context(), &publish, "SELECT publish_id FROM apig.publications WHERE api_id = $1 AND env_id = $2", api, env))
	_, _, err = m.Commands.BindThrottle.Do(m.t.Context(), m.Bus, m.Call("bind it"), apig.BindThrottle{InstanceID: m.InstanceID, Body: apig.BindThrottleBody{
		StrategyID: policy.ID, PublishIDs: []string{publish},
	}})
	m.must(err)
}

func (m *market) diff(query string) gatelog.EnvironmentsDiffView {
	m.t.Helper()
	var d gatelog.EnvironmentsDiffView
	get(m.t, m.World, instancePath(m.World)+"/environments/diff?"+query, &d)
	return d
}

// lines tell a difference in short.
func lines(d gatelog.EnvironmentsDiffView) []string {
	all := []string{}
	for _, g := range d.Groups {
		for _, a := range g.APIs {
			line := g.Name + " " + a.Name + " " + a.What
			for _, c := range a.Changes {
				line += fmt.Sprintf(" %s %s>%s", c.Path, c.Before, c.After)
			}
			all = append(all, line)
		}
		for _, c := range g.Variables {
			all = append(all, fmt.Sprintf("%s #%s# %s>%s", g.Name, c.Path, c.Before, c.After))
		}
	}
	return all
}

const hosts = `market #host# "test.example.com">"live.example.com"`

func TestDiffOfTwoEnvironments(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.slow("gentle", m.alike, m.test)
	m.slow("strict", m.alike, apig.ReleaseEnvID)
	m.slow("rare", m.moved, m.test)

	d := m.diff("from=live:test&to=live&group_id=" + m.group)
	want := []string{
		`market alike differs policies.throttle "gentle">"strict"`,
		`market early only_from`,
		`market moved differs definition.backend_api.url_domain "test.example.com">"live.example.com" policies.throttle "rare">`,
		hosts,
	}
	if diff := cmp.Diff(want, lines(d)); diff != "" || d.Same != 0 {
		t.Errorf("%d the same (-want +got):\n%s", d.Same, diff)
	}
	if d.From.EnvName != "test" || d.To.EnvID != apig.ReleaseEnvID || d.From.Of != "live" || d.Form != "run" || d.Position == 0 {
		t.Errorf("the sides: %+v, %+v, form %s, position %d", d.From, d.To, d.Form, d.Position)
	}
	if e := d.Groups[0].APIs[1]; e.From.VersionNo == "" || e.To != nil || e.ReqMethod != "GET" || e.ReqURI != "/early" {
		t.Errorf("what runs in test only: %+v", e)
	}
	paths := map[string]string{}
	for _, op := range d.Patch {
		paths[op.Path] = op.Type
	}
	if diff := cmp.Diff(map[string]string{
		"/apis/" + m.alike + "/policies/throttle": "replace", "/apis/" + m.early: "remove", "/apis/" + m.moved + "/policies/throttle": "remove",
		"/apis/" + m.moved + "/definition/backend_api/url_domain": "replace", "/variables/host": "replace",
	}, paths); diff != "" {
		t.Errorf("the patch (-want +got):\n%s", diff)
	}
	if written := m.diff("from=live:test&to=live:RELEASE&form=written&group_id=" + m.group); lines(written)[2] != `market moved differs policies.throttle "rare">` {
		t.Errorf("as written: %v", lines(written))
	}
	if same := m.diff("from=live&to=live:RELEASE&group_id=" + m.group); len(same.Patch) != 0 || len(same.Groups) != 0 || same.Same != 2 {
		t.Errorf("with itself: %+v", same)
	}
}

func TestDiffOfWhatRunsWithTheDrafts(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	before, err := m.Log.Head(t.Context())
	m.must(err)
	m.Rewrite(m.alike, m.group, "alike", "two.example.com")

	query := "from=live&to=draft&group_id=" + m.group
	want := []string{
		`market alike differs definition.backend_api.url_domain "one.example.com">"two.example.com"`,
		`market drawn only_to`, `market early only_to`,
	}
	d := m.diff(query)
	if diff := cmp.Diff(want, lines(d)); diff != "" || d.Same != 1 || d.To.EnvName != "RELEASE" || d.To.Of != "draft" {
		t.Errorf("%d the same, to %+v (-want +got):\n%s", d.Same, d.To, diff)
	}
	if a := d.Groups[0].APIs[1]; a.From != nil || a.To.VersionID != "" {
		t.Errorf("a draft has no version: %+v", a)
	}
	if then := m.diff(fmt.Sprintf("%s&as_of=%d", query, before)); then.Same != 2 || uint64(then.Position) != uint64(before) {
		t.Errorf("before the draft was changed: %v at %d", lines(then), then.Position)
	}
	back := m.diff("from=draft&to=live:test&group_id=" + m.group)
	if diff := cmp.Diff([]string{
		`market alike differs definition.backend_api.url_domain "two.example.com">"one.example.com"`, `market drawn only_from`,
	}, lines(back)); diff != "" || back.Same != 2 {
		t.Errorf("the other way, in test (-want +got):\n%s", diff)
	}
}

func TestDiffOfEnvironmentsOfAWholeInstance(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	bank := m.Group("bank")
	account := m.API(bank, "account", "one.example.com")
	m.Publish(account)
	m.Group("empty")
	d := m.diff("from=live:test&to=live")
	want := []string{
		`bank account only_to`, `market early only_from`,
		`market moved differs definition.backend_api.url_domain "test.example.com">"live.example.com"`, hosts,
	}
	if diff := cmp.Diff(want, lines(d)); diff != "" || d.Same != 1 || d.GroupID != "" {
		t.Errorf("%d the same (-want +got):\n%s", d.Same, diff)
	}
	found := false
	for _, op := range d.Patch {
		found = found || op.Path == "/groups/"+bank+"/apis/"+account && op.Type == "add"
	}
	if !found {
		t.Errorf("the patch: %s", d.Patch)
	}
}

func TestRefusalsOfDifferencesBetweenEnvironments(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	const path = "/projects/$P/instances/$I/environments/diff?"
	run(t, w, "", []scenario{
		{name: "no such environment", path: path + "from=live:moon&to=live", status: http.StatusNotFound, must: []string{"APIG.3003", "moon"}},
		{name: "no such group", path: path + "from=live&to=draft&group_id=nothing", status: http.StatusNotFound, must: []string{"APIG.3001"}},
		{name: "no such instance", path: "/projects/$P/instances/nothing/environments/diff?from=live&to=draft", status: http.StatusNotFound, must: []string{"APIG.3030"}},
		{name: "another project", path: "/projects/other/instances/$I/environments/diff?from=live&to=draft&group_id=" + group, status: http.StatusNotFound, must: []string{"APIG.3030"}},
		{name: "two drafts", path: path + "from=draft&to=draft", status: http.StatusBadRequest, must: []string{"gatelog.invalid", "live:RELEASE"}},
		{name: "a name that is none", path: path + "from=RELEASE&to=draft", status: http.StatusBadRequest, must: []string{"from: ", "live:"}},
		{name: "no name", path: path + "from=live:&to=draft", status: http.StatusBadRequest, must: []string{"from: "}},
		{name: "one side", path: path + "from=live", status: http.StatusBadRequest, must: []string{"query.to"}},
		{name: "no such form", path: path + "from=live&to=draft&form=spoken", status: http.StatusBadRequest, must: []string{"query.form"}},
		{name: "nothing differs in nothing", path: path + "from=live&to=draft", status: http.StatusOK, must: []string{`"patch":[]`, `"groups":[]`}},
	})
}
