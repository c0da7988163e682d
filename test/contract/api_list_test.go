package contract

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// §3.5.6
func TestAPIsAreListedInPages(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	var made []string
	for range 22 {
		made = append(made, admin.newAPI(t, group))
	}

	first := admin.listAPIs(t, doc{"group_id": group})
	second := admin.listAPIs(t, doc{"group_id": group, "offset": 20, "limit": 20})

	wantPage(t, first, "apis", 20, 22)
	wantPage(t, second, "apis", 2, 22)
	all := append(column(t, list(t, first, "apis"), "id"), column(t, list(t, second, "apis"), "id")...)
	slices.Sort(all)
	slices.Sort(made)
	if diff := cmp.Diff(made, all); diff != "" {
		t.Errorf("two pages are not the 22 APIs (-made +listed):\n%s", diff)
	}
	wantPage(t, admin.listAPIs(t, doc{"group_id": group, "offset": -3, "limit": -3}), "apis", 20, 22)
	wantPage(t, admin.listAPIs(t, doc{"group_id": group, "limit": 501}), "apis", 22, 22)
	wantPage(t, admin.listAPIs(t, doc{"group_id": group, "offset": 22}), "apis", 0, 22)
}

func TestAPIsAreFiltered(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	mock, web, grpc, function := mockAPI(group), httpAPI(group), grpcAPI(group), functionAPI(group)
	ids := map[string]string{}
	for name, definition := range map[string]doc{"mock": mock, "web": web, "grpc": grpc, "function": function} {
		ids[name] = text(t, admin.createAPI(t, definition), "id")
	}
	env := admin.newEnv(t)
	admin.publish(t, ids["web"], env)
	part := func(d doc, member string) string { s := text(t, d, member); return s[1 : len(s)-1] }
	cases := map[string]struct {
		filter doc
		want   []string
	}{
		"the group":                {doc{}, []string{"function", "grpc", "mock", "web"}},
		"an id":                    {doc{"id": ids["grpc"]}, []string{"grpc"}},
		"a part of a name":         {doc{"name": part(mock, "name")}, []string{"mock"}},
		"an exact name":            {doc{"name": mock["name"], "precise_search": "name"}, []string{"mock"}},
		"no exact name":            {doc{"name": part(mock, "name"), "precise_search": "name"}, nil},
		"a part of a path":         {doc{"req_uri": part(web, "req_uri")}, []string{"web"}},
		"an exact path":            {doc{"req_uri": grpc["req_uri"], "precise_search": "req_uri"}, []string{"grpc"}},
		"no exact path":            {doc{"req_uri": part(grpc, "req_uri"), "precise_search": "req_uri"}, nil},
		"exact name and path":      {doc{"name": grpc["name"], "req_uri": grpc["req_uri"], "precise_search": "name,req_uri"}, []string{"grpc"}},
		"a method":                 {doc{"req_method": "GET"}, []string{"mock", "web"}},
		"a protocol":               {doc{"req_protocol": "BOTH"}, []string{"function"}},
		"an authentication":        {doc{"auth_type": "APP"}, []string{"function", "grpc"}},
		"a type":                   {doc{"type": 2}, []string{"grpc"}},
		"an environment":           {doc{"env_id": env}, []string{"web"}},
		"several at once":          {doc{"auth_type": "APP", "req_method": "POST", "type": 1}, []string{"function"}},
		"nothing fits":             {doc{"auth_type": "APP", "type": 1, "req_method": "GET"}, nil},
		"% is no wildcard":         {doc{"name": "%"}, nil},
		"an unknown channel":       {doc{"vpc_channel_name": "no-such-channel"}, nil},
		"a backslash is only that": {doc{"req_uri": `\`}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			found := admin.listAPIs(t, with(t, c.filter, "group_id", group))
			wantPage(t, found, "apis", len(c.want), len(c.want))
			var got []string
			for _, row := range list(t, found, "apis") {
				for short, id := range ids {
					if row["id"] == id {
						got = append(got, short)
					}
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("found %v, want %v", got, c.want)
			}
		})
	}
}

// §3.5.6: backend and group are listed only when asked for.
func TestListedAPIHasWhatReturnDataModeAsksFor(t *testing.T) {
	t.Parallel()
	groupName := unique("group")
	group := text(t, admin.createGroup(t, doc{"name": groupName}), "id")
	definition := httpAPI(group)
	made := admin.createAPI(t, definition)
	record := admin.publish(t, text(t, made, "id"), releaseEnv)
	row := func(mode string) doc {
		rows := list(t, admin.listAPIs(t, doc{"group_id": group, "return_data_mode": mode}), "apis")
		if len(rows) != 1 {
			t.Fatalf("%d APIs, want one", len(rows))
		}
		return rows[0]
	}

	brief := row("brief")

	parts := []string{"backend_api", "backend_params", "req_params", "policy_https"}
	wantFields(t, brief, without(t, definition, parts...))
	wantFields(t, brief, doc{"group_name": groupName, "run_env_id": releaseEnv, "run_env_name": "RELEASE", "publish_id": record["publish_id"]})
	wantAbsent(t, brief, "backend_api", "backend_params", "api_group_info")
	withGroup := row("include_group")
	wantFields(t, withGroup, doc{"api_group_info": doc{"id": group, "name": groupName, "status": 1}})
	wantAbsent(t, withGroup, "backend_api")
	withBackend := row("include_group_backend")
	wantFields(t, withBackend, doc{"backend_api": definition["backend_api"]})
	both := row("brief,include_group,include_group_backend")
	wantFields(t, both, doc{"api_group_info": doc{"id": group}, "backend_api": doc{"timeout": 5000}})
}

// The public SDK can ask for APIs with a tag.
func TestAPIsAreFilteredByTag(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	for i := range 3 {
		admin.createAPI(t, with(t, mockAPI(group), "tags", []string{"common", fmt.Sprintf("own%d", i)}))
	}

	wantPage(t, admin.listAPIs(t, doc{"group_id": group, "tags": "common"}), "apis", 3, 3)
	wantPage(t, admin.listAPIs(t, doc{"group_id": group, "tags": "own1"}), "apis", 1, 1)
	wantPage(t, admin.listAPIs(t, doc{"group_id": group, "tags": "nobody"}), "apis", 0, 0)
}
