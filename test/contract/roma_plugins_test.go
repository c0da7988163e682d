package contract

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// roma returns a path beneath the instance as ROMA Connect writes it.
func roma(format string, args ...any) string {
	return "/v2/{project_id}/apic/instances/{instance_id}" + fmt.Sprintf(format, args...)
}

// The plug-ins of ROMA Connect are those of the gateway: what is made through either path is changed
// through the other.
func TestRomaUpdatesPluginsOfBothPaths(t *testing.T) {
	t.Parallel()
	app := admin.createApp(t, doc{"name": unique("app")})
	body := merged(pluginBody("kafka_log"), doc{"plugin_scope": "app"})
	here := text(t, admin.createPlugin(t, body), "plugin_id")
	there := text(t, admin.send(t, message{method: "POST", path: roma("/plugins"), body: jsonOf(t, merged(body, doc{"plugin_name": unique("plugin")}))}).want(t, 201).doc(t), "plugin_id")
	for _, id := range []string{here, there} {
		change := merged(body, doc{"plugin_name": unique("plugin"), "roma_app_id": text(t, app, "id"), "remark": "roma"})

		changed := admin.send(t, message{method: "PUT", path: roma("/plugins/%s", id), body: jsonOf(t, change)}).want(t, 200).doc(t)

		wantFields(t, changed, merged(change, doc{"plugin_id": id, "roma_app_name": app["name"]}))
		shown := admin.send(t, message{method: "GET", path: roma("/plugins/%s", id)}).want(t, 200).doc(t)
		if diff := cmp.Diff(changed, shown); diff != "" {
			t.Errorf("as changed and as shown (-changed +shown):\n%s", diff)
		}
		plain := admin.showPlugin(t, id)
		wantFields(t, plain, doc{"plugin_name": change["plugin_name"], "remark": "roma", "plugin_content": body["plugin_content"]})
		wantAbsent(t, plain, "roma_app_id", "roma_app_name")
	}
}

// The rules and refusals of ROMA's UpdatePlugin are those of §3.27.2.
func TestRomaRefusesAsTheGatewayDoes(t *testing.T) {
	t.Parallel()
	body, other := pluginBody("cors"), admin.createPlugin(t, pluginBody("cors"))
	id := text(t, admin.createPlugin(t, body), "plugin_id")
	put := func(id string, change doc) answer {
		return admin.send(t, message{method: "PUT", path: roma("/plugins/%s", id), body: jsonOf(t, merged(body, change))})
	}
	put(id, doc{"roma_app_id": "r1"}).want(t, 200) // of no effect with the scope global
	shown := admin.send(t, message{method: "GET", path: roma("/plugins/%s", id)}).want(t, 200).doc(t)
	wantAbsent(t, shown, "roma_app_id")
	put(id, doc{"plugin_name": other["plugin_name"]}).refused(t, refusedAs(400, "APIG.3326"))
	put(id, doc{"plugin_scope": "app"}).refused(t, badParameter("plugin_scope"))
	put(id, doc{"roma_app_id": "r 1"}).refused(t, badParameter("roma_app_id"))
	put(id, doc{"roma_app_name": "x"}).refused(t, badParameter(""))
	put(unknownID, doc{}).refused(t, noPlugin)
	m := message{method: "PUT", path: roma("/plugins/%s", id), body: jsonOf(t, body)}
	admin.newKeys(t).send(t, m).refused(t, refusedAs(403, "APIG.1005"))
	m.unsigned = true
	admin.send(t, m).refused(t, refusedAs(401, "APIG.1002", "APIG.1000"))
	stranger(t).send(t, message{method: "GET", path: roma("/plugins/%s", id)}).refused(t, refusedAs(404, "APIG.3068", "APIG.3030"))
}

// The siblings of UpdatePlugin do what they do on the gateway's own path.
func TestRomaSiblings(t *testing.T) {
	t.Parallel()
	id := admin.newPlugin(t, "proxy_mirror")
	api, _ := admin.online(t, admin.newGroup(t))
	send := func(method, path, body string, status int) answer {
		return admin.send(t, message{method: method, path: roma("%s", path), body: body}).want(t, status)
	}
	apis, plugins := jsonOf(t, doc{"env_id": releaseEnv, "api_ids": []string{api}}), jsonOf(t, doc{"env_id": releaseEnv, "plugin_ids": []string{id}})

	only := message{method: "GET", path: roma("/apis/%s/attachable-plugins", api), query: map[string]string{"plugin_id": id}}
	wantPage(t, admin.send(t, only).want(t, 200).doc(t), "plugins", 1, 1)
	listed := admin.send(t, message{method: "GET", path: roma("/plugins"), query: map[string]string{"plugin_id": id}}).want(t, 200).doc(t)
	wantPage(t, listed, "plugins", 1, 1)
	send("POST", "/plugins/"+id+"/attach", apis, 201)
	wantPage(t, admin.attachedAPIs(t, id, doc{}), "apis", 1, 1)
	send("PUT", "/plugins/"+id+"/detach", apis, 204)
	send("POST", "/apis/"+api+"/plugins/attach", plugins, 201)
	wantPage(t, send("GET", "/plugins/"+id+"/attached-apis", "", 200).doc(t), "apis", 1, 1)
	wantPage(t, send("GET", "/apis/"+api+"/attached-plugins", "", 200).doc(t), "plugins", 1, 1)
	send("PUT", "/apis/"+api+"/plugins/detach", plugins, 204)
	wantPage(t, admin.attachedAPIs(t, id, doc{}), "apis", 0, 0)
	send("DELETE", "/plugins/"+id, "", 204)
	admin.send(t, message{method: "GET", path: roma("/plugins/%s", id)}).refused(t, noPlugin)
}
