package apig

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatelog/gatelog/domain"
)

// item is an API of a document; its group does not count.
func item(name, call string) ImportItem {
	d := mockAPI("", name, call)
	return ImportItem{Method: d.ReqMethod, Path: d.ReqURI, Definition: d}
}

func importing(groupID, mode string, items ...ImportItem) decision {
	return do((*State).ImportAPIs, ImportAPIs{InstanceID: gw, GroupID: groupID, APIMode: mode, Items: items})
}

func TestImportIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	create := func(name string) decision {
		return do((*State).ImportAPIs, ImportAPIs{InstanceID: gw, GroupName: name, Items: []ImportItem{item("list", "GET /list")}})
	}
	run(t, []scenario{
		{name: "§3.16.2 ex: unknown group", given: shop(), when: importing("g9", ""), refused: "APIG.3001"},
		{name: "§3.16.2 ex: the group's name exists", given: shop(), when: create("shop"), refused: "APIG.3201"},
		{name: "§5.4: not a group's name", given: shop(), when: create("!"), refused: "APIG.2044"},
		{name: "§5.4: quota APIGROUP_NUM_LIMIT", given: given(shop(), aQuota("APIGROUP_NUM_LIMIT", 2)), when: create("new"), refused: "APIG.3101"},
		{name: "§3.16.2: api_mode", given: shop(), when: importing("g1", "mix"), refused: "APIG.2011"},
		{name: "§3.16.2: extend_mode", given: shop(), refused: "APIG.2011",
			when: do((*State).ImportAPIs, ImportAPIs{InstanceID: gw, GroupID: "g1", ExtendMode: "mix"})},
		{name: "§5.4: too many APIs", given: shop(), when: importing("g1", "", make([]ImportItem, 1001)...), refused: "APIG.3127"},
		{name: "§5.4: one fewer with a new group", given: shop(), refused: "APIG.3127",
			when: do((*State).ImportAPIs, ImportAPIs{InstanceID: gw, GroupName: "new", Items: make([]ImportItem, 1000)})},
	})
}

func TestImportIntoANewGroup(t *testing.T) {
	t.Parallel()
	s := shop().state()
	got, events, err := s.ImportAPIs(moment(), ImportAPIs{
		InstanceID: gw, GroupName: "imported", GroupRemark: "from a file",
		Items: []ImportItem{item("list", "GET /list"), item("list", "GET /again"), item("twin", "GET /list"), item("!", "GET /bad")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := ImportResult{
		GroupID: id(1),
		Success: []ImportSuccess{{Path: "/list", Method: "GET", Action: "create", ID: id(3)}},
		Failure: []ImportFailure{
			{Path: "/again", Method: "GET", Code: "APIG.3202"},
			{Path: "/list", Method: "GET", Code: "APIG.3301"},
			{Path: "/bad", Method: "GET", Code: "APIG.2011"},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(ImportFailure{}, "Message")); diff != "" {
		t.Errorf("result:\n%s", diff)
	}
	group, ok := events[0].(GroupCreated)
	if !ok || group.Group.Name != "imported" || group.Group.Remark != "from a file" || len(events) != 2 {
		t.Errorf("events %+v", events)
	}
	if api := events[1].(APICreated).API; api.Definition.GroupID != id(1) || api.Definition.Name != "list" {
		t.Errorf("created %+v", api)
	}
}

func TestImportIntoAGroup(t *testing.T) {
	t.Parallel()
	there := given(shop(), anAPI("a2", "g1", "order", "POST /orders"))
	codes := func(r ImportResult) []string {
		var all []string
		for _, x := range r.Success {
			all = append(all, x.Method+" "+x.Path+" "+x.Action)
		}
		for _, x := range r.Ignore {
			all = append(all, x.Method+" "+x.Path+" ignore")
		}
		for _, x := range r.Failure {
			all = append(all, x.Method+" "+x.Path+" "+x.Code)
		}
		return all
	}
	for _, c := range []struct {
		name   string
		given  history
		when   decision
		want   []string
		events int
	}{
		{"§3.16.2: merge keeps what exists", there, importing("g1", "merge", item("list", "GET /other"), item("new", "GET /new")),
			[]string{"GET /new create", "GET /other ignore"}, 1},
		{"§3.16.2: merge is the default", there, importing("g1", "", item("list", "GET /other")), []string{"GET /other ignore"}, 0},
		{"§3.16.2: override replaces it", there, importing("g1", "override", item("list", "GET /other")), []string{"GET /other update"}, 1},
		{"§3.16.2: override with what is there", there, importing("g1", "override", item("list", "GET /list")), []string{"GET /list update"}, 0},
		{"§3.16.2 ex: another API has method and path", there, importing("g1", "override", item("new", "GET /list")), []string{"GET /list APIG.3301"}, 0},
		{"an update may not take another one's path", there, importing("g1", "override", item("list", "POST /orders")), []string{"POST /orders APIG.3301"}, 0},
		{"a path given up in the document is free", there, importing("g1", "override", item("list", "GET /other"), item("new", "GET /list")),
			[]string{"GET /other update", "GET /list create"}, 2},
		{"a name twice in the document", there, importing("g1", "override", item("list", "GET /x"), item("list", "GET /y")),
			[]string{"GET /x update", "GET /y APIG.3202"}, 1},
		{"a broken change", there, importing("g1", "override", ImportItem{Method: "GET", Path: "/list", Definition: Definition{Name: "list"}}),
			[]string{"GET /list APIG.2001"}, 0},
		{"a quota in the middle", given(there, aQuota("API_NUM_LIMIT", 3)), importing("g1", "", item("new", "GET /new"), item("more", "GET /more")),
			[]string{"GET /new create", "GET /more APIG.3102"}, 1},
		{"the group's quota in the middle", given(there, aQuota("API_NUM_LIMIT_PER_GROUP", 3)), importing("g1", "", item("new", "GET /new"), item("more", "GET /more")),
			[]string{"GET /new create", "GET /more APIG.3125"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			answer, events, err := c.when(c.given.state(), moment())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, codes(answer.(ImportResult))); diff != "" {
				t.Errorf("result:\n%s", diff)
			}
			if len(events) != c.events {
				t.Errorf("%d events, want %d", len(events), c.events)
			}
		})
	}
}

// §3.16.2 ex: the failure names the API that has method and path.
func TestImportNamesTheAPIInTheWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		items []ImportItem
		want  string
	}{
		{[]ImportItem{item("new", "GET /list")}, "API name:list"},
		{[]ImportItem{item("first", "GET /x"), item("second", "GET /x")}, "API name:first"},
	} {
		answer, _, err := importing("g1", "", c.items...)(shop().state(), moment())
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("%s, %s", ErrAPIExists("GET", c.items[0].Path).Message, c.want)
		if got := answer.(ImportResult).Failure[0].Message; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestImportOfTheMost(t *testing.T) {
	t.Parallel()
	var items []ImportItem
	for i := range 999 {
		items = append(items, item(fmt.Sprintf("api-%d", i), fmt.Sprintf("GET /%d", i)))
	}
	got, events, err := shop().state().ImportAPIs(moment(), ImportAPIs{InstanceID: gw, GroupName: "new", Items: items})
	if err != nil || len(got.Success) != 999 || len(events) != 1000 {
		t.Fatalf("%d imported, %d events, %v", len(got.Success), len(events), err)
	}
	s := shop().state()
	for _, ev := range events {
		s.Apply(domain.Recorded{Position: 99, ID: "x", Event: ev})
	}
	if n := len(s.instances[gw].groups[got.GroupID].names); n != 999 {
		t.Errorf("the group has %d APIs", n)
	}
}
