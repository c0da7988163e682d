package apig

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/wI2L/jsondiff"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// The two environments that every past has.
var (
	release = EnvSide{EnvID: apig.ReleaseEnvID}
	staging = EnvSide{EnvID: "e1"}
)

func (p *past) diffEnvs(c EnvComparison) EnvDiff {
	p.t.Helper()
	d, err := p.DiffEnvs(p.t.Context(), pastIn, c)
	if err != nil {
		p.t.Fatal(err)
	}
	return d
}

// spelled is a difference in short.
func spelled(d EnvDiff) []string {
	all := []string{}
	for _, g := range d.Groups {
		for _, a := range g.APIs {
			all = append(all, a.Name+" "+a.What)
			for _, c := range a.Changes {
				all = append(all, fmt.Sprintf("%s %s %s>%s", a.Name, c.Path, c.Before, c.After))
			}
		}
		for _, c := range g.Variables {
			all = append(all, fmt.Sprintf("#%s# %s>%s", c.Path, c.Before, c.After))
		}
	}
	return all
}

// tied is a binding of a policy to the API in an environment.
func tied(policy, kind, env string) apig.Binding {
	return apig.Binding{ID: "b-" + policy + env, InstanceID: pastInstance, PolicyID: policy, Kind: kind, APIID: "a1", EnvID: env}
}

func TestPoliciesAndAppsOfEnvironmentsAreComparedByName(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	at := p.has(created("one"))
	throttle := func(id, name string) domain.Event {
		return apig.ThrottleCreated{Throttle: apig.Throttle{ID: id, InstanceID: pastInstance, ThrottleBody: apig.ThrottleBody{Name: name}}}
	}
	p.has(
		published("v1", "e1", at), published("v2", apig.ReleaseEnvID, at),
		throttle("t1", "slow"), throttle("t2", "fast"),
		apig.ThrottleBound{Binding: tied("t1", "", "e1")}, apig.ThrottleBound{Binding: tied("t2", "", apig.ReleaseEnvID)},
		apig.ACLCreated{ACL: apig.ACL{ID: "c1", InstanceID: pastInstance, ACLBody: apig.ACLBody{Name: "office", EntityType: "IP"}}},
		apig.ACLBound{Binding: tied("c1", "IP", "e1")},
		apig.SignatureCreated{Signature: apig.Signature{ID: "s1", InstanceID: pastInstance, Name: "seal"}},
		apig.SignatureBound{Binding: tied("s1", "", "e1")}, apig.SignatureBound{Binding: tied("s1", "", apig.ReleaseEnvID)},
		apig.PluginCreated{Plugin: apig.Plugin{ID: "g1", InstanceID: pastInstance, PluginBody: apig.PluginBody{Name: "origins", Type: "cors"}}},
		apig.PluginAttached{Binding: tied("g1", "cors", apig.ReleaseEnvID)},
		apig.AppCreated{App: apig.App{ID: "p1", InstanceID: pastInstance, Name: "phone"}}, apig.AppCreated{App: apig.App{ID: "p2", InstanceID: pastInstance, Name: "web"}},
		apig.AppAuthGranted{Auth: apig.AppAuth{ID: "u1", InstanceID: pastInstance, AppID: "p1", APIID: "a1", EnvID: "e1"}},
		apig.AppAuthGranted{Auth: apig.AppAuth{ID: "u2", InstanceID: pastInstance, AppID: "p2", APIID: "a1", EnvID: "e1"}},
		apig.AppAuthGranted{Auth: apig.AppAuth{ID: "u3", InstanceID: pastInstance, AppID: "p2", APIID: "a1", EnvID: apig.ReleaseEnvID}},
	)
	p.project()
	want := []string{
		"orders differs", `orders apps[phone] "phone">`, `orders policies.acl:IP "office">`, `orders policies.plugin:cors >"origins"`,
		`orders policies.throttle "slow">"fast"`,
	}
	if diff := cmp.Diff(want, spelled(p.diffEnvs(EnvComparison{From: staging, To: release}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	draft := p.diffEnvs(EnvComparison{GroupID: "g1", From: staging, To: EnvSide{EnvID: "e1", Draft: true}})
	if len(draft.Groups) != 0 || draft.Same != 1 {
		t.Errorf("publishing leaves what is bound: %v", spelled(draft))
	}
}

// Versions that say the same are the same, whatever they and their parts are called.
func TestIDsOfVersionsAndPartsAreNoDifference(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	a := apiTo("one")
	a.Definition.ReqParams = []apig.ReqParam{{ID: "r1", Name: "page", Location: "QUERY"}}
	first := p.has(apig.APICreated{API: a})
	a.Definition = a.Definition.Clone()
	a.Definition.ReqParams[0].ID = "r2"
	second := p.has(apig.APIUpdated{API: a})
	p.has(published("v1", "e1", first), published("v2", apig.ReleaseEnvID, second))
	p.project()
	if d := p.diffEnvs(EnvComparison{From: staging, To: release}); d.Same != 1 || len(d.Groups) != 0 || len(d.Patch) != 0 {
		t.Errorf("%v, %s", spelled(d), d.Patch)
	}
}

func TestVariablesAreFilledInWithTheValuesThatRan(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	versioned(p)
	p.project()
	for name, c := range map[string]struct {
		compare EnvComparison
		want    []string
	}{
		"run": {
			EnvComparison{From: staging, To: release},
			[]string{"orders differs", `orders definition.backend_api.url_domain "two">"then"`, `#host# >"now"`},
		},
		"written": {
			EnvComparison{From: staging, To: release, Written: true},
			[]string{"orders differs", `orders definition.backend_api.url_domain "two">"#host#"`, `#host# >"now"`},
		},
		"a draft with the values of now": {
			EnvComparison{From: release, To: EnvSide{EnvID: apig.ReleaseEnvID, Draft: true}},
			[]string{"orders differs", `orders definition.backend_api.url_domain "then">"now.draft"`},
		},
		"a draft where there is no such variable": {
			EnvComparison{From: staging, To: EnvSide{EnvID: "e1", Draft: true}},
			[]string{"orders differs", `orders definition.backend_api.url_domain "two">"#host#.draft"`},
		},
	} {
		if diff := cmp.Diff(c.want, spelled(p.diffEnvs(c.compare))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestDiffEnvsRefusals(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.project()
	for code, c := range map[string]struct {
		in    In
		group string
	}{
		"APIG.3001": {pastIn, "nothing"}, "APIG.3030": {In{pastTenant, "nothing"}, ""}, "": {pastIn, "g1"},
	} {
		_, err := p.DiffEnvs(t.Context(), c.in, EnvComparison{GroupID: c.group, From: release, To: staging})
		if domain.CodeOf(err) != code || code == "" && err != nil {
			t.Errorf("%+v: %v, want %s", c, err, code)
		}
	}
	if _, err := p.DiffEnvs(t.Context(), In{"other", pastInstance}, EnvComparison{GroupID: "g1", From: release, To: staging}); domain.CodeOf(err) != "APIG.3030" {
		t.Errorf("of another project: %v", err)
	}
}

// Whatever runs where: the patch turns the document of one side into that of the other, and an API is told of
// exactly when it is in the patch.
func TestDiffEnvsPatch(t *testing.T) {
	t.Parallel()
	apis := rapid.Custom(func(t *rapid.T) map[string]apiInEnv {
		all := map[string]apiInEnv{}
		for _, id := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a1", "a2", "a/3"}), func(id string) string { return id }).Draw(t, "ids") {
			definition := aDefinition().Draw(t, "definition")
			d, err := document(&definition)
			if err != nil {
				t.Fatal(err)
			}
			all[id] = apiInEnv{Definition: d, Policies: map[string]string{}, Apps: rapid.SliceOfN(rapid.SampledFrom([]string{"p", "q"}), 0, 2).Draw(t, "apps")}
		}
		return all
	})
	rapid.Check(t, func(t *rapid.T) {
		r := &envReading{groups: []GroupRow{{ID: "g1"}}, values: map[string]map[string]map[string]string{"g1": {"e1": {"host": "x"}}}}
		for _, id := range []string{"a1", "a2", "a/3"} {
			r.drafts = append(r.drafts, draftRow{ID: id, GroupID: "g1", Name: id})
		}
		from, to := apis.Draw(t, "from"), apis.Draw(t, "to")
		c := EnvComparison{GroupID: "g1", From: staging, To: release}
		patch, err := r.patch(c, from, to)
		if err != nil {
			t.Fatal(err)
		}
		before, after := jsonOf(t, r.document(c, staging, from)), jsonOf(t, r.document(c, release, to))
		if diff := cmp.Diff(after, applied(t, patch, before)); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", patch, diff)
		}
		different, same, err := r.diffAPIs("g1", from, to)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range r.drafts {
			told := slices.ContainsFunc(different, func(a APIDiff) bool { return a.APIID == d.ID })
			if patched := inPatch(patch, d.ID); told != patched {
				t.Fatalf("%s: told %v, patched %v by %s", d.ID, told, patched, patch)
			}
			if _, had := from[d.ID]; had {
				if _, has := to[d.ID]; has && !told {
					same--
				}
			}
		}
		if same != 0 {
			t.Fatalf("%d too many are the same", same)
		}
	})
}

// inPatch reports whether an operation of a patch is about an API.
func inPatch(patch jsondiff.Patch, id string) bool {
	at := "/apis/" + strings.ReplaceAll(id, "/", "~1")
	return slices.ContainsFunc(patch, func(op jsondiff.Operation) bool { return strings.HasPrefix(op.Path+"/", at+"/") })
}
