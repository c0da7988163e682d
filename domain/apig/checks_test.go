package apig

import "testing"

func TestCheckGroupName(t *testing.T) {
	t.Parallel()
	ask := func(name string) decision {
		return do((*State).CheckGroupName, CheckGroupName{gw, CheckGroupNameBody{GroupName: name}})
	}
	run(t, []scenario{
		{name: "§3.1.6: free", given: shop(), when: ask("other")},
		{name: "§3.1.6: taken", given: shop(), when: ask("shop"), refused: "APIG.3201"},
		{name: "no name at all", given: shop(), when: ask(""), refused: "APIG.2001"},
		{name: "not a name", given: shop(), when: ask("!"), refused: "APIG.2011"},
		{name: "while the instance is created", given: creating(50), when: ask("shop")},
		{name: "§3.1.6 ex: unknown instance", when: ask("shop"), refused: "APIG.3030"},
	})
}

func TestCheckAPI(t *testing.T) {
	t.Parallel()
	ask := func(b CheckAPIBody) decision { return do((*State).CheckAPI, CheckAPI{gw, b}) }
	named := func(name, groupID, apiID string) decision {
		return ask(CheckAPIBody{Type: "name", Name: name, GroupID: groupID, APIID: apiID})
	}
	path := func(method, uri, mode, groupID, apiID string) decision {
		return ask(CheckAPIBody{Type: "path", ReqMethod: method, ReqURI: uri, MatchMode: mode, GroupID: groupID, APIID: apiID})
	}
	// Both groups have an API list; only g2 has save.
	two := given(shop(), anAPI("a2", "g2", "list", "GET /list"), anAPI("a3", "g2", "save", "POST /items/{id}"))
	run(t, []scenario{
		{name: "§3.5.7: a free name", given: two, when: named("other", "", "")},
		{name: "§3.5.7: a name taken in any group", given: two, when: named("save", "", ""), refused: "APIG.3202"},
		{name: "§3.5.7: but not in this one", given: two, when: named("save", "g1", "")},
		{name: "§3.5.7: in this one", given: two, when: named("save", "g2", ""), refused: "APIG.3202"},
		{name: "§3.5.7: the API to compare with is left out", given: two, when: named("save", "g2", "a3")},
		{name: "§3.5.7: also over all groups", given: two, when: named("save", "", "a3")},
		{name: "§3.5.7: it alone is left out", given: two, when: named("list", "", "a1"), refused: "APIG.3202"},
		{name: "§3.5.7: another one has the name", given: two, when: named("list", "g1", "a3"), refused: "APIG.3202"},
		{name: "§3.5.7: a free path", given: two, when: path("GET", "/other", "NORMAL", "", "")},
		{name: "§3.5.7: a path taken in any group", given: two, when: path("POST", "/items/{item}", "NORMAL", "", ""), refused: "APIG.3301"},
		{name: "§3.5.7: with another match mode it is free", given: two, when: path("POST", "/items/{id}", "SWA", "", "")},
		{name: "§3.5.7: but not in this group", given: two, when: path("POST", "/items/{id}", "NORMAL", "g1", "")},
		{name: "§3.5.7: path of the API to compare with", given: two, when: path("POST", "/items/{id}", "NORMAL", "g2", "a3")},
		{name: "§3.5.7: the same over all groups", given: two, when: path("POST", "/items/{id}", "NORMAL", "", "a3")},
		{name: "§3.5.7: type name needs the name", given: two, when: named("", "", ""), refused: "APIG.2001"},
		{name: "§3.5.7: type path needs the method", given: two, when: path("", "/x", "NORMAL", "", ""), refused: "APIG.2001"},
		{name: "§3.5.7: … and the path", given: two, when: path("GET", "", "NORMAL", "", ""), refused: "APIG.2001"},
		{name: "§3.5.7: … and the match mode", given: two, when: path("GET", "/x", "", "", ""), refused: "APIG.2001"},
		{name: "§3.5.7: type", given: two, when: ask(CheckAPIBody{Type: "tag"}), refused: "APIG.2011"},
		{name: "unknown group", given: two, when: named("list", "g9", ""), refused: "APIG.3001"},
		{name: "§3.5.7 ex: unknown instance", when: named("list", "", ""), refused: "APIG.3030"},
	})
}
