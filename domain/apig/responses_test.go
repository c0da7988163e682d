package apig

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func responseOf(id, name string, infos map[string]ResponseInfo) Response {
	return Response{ID: id, InstanceID: gw, GroupID: "g1", Name: name, Responses: infos, CreateTime: past, UpdateTime: past}
}

func aResponse(id, name string) history { return history{ResponseCreated{responseOf(id, name, nil)}} }

// sampleResponse has every member set.
func sampleResponse() Response {
	r := responseOf("r1", "house", map[string]ResponseInfo{
		"THROTTLED": {Status: 503, Body: "later", Headers: []ResponseHeader{{"Retry-After", "60"}}},
	})
	r.Default = true
	return r
}

// changedResponse is the event that says that the response is now r.
func changedResponse(r Response, changed ...string) []domain.Event {
	r.UpdateTime = now
	return []domain.Event{ResponseUpdated{r, changed}}
}

var later = map[string]ResponseInfo{"THROTTLED": {Status: 503, Body: "later"}}

func TestCreateResponse(t *testing.T) {
	t.Parallel()
	create := func(name string, infos map[string]ResponseInfo) decision {
		return do((*State).CreateResponse, CreateResponse{gw, "g1", ResponseBody{name, infos}})
	}
	made := func(infos map[string]ResponseInfo) []domain.Event {
		r := responseOf(id(1), "house", infos)
		r.CreateTime, r.UpdateTime = now, now
		return []domain.Event{ResponseCreated{r}}
	}
	group := given(gateway(), aGroup("g1", "shop"))
	one := func(name string, info ResponseInfo) map[string]ResponseInfo {
		return map[string]ResponseInfo{name: info}
	}
	run(t, []scenario{
		{name: "§3.19.1: all types have their default", given: group, when: create("house", nil), then: made(nil)},
		{name: "§3.19.1: what is left out has the type's default", given: group, when: create("house", one("THROTTLED", ResponseInfo{Body: "later"})),
			then: made(one("THROTTLED", ResponseInfo{Status: 429, Body: "later"}))},
		{name: "§3.19.6 ex: what equals the default is the default", given: group, when: create("house", one("THROTTLED", ResponseInfo{Status: 429})), then: made(nil)},
		{name: "the two names of a type are one", given: group, when: create("house", one("AUTHORIZER_IDENTITY_FAILURE", ResponseInfo{Status: 400})),
			then: made(one("AUTHORIZER_IDENTITIES_FAILURE", ResponseInfo{Status: 400, Body: DefaultResponseBody}))},
		{name: "§3.19.1: not 444", given: group, when: create("house", one("THROTTLED", ResponseInfo{Status: 444})), refused: "APIG.2011"},
		{name: "§3.19.1: from 200", given: group, when: create("house", one("THROTTLED", ResponseInfo{Status: 199})), refused: "APIG.2011"},
		{name: "§3.19.1: at most 10 headers", given: group, when: create("house", one("THROTTLED", ResponseInfo{Headers: make([]ResponseHeader, 11)})), refused: "APIG.2011"},
		{name: "no such type", given: group, when: create("house", one("TIRED", ResponseInfo{})), refused: "APIG.2011"},
		{name: "§3.19.1: the name has no spaces", given: group, when: create("a b", nil), refused: "APIG.2011"},
		{name: "§3.19.1: the name has 64 characters at most", given: group, when: create(strings.Repeat("a", 65), nil), refused: "APIG.2011"},
		{name: "§3.19.1: the name has 1 character at least", given: group, when: create("", nil), refused: "APIG.2001"},
		{name: "§3.19.1: up to 599", given: group, when: create("house", one("THROTTLED", ResponseInfo{Status: 600})), refused: "APIG.2011"},
		{name: "§3.19.1: names are unique", given: given(group, aResponse("r1", "house")), when: create("house", nil), refused: "APIG.3216"},
		{name: "§3.19.8: every group has the name default already", given: group, when: create("default", nil), refused: "APIG.3216"},
		{name: "§5.4: quota RESPONSE_NUM_LIMIT; the default does not count", given: given(group, aQuota("RESPONSE_NUM_LIMIT", 1)), when: create("house", nil), then: made(nil)},
		{name: "§5.4: quota RESPONSE_NUM_LIMIT", given: given(group, aQuota("RESPONSE_NUM_LIMIT", 1), aResponse("r1", "other")), when: create("house", nil), refused: "APIG.3136"},
		{name: "§3.19.1 ex: no such group", given: gateway(), when: create("house", nil), refused: "APIG.3001"},
	})
}

// §3.19.1 ex: given a response that sets nothing, when it is asked what the gateway answers, then each type has
// its documented status and body; two have no status of their own.
func TestDefaultsOfErrorTypes(t *testing.T) {
	t.Parallel()
	r := responseOf("r1", "house", nil)
	for name, status := range map[string]int{
		"AUTH_FAILURE": 401, "AUTH_HEADER_MISSING": 401, "AUTHORIZER_FAILURE": 500, "AUTHORIZER_CONF_FAILURE": 500,
		"AUTHORIZER_IDENTITIES_FAILURE": 401, "BACKEND_UNAVAILABLE": 502, "BACKEND_TIMEOUT": 504, "THROTTLED": 429, "UNAUTHORIZED": 401,
		"ACCESS_DENIED": 403, "NOT_FOUND": 404, "REQUEST_PARAMETERS_FAILURE": 400, "THIRD_AUTH_FAILURE": 401,
		"THIRD_AUTH_IDENTITY_FAILURE": 401, "THIRD_AUTH_CONF_FAILURE": 500, "DEFAULT_4XX": 0, "DEFAULT_5XX": 0,
	} {
		kind, ok := ErrorTypeNamed(name)
		if !ok {
			t.Errorf("there is no type %s", name)
			continue
		}
		want := ResponseInfo{Status: status, Body: `{"error_code":"$context.error.code","error_msg":"$context.error.message","request_id":"$context.requestId"}`}
		if got, byDefault := r.Info(kind); !byDefault || !cmp.Equal(want, got) {
			t.Errorf("%s: %+v (default: %t), want %+v", name, got, byDefault, want)
		}
	}
}

func TestUpdateResponse(t *testing.T) {
	t.Parallel()
	update := func(id, name string, infos map[string]ResponseInfo) decision {
		return do((*State).UpdateResponse, UpdateResponse{gw, "g1", id, ResponseBody{name, infos}})
	}
	set := func(id, kind string, info *ResponseInfo) decision {
		return do((*State).SetResponseType, SetResponseType{gw, "g1", id, kind, info})
	}
	base := given(gateway(), aGroup("g1", "shop"), aGroup("g2", "bank"), history{ResponseCreated{responseOf("r1", "house", later)}}, aResponse("r2", "other"))
	fallback := DefaultResponseOf(groupNamed("g1", "shop"))
	fallback.Responses = later
	run(t, []scenario{
		{name: "§3.19.3: a new name; the answers stay", given: base, when: update("r1", "home", nil), then: changedResponse(responseOf("r1", "home", later), "name")},
		{name: "§3.19.3: answers are replaced", given: base, when: update("r1", "house", map[string]ResponseInfo{}), then: changedResponse(responseOf("r1", "house", nil), "responses")},
		{name: "nothing new, nothing happens", given: base, when: update("r1", "house", later)},
		{name: "§3.19.1: names are unique", given: base, when: update("r1", "other", nil), refused: "APIG.3216"},
		{name: "§3.19.4: the default response keeps its name", given: base, when: update("g1", "home", nil), refused: "APIG.3492"},
		{name: "but not its answers", given: base, when: update("g1", "default", later), then: changedResponse(fallback, "responses")},
		{name: "of another group", given: base, when: update("g2", "home", nil), refused: "APIG.3007"},
		{name: "§3.19.6: one type", given: base, when: set("r2", "THROTTLED", &ResponseInfo{Status: 503, Body: "later"}), then: changedResponse(responseOf("r2", "other", later), "responses")},
		{name: "§3.19.7: its default again", given: base, when: set("r1", "THROTTLED", nil), then: changedResponse(responseOf("r1", "house", nil), "responses")},
		{name: "§3.19.7: the default already", given: base, when: set("r2", "THROTTLED", nil)},
		{name: "§3.19.6: not 444", given: base, when: set("r1", "THROTTLED", &ResponseInfo{Status: 444}), refused: "APIG.2011"},
		{name: "§3.19.6: no such type", given: base, when: set("r1", "TIRED", nil), refused: "APIG.2012"},
		{name: "unknown", given: base, when: set("r9", "THROTTLED", nil), refused: "APIG.3007"},
	})
}

func TestDeleteResponse(t *testing.T) {
	t.Parallel()
	del := func(id string) decision { return do((*State).DeleteResponse, DeleteResponse{gw, "g1", id}) }
	base := given(gateway(), aGroup("g1", "shop"), aGroup("g2", "bank"), aResponse("r1", "house"))
	polite := func(groupID string) Definition {
		d := mockAPI(groupID, "list", "GET /list")
		d.ResponseID = "r1"
		return d
	}
	run(t, []scenario{
		{name: "§3.19.4", given: base, when: del("r1"), then: []domain.Event{ResponseDeleted{InstanceID: gw, GroupID: "g1", ResponseID: "r1", Name: "house"}}},
		{name: "§3.19.4: the default response stays", given: base, when: del("g1"), refused: "APIG.3491"},
		{name: "not while an API uses it", given: given(base, history{APICreated{apiOf("a1", polite("g1"))}}), when: del("r1"), refused: "APIG.2011"},
		{name: "unknown", given: base, when: del("r2"), refused: "APIG.3007"},
		{name: "§3.5.1: an API has a response of its own group", given: base, when: createAPI(polite("g2")), refused: "APIG.3007"},
	})
}

func TestResponsesGoWithTheirGroup(t *testing.T) {
	t.Parallel()
	s := given(gateway(), aGroup("g1", "shop"), aResponse("r1", "house"), history{GroupDeleted{InstanceID: gw, GroupID: "g1", Name: "shop"}}).state()
	if n := len(s.instances[gw].responses); n != 0 {
		t.Errorf("%d responses are left", n)
	}
}
