package apig_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// newWorld returns the administrator in a project of its own that has one of everything that many tests ask
// about. Names of it: $group, $env, $variable, $draft (an API that is published nowhere), $api (one that is
// published in RELEASE) with its $version. $new is a name that is free, $mark is part of every name that is
// taken. What there is of domain names see nameDomains, of plug-ins plugIn.
func newWorld(t *testing.T) *nodetest.Client {
	t.Helper()
	return worldWith(t, "$group $empty $env $variable $draft $api $domain $plugin")
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

// publish publishes an API and names its version $version, and its publication $publication.
func publish(t *testing.T, c *nodetest.Client, api, env string) {
	t.Helper()
	body := fmt.Sprintf(`{"action":"online","api_id":%q,"env_id":%q}`, api, env)
	published := c.Must(t, 201, post("apis/action", body))
	c.Set("version", published.Text(t, "version_id"))
	c.Set("publication", published.Text(t, "publish_id"))
}

// guardedAPI is a mockAPI that apps must be authorised for.
func guardedAPI(name string) string {
	return strings.Replace(mockAPI(name), `"auth_type":"NONE"`, `"auth_type":"APP"`, 1)
}
