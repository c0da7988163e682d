package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/projections/resources"
)

// staged adds an environment test to the shop, in which the API orders runs with a variable of its own and the API
// returns runs, too, which no other environment has.
func (s *shop) staged(t *testing.T) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	env, _, err := s.Commands.CreateEnv.Do(t.Context(), s.Bus, s.Call("a stage"), apig.CreateEnv{InstanceID: s.InstanceID, Body: apig.EnvBody{Name: "test"}})
	must(err)
	_, _, err = s.Commands.CreateVariable.Do(t.Context(), s.Bus, s.Call("a variable"), apig.CreateVariable{
		InstanceID: s.InstanceID, Body: apig.VariableBody{EnvID: env.ID, GroupID: s.group, Name: "host", Value: "test.example.com"},
	})
	must(err)
	s.Rewrite(s.api, s.group, "orders", "#host#")
	for _, api := range []string{s.api, s.API(s.group, "returns", "one.example.com")} {
		_, _, err = s.Commands.PublishAPI.Do(t.Context(), s.Bus, s.Call("try it"), apig.PublishAPI{InstanceID: s.InstanceID, Body: apig.PublicationBody{
			Action: apig.ActionOnline, EnvID: env.ID, APIID: api,
		}})
		must(err)
	}
}

func TestDiffOfEnvironments(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.staged(t)
	group := func(args ...string) output { return s.tell(t, append([]string{"diff", "group", s.group}, args...)...) }

	o := group("--env", "test", "--with-env", "RELEASE")
	text := strings.Join(must(t, o), "\n")
	wantParts(t, text, "--- group "+s.group+", live in test, at position ", "+++ group "+s.group+", live in RELEASE, at position ",
		"- api returns  GET /returns  ", "@@ api orders: definition.backend_api.url_domain\n- \"test.example.com\"\n+ \"two.example.com\"",
		"@@ variable host\n- \"test.example.com\"")
	wantParts(t, o.err, "APIs: 1 only in test, 0 only in RELEASE, 1 not alike, 0 alike; 1 variable not alike")

	text = strings.Join(must(t, group("--env", "RELEASE", "--with-env", "test", "--side-by-side")), "\n")
	wantParts(t, text, " > api returns  GET /returns", "@@ api orders: definition.backend_api.url_domain\n\"two.example.com\"", "| \"test.example.com\"")

	text = strings.Join(must(t, group("--env", "RELEASE", "--with-draft", "--form", "written")), "\n")
	wantParts(t, text, "+++ group "+s.group+", the drafts, as they would run in RELEASE, at position ", "+ api returns ", "- \"two.example.com\"\n+ \"#host#\"")

	var patch []struct{ Op, Path string }
	text = strings.Join(must(t, group("--env", "test", "--with-env", "RELEASE", "-o", "json")), "\n")
	if err := json.Unmarshal([]byte(text), &patch); err != nil || len(patch) != 3 || !slices.ContainsFunc(patch, func(op struct{ Op, Path string }) bool {
		return op.Op == "replace" && op.Path == "/apis/"+s.api+"/definition/backend_api/url_domain"
	}) {
		t.Errorf("%v: %s", err, text)
	}
	o = group("--env", "test", "--with-env", "test")
	if got := must(t, o); len(got) != 0 || !strings.Contains(o.err, "2 alike") {
		t.Errorf("with itself:\n%s%s", o.out, o.err)
	}
	text = strings.Join(must(t, s.tell(t, "diff", "instance", s.InstanceID, "--env", "test", "--with-env", "RELEASE")), "\n")
	wantParts(t, text, "- group shop: api returns", "@@ group shop: api orders: definition", "@@ group shop: variable host")
	moved := strconv.FormatUint(s.moved(t), 10)
	failsWith(t, group("--env", "test", "--with-env", "RELEASE", "--as-of", moved[:1]), "APIG.30")
}

func TestDiffSaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"group g1": "--from MOMENT", "group g1 --with-draft": "give --env", "group g1 --with-env test": "give --env",
		"group g1 --env test": "--with-draft", "group g1 --env test --with-env x --with-draft": "--with-env NAME or --with-draft",
		"group g1 --env test --with-draft --from 1": "not both", "api a1 --env test --with-draft": "gatelog api diff live:",
		"channel c1 --env test --with-draft": "for a group or an instance", "group": "a kind and an id",
	} {
		failsWith(t, gatelogCommand(t.Context(), append([]string{"diff"}, strings.Fields(line)...)...), want)
	}
}

// recorded appends an event of another surface than apig.
func (s *shop) recorded(t *testing.T, codec *domain.Codec, surface, tenant, id string, ev domain.Event) {
	t.Helper()
	m, err := envelope.Close(codec, surface, domain.Recorded{ID: id, Tenant: tenant, Time: time.Now(), Command: "test", Event: ev})
	if err != nil {
		t.Fatal(err)
	}
	fence, err := s.Log.Take(t.Context(), surface, tenant, "test")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Log.Append(t.Context(), fence, []eventstore.Message{m}); err != nil {
		t.Fatal(err)
	}
}

// The surface is the one that has the kind.
func TestHistoryOfUsersAndWebhooks(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	user := identity.User{ID: "u1", Name: "ada", Policies: []identity.Statement{}}
	s.recorded(t, identity.Codec(), identity.Surface, identity.Account, "i1", identity.UserCreated{User: user})
	user.Enabled = true
	s.recorded(t, identity.Codec(), identity.Surface, identity.Account, "i2", identity.UserEnabled{User: user})
	hook := subscriptions.Subscription{ID: "h1", Body: subscriptions.Body{Name: "deploys"}}
	s.recorded(t, subscriptions.Codec(), subscriptions.Surface, gatelogtest.Project, "s1", subscriptions.Created{Subscription: hook})

	wantParts(t, strings.Join(must(t, s.tell(t, "history", "user", "u1")), "\n"), "identity.user.enabled", "  @@ enabled\n  - false\n  + true")
	wantParts(t, strings.Join(must(t, s.tell(t, "history", "subscription", "h1")), "\n"), "subscriptions.subscription.created")
	wantParts(t, strings.Join(must(t, s.tell(t, "blame", "user", "u1")), "\n"), "/enabled")
	wantParts(t, strings.Join(must(t, s.tell(t, "diff", "user", "u1", "--from", strconv.FormatUint(s.moved(t), 10), "-o", "json")), "\n"), `"name": "ada"`)
	failsWith(t, s.tell(t, "history", "user", "u1", "--surface", "apig"), "gatelog.not_found")
	s.Allows = func(_, action string) bool { return action != gatelog.ActionIdentityHistory }
	failsWith(t, s.tell(t, "history", "user", "u1"), "gatelog.forbidden", gatelog.ActionIdentityHistory)
}

func TestAllDifferencesCanBeSideBySide(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	at := strconv.FormatUint(s.moved(t), 10)
	before := strconv.FormatUint(s.moved(t)-1, 10)
	var record string
	for _, line := range must(t, s.tell(t, "audit", "list", "--kind", "api", "--text", "moved")) {
		record = strings.Fields(line)[0]
	}
	for _, args := range [][]string{
		{"diff", "api", s.api, "--from", before, "--to", at}, {"diff", "group", s.group, "--whole", "--from", before, "--to", at},
		{"history", "api", s.api}, {"api", "history", s.api, "--diff"}, {"api", "diff", s.first, s.second}, {"audit", "show", record},
	} {
		text := strings.Join(must(t, s.tell(t, append(args, "--side-by-side")...)), "\n")
		if !strings.Contains(text, `"one.example.com"`+strings.Repeat(" ", 47)+`| "two.example.com"`) || strings.Contains(text, "\x1b") {
			t.Errorf("%v:\n%s", args, text)
		}
	}
}

func TestTwoColumns(t *testing.T) {
	t.Parallel()
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	all := compared{"old", "new", []resources.Change{
		{Path: "name", Kind: resources.Replaced, Before: raw(`"a"`), After: raw(`"b"`)},
		{Path: "added", Kind: resources.Added, After: raw(`{"x":1}`)},
		{Path: "gone", Kind: resources.Removed, Before: raw(`1`)},
		{Path: "order", Kind: resources.Reordered, Before: raw(`["a","b"]`), After: raw(`["b","a"]`)},
		{Path: "long", Kind: resources.Replaced, Before: raw(`"0123456789"`), After: raw(`"x\u001b[31m"`)},
	}}
	want := []string{
		"old        | new",
		"@@ name", `"a"        | "b"`,
		"@@ added", "           > {", `           >   "x": 1`, "           > }",
		"@@ gone", "1          <",
		"@@ order (another order)", "[            [", `  "a",     |   "b",`, `  "b"      |   "a"`, "]            ]",
		"@@ long", `"012345678 | "x\u001b[3`, `9"         | 1m"`,
	}
	var out bytes.Buffer
	c := &twoColumns{out: &out, half: 10}
	if err := c.write(all); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, lines(out.String())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	out.Reset()
	c.coloured = true
	if err := c.write(compared{"o", "n", all.changes[:1]}); err != nil {
		t.Fatal(err)
	}
	coloured := []string{
		red + "o" + noColour + "          | " + green + "n" + noColour, cyan + "@@ name" + noColour,
		red + `"a"` + noColour + "        | " + green + `"b"` + noColour,
	}
	if diff := cmp.Diff(coloured, lines(out.String())); diff != "" {
		t.Errorf("coloured (-want +got):\n%s", diff)
	}
	if widthOf(&out) != widthElsewhere || colourful(&out) {
		t.Error("a buffer is no terminal")
	}
}
