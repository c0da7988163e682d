package contract

import (
	"strings"
	"testing"
)

// guardedGroup makes a group with a published API that has a policy of each kind, and returns the group and
// the names of the policies.
func (c *client) guardedGroup(t *testing.T) (group, throttle, acl, authorizer string) {
	t.Helper()
	group = c.newGroup(t)
	login := c.createAuthorizer(t, frontendAuthorizer())
	definition := merged(mockAPI(group), doc{"auth_type": "AUTHORIZER", "authorizer_id": login["id"]})
	publication := text(t, c.publish(t, text(t, c.createAPI(t, definition), "id"), releaseEnv), "publish_id")
	limit, guard := c.createThrottle(t, throttleBody()), c.createACL(t, aclBody())
	c.bindThrottle(t, text(t, limit, "id"), publication)
	c.bindACL(t, text(t, guard, "id"), publication)
	return group, text(t, limit, "name"), text(t, guard, "acl_name"), text(t, login, "name")
}

// §3.16.1 define: all has throttling, access control and custom authentication; proxy has not.
func TestExportOfAllHasPolicies(t *testing.T) {
	t.Parallel()
	group, throttle, acl, authorizer := admin.guardedGroup(t)

	all := admin.exported(t, doc{"group_id": group, "env_id": releaseEnv, "define": "all"}, "")

	limits, _ := all["x-apigateway-ratelimits"].(doc)
	wantFields(t, limits, doc{throttle: doc{"api-limit": 100, "interval": 1, "unit": "SECOND"}})
	guards, _ := all["x-apigateway-access-controls"].(doc)
	wantFields(t, guards, doc{acl: doc{"acl-type": "PERMIT", "entity-type": "IP", "value": "192.168.1.5,192.168.10.1"}})
	schemes, _ := all["securityDefinitions"].(doc)
	wantFields(t, schemes, doc{authorizer: doc{"x-apigateway-authorizer": doc{"type": "FRONTEND", "authorizer_uri": frontendAuthorizer()["authorizer_uri"]}}})
	whole := jsonOf(t, all)
	for _, part := range []string{`"x-apigateway-ratelimit":"` + throttle + `"`, `"x-apigateway-access-control":"` + acl + `"`} {
		if !strings.Contains(whole, part) {
			t.Errorf("the export lacks %s: %s", part, whole)
		}
	}
	if strings.Contains(whole, "authorizer_test") {
		t.Error("the export tells the data of the function")
	}
	if proxy := admin.export(t, doc{"group_id": group, "env_id": releaseEnv, "define": "proxy"}, ""); strings.Contains(proxy, throttle) || strings.Contains(proxy, acl) {
		t.Errorf("define proxy has policies: %s", proxy)
	}
}

// §3.16.2: what is exported with all can be imported where none of it is: the policies are made, and the API
// refers to its authorizer there.
func TestImportMakesWhatTheDocumentDefines(t *testing.T) {
	t.Parallel()
	group, throttle, acl, authorizer := admin.guardedGroup(t)
	for _, version := range []string{"2.0", "3.0"} {
		document := admin.export(t, doc{"group_id": group, "env_id": releaseEnv, "define": "all", "type": "yaml"}, version)
		c := newTenant(t)

		result := c.importInto(t, c.newGroup(t), document, nil)

		imported := list(t, result, "success")
		if len(imported) != 1 || len(list(t, result, "failure")) != 0 {
			t.Fatalf("%s: %v", version, result)
		}
		wantPage(t, c.listThrottles(t, doc{"name": throttle, "precise_search": "name"}), "throttles", 1, 1)
		wantPage(t, c.listACLs(t, doc{"name": acl, "precise_search": "name"}), "acls", 1, 1)
		api := c.showAPI(t, text(t, imported[0], "id"))
		login := call(t, c.api.ShowDetailsOfCustomAuthorizersV2, c.showAuthorizerRequest(text(t, api, "authorizer_id")))
		wantFields(t, login, doc{"name": authorizer, "authorizer_uri": frontendAuthorizer()["authorizer_uri"]})
	}
}

// §3.16.2 extend_mode: merge keeps the policies that exist, override replaces them.
func TestImportMeetsPoliciesThatExist(t *testing.T) {
	t.Parallel()
	group, throttle, _, _ := admin.guardedGroup(t)
	document := strings.ReplaceAll(admin.export(t, doc{"group_id": group, "env_id": releaseEnv, "define": "all"}, ""), `"api-limit": 100`, `"api-limit": 77`)
	for _, c := range []struct {
		mode string
		want int
	}{{"merge", 100}, {"override", 77}} {
		admin.importInto(t, group, document, doc{"extend_mode": c.mode})
		found := list(t, admin.listThrottles(t, doc{"name": throttle, "precise_search": "name"}), "throttles")
		wantFields(t, found[0], doc{"api_call_limits": c.want})
	}
}
