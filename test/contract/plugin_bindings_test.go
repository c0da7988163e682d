package contract

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var notPluggable = refusedAs(409, "APIG.3707")

func (c *client) attachRequest(plugin, env string, apis ...string) *model.AttachApiToPluginRequest {
	return &model.AttachApiToPluginRequest{InstanceId: c.instance, PluginId: plugin, Body: &model.PluginOperApiInfo{EnvId: env, ApiIds: apis}}
}

func (c *client) attachPluginsRequest(api, env string, plugins ...string) *model.AttachPluginToApiRequest {
	return &model.AttachPluginToApiRequest{InstanceId: c.instance, ApiId: api, Body: &model.ApiOperPluginInfo{EnvId: env, PluginIds: plugins}}
}

func (c *client) detachRequest(plugin, env string, apis ...string) *model.DetachApiFromPluginRequest {
	return &model.DetachApiFromPluginRequest{InstanceId: c.instance, PluginId: plugin, Body: &model.PluginOperApiInfo{EnvId: env, ApiIds: apis}}
}

func (c *client) detachPluginsRequest(api, env string, plugins ...string) *model.DetachPluginFromApiRequest {
	return &model.DetachPluginFromApiRequest{InstanceId: c.instance, ApiId: api, Body: &model.ApiOperPluginInfo{EnvId: env, PluginIds: plugins}}
}

// attach binds a plug-in to an API and returns the binding.
func (c *client) attach(t *testing.T, plugin, api, env string) doc {
	t.Helper()
	return list(t, call(t, c.api.AttachApiToPlugin, c.attachRequest(plugin, env, api)), "attached_plugins")[0]
}

func (c *client) detach(t *testing.T, plugin, api, env string) {
	t.Helper()
	call(t, c.api.DetachApiFromPlugin, c.detachRequest(plugin, env, api))
}

func (c *client) attachedAPIs(t *testing.T, plugin string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListPluginAttachedApis, filter, doc{"plugin_id": plugin})
}

func (c *client) attachableAPIs(t *testing.T, plugin string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListPluginAttachableApis, doc{"env_id": releaseEnv}, filter, doc{"plugin_id": plugin})
}

func (c *client) attachedPlugins(t *testing.T, api string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListApiAttachedPlugins, filter, doc{"api_id": api})
}

func (c *client) attachablePlugins(t *testing.T, api string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListApiAttachablePlugins, filter, doc{"api_id": api})
}

// §3.27.6, §3.27.10, §3.27.11: a binding is seen from both ends, at once.
func TestPluginIsAttached(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	definition := with(t, with(t, mockAPI(group), "remark", "Mock backend API"), "tags", []string{"shop"})
	api := text(t, admin.createAPI(t, definition), "id")
	publication := text(t, admin.publish(t, api, releaseEnv), "publish_id")
	plugin := admin.createPlugin(t, pluginBody("kafka_log"))
	id := text(t, plugin, "plugin_id")

	made := admin.attach(t, id, api, releaseEnv)

	wantFields(t, made, doc{
		"plugin_id": id, "plugin_name": plugin["plugin_name"], "plugin_type": "kafka_log", "plugin_scope": "global", "env_id": releaseEnv, "env_name": "RELEASE",
		"api_id": api, "api_name": definition["name"],
	})
	wantRecent(t, made, "attached_time")
	bound := admin.attachedAPIs(t, id, doc{})
	wantPage(t, bound, "apis", 1, 1)
	wantFields(t, list(t, bound, "apis")[0], doc{
		"api_id": api, "api_name": definition["name"], "type": 1.0, "req_protocol": definition["req_protocol"], "req_method": definition["req_method"],
		"req_uri": definition["req_uri"], "auth_type": definition["auth_type"], "match_mode": definition["match_mode"], "remark": "Mock backend API", "group_id": group,
		"roma_app_id": "", "env_id": releaseEnv, "env_name": "RELEASE", "publish_id": publication, "plugin_attach_id": made["plugin_attach_id"],
		"attached_time": made["attached_time"], "tags": []any{"shop"},
	})
	of := admin.attachedPlugins(t, api, doc{})
	wantPage(t, of, "plugins", 1, 1)
	wantFields(t, list(t, of, "plugins")[0], merged(plugin, doc{
		"plugin_attach_id": made["plugin_attach_id"], "attached_time": made["attached_time"], "env_id": releaseEnv, "env_name": "RELEASE",
	}))
	wantPage(t, admin.attachedAPIs(t, id, doc{"tags": "none,shop"}), "apis", 1, 1)
	wantPage(t, admin.attachedAPIs(t, id, doc{"tags": "#no_tags#"}), "apis", 0, 0)
	// §3.27.2: a change takes effect at once for what is bound.
	changed := merged(pluginBody("kafka_log"), doc{"plugin_content": `{"broker_list":["10.0.0.9:9092"],"topic":"other"}`})
	call(t, admin.api.UpdatePlugin, admin.pluginUpdate(t, id, changed))
	wantFields(t, list(t, admin.attachedPlugins(t, api, doc{}), "plugins")[0], changed)
}

// §3.27.7: of each type an API has one plug-in in an environment, and the newest counts.
func TestPluginOfATypeIsReplaced(t *testing.T) {
	t.Parallel()
	env, first, second, mirror := admin.newEnv(t), admin.newPlugin(t, "cors"), admin.newPlugin(t, "cors"), admin.newPlugin(t, "proxy_mirror")
	api, _ := admin.online(t, admin.newGroup(t))
	admin.publish(t, api, env)
	admin.attach(t, first, api, releaseEnv)
	admin.attach(t, first, api, env)

	made := call(t, admin.api.AttachPluginToApi, admin.attachPluginsRequest(api, releaseEnv, second, mirror))

	if diff := cmp.Diff([]string{second, mirror}, column(t, list(t, made, "attached_plugins"), "plugin_id")); diff != "" {
		t.Errorf("bound (-want +got):\n%s", diff)
	}
	of := func(filter doc) []string {
		return slices.Sorted(slices.Values(column(t, list(t, admin.attachedPlugins(t, api, filter), "plugins"), "plugin_id")))
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values([]string{second, mirror})), of(doc{"env_id": releaseEnv})); diff != "" {
		t.Errorf("in RELEASE (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{first}, of(doc{"env_id": env})); diff != "" {
		t.Errorf("in the other environment (-want +got):\n%s", diff)
	}
	admin.attach(t, first, api, releaseEnv)
	if got := of(doc{"plugin_type": "cors"}); !slices.Equal(got, []string{first, first}) {
		t.Errorf("bound again: %v", got)
	}
	wantPage(t, admin.attachedAPIs(t, second, doc{}), "apis", 0, 0)
}

// §3.27.8, §3.27.9: from both ends, at once; what is not bound stays so.
func TestPluginsAreDetached(t *testing.T) {
	t.Parallel()
	group, cors, mirror := admin.newGroup(t), admin.newPlugin(t, "cors"), admin.newPlugin(t, "proxy_mirror")
	one, _ := admin.online(t, group)
	two, _ := admin.online(t, group)
	call(t, admin.api.AttachApiToPlugin, admin.attachRequest(cors, releaseEnv, one, two))
	admin.attach(t, mirror, one, releaseEnv)

	call(t, admin.api.DetachApiFromPlugin, admin.detachRequest(cors, releaseEnv, two, two))
	wantPage(t, admin.attachedPlugins(t, two, doc{}), "plugins", 0, 0)
	wantPage(t, admin.attachedPlugins(t, one, doc{}), "plugins", 2, 2)
	call(t, admin.api.DetachPluginFromApi, admin.detachPluginsRequest(one, releaseEnv, mirror, cors))
	wantPage(t, admin.attachedPlugins(t, one, doc{}), "plugins", 0, 0)
	call(t, admin.api.DetachPluginFromApi, admin.detachPluginsRequest(one, releaseEnv, cors))
}

// §3.27.10: an API may meanwhile be offline; when it is published again, the plug-in is still bound.
func TestPluginBindingOutlivesPublications(t *testing.T) {
	t.Parallel()
	plugin := admin.newPlugin(t, "cors")
	api, _ := admin.online(t, admin.newGroup(t))
	binding := admin.attach(t, plugin, api, releaseEnv)["plugin_attach_id"]

	admin.offline(t, api, releaseEnv)
	bound := list(t, admin.attachedAPIs(t, plugin, doc{}), "apis")[0]
	wantFields(t, bound, doc{"api_id": api, "plugin_attach_id": binding})
	wantAbsent(t, bound, "publish_id")
	other := admin.newPlugin(t, "cors")
	refuse(t, admin.api.AttachApiToPlugin, admin.attachRequest(other, releaseEnv, api), notPluggable)
	again := text(t, admin.publish(t, api, releaseEnv), "publish_id")
	wantFields(t, list(t, admin.attachedAPIs(t, plugin, doc{}), "apis")[0], doc{"publish_id": again, "plugin_attach_id": binding})

	admin.offline(t, api, releaseEnv)
	call(t, admin.api.DeleteApiV2, &model.DeleteApiV2Request{InstanceId: admin.instance, ApiId: api})
	wantPage(t, admin.attachedAPIs(t, plugin, doc{}), "apis", 0, 0)
	call(t, admin.api.DeletePlugin, admin.deletePlugin(plugin))
}

// §3.27.12: published APIs alone, those with other plug-ins too.
func TestAttachableAPIs(t *testing.T) {
	t.Parallel()
	group, first, second, mirror := admin.newGroup(t), admin.newPlugin(t, "cors"), admin.newPlugin(t, "cors"), admin.newPlugin(t, "proxy_mirror")
	api, publication := admin.online(t, group)
	admin.newAPI(t, group) // published nowhere
	of := func(plugin string, filter doc) doc {
		return admin.attachableAPIs(t, plugin, merged(doc{"group_id": group}, filter))
	}

	wantPage(t, of(first, doc{}), "apis", 1, 1)
	free := list(t, of(first, doc{}), "apis")[0]
	wantFields(t, free, doc{"api_id": api, "publish_id": publication, "env_id": releaseEnv, "env_name": "RELEASE", "group_id": group})
	wantAbsent(t, free, "plugin_attach_id", "attached_time")
	binding := admin.attach(t, first, api, releaseEnv)["plugin_attach_id"]

	wantPage(t, of(first, doc{}), "apis", 0, 0)
	wantFields(t, list(t, of(second, doc{}), "apis")[0], doc{"api_id": api, "plugin_attach_id": binding})
	wantAbsent(t, list(t, of(mirror, doc{}), "apis")[0], "plugin_attach_id")
	name := text(t, admin.showAPI(t, api), "name")
	for _, c := range []struct {
		filter doc
		want   int
	}{
		{doc{"api_name": name[1:]}, 1}, {doc{"api_name": "none"}, 0}, {doc{"api_id": api}, 1}, {doc{"api_id": unknownID}, 0}, {doc{"req_method": "GET"}, 1},
		{doc{"req_method": "PUT"}, 0}, {doc{"req_uri": "none"}, 0}, {doc{"tags": "none"}, 0}, {doc{"env_id": admin.newEnv(t)}, 0}, {doc{"group_id": unknownID}, 0},
	} {
		wantPage(t, of(second, c.filter), "apis", c.want, c.want)
	}
	refuse(t, admin.api.ListPluginAttachableApis,
		&model.ListPluginAttachableApisRequest{InstanceId: admin.instance, PluginId: first, EnvId: unknownID}, noEnv)
	admin.send(t, message{method: "GET", path: below("/plugins/%s/attachable-apis", first)}).refused(t, badParameter("env_id"))
}

// §3.27.11, §3.27.13: by the plug-in's name, type and id, and by environment.
func TestPluginsOfAPIAreFiltered(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	cors, mirror := c.createPlugin(t, merged(pluginBody("cors"), doc{"plugin_name": "cross"})), c.newPlugin(t, "proxy_mirror")
	id, env := text(t, cors, "plugin_id"), c.newEnv(t)
	api, _ := c.online(t, c.newGroup(t))
	c.attach(t, id, api, releaseEnv)

	for _, f := range []struct {
		filter doc
		want   int
	}{
		{doc{}, 1}, {doc{"plugin_name": "ros"}, 1}, {doc{"plugin_name": "none"}, 0}, {doc{"plugin_id": id}, 1}, {doc{"plugin_id": mirror}, 0},
		{doc{"plugin_type": "cors"}, 1}, {doc{"plugin_type": "breaker"}, 0}, {doc{"env_id": env}, 0}, {doc{"env_name": "RELEASE"}, 1}, {doc{"env_name": "none"}, 0},
	} {
		wantPage(t, c.attachedPlugins(t, api, f.filter), "plugins", f.want, f.want)
	}
	for _, f := range []struct {
		filter doc
		want   []string
	}{
		{doc{}, []string{mirror}}, {doc{"env_id": releaseEnv}, []string{mirror}}, {doc{"env_id": env}, []string{mirror, id}},
		{doc{"env_id": env, "plugin_name": "cross"}, []string{id}}, {doc{"plugin_type": "cors"}, []string{}}, {doc{"plugin_id": mirror}, []string{mirror}},
	} {
		got := column(t, list(t, c.attachablePlugins(t, api, f.filter), "plugins"), "plugin_id")
		if diff := cmp.Diff(f.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", f.filter, diff)
		}
	}
	wantFields(t, list(t, c.attachablePlugins(t, api, doc{"env_id": env, "plugin_id": id}), "plugins")[0], cors)
	wantPage(t, c.attachedAPIs(t, id, doc{"limit": 1, "env_id": releaseEnv}), "apis", 1, 1)
}

func TestPluginBindingsAreRefused(t *testing.T) {
	t.Parallel()
	plugin := admin.newPlugin(t, "cors")
	api, _ := admin.online(t, admin.newGroup(t))
	draft := admin.newAPI(t, admin.newGroup(t))
	refuse(t, admin.api.AttachApiToPlugin, admin.attachRequest(unknownID, releaseEnv, api), noPlugin)
	refuse(t, admin.api.AttachApiToPlugin, admin.attachRequest(plugin, unknownID, api), noEnv)
	refuse(t, admin.api.AttachApiToPlugin, admin.attachRequest(plugin, releaseEnv, unknownID), noAPI)
	refuse(t, admin.api.AttachApiToPlugin, admin.attachRequest(plugin, releaseEnv, api, draft), notPluggable)
	refuse(t, admin.api.AttachApiToPlugin, admin.attachRequest(plugin, releaseEnv), badParameter("api_ids"))
	refuse(t, admin.api.AttachApiToPlugin, admin.attachRequest(plugin, releaseEnv, make([]string, 501)...), badParameter("api_ids"))
	refuse(t, admin.api.AttachPluginToApi, admin.attachPluginsRequest(api, releaseEnv, unknownID), noPlugin)
	refuse(t, admin.api.AttachPluginToApi, admin.attachPluginsRequest(draft, releaseEnv, plugin), notPluggable)
	refuse(t, admin.api.AttachPluginToApi, admin.attachPluginsRequest(unknownID, releaseEnv, plugin), noAPI)
	refuse(t, admin.api.AttachPluginToApi, admin.attachPluginsRequest(api, releaseEnv), badParameter("plugin_ids"))
	refuse(t, admin.api.DetachApiFromPlugin, admin.detachRequest(unknownID, releaseEnv, api), noPlugin)
	refuse(t, admin.api.DetachApiFromPlugin, admin.detachRequest(plugin, releaseEnv, unknownID), noAPI)
	refuse(t, admin.api.DetachPluginFromApi, admin.detachPluginsRequest(api, releaseEnv, unknownID), noPlugin)
	refuse(t, admin.api.DetachPluginFromApi, admin.detachPluginsRequest(unknownID, releaseEnv, plugin), noAPI)
	refuse(t, admin.api.ListPluginAttachedApis, &model.ListPluginAttachedApisRequest{InstanceId: admin.instance, PluginId: unknownID}, noPlugin)
	refuse(t, admin.api.ListPluginAttachableApis, &model.ListPluginAttachableApisRequest{InstanceId: admin.instance, PluginId: unknownID, EnvId: releaseEnv}, noPlugin)
	refuse(t, admin.api.ListApiAttachedPlugins, &model.ListApiAttachedPluginsRequest{InstanceId: admin.instance, ApiId: unknownID}, noAPI)
	refuse(t, admin.api.ListApiAttachablePlugins, &model.ListApiAttachablePluginsRequest{InstanceId: admin.instance, ApiId: unknownID}, noAPI)
}
