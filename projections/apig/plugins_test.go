package apig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

func pluginNamed(id, name, kind string) apig.Plugin {
	return apig.Plugin{
		ID: id, InstanceID: pastInstance, CreateTime: pastBegan, UpdateTime: pastBegan,
		PluginBody: apig.PluginBody{Name: name, Type: kind, Scope: "global", Content: `{"allow_origin":"*"}`},
	}
}

func pluggedTo(id, pluginID, kind, envID string) apig.Binding {
	b := bindingTo(id, pluginID, envID)
	b.Kind = kind
	return b
}

// pluggedPast is a past in which the API a1 is published in RELEASE and e1; the plug-in p1 is bound to it in both, p2, of
// another type, in RELEASE. p3 is of p1's type.
func pluggedPast(t *testing.T) *past {
	t.Helper()
	p := newPast(t)
	at := p.has(created("one"))
	p.has(
		published("v1", apig.ReleaseEnvID, at), published("v2", "e1", at),
		apig.PluginCreated{Plugin: pluginNamed("p1", "cross", apig.PluginCORS)}, apig.PluginCreated{Plugin: pluginNamed("p2", "copy", apig.PluginMirror)},
		apig.PluginCreated{Plugin: pluginNamed("p3", "crossing", apig.PluginCORS)},
		apig.PluginAttached{Binding: pluggedTo("b1", "p1", apig.PluginCORS, apig.ReleaseEnvID)},
		apig.PluginAttached{Binding: pluggedTo("b2", "p1", apig.PluginCORS, "e1")},
		apig.PluginAttached{Binding: pluggedTo("b3", "p2", apig.PluginMirror, apig.ReleaseEnvID)},
	)
	return p
}

// column returns a text of each row of a whole list.
func column[R any](t *testing.T, of func(R) string) func(rows []R, total int, err error) []string {
	return func(rows []R, total int, err error) []string {
		t.Helper()
		if err != nil || total != len(rows) {
			t.Fatalf("%d rows of %d, %v", len(rows), total, err)
		}
		all := []string{}
		for _, r := range rows {
			all = append(all, of(r))
		}
		return all
	}
}

// §3.27.6 to §3.27.10: what is bound where, after everything that can happen to a binding.
func TestPluginBindingRows(t *testing.T) {
	t.Parallel()
	offline := []domain.Event{
		apig.APITakenOffline{Publication: record("v1", apig.ReleaseEnvID, firstAPI)}, apig.APITakenOffline{Publication: record("v2", "e1", firstAPI)},
	}
	for name, c := range map[string]struct {
		then []domain.Event
		want []string
	}{
		"bound":                     {nil, []string{"b1", "b2", "b3"}},
		"replaced by one of a type": {[]domain.Event{apig.PluginAttached{Binding: pluggedTo("b4", "p3", apig.PluginCORS, "e1"), Replaced: "b2"}}, []string{"b1", "b3", "b4"}},
		"unbound":                   {[]domain.Event{apig.PluginDetached{Binding: pluggedTo("b1", "p1", apig.PluginCORS, apig.ReleaseEnvID)}}, []string{"b2", "b3"}},
		"the API offline":           {offline, []string{"b1", "b2", "b3"}},
		"the API deleted":           {append(offline, apig.APIDeleted{InstanceID: pastInstance, APIID: "a1"}), []string{}},
		"the environment deleted":   {append(offline, apig.EnvDeleted{InstanceID: pastInstance, EnvID: "e1"}), []string{"b1", "b3"}},
		"the plug-in deleted":       {[]domain.Event{apig.PluginDeleted{InstanceID: pastInstance, PluginID: "p1"}}, []string{"b3"}},
		"the instance deleted":      {[]domain.Event{apig.InstanceDeleted{InstanceID: pastInstance}}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := pluggedPast(t)
			p.has(c.then...)
			ids := []string{}
			if err := p.project().db.SelectContext(t.Context(), &ids, "SELECT id FROM apig.plugin_bindings ORDER BY id"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, ids); diff != "" {
				t.Errorf("bindings (-want +got):\n%s", diff)
			}
		})
	}
}

// §3.27.2, §3.27.4: a plug-in as it is after its changes.
func TestPluginRows(t *testing.T) {
	t.Parallel()
	p := pluggedPast(t)
	changed := pluginNamed("p1", "browser", apig.PluginCORS)
	changed.Content, changed.Sealed, changed.Remark, changed.RomaAppID = `{"client_secret":"v1.x"}`, true, "r", "app9"
	p.has(apig.PluginUpdated{Plugin: changed, Changed: []string{"plugin_name"}}, apig.PluginDeleted{InstanceID: pastInstance, PluginID: "p2"})
	got, err := p.project().Plugin(t.Context(), pastIn, "p1")
	want := PluginView{PluginRow: PluginRow{
		ID: "p1", Tenant: pastTenant, InstanceID: pastInstance, Name: "browser", Type: apig.PluginCORS, Scope: "global", Content: changed.Content,
		Sealed: true, Remark: "r", RomaAppID: "app9", CreateTime: pastBegan, UpdateTime: pastBegan,
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := p.Plugin(t.Context(), pastIn, "p2"); domain.CodeOf(err) != "APIG.3068" {
		t.Errorf("a deleted one: %v", err)
	}
}

func TestPluginLists(t *testing.T) {
	t.Parallel()
	p, all := pluggedPast(t).project(), Page{Limit: 10}
	ids := column(t, func(v PluginView) string { return v.ID })
	for _, c := range []struct {
		filter PluginFilter
		want   []string
	}{
		{PluginFilter{}, []string{"p1", "p2", "p3"}}, {PluginFilter{Name: "cross"}, []string{"p1", "p3"}},
		{PluginFilter{Name: "cross", ExactName: true}, []string{"p1"}}, {PluginFilter{Type: apig.PluginMirror}, []string{"p2"}},
		{PluginFilter{Scope: "app"}, []string{}}, {PluginFilter{ID: "p3", Scope: "global"}, []string{"p3"}}, {PluginFilter{Name: "a\x00"}, []string{}},
	} {
		if diff := cmp.Diff(c.want, ids(p.Plugins(t.Context(), pastIn, c.filter, all))); diff != "" {
			t.Errorf("§3.27.4 %+v (-want +got):\n%s", c.filter, diff)
		}
	}
	for _, c := range []struct {
		env    string
		filter PluginFilter
		want   []string
	}{{"", PluginFilter{}, []string{"p3"}}, {"e1", PluginFilter{}, []string{"p2", "p3"}}, {"e1", PluginFilter{Name: "op"}, []string{"p2"}}} {
		if diff := cmp.Diff(c.want, ids(p.PluginsFor(t.Context(), pastIn, "a1", c.env, c.filter, all))); diff != "" {
			t.Errorf("§3.27.13 in %q %+v (-want +got):\n%s", c.env, c.filter, diff)
		}
	}
	if _, _, err := p.PluginsFor(t.Context(), pastIn, "a1", "e9", PluginFilter{}, all); domain.CodeOf(err) != "APIG.3003" {
		t.Errorf("in an unknown environment: %v", err)
	}
	bound := column(t, func(v BoundPlugin) string { return v.BindID + " in " + v.EnvName })
	for _, c := range []struct {
		filter BoundPluginFilter
		want   []string
	}{
		{BoundPluginFilter{}, []string{"b1 in RELEASE", "b2 in test", "b3 in RELEASE"}}, {BoundPluginFilter{EnvName: "es"}, []string{"b2 in test"}},
		{BoundPluginFilter{EnvID: apig.ReleaseEnvID, PluginFilter: PluginFilter{Type: apig.PluginMirror}}, []string{"b3 in RELEASE"}},
		{BoundPluginFilter{PluginFilter: PluginFilter{ID: "p9"}}, []string{}},
	} {
		if diff := cmp.Diff(c.want, bound(p.PluginsOf(t.Context(), pastIn, "a1", c.filter, all))); diff != "" {
			t.Errorf("§3.27.11 %+v (-want +got):\n%s", c.filter, diff)
		}
	}
}

// §3.27.10, §3.27.12: APIs that have a plug-in, offline ones too, and published ones that could have it.
func TestPluggedAPIs(t *testing.T) {
	t.Parallel()
	p, all := pluggedPast(t), Page{Limit: 10}
	p.has(apig.APITakenOffline{Publication: record("v1", apig.ReleaseEnvID, firstAPI)})
	p.project()
	text := func(s *string) string {
		if s == nil {
			return "-"
		}
		return *s
	}
	shown := column(t, func(a PluggedAPI) string { return a.EnvID + " " + text(a.PublishID) + " " + text(a.BindID) })
	for _, c := range []struct {
		filter PluggedAPIFilter
		want   []string
	}{
		{PluggedAPIFilter{}, []string{apig.ReleaseEnvID + " - b1", "e1 p-v2 b2"}}, {PluggedAPIFilter{EnvID: "e1"}, []string{"e1 p-v2 b2"}},
		{PluggedAPIFilter{APIName: "rder"}, []string{apig.ReleaseEnvID + " - b1", "e1 p-v2 b2"}}, {PluggedAPIFilter{APIName: "%"}, []string{}},
		{PluggedAPIFilter{APIID: "a9"}, []string{}}, {PluggedAPIFilter{EnvID: "e1", ReqURI: "order", ReqMethod: "GET", GroupID: "g1"}, []string{"e1 p-v2 b2"}},
		{PluggedAPIFilter{ReqMethod: "POST"}, []string{}}, {PluggedAPIFilter{Tags: []string{"none"}}, []string{}},
		{PluggedAPIFilter{EnvID: "e1", Tags: []string{"none", "#no_tags#"}}, []string{"e1 p-v2 b2"}},
	} {
		if diff := cmp.Diff(c.want, shown(p.PluggedAPIs(t.Context(), pastIn, "p1", c.filter, all))); diff != "" {
			t.Errorf("§3.27.10 %+v (-want +got):\n%s", c.filter, diff)
		}
	}
	for plugin, want := range map[string][]string{"p1": {}, "p2": {"e1 p-v2 -"}, "p3": {"e1 p-v2 b2"}} {
		if diff := cmp.Diff(want, shown(p.PluggableAPIs(t.Context(), pastIn, plugin, PluggedAPIFilter{EnvID: "e1"}, all))); diff != "" {
			t.Errorf("§3.27.12 %s (-want +got):\n%s", plugin, diff)
		}
		if got := shown(p.PluggableAPIs(t.Context(), pastIn, plugin, PluggedAPIFilter{EnvID: apig.ReleaseEnvID}, all)); len(got) > 0 {
			t.Errorf("§3.27.12 %s, offline: %v", plugin, got)
		}
	}
	if _, _, err := p.PluggableAPIs(t.Context(), pastIn, "p1", PluggedAPIFilter{EnvID: "e9"}, all); domain.CodeOf(err) != "APIG.3003" {
		t.Errorf("in an unknown environment: %v", err)
	}
}
