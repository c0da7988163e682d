package apig_test

import (
	"slices"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// romaInstance is the path of an instance as ROMA Connect writes it.
const romaInstance = "/v2/$project/apic/instances/$instance/"

func corsPlugin(name string) string {
	return `{"plugin_name":"` + name + `","plugin_type":"cors","plugin_scope":"global","plugin_content":"{\"allow_origin\":\"*\"}"}`
}

const (
	aPluginsAPIs = `{"env_id":"` + nodetest.ReleaseEnv + `","api_ids":["$api"]}`
	anAPIsPlugin = `{"env_id":"` + nodetest.ReleaseEnv + `","plugin_ids":["$plugin"]}`
	aBoundPlugin = `{"env_id":"` + nodetest.ReleaseEnv + `","plugin_ids":["$bound"]}`
)

// pluginOperations are those on plug-ins (§3.27).
var pluginOperations = []operation{
	{id: "CreatePlugin", method: "POST", path: "plugins", body: corsPlugin("$new"), status: 201,
		actions: one("apig:plugins:create"), events: one("apig.plugin.created")},
	{id: "UpdatePlugin", method: "PUT", path: "plugins/$plugin", body: corsPlugin("$new"), status: 200,
		actions: one("apig:plugins:update"), events: one("apig.plugin.updated")},
	{id: "DeletePlugin", method: "DELETE", path: "plugins/$plugin", status: 204, actions: one("apig:plugins:delete"), events: one("apig.plugin.deleted")},
	{id: "ListPlugins", method: "GET", path: "plugins", status: 200, actions: one("apig:plugins:list")},
	{id: "ShowPlugin", method: "GET", path: "plugins/$plugin", status: 200, actions: one("apig:plugins:get")},
	{id: "AttachApiToPlugin", method: "POST", path: "plugins/$plugin/attach", body: aPluginsAPIs, status: 201,
		actions: one("apig:apis:bindPlugins"), events: one("apig.plugin.attached")},
	{id: "AttachPluginToApi", method: "POST", path: "apis/$api/plugins/attach", body: anAPIsPlugin, status: 201,
		actions: one("apig:apis:bindPlugins"), events: one("apig.plugin.attached")},
	{id: "DetachApiFromPlugin", method: "PUT", path: "plugins/$bound/detach", body: aPluginsAPIs, status: 204,
		actions: one("apig:apis:unbindPlugins"), events: one("apig.plugin.detached")},
	{id: "DetachPluginFromApi", method: "PUT", path: "apis/$api/plugins/detach", body: aBoundPlugin, status: 204,
		actions: one("apig:apis:unbindPlugins"), events: one("apig.plugin.detached")},
	{id: "ListPluginAttachedApis", method: "GET", path: "plugins/$bound/attached-apis", status: 200, actions: one("apig:plugins:listBoundApis")},
	{id: "ListApiAttachedPlugins", method: "GET", path: "apis/$api/attached-plugins", status: 200, actions: one("apig:apis:listBindedPlugins")},
	{id: "ListPluginAttachableApis", method: "GET", path: "plugins/$plugin/attachable-apis?env_id=" + nodetest.ReleaseEnv, status: 200,
		actions: one("apig:plugins:listUnboundApis")},
	{id: "ListApiAttachablePlugins", method: "GET", path: "apis/$api/attachable-plugins", status: 200, actions: one("apig:plugins:list")},
}

// ofROMA returns the plug-in operations as ROMA Connect writes them.
func ofROMA(all []operation) []operation {
	others := slices.Clone(all)
	for i, o := range others {
		others[i].id, others[i].path = "Roma"+o.id, romaInstance+o.path
	}
	return others
}

// plugIn makes what newWorld has of plug-ins: $plugin, and $bound, which is bound to $api.
func plugIn(t *testing.T, c *nodetest.Client) {
	t.Helper()
	c.Set("plugin", c.Must(t, 201, post("plugins", corsPlugin("$mark_plugin"))).Text(t, "plugin_id"))
	c.Set("bound", c.Must(t, 201, post("plugins", `{"plugin_name":"$mark_bound","plugin_type":"proxy_mirror","plugin_scope":"global",`+
		`"plugin_content":"{\"protocol\":\"HTTP\",\"host\":\"$mark\"}"}`)).Text(t, "plugin_id"))
	c.Must(t, 201, post("plugins/$bound/attach", aPluginsAPIs))
}

func init() { operations = slices.Concat(operations, pluginOperations, ofROMA(pluginOperations)) }
