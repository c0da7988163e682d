package apig_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// newWorld returns the administrator in a project of its own that has one of everything. Names of it:
// $group, $env, $variable, $draft (an API that is published nowhere), $api (one that is published in
// RELEASE) with its $version. $new is a name that is free, $mark is part of every name that is taken.
func newWorld(t *testing.T) *nodetest.Client {
	t.Helper()
	c := nodetest.NewTenant(t)
	furnish(t, c)
	return c
}

// furnish gives the client's instance one of everything, and names it.
func furnish(t *testing.T, c *nodetest.Client) {
	t.Helper()
	mark := nodetest.Unique("mark")
	c.Set("mark", mark)
	c.Set("new", nodetest.Unique("new"))
	c.Set("group", c.Must(t, 201, post("api-groups", `{"name":"$mark_group"}`)).Text(t, "id"))
	c.Set("empty", c.Must(t, 201, post("api-groups", `{"name":"$mark_empty"}`)).Text(t, "id"))
	c.Set("env", c.Must(t, 201, post("envs", `{"name":"$mark_env"}`)).Text(t, "id"))
	c.Set("variable", c.Must(t, 201, post("env-variables",
		`{"variable_name":"$mark_v","variable_value":"$mark_value","env_id":"$env","group_id":"$group"}`)).Text(t, "id"))
	c.Set("draft", c.Must(t, 201, post("apis", mockAPI("$mark_draft"))).Text(t, "id"))
	c.Set("api", c.Must(t, 201, post("apis", mockAPI("$mark_api"))).Text(t, "id"))
	publish(t, c, "$api", nodetest.ReleaseEnv)
}

func post(path, body string) nodetest.Request {
	return nodetest.Request{Method: http.MethodPost, Path: path, Body: body}
}

func put(path, body string) nodetest.Request {
	return nodetest.Request{Method: http.MethodPut, Path: path, Body: body}
}

func get(path string) nodetest.Request { return nodetest.Request{Path: path} }

func remove(path string) nodetest.Request {
	return nodetest.Request{Method: http.MethodDelete, Path: path}
}

// mockAPI is the body of an API of $group that answers by itself, at a path with its own name.
func mockAPI(name string) string {
	return fmt.Sprintf(`{"group_id":"$group","name":"%[1]s","type":1,"req_protocol":"HTTPS","req_method":"GET","req_uri":"/%[1]s",`+
		`"auth_type":"NONE","backend_type":"MOCK","mock_info":{"result_content":"%[1]s"},"tags":["%[1]s"]}`, name)
}

// httpAPI is one with a backend, which answers within the timeout in milliseconds.
func httpAPI(name, domain string, timeout int) string {
	return fmt.Sprintf(`{"group_id":"$group","name":"%[1]s","type":1,"req_protocol":"HTTP","req_method":"GET","req_uri":"/%[1]s",`+
		`"auth_type":"NONE","backend_type":"HTTP","backend_api":{"url_domain":"%[2]s","req_protocol":"HTTP","req_method":"GET",`+
		`"req_uri":"/%[1]s","timeout":%[3]d}}`, name, domain, timeout)
}

// publish publishes an API and names its version $version.
func publish(t *testing.T, c *nodetest.Client, api, env string) {
	t.Helper()
	body := fmt.Sprintf(`{"action":"online","api_id":%q,"env_id":%q}`, api, env)
	c.Set("version", c.Must(t, 201, post("apis/action", body)).Text(t, "version_id"))
}
