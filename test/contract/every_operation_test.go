package contract

import (
	"net/http"
	"strings"
	"testing"
)

// messageFor is a request for an operation in a project and instance, with ids that name nothing.
func messageFor(o operation, c *client) message {
	m := message{
		method: o.method,
		path:   fill(o.template, map[string]string{"project_id": c.project, "instance_id": c.instance}),
	}
	switch {
	case strings.HasPrefix(o.name, "ImportApiDefinitions"):
		m.header = map[string]string{"Content-Type": "multipart/form-data; boundary=edge"}
		m.body = "--edge\r\nContent-Disposition: form-data; name=\"file_name\"; filename=\"x.json\"\r\n\r\n{}\r\n--edge--\r\n"
	case o.method == http.MethodPost || o.method == http.MethodPut:
		m.body = "{}"
	}
	return m
}

// §2.2: every operation needs a caller.
func TestEveryOperationRefusesTheUnsigned(t *testing.T) {
	t.Parallel()
	for _, o := range known {
		t.Run(o.name, func(t *testing.T) {
			m := messageFor(o, admin)
			m.unsigned = true
			missing := strings.SplitN(o.noToken, ".", 2)[0] + ".1000"
			if strings.HasPrefix(o.noToken, "APIC") {
				missing = "APIC.7100"
			}
			admin.send(t, m).refused(t, refusedAs(401, o.noToken, missing))
		})
	}
}

// §5.4: what belongs to another tenant is forbidden or not there, for every operation.
func TestEveryOperationRefusesAStranger(t *testing.T) {
	t.Parallel()
	s := stranger(t)
	for _, o := range known {
		t.Run(o.name, func(t *testing.T) {
			got := s.send(t, messageFor(o, admin))
			if got.status != http.StatusForbidden && got.status != http.StatusNotFound {
				t.Errorf("status %d, want 403 or 404: %.500s", got.status, got.body)
			}
		})
	}
}

// A stranger who names its own project and somebody else's instance passes the policies: the queries and
// decisions themselves must find nothing. A request that lacks what it needs may hear of that first.
func TestEveryOperationFindsNoInstanceOfAnother(t *testing.T) {
	t.Parallel()
	s := stranger(t)
	for _, o := range known {
		if !o.served || !strings.Contains(o.template, "{instance_id}") {
			continue
		}
		t.Run(o.name, func(t *testing.T) {
			o.template = strings.Replace(o.template, "{response_type}", "THROTTLED", 1) // the one id that is a word of the reference
			m := messageFor(o, &client{project: s.project, instance: admin.instance})
			m.query = map[string]string{"group_id": "g", "api_id": "a", "env_id": "e", "app_id": "p", "acl_id": "l", "sign_id": "s", "throttle_id": "t"}
			got := s.send(t, m)
			if got.status != http.StatusNotFound && (got.status != http.StatusBadRequest || o.method == http.MethodGet) {
				t.Errorf("status %d, want 404: %.500s", got.status, got.body)
			}
		})
	}
}

// malformed are bodies that no operation can take.
var malformed = map[string]string{
	"nothing":        "",
	"half an object": "{",
	"a list":         "[]",
	"null":           "null",
	"a number":       "5",
	"text":           `"text"`,
	"two objects":    "{}{}",
	"deep":           strings.Repeat("[", 100_000),
	"deep in place":  `{"name":` + strings.Repeat(`{"a":`, 10_000),
	"wrong types":    `{"name":{},"group_name":[],"action":7,"variable_value":{},"version_id":[],"type":{},"env_id":5,"mode":{}}`,
	"invalid UTF-8":  "{\"name\":\"\xff\xfe\xfd\",\"variable_value\":\"\xff\",\"group_name\":\"\xff\"}",
	"a NUL":          `{"name":"abc\u0000def","variable_value":"a\u0000","group_name":"abc\u0000def"}`,
	"huge numbers":   `{"name":1e999999,"group_name":99999999999999999999999,"variable_value":1e5,"env_id":1e5,"type":1e999999,"mode":1e5}`,
}

// Whatever is in a body, the answer is a refusal of the client, never a failure of the server.
func TestMalformedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	api := admin.newAPI(t, group)
	ids := map[string]string{
		"project_id": admin.project, "instance_id": admin.instance, "group_id": group, "api_id": api, "env_id": admin.newEnv(t),
		"env_variable_id": text(t, admin.createVariable(t, group, releaseEnv, "name", "x"), "id"),
	}
	for _, o := range known {
		// Import takes a form, and a change of an instance may be empty.
		if !o.served || (o.method != "POST" && o.method != "PUT") || strings.HasPrefix(o.name, "ImportApiDefinitions") || o.name == "UpdateInstanceV2" {
			continue
		}
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			for name, body := range malformed {
				got := admin.send(t, message{method: o.method, path: fill(o.template, ids), body: body, query: map[string]string{"action": "online"}})
				if got.status < 400 || got.status >= 500 {
					t.Errorf("%s: status %d, want a refusal: %.300s", name, got.status, got.body)
				}
			}
		})
	}
}

// Whatever is in a path or a query, the same.
func TestOddPathsAndQueriesDoNotFailTheServer(t *testing.T) {
	t.Parallel()
	odd := []string{"%00", "..", "a'b", `"; DROP TABLE apis; --`, "ä", strings.Repeat("x", 5000), "-", "{id}", "*", "null"}
	for _, value := range odd {
		for _, template := range []string{"/apis/%s", "/api-groups/%s", "/env-variables/%s", "/apis/versions/%s", "/apis/runtime/%s", "/apis/publish/%s"} {
			got := admin.send(t, message{method: "GET", path: below(template, value)})
			if got.status >= 500 || (got.status < 300 && value != "..") {
				t.Errorf(template+": status %d: %.300s", value, got.status, got.body)
			}
		}
		for _, member := range []string{"name", "id", "limit", "offset", "group_id", "env_id", "type", "precise_search", "return_data_mode", "auth_type"} {
			got := admin.send(t, message{method: "GET", path: below("/apis"), query: map[string]string{member: value}})
			if got.status != 200 && got.status != 400 {
				t.Errorf("%s=%s: status %d: %.300s", member, value, got.status, got.body)
			}
		}
	}
}

// Each change tells its position in the log, and later changes have later ones.
func TestChangesTellTheirPosition(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	path := below("/api-groups/%s", group)
	last := ""
	for _, m := range []message{
		{method: "PUT", path: path, body: jsonOf(t, doc{"name": unique("group"), "remark": "one"})},
		{method: "PUT", path: path, body: jsonOf(t, doc{"name": unique("group"), "remark": "two"})},
		{method: "DELETE", path: path},
	} {
		position := admin.send(t, m).header.Get("Gatelog-Position")
		if position == "" || !later(position, last) {
			t.Errorf("%s: position %q after %q", m.method, position, last)
		}
		last = position
	}
}

// later compares two positions, which are numbers written in decimal.
func later(position, than string) bool {
	if len(position) != len(than) {
		return len(position) > len(than)
	}
	return position > than
}
