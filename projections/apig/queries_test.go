package apig

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// odd are names that mean something to SQL, or look alike when they do not mean it.
var odd = []string{"plain", "100%", "100x", "a_b", "axb", `c\d`, `c\\d`, "O'Hare", "名前", "%", "_"}

// contains are searches with the names of odd that they find; an exact search finds the name itself.
var contains = map[string][]string{
	"":      odd,
	"plain": {"plain"}, "lai": {"plain"}, "PLAIN": {}, "%": {"100%", "%"}, "100%": {"100%"}, "_": {"a_b", "_"}, "a_b": {"a_b"},
	`\`: {`c\d`, `c\\d`}, `\d`: {`c\d`, `c\\d`}, `\\`: {`c\\d`}, `\%`: {}, "'": {"O'Hare"}, "'; DROP TABLE apig.groups; --": {}, "前": {"名前"},
	"%%": {}, "nothing": {}, "a\x00b": {}, "\xff": {}, "\x00": {},
}

// searches calls search for every text, as a part and exactly, and compares with the names that it must
// find.
func searches(t *testing.T, found func(text string, exact bool) []string) {
	t.Helper()
	for text, names := range contains {
		if diff := cmp.Diff(sorted(names), sorted(found(text, false))); diff != "" {
			t.Errorf("names that contain %q (-want +got):\n%s", text, diff)
		}
		want := []string{}
		for _, name := range odd {
			if name == text || text == "" {
				want = append(want, name)
			}
		}
		if diff := cmp.Diff(sorted(want), sorted(found(text, true))); diff != "" {
			t.Errorf("names that are %q (-want +got):\n%s", text, diff)
		}
	}
}

// listed unpacks the answer of a list, whose total must be the number of what was found.
func listed[R any](t *testing.T, name func(R) string, rows []R, total int, err error) []string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = name(row)
	}
	if total != len(rows) {
		t.Errorf("%d in all, but %v", total, names)
	}
	return names
}

var everything = Page{Limit: 500}

func groupName(g GroupRow) string       { return g.Name }
func envName(e EnvRow) string           { return e.Name }
func variableName(v VariableRow) string { return v.Name }

// §3.1.5
func TestGroupsByName(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(apig.GroupDeleted{InstanceID: pastInstance, GroupID: "g1"})
	for i, name := range odd {
		p.has(apig.GroupCreated{Group: apig.Group{ID: fmt.Sprint("o", i), InstanceID: pastInstance, Name: name}})
	}
	p.project()
	searches(t, func(text string, exact bool) []string {
		rows, total, err := p.Groups(t.Context(), pastIn, GroupFilter{Name: text, ExactName: exact}, everything)
		return listed(t, groupName, rows, total, err)
	})
	rows, total, err := p.Groups(t.Context(), pastIn, GroupFilter{ID: "o3"}, everything)
	if diff := cmp.Diff([]string{"a_b"}, listed(t, groupName, rows, total, err)); diff != "" {
		t.Errorf("group by id (-want +got):\n%s", diff)
	}
	rows, total, err = p.Groups(t.Context(), pastIn, GroupFilter{ID: "o3", Name: "plain"}, everything)
	if got := listed(t, groupName, rows, total, err); len(got) > 0 {
		t.Errorf("id and name of different groups find %v", got)
	}
}

// §3.2.4
func TestEnvsByName(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(
		apig.EnvDeleted{InstanceID: pastInstance, EnvID: "e1"}, apig.EnvDeleted{InstanceID: pastInstance, EnvID: apig.ReleaseEnvID},
	)
	for i, name := range odd {
		p.has(apig.EnvCreated{Env: apig.Environment{ID: fmt.Sprint("o", i), InstanceID: pastInstance, Name: name}})
	}
	p.project()
	searches(t, func(text string, exact bool) []string {
		if !exact {
			rows, total, err := p.Envs(t.Context(), pastIn, text, everything)
			return listed(t, envName, rows, total, err)
		}
		if text == "" {
			return odd // environments can't be listed by an exact name, only be asked for
		}
		e, err := p.EnvNamed(t.Context(), pastIn, text)
		if domain.CodeOf(err) == "APIG.3003" {
			return nil
		}
		return listed(t, envName, []EnvRow{e}, 1, err)
	})
}

// §3.3.4
func TestVariablesByNameGroupAndEnvironment(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	for i, name := range odd {
		p.has(apig.VariableCreated{Variable: apig.Variable{ID: fmt.Sprint("o", i), InstanceID: pastInstance, GroupID: "g1", EnvID: "e1", Name: name}})
	}
	for _, v := range []apig.Variable{
		{ID: "w1", GroupID: "g1", EnvID: apig.ReleaseEnvID, Name: "plain"}, {ID: "w2", GroupID: "g2", EnvID: "e1", Name: "plain"},
	} {
		v.InstanceID = pastInstance
		p.has(apig.VariableCreated{Variable: v})
	}
	p.project()
	list := func(f VariableFilter) []string {
		rows, total, err := p.Variables(t.Context(), pastIn, f, everything)
		return listed(t, func(v VariableRow) string { return v.ID }, rows, total, err)
	}
	searches(t, func(text string, exact bool) []string {
		rows, total, err := p.Variables(t.Context(), pastIn, VariableFilter{GroupID: "g1", EnvID: "e1", Name: text, ExactName: exact}, everything)
		return listed(t, variableName, rows, total, err)
	})
	for name, c := range map[string]struct {
		filter VariableFilter
		want   []string
	}{
		"a name everywhere":          {VariableFilter{Name: "plain"}, []string{"o0", "w1", "w2"}},
		"a name in a group":          {VariableFilter{GroupID: "g1", Name: "plain"}, []string{"o0", "w1"}},
		"a name in an environment":   {VariableFilter{EnvID: "e1", Name: "plain"}, []string{"o0", "w2"}},
		"everything of a group":      {VariableFilter{GroupID: "g2"}, []string{"w2"}},
		"a group that is not there":  {VariableFilter{GroupID: "g9"}, []string{}},
		"an environment that is not": {VariableFilter{EnvID: "e9"}, []string{}},
	} {
		if diff := cmp.Diff(c.want, list(c.filter)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// §3.23.14
func TestInstancesByNameIDAndStatus(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(apig.InstanceDeleted{InstanceID: pastInstance})
	for i, name := range odd {
		p.has(apig.InstanceRequested{Instance: apig.Instance{ID: fmt.Sprint("o", i), Name: name, Status: apig.InstanceCreating}})
	}
	p.has(apig.InstanceProgressed{Instance: apig.Instance{ID: "o0", Name: "plain", Status: apig.InstanceRunning}})
	p.project()
	list := func(f InstanceFilter) []string {
		rows, total, err := p.Instances(t.Context(), pastTenant, f, everything)
		return listed(t, func(i apig.Instance) string { return i.Name }, rows, total, err)
	}
	for text, want := range contains {
		if diff := cmp.Diff(sorted(want), sorted(list(InstanceFilter{Name: text}))); diff != "" {
			t.Errorf("names that contain %q (-want +got):\n%s", text, diff)
		}
	}
	for name, c := range map[string]struct {
		filter InstanceFilter
		want   []string
	}{
		"by status":         {InstanceFilter{Status: "Running"}, []string{"plain"}},
		"by another status": {InstanceFilter{Status: "Frozen"}, []string{}},
		"by id":             {InstanceFilter{ID: "o2"}, []string{"100x"}},
		"by all":            {InstanceFilter{ID: "o0", Name: "lain", Status: "Running"}, []string{"plain"}},
	} {
		if diff := cmp.Diff(c.want, list(c.filter)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// §3.20.1: each tag once, by name, of this instance alone.
func TestTags(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	tags := func(api, instance string, all ...string) domain.Event {
		return apig.APICreated{API: apig.API{ID: api, InstanceID: instance, Definition: apig.Definition{GroupID: "g1", Tags: all}}}
	}
	p.has(
		apig.InstanceRequested{Instance: apig.Instance{ID: "gw2"}},
		tags("a1", pastInstance, "b", "a", "Z"), tags("a2", pastInstance, "b", "ä"), tags("a3", "gw2", "c"), tags("a4", pastInstance, "gone"),
		apig.APIDeleted{InstanceID: pastInstance, APIID: "a4"},
	)
	p.project()
	same := func(tag string) string { return tag }
	rows, total, err := p.Tags(t.Context(), pastIn, everything)
	if diff := cmp.Diff([]string{"Z", "a", "b", "ä"}, listed(t, same, rows, total, err)); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	rows, total, err = p.Tags(t.Context(), pastIn, Page{Offset: 1, Limit: 2})
	if diff := cmp.Diff([]string{"a", "b"}, rows); diff != "" || total != 4 || err != nil {
		t.Errorf("second page of %d, %v (-want +got):\n%s", total, err, diff)
	}
}

// §3.21.2
func TestFeatures(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	for _, name := range []string{"lts", "gzip", "cors"} {
		p.has(apig.FeatureConfigured{Feature: apig.Feature{ID: "f-" + name, InstanceID: pastInstance, Name: name, Enable: name == "gzip", Config: "on", UpdateTime: pastBegan}})
	}
	p.project()
	rows, total, err := p.Features(t.Context(), pastIn, everything)
	got := listed(t, func(f FeatureRow) string {
		return fmt.Sprint(f.Name, f.Enable, f.Config, f.UpdateTime.Equal(pastBegan))
	}, rows, total, err)
	if diff := cmp.Diff([]string{"corsfalseontrue", "gziptrueontrue", "ltsfalseontrue"}, got); diff != "" {
		t.Errorf("features (-want +got):\n%s", diff)
	}
}

// Entries made at the same moment keep their order from page to page, newer ones come first, and no page
// shows an entry twice or leaves one out.
func TestPagesOfGroups(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(apig.GroupDeleted{InstanceID: pastInstance, GroupID: "g1"})
	for i := range 12 {
		id := fmt.Sprintf("p%02d", i)
		p.has(apig.GroupCreated{Group: apig.Group{ID: id, InstanceID: pastInstance, Name: id, RegisterTime: pastBegan.Add(time.Duration(i/4) * time.Hour)}})
	}
	want := []string{"p08", "p09", "p10", "p11", "p04", "p05", "p06", "p07", "p00", "p01", "p02", "p03"}
	p.project()
	for _, c := range []struct {
		page  Page
		shown []string
	}{
		{Page{0, 5}, want[:5]}, {Page{5, 5}, want[5:10]}, {Page{10, 5}, want[10:]}, {Page{0, 12}, want}, {Page{0, 13}, want},
		{Page{12, 5}, nil}, {Page{500, 5}, nil}, {Page{1 << 40, 500}, nil}, {Page{11, 1}, want[11:]},
	} {
		rows, total, err := p.Groups(t.Context(), pastIn, GroupFilter{}, c.page)
		if err != nil || total != len(want) {
			t.Errorf("page %v: %d in all, want %d; %v", c.page, total, len(want), err)
		}
		got := listed(t, groupName, rows, len(rows), nil)
		if diff := cmp.Diff(c.shown, got, equateEmpty); diff != "" {
			t.Errorf("page %v (-want +got):\n%s", c.page, diff)
		}
	}
	rows, total, err := p.Groups(t.Context(), pastIn, GroupFilter{Name: "p0"}, Page{Offset: 3, Limit: 2})
	if total != 10 || len(rows) != 2 || err != nil {
		t.Errorf("a page of a search: %d of %d, %v; want 2 of 10", len(rows), total, err)
	}
}

func TestOneOfEach(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(apig.VariableCreated{Variable: hostIs("a")}, created("one"))
	p.project()
	ctx := t.Context()
	i, err := p.Instance(ctx, pastIn)
	if err != nil || i.Name != "gateway" {
		t.Errorf("instance: %+v, %v", i, err)
	}
	g, err := p.Group(ctx, pastIn, "g1")
	if err != nil || g.Name != "shop" {
		t.Errorf("group: %+v, %v", g, err)
	}
	e, err := p.Env(ctx, pastIn, "e1")
	if err != nil || e.Name != "test" {
		t.Errorf("environment: %+v, %v", e, err)
	}
	v, err := p.Variable(ctx, pastIn, "v1")
	if err != nil || v.Value != "a" {
		t.Errorf("variable: %+v, %v", v, err)
	}
	a, err := p.Draft(ctx, pastIn, "a1")
	if err != nil || a.Definition.Name != "orders" {
		t.Errorf("draft: %+v, %v", a, err)
	}
}
