package contract

import (
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// variableAPI calls a backend whose address and path are variables.
func variableAPI(group string) doc {
	d := mockAPI(group)
	d["backend_type"] = "HTTP"
	d["backend_api"] = doc{
		"url_domain": "#address#:8080", "req_protocol": "HTTP", "req_method": "GET", "req_uri": "/#stage#/x", "timeout": 1000,
	}
	delete(d, "mock_info")
	return d
}

// inEffect returns the whole definition of the version that an environment runs.
func (c *client) inEffect(t *testing.T, api, env string) doc {
	t.Helper()
	for _, v := range c.history(t, api, env) {
		if v["status"] == 1.0 {
			return c.showVersion(t, text(t, v, "version_id"))
		}
	}
	t.Fatalf("no version of %s is in effect in %s", api, env)
	return nil
}

// wantAddress fails the test unless what runs calls that backend, whichever way it is read.
func (c *client) wantAddress(t *testing.T, api, env, domain, path string) {
	t.Helper()
	want := doc{"backend_api": doc{"url_domain": domain, "req_uri": path}}
	wantFields(t, c.inEffect(t, api, env), want)
	running := c.runtime(t, api, env)
	if running["backend_api"] != nil {
		wantFields(t, running, want)
	}
	if strings.Contains(jsonOf(t, running), "#address#") {
		t.Errorf("the runtime definition still refers to the variable: %v", running)
	}
}

// §3.3.1: the reference is replaced by the value of the environment that the API is published to.
func TestVariablesAreReplacedAtPublication(t *testing.T) {
	t.Parallel()
	group, env := admin.newGroup(t), admin.newEnv(t)
	definition := variableAPI(group)
	api := text(t, admin.createAPI(t, definition), "id")
	for name, values := range map[string][2]string{"address": {"10.0.0.1", "10.0.0.2"}, "stage": {"release", "trial"}} {
		admin.createVariable(t, group, releaseEnv, name, values[0])
		admin.createVariable(t, group, env, name, values[1])
	}

	admin.publish(t, api, releaseEnv)
	admin.publish(t, api, env)

	admin.wantAddress(t, api, releaseEnv, "10.0.0.1:8080", "/release/x")
	admin.wantAddress(t, api, env, "10.0.0.2:8080", "/trial/x")
	wantFields(t, admin.showAPI(t, api), definition)
}

// §3.3.5: a change of a variable publishes the APIs that use it once more, and no others.
func TestVariableChangePublishesAgain(t *testing.T) {
	t.Parallel()
	group, env := admin.newGroup(t), admin.newEnv(t)
	used := admin.createVariable(t, group, env, "address", "10.0.0.1")
	admin.createVariable(t, group, env, "stage", "one")
	api, unconcerned := text(t, admin.createAPI(t, variableAPI(group)), "id"), admin.newAPI(t, group)
	first := text(t, admin.publish(t, api, env), "version_id")
	admin.publish(t, unconcerned, env)

	admin.updateVariable(t, text(t, used, "id"), "10.0.0.9")

	admin.wantAddress(t, api, env, "10.0.0.9:8080", "/one/x")
	after := statuses(t, admin.history(t, api, env))
	if len(after) != 2 || after[first] != 2.0 {
		t.Errorf("history %v: want a second version in effect instead of %s", after, first)
	}
	wantFields(t, admin.showVersion(t, first), doc{"backend_api": doc{"url_domain": "10.0.0.1:8080"}})
	if n := len(admin.history(t, unconcerned, env)); n != 1 {
		t.Errorf("an API without the variable has %d versions, want 1", n)
	}

	// Switching back to the first version runs what it was made of.
	admin.switchTo(t, api, first)
	wantFields(t, admin.inEffect(t, api, env), doc{"backend_api": doc{"url_domain": "10.0.0.1:8080"}})
}

// A change of the draft must not slip out with a variable: what was published is published again.
func TestVariableChangeDoesNotPublishTheDraft(t *testing.T) {
	t.Parallel()
	group, env := admin.newGroup(t), admin.newEnv(t)
	variable := admin.createVariable(t, group, env, "address", "10.0.0.1")
	admin.createVariable(t, group, env, "stage", "one")
	definition := variableAPI(group)
	api := text(t, admin.createAPI(t, definition), "id")
	admin.publish(t, api, env)
	admin.updateAPI(t, api, with(t, definition, "remark", "not ready"))

	admin.updateVariable(t, text(t, variable, "id"), "10.0.0.2")

	admin.wantAddress(t, api, env, "10.0.0.2:8080", "/one/x")
	wantFields(t, admin.runtime(t, api, env), doc{"remark": definition["remark"]})
}

// §3.3.1: an API that uses a variable can no longer be debugged.
func TestAPIWithVariablesCannotBeDebugged(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	definition := variableAPI(group)
	api := text(t, admin.createAPI(t, definition), "id")

	refuse(t, admin.api.DebugApiV2, &model.DebugApiV2Request{
		InstanceId: admin.instance, ApiId: api,
		Body: fromDoc[model.ApiDebugInfo](t, doc{"mode": "DEVELOPER", "scheme": "HTTPS", "method": "GET", "path": definition["req_uri"]}),
	}, refusedAs(400, "APIG.2030", "APIG.2000", "APIG.2011"))
}
