package apig

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/projections"
	"github.com/gatelog/gatelog/projections/resources"
)

func thing(kind, id string) resources.Resource {
	return resources.Resource{Surface: "apig", Tenant: pastTenant, Kind: kind, ID: id}
}

// told are the queries that tell what happened in a past.
func (p *past) told() *resources.Queries {
	return resources.New(p.log, map[string]resources.Surface{"apig": Surface()})
}

func groupCalled(name, remark string) apig.Group {
	return apig.Group{ID: "g1", InstanceID: pastInstance, Name: name, Remark: remark}
}

// summed is a happening in short.
func summed(all []resources.Happening) []string {
	var lines []string
	for _, h := range all {
		var paths []string
		if h.Diff != nil {
			for _, c := range h.Diff.Changes {
				paths = append(paths, string(c.Kind)+" "+c.Path)
			}
		}
		if h.Part != "" && (string(h.Before) == "null" || string(h.After) == "null") {
			paths = nil
		}
		state := map[bool]string{true: "-", false: "+"}
		lines = append(lines, h.Event.EventType()+" "+h.Part+state[string(h.Before) == "null"]+state[string(h.After) == "null"]+strings.Join(paths, ","))
	}
	return lines
}

func TestWhatHappenedToAGroup(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	was := p.has(apig.GroupUpdated{Group: groupCalled("store", "all of it"), Changed: []string{"name", "remark"}})
	p.has(apig.GroupDeleted{InstanceID: pastInstance, GroupID: "g1", Name: "store"}, apig.GroupCreated{Group: groupCalled("store", "")})

	all, total, err := p.told().Happenings(t.Context(), thing("group", "g1"), true, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"apig.group.created group-+", "apig.group.deleted group+-",
		"apig.group.updated group++replaced name,added remark", "apig.group.created group-+",
	}
	if diff := cmp.Diff(want, summed(all)); diff != "" || total != 4 {
		t.Errorf("%d events (-want +got):\n%s", total, diff)
	}
	if h := all[2]; h.Reason != "because" || h.Actor.UserName != "ada" || len(h.Diff.Patch) != 2 {
		t.Errorf("the update: %+v", h)
	}
	page, total, err := p.told().Happenings(t.Context(), thing("group", "g1"), false, 1, 2)
	if err != nil || total != 4 || len(page) != 2 || page[0].Position != was {
		t.Errorf("a page in the middle: %d of %d, %v", len(page), total, err)
	}
	then := projections.AsOf(t.Context(), was)
	if all, total, err := p.told().Happenings(then, thing("group", "g1"), true, 0, 10); err != nil || total != 2 || len(all) != 2 {
		t.Errorf("as of %d: %d of %d, %v", was, len(all), total, err)
	}
}

func TestPartsOfAResourceHaveABeforeOfTheirOwn(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	policy := apig.Throttle{ID: "t1", InstanceID: pastInstance, ThrottleBody: apig.ThrottleBody{Name: "slow", APICallLimits: 5}}
	slower := policy
	slower.APICallLimits = 3
	one := apig.Binding{ID: "b1", InstanceID: pastInstance, PolicyID: "t1", APIID: "a1", EnvID: "e1"}
	p.has(apig.ThrottleCreated{Throttle: policy}, apig.ThrottleBound{Binding: one}, apig.ThrottleUpdated{Throttle: slower},
		apig.ThrottleUnbound{Binding: one}, apig.ThrottleDeleted{InstanceID: pastInstance, ThrottleID: "t1"})
	all, _, err := p.told().Happenings(t.Context(), thing("throttle", "t1"), false, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"apig.throttle.created throttle-+", "apig.throttle.bound binding-+", "apig.throttle.updated throttle++replaced api_call_limits",
		"apig.throttle.unbound binding+-", "apig.throttle.deleted throttle+-",
	}
	if diff := cmp.Diff(want, summed(all)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPublicationsAreAPartForEachEnvironment(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	record := func(env, version string) apig.Publication {
		return apig.Publication{InstanceID: pastInstance, APIID: "a1", EnvID: env, VersionID: version, PublishID: "p" + version}
	}
	p.has(created("one.example.com"), apig.APIPublished{Publication: record("e1", "v1")}, apig.APIPublished{Publication: record(apig.ReleaseEnvID, "v2")},
		apig.APIPublished{Publication: record("e1", "v3")}, apig.APITakenOffline{Publication: record("e1", "v3")})
	all, _, err := p.told().Happenings(t.Context(), thing("api", "a1"), false, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"apig.api.created api-+", "apig.api.published publication-+", "apig.api.published publication-+",
		"apig.api.published publication++replaced publish_id,replaced version_id", "apig.api.taken_offline publication+-",
	}
	if diff := cmp.Diff(want, summed(all)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every instance has an environment with the id of RELEASE.
func TestInstancesShareIDs(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(apig.EnvCreated{Env: apig.Environment{ID: apig.ReleaseEnvID, InstanceID: "other", Name: "RELEASE"}},
		apig.EnvUpdated{Env: apig.Environment{ID: apig.ReleaseEnvID, InstanceID: pastInstance, Name: "RELEASE", Remark: "live"}})
	of := thing("env", InLog(pastInstance, "env", apig.ReleaseEnvID))
	all, total, err := p.told().Happenings(t.Context(), of, false, 0, 10)
	if err != nil || total != 2 || summed(all)[1] != "apig.env.updated env++added remark" {
		t.Errorf("%d: %v, %v", total, summed(all), err)
	}
}

func TestSealedSecretsAreMaskedWhereverTheyStand(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	sealed := func(b string) string { return "v1.0123456789abcdef." + strings.Repeat(b, 60) }
	app := apig.App{ID: "p1", InstanceID: pastInstance, Name: "app", Secret: sealed("A")}
	other := app
	other.Secret = sealed("B")
	plugin := apig.Plugin{ID: "u1", InstanceID: pastInstance, PluginBody: apig.PluginBody{Content: `{"password":"` + sealed("C") + `"}`}}
	p.has(apig.AppCreated{App: app}, apig.AppSecretReset{App: other}, apig.PluginCreated{Plugin: plugin})

	var text strings.Builder
	for _, of := range []resources.Resource{thing("app", "p1"), thing("plugin", "u1")} {
		all, _, err := p.told().Happenings(t.Context(), of, false, 0, 10)
		b, errBlame := p.told().Blame(t.Context(), of)
		at, errAt := p.told().At(t.Context(), of, 0)
		born, errBorn := resources.DiffOf(json.RawMessage("null"), at)
		shown, errShown := json.Marshal(born)
		if err := errors.Join(err, errBlame, errAt, errBorn, errShown); err != nil {
			t.Fatal(err)
		}
		text.Write(shown)
		if of.Kind == "app" && len(all[1].Diff.Patch) != 1 {
			t.Errorf("a new secret must show as a change: %v", all[1].Diff)
		}
		for _, h := range all {
			shown, err := json.Marshal([]any{h.Before, h.After, h.Diff})
			if err != nil {
				t.Fatal(err)
			}
			text.Write(shown)
		}
		for _, f := range b.Fields {
			text.Write(f.Value)
		}
	}
	if strings.Contains(text.String(), "0123456789abcdef") || !strings.Contains(text.String(), secret.Masked) {
		t.Errorf("a sealed secret is shown:\n%s", &text)
	}
}

// blames returns the position that each field is blamed on.
func blames(b resources.Blame) map[string]domain.Position {
	at := map[string]domain.Position{}
	for _, f := range b.Fields {
		at[f.Pointer+" "+string(f.Value)] = f.Event.Position
	}
	return at
}

func TestBlame(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	with := func(host string, timeout int, params ...string) apig.API {
		a := apiTo(host)
		a.Definition.BackendAPI.Timeout = timeout
		for _, name := range params {
			a.Definition.ReqParams = append(a.Definition.ReqParams, apig.ReqParam{Name: name, Location: "QUERY"})
		}
		return a
	}
	first := p.has(apig.APICreated{API: with("one", 1, "a")})
	second := p.has(apig.APIUpdated{API: with("two", 1, "a")})
	third := p.has(apig.APIUpdated{API: with("two", 2, "b", "a")})
	b, err := p.told().Blame(t.Context(), thing("api", "a1"))
	if err != nil {
		t.Fatal(err)
	}
	got := blames(b)
	for field, want := range map[string]domain.Position{
		`/definition/backend_api/url_domain "two"`: second, `/definition/backend_api/timeout 2`: third,
		`/definition/name "orders"`: first, `/definition/req_params/0/name "b"`: third,
		`/definition/req_params/1/name "a"`: first, // it moved, and is as it was
	} {
		if got[field] != want {
			t.Errorf("%s is blamed on %d, want %d", field, got[field], want)
		}
	}
	if b.Deleted {
		t.Error("it is there")
	}

	p.has(apig.APIDeleted{InstanceID: pastInstance, APIID: "a1"})
	if b, err = p.told().Blame(t.Context(), thing("api", "a1")); err != nil || !b.Deleted || len(b.Fields) != len(got) {
		t.Errorf("of what is gone: %v, %d fields, %v", b.Deleted, len(b.Fields), err)
	}
	again := p.has(apig.APICreated{API: with("two", 2, "b", "a")})
	if b, err = p.told().Blame(t.Context(), thing("api", "a1")); err != nil || b.Deleted || blames(b)[`/definition/name "orders"`] != again {
		t.Errorf("what comes again comes with all its fields: %v, %v", b, err)
	}
}

func TestResourceAt(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	gone := p.has(apig.GroupDeleted{InstanceID: pastInstance, GroupID: "g1", Name: "shop"})
	for at, want := range map[domain.Position]string{gone - 1: `"shop"`, gone: "null", 1: "null"} {
		got, err := p.told().At(t.Context(), thing("group", "g1"), at)
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("at %d: %s, %v; want %s", at, got, err, want)
		}
	}
	for _, of := range []resources.Resource{thing("group", "nothing"), thing("group", "a.b"), {Surface: "apig", Tenant: "other", Kind: "group", ID: "g1"}, {Surface: "identity", Tenant: pastTenant, Kind: "group", ID: "g1"}} {
		if _, _, err := p.told().Happenings(t.Context(), of, true, 0, 1); domain.CodeOf(err) != domain.CodeNotFound {
			t.Errorf("%v gave %v", of, err)
		}
		if _, err := p.told().Blame(t.Context(), of); domain.CodeOf(err) != domain.CodeNotFound {
			t.Errorf("blame of %v gave %v", of, err)
		}
		if _, err := p.told().At(t.Context(), of, gone); domain.CodeOf(err) != domain.CodeNotFound {
			t.Errorf("%v at a position gave %v", of, err)
		}
	}
}
