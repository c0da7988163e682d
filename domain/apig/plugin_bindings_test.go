package apig

import (
	"testing"

	"github.com/gatelog/gatelog/domain"
)

// told is what the answer to an attachment says of the API a1 in RELEASE.
func told(b Binding, publishID, name string) AttachedPlugin {
	return AttachedPlugin{
		Bound:      Bound{Binding: b, PublishID: publishID, APIName: "list", APIType: 1, ReqMethod: "GET", GroupName: "shop", EnvName: "RELEASE"},
		PluginName: name, PluginType: b.Kind, PluginScope: "global",
	}
}

func freshBinding(n int, pluginID, kind string) Binding {
	b := pluginBinding(id(n), pluginID, kind, "a1", ReleaseEnvID)
	b.BindTime = now
	return b
}

func TestAttachAPIs(t *testing.T) {
	t.Parallel()
	attach := func(plugin, env string, apis ...string) decision {
		return do((*State).AttachAPIs, AttachAPIs{gw, plugin, PluginAPIsBody{env, apis}})
	}
	ready := given(anAPIOnline(), aPlugin("p1", "cross", PluginCORS), aPlugin("p2", "browser", PluginCORS), aPlugin("p3", "copy", PluginMirror))
	bound := given(ready, attached("b1", "p1", PluginCORS, "a1", ReleaseEnvID))
	run(t, []scenario{
		{name: "§3.27.6: bound to a published API", given: ready, when: attach("p1", ReleaseEnvID, "a1"),
			then:   []domain.Event{PluginAttached{Binding: freshBinding(1, "p1", PluginCORS)}},
			answer: []AttachedPlugin{told(freshBinding(1, "p1", PluginCORS), "publish of v1", "cross")}},
		{name: "an API named twice counts once", given: ready, when: attach("p1", ReleaseEnvID, "a1", "a1"), then: []domain.Event{PluginAttached{Binding: freshBinding(1, "p1", PluginCORS)}}},
		{name: "§3.27.6: one of a type, the newest counts", given: bound, when: attach("p2", ReleaseEnvID, "a1"), then: []domain.Event{PluginAttached{freshBinding(1, "p2", PluginCORS), "b1"}}},
		{name: "§3.27.12: one of another type beside it", given: bound, when: attach("p3", ReleaseEnvID, "a1"), then: []domain.Event{PluginAttached{Binding: freshBinding(1, "p3", PluginMirror)}}},
		{name: "bound already, nothing happens", given: bound, when: attach("p1", ReleaseEnvID, "a1"),
			answer: []AttachedPlugin{told(pluginBinding("b1", "p1", PluginCORS, "a1", ReleaseEnvID), "publish of v1", "cross")}},
		{name: "§3.27.6, §5.4: an API that is offline", given: given(bound, offline("v1", "a1", "g1", ReleaseEnvID, 4)), when: attach("p1", ReleaseEnvID, "a1"), refused: "APIG.3707"},
		{name: "§3.27.6, §5.4: an API that is published elsewhere", given: given(ready, anEnv("e1", "DEV")), when: attach("p1", "e1", "a1"), refused: "APIG.3707"},
		{name: "one that cannot be bound refuses all", given: given(ready, anAPI("a2", "g1", "order", "GET /order")), when: attach("p1", ReleaseEnvID, "a1", "a2"), refused: "APIG.3707"},
		{name: "unknown API", given: ready, when: attach("p1", ReleaseEnvID, "a9"), refused: "APIG.3002"},
		{name: "unknown environment", given: ready, when: attach("p1", "e9", "a1"), refused: "APIG.3003"},
		{name: "§3.27.6 ex: unknown plug-in", given: ready, when: attach("p9", ReleaseEnvID, "a1"), refused: "APIG.3068"},
		{name: "§3.27.6: api_ids is required", given: ready, when: attach("p1", ReleaseEnvID), refused: "APIG.2001"},
		{name: "§3.27.6: env_id is required", given: ready, when: attach("p1", "", "a1"), refused: "APIG.2001"},
		{name: "§3.27.6: at most 500", given: ready, when: attach("p1", ReleaseEnvID, make([]string, 501)...), refused: "APIG.2011"},
	})
}

func TestAttachPlugins(t *testing.T) {
	t.Parallel()
	attach := func(api string, plugins ...string) decision {
		return do((*State).AttachPlugins, AttachPlugins{gw, api, APIPluginsBody{ReleaseEnvID, plugins}})
	}
	ready := given(anAPIOnline(), aPlugin("p1", "cross", PluginCORS), aPlugin("p2", "browser", PluginCORS), aPlugin("p3", "copy", PluginMirror))
	run(t, []scenario{
		{name: "§3.27.7: plug-ins of several types", given: ready, when: attach("a1", "p1", "p3", "p1"),
			then: []domain.Event{PluginAttached{Binding: freshBinding(1, "p1", PluginCORS)}, PluginAttached{Binding: freshBinding(2, "p3", PluginMirror)}},
			answer: []AttachedPlugin{
				told(freshBinding(1, "p1", PluginCORS), "publish of v1", "cross"), told(freshBinding(2, "p3", PluginMirror), "publish of v1", "copy"),
			}},
		{name: "§3.27.7: of one type, the last counts", given: ready, when: attach("a1", "p1", "p2"), then: []domain.Event{PluginAttached{Binding: freshBinding(1, "p2", PluginCORS)}}},
		{name: "§3.27.7: a bound one gives way", given: given(ready, attached("b1", "p1", PluginCORS, "a1", ReleaseEnvID)), when: attach("a1", "p2"),
			then: []domain.Event{PluginAttached{freshBinding(1, "p2", PluginCORS), "b1"}}},
		{name: "§3.27.7, §5.4: the API is offline", given: given(ready, offline("v1", "a1", "g1", ReleaseEnvID, 4)), when: attach("a1", "p1"), refused: "APIG.3707"},
		{name: "§3.27.7 ex: one unknown plug-in refuses all", given: ready, when: attach("a1", "p1", "p9"), refused: "APIG.3068"},
		{name: "unknown API", given: ready, when: attach("a9", "p1"), refused: "APIG.3002"},
		{name: "§3.27.7: plugin_ids is required", given: ready, when: attach("a1"), refused: "APIG.2001"},
		{name: "§3.27.7: at most 500", given: ready, when: attach("a1", make([]string, 501)...), refused: "APIG.2011"},
	})
}

func TestDetachPlugins(t *testing.T) {
	t.Parallel()
	bound := given(anAPIOnline(), aPlugin("p1", "cross", PluginCORS), aPlugin("p2", "browser", PluginCORS), attached("b1", "p1", PluginCORS, "a1", ReleaseEnvID))
	gone := []domain.Event{PluginDetached{pluginBinding("b1", "p1", PluginCORS, "a1", ReleaseEnvID)}}
	apis := func(plugin, env string, ids ...string) decision {
		return do((*State).DetachAPIs, DetachAPIs{gw, plugin, PluginAPIsBody{env, ids}})
	}
	plugins := func(api string, ids ...string) decision {
		return do((*State).DetachPlugins, DetachPlugins{gw, api, APIPluginsBody{ReleaseEnvID, ids}})
	}
	run(t, []scenario{
		{name: "§3.27.8: APIs from a plug-in", given: bound, when: apis("p1", ReleaseEnvID, "a1", "a1"), then: gone},
		{name: "§3.27.9: plug-ins from an API", given: bound, when: plugins("a1", "p2", "p1"), then: gone},
		{name: "§3.27.8, §3.27.10: an API that is offline", given: given(bound, offline("v1", "a1", "g1", ReleaseEnvID, 4)), when: apis("p1", ReleaseEnvID, "a1"), then: gone},
		{name: "one that is not bound stays so", given: bound, when: apis("p2", ReleaseEnvID, "a1")},
		{name: "bound in another environment", given: given(bound, anEnv("e1", "DEV")), when: apis("p1", "e1", "a1")},
		{name: "§3.27.8 ex: unknown plug-in", given: bound, when: apis("p9", ReleaseEnvID, "a1"), refused: "APIG.3068"},
		{name: "§3.27.9 ex: unknown plug-in", given: bound, when: plugins("a1", "p9"), refused: "APIG.3068"},
		{name: "§3.27.8: unknown API", given: bound, when: apis("p1", ReleaseEnvID, "a9"), refused: "APIG.3002"},
		{name: "§3.27.9: unknown API", given: bound, when: plugins("a9", "p1"), refused: "APIG.3002"},
		{name: "unknown environment", given: bound, when: apis("p1", "e9", "a1"), refused: "APIG.3003"},
		{name: "§3.27.8: api_ids is required", given: bound, when: apis("p1", ReleaseEnvID), refused: "APIG.2001"},
		{name: "§3.27.9: at most 500", given: bound, when: plugins("a1", make([]string, 501)...), refused: "APIG.2011"},
	})
}

// §3.27.10: a plug-in stays bound to an API that is offline. It ends with the API and the environment.
func TestPluginBindingsOutlivePublications(t *testing.T) {
	t.Parallel()
	bound := given(anAPIOnline(), anEnv("e1", "DEV"), published("v2", "a1", "g1", "e1", 4), aPlugin("p1", "cross", PluginCORS), aPlugin("p2", "copy", PluginMirror),
		attached("b1", "p1", PluginCORS, "a1", ReleaseEnvID), attached("b2", "p2", PluginMirror, "a1", ReleaseEnvID), attached("b3", "p1", PluginCORS, "a1", "e1"))
	off := given(offline("v1", "a1", "g1", ReleaseEnvID, 4), offline("v2", "a1", "g1", "e1", 4))
	for _, c := range []struct {
		name string
		then history
		want int
	}{
		{"published again", published("v3", "a1", "g1", ReleaseEnvID, 4), 3},
		{"offline", off, 3},
		{"offline and published anew", given(off, published("v3", "a1", "g1", ReleaseEnvID, 4)), 3},
		{"the API deleted", given(off, history{APIDeleted{InstanceID: gw, APIID: "a1", GroupID: "g1", Name: "list"}}), 0},
		{"the environment deleted", given(off, history{EnvDeleted{InstanceID: gw, EnvID: "e1", Name: "DEV"}}), 2},
		{"a plug-in of the same type instead", attached("b4", "p9", PluginCORS, "a1", "e1"), 3},
		{"the plug-in deleted all the same", history{PluginDeleted{InstanceID: gw, PluginID: "p1"}}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if b := given(bound, c.then).state().instances[gw].plugins.bound; len(b.all) != c.want || len(b.slots) != c.want {
				t.Errorf("bindings: %v", b.all)
			}
		})
	}
}
