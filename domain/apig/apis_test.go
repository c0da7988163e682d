package apig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

// shop has the group g1 with the API a1 (event 4), and the empty group g2.
func shop() history {
	return given(gateway(), aGroup("g1", "shop"), anAPI("a1", "g1", "list", "GET /list"), aGroup("g2", "bank"))
}

func createAPI(d Definition) decision { return do((*State).CreateAPI, CreateAPI{gw, d}) }
func updateAPI(id string, d Definition) decision {
	return do((*State).UpdateAPI, UpdateAPI{gw, id, d})
}

// but is d with a change.
func but(d Definition, change func(d *Definition)) Definition {
	change(&d)
	return d
}

func TestCreateAPI(t *testing.T) {
	t.Parallel()
	// The moment gives id 1 to the mock backend, 2 to the API.
	made := func(d Definition) []domain.Event {
		a := apiOf(id(2), d)
		a.RegisterTime, a.UpdateTime = now, now
		return []domain.Event{APICreated{a}}
	}
	order := mockAPI("g1", "order", "POST /orders")
	tags := make([]string, 11)
	for i := range tags {
		tags[i] = "tag" + string(rune('a'+i))
	}
	run(t, []scenario{
		{name: "§3.5.1: created", given: shop(), when: createAPI(order), then: made(order)},
		{name: "§3.5.1: the name is unique", given: shop(), when: createAPI(mockAPI("g1", "list", "POST /orders")), refused: "APIG.3202"},
		{name: "… in its group", given: shop(), when: createAPI(mockAPI("g2", "list", "POST /orders")), then: made(mockAPI("g2", "list", "POST /orders"))},
		{name: "§3.5.1: method and path are unique", given: shop(), when: createAPI(mockAPI("g1", "order", "GET /list")), refused: "APIG.3301"},
		{name: "… in the group", given: shop(), when: createAPI(mockAPI("g2", "order", "GET /list")), then: made(mockAPI("g2", "order", "GET /list"))},
		{name: "… with the match mode", given: shop(),
			when: createAPI(but(mockAPI("g1", "order", "GET /list"), func(d *Definition) { d.MatchMode = "SWA" })),
			then: made(but(mockAPI("g1", "order", "GET /list"), func(d *Definition) { d.MatchMode = "SWA" }))},
		{name: "… whatever path parameters are called", refused: "APIG.3301",
			given: given(shop(), anAPI("a2", "g1", "one", "GET /list/{id}")), when: createAPI(mockAPI("g1", "uno", "GET /list/{name}"))},
		{name: "… but not how much they take", given: given(shop(), anAPI("a2", "g1", "one", "GET /list/{id}")),
			when: withoutEvents(createAPI(mockAPI("g1", "uno", "GET /list/{name+}")))},
		{name: "a rule of the definition", given: shop(), when: createAPI(but(order, func(d *Definition) { d.Name = "" })), refused: "APIG.2001"},
		{name: "unknown group", given: shop(), when: createAPI(mockAPI("g3", "order", "POST /orders")), refused: "APIG.3001"},
		{name: "§5.4: quota API_NUM_LIMIT", given: given(shop(), aQuota("API_NUM_LIMIT", 1)), when: createAPI(order), refused: "APIG.3102"},
		{name: "§5.4: quota API_NUM_LIMIT_PER_GROUP", given: given(shop(), aQuota("API_NUM_LIMIT_PER_GROUP", 1)), when: createAPI(order), refused: "APIG.3125"},
		{name: "… is counted for each group", given: given(shop(), aQuota("API_NUM_LIMIT_PER_GROUP", 1)),
			when: createAPI(mockAPI("g2", "order", "POST /orders")), then: made(mockAPI("g2", "order", "POST /orders"))},
		{name: "§3.5.1: at most ten tags", given: shop(), when: createAPI(but(order, func(d *Definition) { d.Tags = tags })), refused: "APIG.3133"},
		{name: "… or what the quota API_TAG_NUM_LIMIT says", given: given(shop(), aQuota("API_TAG_NUM_LIMIT", 11)),
			when: withoutEvents(createAPI(but(order, func(d *Definition) { d.Tags = tags })))},
	})
}

// withoutEvents hides the events of a decision that is only asked whether it refuses; it fails when
// there are none.
func withoutEvents(when decision) decision {
	return func(s *State, m *domain.Moment) (any, []domain.Event, error) {
		_, events, err := when(s, m)
		if err == nil && len(events) == 0 {
			return nil, nil, domain.Errorf("test", "no events")
		}
		return nil, nil, err
	}
}

func TestReferencesMustExist(t *testing.T) {
	t.Parallel()
	web := httpAPI("g1", "order", "POST /orders", "example.com")
	policy := Policy{Name: "beta", EffectMode: "ANY", AuthorizerID: "auth", Conditions: []Condition{{ConditionOrigin: "source", ConditionValue: "10.0.0.1"}}}
	run(t, []scenario{
		{name: "§5.4: frontend authorizer", given: shop(), refused: "APIG.3081",
			when: createAPI(but(web, func(d *Definition) { d.AuthType, d.AuthorizerID = "AUTHORIZER", "auth" }))},
		{name: "§5.4: backend authorizer", given: shop(), refused: "APIG.3081",
			when: createAPI(but(mockAPI("g1", "order", "POST /orders"), func(d *Definition) { d.MockInfo = &Mock{AuthorizerID: "auth"} }))},
		{name: "§5.4: authorizer of a policy", given: shop(), refused: "APIG.3081",
			when: createAPI(but(web, func(d *Definition) { d.PolicyMocks = []PolicyMock{{Policy: policy}} }))},
		{name: "§5.4: channel", given: shop(), refused: "APIG.3023",
			when: createAPI(but(web, func(d *Definition) {
				b := *d.BackendAPI
				b.URLDomain, b.VPCChannelStatus, b.VPCChannelInfo = "", 1, &VPCChannelRef{VPCChannelID: "channel"}
				d.BackendAPI = &b
			}))},
		{name: "§5.4: group response", given: shop(), refused: "APIG.3007",
			when: createAPI(but(web, func(d *Definition) { d.ResponseID = "response" }))},
		{name: "§5.4: orchestration rule", given: shop(), refused: "APIG.3095",
			when: createAPI(but(web, func(d *Definition) {
				d.ReqParams = []ReqParam{{Name: "page", Type: "STRING", Location: "QUERY", Orchestrations: []string{"rule"}}}
			}))},
	})
}

func TestUpdateAPI(t *testing.T) {
	t.Parallel()
	changed := func(d Definition, names ...string) []domain.Event {
		a := apiOf("a1", d)
		a.UpdateTime = now
		return []domain.Event{APIUpdated{a, names}}
	}
	two := given(shop(), anAPI("a2", "g1", "order", "POST /orders"))
	run(t, []scenario{
		{name: "§3.5.2: the draft changes", given: two, when: updateAPI("a1", mockAPI("g1", "catalog", "GET /catalog")),
			then: changed(mockAPI("g1", "catalog", "GET /catalog"), "name", "req_uri")},
		{name: "the same definition changes nothing", given: two, when: updateAPI("a1", mockAPI("g1", "list", "GET /list"))},
		{name: "§3.5.1: the name is unique", given: two, when: updateAPI("a1", mockAPI("g1", "order", "GET /list")), refused: "APIG.3202"},
		{name: "§3.5.1: method and path are unique", given: two, when: updateAPI("a1", mockAPI("g1", "list", "POST /orders")), refused: "APIG.3301"},
		{name: "what another API gave up is free", when: updateAPI("a1", mockAPI("g1", "order", "POST /orders")),
			given: given(two, redefined("a2", mockAPI("g1", "sell", "POST /sales"))),
			then:  changed(mockAPI("g1", "order", "POST /orders"), "name", "req_method", "req_uri")},
		{name: "it moves to another group", given: two, when: updateAPI("a1", mockAPI("g2", "list", "GET /list")),
			then: changed(mockAPI("g2", "list", "GET /list"), "group_id")},
		{name: "… where its name must be free", when: updateAPI("a1", mockAPI("g2", "list", "GET /list")), refused: "APIG.3202",
			given: given(two, anAPI("a3", "g2", "list", "GET /other"))},
		{name: "… and its path", when: updateAPI("a1", mockAPI("g2", "list", "GET /list")), refused: "APIG.3301",
			given: given(two, anAPI("a3", "g2", "other", "GET /list"))},
		{name: "… and room", when: updateAPI("a1", mockAPI("g2", "list", "GET /list")), refused: "APIG.3125",
			given: given(two, anAPI("a3", "g2", "other", "GET /other"), aQuota("API_NUM_LIMIT_PER_GROUP", 1))},
		{name: "in a full group it may change", when: updateAPI("a1", mockAPI("g1", "catalog", "GET /list")),
			given: given(two, aQuota("API_NUM_LIMIT_PER_GROUP", 2)), then: changed(mockAPI("g1", "catalog", "GET /list"), "name")},
		{name: "unknown group", given: two, when: updateAPI("a1", mockAPI("g3", "list", "GET /list")), refused: "APIG.3001"},
		{name: "§3.5.2 ex: unknown", given: two, when: updateAPI("a3", mockAPI("g1", "list", "GET /list")), refused: "APIG.3002"},
		{name: "unknown reference", given: two, refused: "APIG.3007",
			when: updateAPI("a1", but(mockAPI("g1", "list", "GET /list"), func(d *Definition) { d.ResponseID = "response" }))},
		{name: "a rule of the definition", given: two, when: updateAPI("a1", mockAPI("g1", "!", "GET /list")), refused: "APIG.2011"},
	})
}

// The answer to a change shows the group, and the publications with RELEASE first (§3.5.5).
func TestUpdateAPIAnswer(t *testing.T) {
	t.Parallel()
	s := given(shop(), anEnv("e1", "ALPHA"), anEnv("e2", "BETA"),
		published("v1", "a1", "g1", "e2", 4), published("v2", "a1", "g1", ReleaseEnvID, 4), published("v3", "a1", "g1", "e1", 4)).state()
	got, _, err := s.UpdateAPI(moment(), UpdateAPI{gw, "a1", mockAPI("g1", "catalog", "GET /list")})
	if err != nil {
		t.Fatal(err)
	}
	var envs []string
	for _, p := range got.Publications {
		envs = append(envs, p.EnvName)
	}
	if diff := cmp.Diff([]string{"RELEASE", "ALPHA", "BETA"}, envs); diff != "" {
		t.Errorf("environments:\n%s", diff)
	}
	if got.Group != groupNamed("g1", "shop") || got.API.Definition.Name != "catalog" {
		t.Errorf("got %+v", got)
	}
}

func TestDeleteAPI(t *testing.T) {
	t.Parallel()
	del := do((*State).DeleteAPI, DeleteAPI{gw, "a1"})
	gone := []domain.Event{APIDeleted{InstanceID: gw, APIID: "a1", GroupID: "g1", Name: "list"}}
	online := given(shop(), published("v1", "a1", "g1", ReleaseEnvID, 4))
	run(t, []scenario{
		{name: "§3.5.3: one that is published nowhere goes", given: shop(), when: del, then: gone},
		{name: "§3.5.3: a published one stays", given: online, when: del, refused: "APIG.3416"},
		{name: "§3.5.3: offline, it goes", given: given(online, offline("v1", "a1", "g1", ReleaseEnvID, 4)), when: del, then: gone},
		{name: "§3.5.3 ex: unknown", given: gateway(), when: del, refused: "APIG.3002"},
	})
}

func TestDeletedAPILeavesNothing(t *testing.T) {
	t.Parallel()
	s := given(shop(), published("v1", "a1", "g1", ReleaseEnvID, 4), offline("v1", "a1", "g1", ReleaseEnvID, 4),
		history{APIDeleted{InstanceID: gw, APIID: "a1", GroupID: "g1", Name: "list"}}).state()
	in := s.instances[gw]
	g := in.groups["g1"]
	if n := len(in.apis) + len(in.apiNames) + len(in.routes) + len(in.versions) + len(g.names) + len(g.routes); n != 0 {
		t.Errorf("%d entries are left", n)
	}
}
