package apig

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/apig/oas"
)

// The name of a group made of any title is one that a group may have, or empty.
func FuzzNameOfGroup(f *testing.F) {
	f.Add("Petstore (v2)  — demo")
	f.Add("---")
	f.Add("订单 API")
	f.Fuzz(func(t *testing.T, title string) {
		name := nameOfGroup(title)
		if notInNames.MatchString(name) || len([]rune(name)) > 255 {
			t.Errorf("%q becomes %q", title, name)
		}
	})
}

// Given a document with policies, when it is read, then they and what refers to them are in the command
// (APIG V2 §3.16.2).
func TestImportReadsPolicies(t *testing.T) {
	t.Parallel()
	digits := "^[0-9]+$"
	document, err := oas.Parse([]byte(policyDocument), oas.ImportOptions{OwnAuthorizers: true, Authorizers: map[string]string{"known": "z1"}})
	if err != nil {
		t.Fatal(err)
	}
	got := importOf(In{Instance: "gw"}, apig.ImportOrder{ExtendMode: "override"}, document)
	want := apig.ImportPolicies{
		Throttles: []apig.ThrottleBody{{Name: "limit", TimeInterval: 2, TimeUnit: "MINUTE", APICallLimits: 9, AppCallLimits: 3, Type: apig.ThrottleShared}},
		ACLs:      []apig.ACLBody{{Name: "guard", Type: "PERMIT", EntityType: "IP", Value: "10.0.0.1"}},
		Authorizers: []apig.AuthorizerBody{{
			Name: "login", Type: "FRONTEND", AuthorizerType: "FUNC", URI: "urn:f", TTL: 5, Identities: []apig.Identity{{Name: "token", Location: "HEADER", Validation: &digits}},
		}},
	}
	if diff := cmp.Diff(want, got.Command.Policies); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	items := got.Command.Items
	if len(items) != 2 || items[0].Authorizer != "login" || items[0].Definition.AuthorizerID != "" || items[1].Authorizer != "" || items[1].Definition.AuthorizerID != "z1" {
		t.Errorf("items %+v", items)
	}
	if len(got.Notes) != 1 || !strings.Contains(strings.Join(got.Notes[0].Notes, " "), "limit") {
		t.Errorf("notes %+v; want one that names the policy to bind", got.Notes)
	}
	if got.Command.ExtendMode != "override" || got.Command.GroupName != "shop" || len(got.Unreadable) != 1 {
		t.Errorf("command %+v, unreadable %+v", got.Command, got.Unreadable)
	}
}

const policyDocument = `{"swagger":"2.0","info":{"title":"shop","version":"1"},
"securityDefinitions":{
	"login":{"type":"apiKey","name":"unused","in":"header","x-apigateway-authorizer":{"type":"frontend","authorizer_type":"func","authorizer_uri":"urn:f","ttl":5,"identities":[{"name":"token","location":"header","validation":"^[0-9]+$"}]}},
	"known":{"type":"apiKey","name":"unused","in":"header","x-apigateway-authorizer":{"type":"frontend"}},
	"gone":{"type":"apiKey","name":"unused","in":"header","x-apigateway-authorizer":{"type":"frontend"}}},
"x-apigateway-ratelimits":{"limit":{"api-limit":9,"app-limit":3,"interval":2,"unit":"minute","shared":true}},
"x-apigateway-access-controls":{"guard":{"acl-type":"PERMIT","entity-type":"IP","value":"10.0.0.1"}},
"paths":{
	"/a":{"get":{"operationId":"first","security":[{"login":[]}],"x-apigateway-ratelimit":"limit","responses":{}}},
	"/b":{"get":{"operationId":"second","security":[{"known":[]}],"responses":{}}},
	"/c":{"get":{"operationId":"third","security":[{"gone":[]}],"responses":{}}}}}`
