package apig

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"sigs.k8s.io/yaml"

	"github.com/gatelog/gatelog/domain"
)

// updating is set by go test -update, which events_test.go declares.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// declarationIn reads a declaration from testdata.
func declarationIn(t *testing.T, file string) Declaration {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "declarations", file))
	if err != nil {
		t.Fatal(err)
	}
	var d Declaration
	if err := yaml.UnmarshalStrict(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// empty is a gateway with nothing in it.
func empty() *world {
	w := &world{direct: NewState("project"), late: NewState("project"), online: map[string]string{}}
	w.append(gateway())
	return w
}

// fresh are secrets for what a declaration may have to make.
func fresh(d Declaration) FreshSecrets {
	secrets := FreshSecrets{Apps: map[string]SealedSecret{}, Signatures: map[string]FreshSignature{}}
	for _, a := range d.Apps {
		secrets.Apps[a.Name] = SealedSecret{Text: "sealed"}
	}
	for _, s := range d.Signatures {
		secrets.Signatures[s.Name] = FreshSignature{SignSecret{SealedSecret: SealedSecret{Text: "sealed"}}, SignSecret{SealedSecret: SealedSecret{Text: "sealed"}}}
	}
	return secrets
}

// applied applies a declaration, which must be possible, and returns the plan in short.
func (w *world) applied(t *testing.T, d Declaration) []string {
	t.Helper()
	w.commands++
	c := ApplyDeclaration{InstanceID: gw, Declaration: d, Written: w.written(t), Secrets: fresh(d)}
	plan, events, err := w.direct.ApplyDeclaration(w.moment(), c)
	if err != nil {
		t.Fatal(err)
	}
	w.append(events)
	w.placeAll()
	var changes []string
	for _, change := range plan.Changes {
		changes = append(changes, change.Action+" "+change.String())
	}
	return changes
}

// An instance with nothing in it becomes all that is declared, in one change, and is declared so: in the golden file,
// with the defaults filled in. The same once more is no change.
func TestEverythingIsDeclared(t *testing.T) {
	t.Parallel()
	w := empty()
	full := declarationIn(t, "full.yaml")
	if changes := w.applied(t, full); len(changes) != 40 {
		t.Errorf("%d changes:\n%s", len(changes), strings.Join(changes, "\n"))
	}
	d := w.declare(t)
	got, err := yaml.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "declarations", "full.golden.yaml")
	if updating() {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("declared (-want +got):\n%s", diff)
	}
	for name, same := range map[string]Declaration{"as people wrote it": full, "as it is declared": d} {
		if changes := w.applied(t, same); len(changes) > 0 {
			t.Errorf("%s, it is still changed: %v", name, changes)
		}
	}
	other := empty()
	other.applied(t, d)
	if diff := cmp.Diff(d, other.declare(t), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("another instance (-want +got):\n%s", diff)
	}
}

// Lists with nothing in them are the end of everything but what every instance has.
func TestNothingIsDeclared(t *testing.T) {
	t.Parallel()
	w := empty()
	before := w.declare(t)
	w.applied(t, declarationIn(t, "full.yaml"))
	w.applied(t, before)
	after := w.declare(t)
	after.Features = before.Features // a feature cannot be unset
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

// What is changed in a declaration is changed, each by its operation, and nothing else is.
func TestDeclaredChanges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Declaration)
		want   []string
	}{
		"a list that is not there is not spoken of": {func(d *Declaration) { d.Channels, d.Apps, d.Groups = nil, nil, nil }, nil},
		"groups that are not declared, of groups":   {func(d *Declaration) { d.Scope, d.Groups = ScopeGroups, d.Groups[:1] }, nil},
		"groups that are not declared, of an instance": {
			func(d *Declaration) {
				d.Groups = slices.DeleteFunc(d.Groups, func(g DeclaredGroup) bool { return g.Name == "empty" })
			},
			[]string{"delete group empty"},
		},
		"an environment": {func(d *Declaration) { d.Environments[1].Remark = nil }, []string{"change environment TEST"}},
		"the weight of a server": {
			func(d *Declaration) { one := 1; named(d.Channels, channelKind, "north").Members[0].Weight = &one }, []string{"change channel north"},
		},
		"a special setting": {
			func(d *Declaration) { d.Throttles[0].Specials[0].CallLimits = 20 }, []string{"change throttle_special slow/APP mobile"},
		},
		"from where an app may call": {func(d *Declaration) { named(d.Apps, appKind, "mobile").ACL = nil }, []string{"delete app_acl mobile"}},
		"whom a quota holds for": {
			func(d *Declaration) { d.AppQuotas[0].Apps = []string{"mobile"} },
			[]string{"create app_quota_app small/mobile", "delete app_quota_app small/partner"},
		},
		"a value": {
			func(d *Declaration) { shopIn(d).Variables[0].Value = "new.example.com" }, []string{"change variable shop/RELEASE host"},
		},
		"the default response": {
			func(d *Declaration) {
				shopIn(d).Responses = slices.DeleteFunc(shopIn(d).Responses, func(r ResponseBody) bool { return r.Name == "default" })
			},
			[]string{"delete response shop/default"},
		},
		"a tag": {func(d *Declaration) { d.Tags[0].Value = "trial" }, []string{"change tag stage"}},
		"a port that nothing uses any more": {
			func(d *Declaration) { d.Ports, shopIn(d).Domains = []IngressPortBody{}, shopIn(d).Domains[:1] },
			[]string{"delete domain shop/www.example.com at -1 and 8443", "delete port HTTPS 8443"},
		},
		"how a domain name is served": {
			func(d *Declaration) { shopIn(d).Domains[0].RedirectHTTP = true }, []string{"change domain shop/www.example.com"},
		},
		"the subdomain": {func(d *Declaration) { shopIn(d).SLDomainAccessEnabled = true }, []string{"change group_subdomain shop"}},
		"a draft, and what runs of it": {
			func(d *Declaration) { apiIn(d, "list").Draft.BackendAPI.Timeout = 6000 },
			[]string{"change api shop/list", "change publication shop/list in RELEASE", "change publication shop/list in TEST"},
		},
		"a draft alone": {
			func(d *Declaration) {
				list := apiIn(d, "list")
				runs := list.Draft.Clone()
				list.Draft.BackendAPI.Timeout = 6000
				for env, place := range list.Places {
					place.Definition = &runs
					list.Places[env] = place
				}
			},
			[]string{"change api shop/list"},
		},
		"what runs alone": {
			func(d *Declaration) { apiIn(d, "order").Places["RELEASE"].Definition.MockInfo.ResultContent = "now" },
			[]string{"change publication shop/order in RELEASE"},
		},
		"the draft runs": {
			func(d *Declaration) {
				place := apiIn(d, "order").Places["RELEASE"]
				place.Definition = nil
				apiIn(d, "order").Places["RELEASE"] = place
			},
			[]string{"change publication shop/order in RELEASE"},
		},
		"taken offline": {
			func(d *Declaration) { delete(apiIn(d, "list").Places, "RELEASE") },
			[]string{"delete publication shop/list in RELEASE", "delete plugin_binding shop/list in RELEASE"},
		},
		"what is bound": {
			func(d *Declaration) {
				place := apiIn(d, "list").Places["RELEASE"]
				place.Throttle, place.ACLs = "", place.ACLs[:1]
				apiIn(d, "list").Places["RELEASE"] = place
			},
			[]string{"delete throttle_binding shop/list in RELEASE", "change acl_binding shop/list in RELEASE"},
		},
		"who may call": {
			func(d *Declaration) {
				place := apiIn(d, "order").Places["RELEASE"]
				place.Apps = []string{"partner"}
				apiIn(d, "order").Places["RELEASE"] = place
			},
			[]string{"change app_auth shop/order in RELEASE"},
		},
		"another API in the place of one": {
			func(d *Declaration) { apiIn(d, "order").Draft.Name = "buy"; apiIn(d, "buy").Places = nil },
			[]string{"delete publication shop/order in RELEASE", "delete api shop/order", "create api shop/buy"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := empty()
			w.applied(t, declarationIn(t, "full.yaml"))
			d := copyOf(t, w.declare(t))
			c.change(&d)
			if diff := cmp.Diff(c.want, w.applied(t, d)); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if changes := w.applied(t, d); len(changes) > 0 {
				t.Errorf("applied once more: %v", changes)
			}
		})
	}
}

func named[T any](list []T, k declaredKind[T], name string) *T {
	return &list[slices.IndexFunc(list, func(t T) bool { return k.nameOf(t) == name })]
}

func shopIn(d *Declaration) *DeclaredGroup { return named(d.Groups, groupKind, "shop") }

func apiIn(d *Declaration, name string) *DeclaredAPI { return named(shopIn(d).APIs, apiKind, name) }

// copyOf is a copy that shares nothing with a state.
func copyOf(t *testing.T, d Declaration) Declaration {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var again Declaration
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	return again
}

// Kept is also what is bound, and where nothing is said of; what is declared to be offline goes offline.
func TestWhatIsBoundIsKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		place map[string]DeclaredPlace
		want  []string
	}{
		"an environment that is not declared": {nil, nil},
		"a place without policies":            {map[string]DeclaredPlace{"RELEASE": {Published: true}}, nil},
		"one more policy of another type":     {map[string]DeclaredPlace{"RELEASE": {Published: true, ACLs: []string{"office"}}}, nil},
		"offline": {
			map[string]DeclaredPlace{"TEST": {Published: false}}, []string{"delete publication shop/list in TEST"},
		},
	} {
		w := empty()
		w.applied(t, declarationIn(t, "full.yaml"))
		d := copyOf(t, w.declare(t))
		apiIn(&d, "list").Places = c.place
		apiIn(&d, "order").Places = nil
		named(d.Apps, appKind, "mobile").ACL = nil
		d.Throttles[0].Specials, d.AppQuotas[0].Apps = nil, nil
		plan, _, err := w.direct.ApplyDeclaration(w.moment(), ApplyDeclaration{InstanceID: gw, Declaration: d, Written: w.written(t), Keep: true})
		var changes []string
		for _, change := range plan.Changes {
			changes = append(changes, change.Action+" "+change.String())
		}
		if diff := cmp.Diff(c.want, changes); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

// What nobody could apply is not planned for long.
func TestADeclarationIsBounded(t *testing.T) {
	t.Parallel()
	group := DeclaredGroup{Name: "shop", Variables: []DeclaredVariable{}}
	for n := range maxSteps {
		group.Variables = append(group.Variables, DeclaredVariable{Env: "RELEASE", Name: fmt.Sprintf("v%06d", n), Value: "1"})
	}
	c := ApplyDeclaration{InstanceID: gw, DryRun: true, Declaration: Declaration{Format: DeclarationFormat, Scope: ScopeGroups, Groups: []DeclaredGroup{group}}}
	if _, _, err := empty().direct.ApplyDeclaration(moment(), c); domain.CodeOf(err) != domain.CodeTooLarge {
		t.Errorf("%d parts: %v", maxSteps, err)
	}
	group.Variables = group.Variables[:2*maxEvents]
	c.Declaration.Groups[0] = group
	plan, _, err := empty().direct.ApplyDeclaration(moment(), c)
	if err != nil || len(plan.Refused) < maxEvents {
		t.Errorf("%d variables over their quota: %d reasons, %v", 2*maxEvents, len(plan.Refused), err)
	}
	group.APIs = make([]DeclaredAPI, maxDeclaredAPIs+1)
	c.Declaration.Groups[0] = group
	if _, _, err := empty().direct.ApplyDeclaration(moment(), c); domain.CodeOf(err) != domain.CodeTooLarge {
		t.Errorf("%d APIs: %v", len(group.APIs), err)
	}
}
