package apig

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// anAPI is an API made so many minutes before the others.
func anAPI(id string, minutes int, change func(d *apig.Definition)) domain.Event {
	d := apig.Definition{
		Name: "api " + id, Type: 1, ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: "/" + id, AuthType: "NONE", BackendType: "HTTP", GroupID: "g1",
		BackendAPI: &apig.Backend{Timeout: 5000, Endpoint: apig.Endpoint{URLDomain: id + ".example.com", ReqURI: "/"}},
	}
	if change != nil {
		change(&d)
	}
	at := pastBegan.Add(-time.Duration(minutes) * time.Minute)
	return apig.APICreated{API: apig.API{ID: id, InstanceID: pastInstance, Definition: d, RegisterTime: at, UpdateTime: at}}
}

// apiIDs returns the ids of the APIs that a list shows.
func (p *past) apiIDs(t *testing.T, f APIFilter) []string {
	t.Helper()
	rows, total, err := p.APIs(t.Context(), pastIn, f, everything, subdomain)
	return listed(t, func(a Answer) string { return unpacked(t, a)["id"].(string) }, rows, total, err)
}

func unpacked(t *testing.T, a Answer) map[string]any {
	t.Helper()
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	return members
}

// §3.5.6
func TestAPIsByNameAndPath(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	for i, name := range odd {
		p.has(anAPI(fmt.Sprint("o", i), 0, func(d *apig.Definition) { d.Name, d.ReqURI = name, "/"+name }))
	}
	p.project()
	names := func(f APIFilter) []string {
		rows, total, err := p.APIs(t.Context(), pastIn, f, everything, subdomain)
		return listed(t, func(a Answer) string { return unpacked(t, a)["name"].(string) }, rows, total, err)
	}
	searches(t, func(text string, exact bool) []string { return names(APIFilter{Name: text, ExactName: exact}) })
	searches(t, func(text string, exact bool) []string {
		if exact && text != "" {
			text = "/" + text
		}
		return names(APIFilter{ReqURI: text, ExactURI: exact})
	})
}

func TestAPIsByEveryOtherFilter(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(apig.GroupCreated{Group: apig.Group{ID: "g2", InstanceID: pastInstance, Name: "toys"}})
	p.has(
		anAPI("a1", 0, func(d *apig.Definition) { d.Tags = []string{"v1.0", "x"} }),
		anAPI("a2", 1, func(d *apig.Definition) { d.ReqProtocol, d.ReqMethod, d.Tags = "HTTP", "POST", []string{"v1*0"} }),
		anAPI("a3", 2, func(d *apig.Definition) { d.AuthType, d.Type, d.Tags = "IAM", 2, []string{"v%", "x"} }),
		anAPI("a4", 3, func(d *apig.Definition) { d.GroupID = "g2" }),
		apig.InstanceRequested{Instance: apig.Instance{ID: "gw2"}},
	)
	elsewhere := anAPI("a5", 0, nil).(apig.APICreated)
	elsewhere.API.InstanceID = "gw2"
	p.has(elsewhere)
	publishAs := func(api, version, env string) domain.Event {
		r := record(version, env, firstAPI)
		r.APIID = api
		return apig.APIPublished{Publication: r}
	}
	p.has(publishAs("a2", "ver1", "e1"), publishAs("a3", "ver2", "e1"), publishAs("a3", "ver3", apig.ReleaseEnvID), publishAs("a1", "ver4", "e1"))
	p.has(apig.APITakenOffline{Publication: publishAs("a1", "ver4", "e1").(apig.APIPublished).Publication})
	p.project()
	for name, c := range map[string]struct {
		filter APIFilter
		want   []string
	}{
		"everything, newest first":        {APIFilter{}, []string{"a1", "a2", "a3", "a4"}},
		"id":                              {APIFilter{ID: "a3"}, []string{"a3"}},
		"a part of an id":                 {APIFilter{ID: "a"}, nil},
		"the id of one elsewhere":         {APIFilter{ID: "a5"}, nil},
		"group":                           {APIFilter{GroupID: "g2"}, []string{"a4"}},
		"protocol":                        {APIFilter{ReqProtocol: "HTTP"}, []string{"a2"}},
		"method":                          {APIFilter{ReqMethod: "POST"}, []string{"a2"}},
		"authentication":                  {APIFilter{AuthType: "IAM"}, []string{"a3"}},
		"type":                            {APIFilter{Type: 2}, []string{"a3"}},
		"environment":                     {APIFilter{EnvID: "e1"}, []string{"a2", "a3"}},
		"RELEASE":                         {APIFilter{EnvID: apig.ReleaseEnvID}, []string{"a3"}},
		"an environment that is not":      {APIFilter{EnvID: "e9"}, nil},
		"an environment that can't be":    {APIFilter{EnvID: "e\x001"}, nil},
		"tag":                             {APIFilter{Tags: []string{"x"}}, []string{"a1", "a3"}},
		"one of two tags":                 {APIFilter{Tags: []string{"v1*0", "v1.0"}}, []string{"a1", "a2"}},
		"a tag is no pattern: .":          {APIFilter{Tags: []string{"v1.0"}}, []string{"a1"}},
		"a tag is no pattern: *":          {APIFilter{Tags: []string{"v1*0"}}, []string{"a2"}},
		"a tag is no pattern: %":          {APIFilter{Tags: []string{"v%"}}, []string{"a3"}},
		"a tag is not taken apart":        {APIFilter{Tags: []string{"x,v1.0"}}, nil},
		"a part of a tag":                 {APIFilter{Tags: []string{"v"}}, nil},
		"braces and quotes in tags":       {APIFilter{Tags: []string{`{x}`, `"x"`, `\`, "NULL", ""}}, nil},
		"tags that can't be":              {APIFilter{Tags: []string{"\xff", "x\x00"}}, nil},
		"channel: there are none":         {APIFilter{VPCChannelName: "c"}, nil},
		"several filters at once":         {APIFilter{EnvID: "e1", Type: 2, Tags: []string{"x"}, GroupID: "g1", Name: "api"}, []string{"a3"}},
		"filters that exclude each other": {APIFilter{ID: "a1", GroupID: "g2"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, p.apiIDs(t, c.filter), equateEmpty); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPagesOfAPIs(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	var want []string
	for i := range 7 {
		id := fmt.Sprintf("a%d", i)
		p.has(anAPI(id, i/3, nil)) // three at a time at the same moment
		want = append(want, id)
	}
	p.project()
	for _, c := range []struct {
		page  Page
		shown []string
	}{
		{Page{0, 3}, want[:3]}, {Page{2, 3}, want[2:5]}, {Page{5, 3}, want[5:]}, {Page{6, 1}, want[6:]}, {Page{7, 1}, nil}, {Page{1 << 40, 500}, nil},
	} {
		for name, f := range map[string]APIFilter{"all": {}, "searched": {Name: "api a"}} {
			rows, total, err := p.APIs(t.Context(), pastIn, f, c.page, subdomain)
			if err != nil || total != len(want) {
				t.Errorf("%s, page %v: %d in all, want %d; %v", name, c.page, total, len(want), err)
			}
			var got []string
			for _, row := range rows {
				got = append(got, unpacked(t, row)["id"].(string))
			}
			if diff := cmp.Diff(c.shown, got); diff != "" {
				t.Errorf("%s, page %v (-want +got):\n%s", name, c.page, diff)
			}
		}
	}
}

// published in three environments, one of which has another name since.
func publishedThrice(p *past) {
	p.has(apig.EnvCreated{Env: apig.Environment{ID: "e2", InstanceID: pastInstance, Name: "Alpha"}})
	p.has(apig.APICreated{API: tagged("orders", "x")})
	at := func(r apig.Publication, when time.Duration) domain.Event {
		r.PublishTime = pastBegan.Add(when)
		return apig.APIPublished{Publication: r}
	}
	p.has(
		at(record("ver1", "e1", firstAPI), 0), at(record("ver2", apig.ReleaseEnvID, firstAPI), 500*time.Millisecond),
		at(record("ver3", "e2", firstAPI), 120*time.Microsecond),
		apig.EnvUpdated{Env: apig.Environment{ID: "e1", InstanceID: pastInstance, Name: "beta"}},
	)
	p.project()
}

// §3.5.5: one value per publication, separated by |; RELEASE comes first.
func TestAnAPITellsWhereItIsPublished(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	publishedThrice(p)
	want := map[string]any{
		"group_name": "shop", "group_version": "V1", "run_env_id": apig.ReleaseEnvID + "|e2|e1", "run_env_name": "RELEASE|Alpha|beta",
		"publish_id": "p-ver2|p-ver3|p-ver1", "publish_time": "2024-05-01T12:00:00.5Z|2024-05-01T12:00:00.00012Z|2024-05-01T12:00:00Z",
	}
	var told Published
	told.GroupName, told.GroupVersion = "shop", GroupVersion
	told.PublishedIn(apig.ReleaseEnvID, "RELEASE", "p-ver2", pastBegan.Add(500*time.Millisecond))
	told.PublishedIn("e2", "Alpha", "p-ver3", pastBegan.Add(120*time.Microsecond))
	told.PublishedIn("e1", "beta", "p-ver1", pastBegan.In(time.FixedZone("", 3600)))
	if diff := cmp.Diff(want, unpacked(t, Answer{More: []any{told}})); diff != "" {
		t.Errorf("as an answer to a change (-want +got):\n%s", diff)
	}
	rows, _, err := p.APIs(t.Context(), pastIn, APIFilter{}, everything, subdomain)
	if err != nil {
		t.Fatal(err)
	}
	detail, err := p.API(t.Context(), pastIn, "a1")
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]Answer{"in a list": rows[0], "in detail": detail} {
		got := unpacked(t, a)
		for member := range got {
			if _, asked := want[member]; !asked {
				delete(got, member)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// §3.5.6: what return_data_mode adds.
func TestAListAddsGroupAndBackend(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(anAPI("a1", 0, nil), anAPI("a2", 1, func(d *apig.Definition) {
		d.BackendType, d.BackendAPI, d.MockInfo = "MOCK", nil, &apig.Mock{ResultContent: "hi"}
	}))
	p.project()
	list := func(f APIFilter) []map[string]any {
		rows, _, err := p.APIs(t.Context(), pastIn, f, everything, subdomain)
		if err != nil || len(rows) != 2 {
			t.Fatalf("%d APIs, %v", len(rows), err)
		}
		return []map[string]any{unpacked(t, rows[0]), unpacked(t, rows[1])}
	}
	for _, entry := range list(APIFilter{}) {
		if entry["api_group_info"] != nil || entry["backend_api"] != nil || entry["mock_info"] != nil {
			t.Errorf("a brief entry says too much: %v", entry)
		}
	}
	group := map[string]any{
		"id": "g1", "name": "shop", "status": 1.0, "sl_domain": "g1.example.com", "register_time": "0001-01-01T00:00:00Z", "update_time": "0001-01-01T00:00:00Z",
		"on_sell_status": 2.0, "url_domains": []any{}, "sl_domain_access_enabled": false,
	}
	for _, f := range []APIFilter{{Group: true}, {Group: true, Backend: true}} {
		for _, entry := range list(f) {
			if diff := cmp.Diff(group, entry["api_group_info"]); diff != "" {
				t.Errorf("group (-want +got):\n%s", diff)
			}
		}
	}
	entries := list(APIFilter{Backend: true})
	backend, _ := entries[0]["backend_api"].(map[string]any)
	if backend["url_domain"] != "a1.example.com" || backend["status"] != 1.0 || backend["enable_client_ssl"] != false {
		t.Errorf("backend: %v", backend)
	}
	if entries[1]["backend_api"] != nil || entries[1]["api_group_info"] != nil {
		t.Errorf("an API with a mock backend: %v", entries[1])
	}
}

// A draft that is read back is what was written: nothing of it gets lost in the detail.
func TestDraftsAreReadBack(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	want := apig.API{ID: "a1", InstanceID: pastInstance, Definition: fullDefinition(), RegisterTime: pastBegan, UpdateTime: pastBegan.Add(time.Hour)}
	p.has(apig.APICreated{API: want}, anAPI("a0", 0, func(d *apig.Definition) { d.ReqURI = "/0" }))
	p.project()
	got, err := p.Draft(t.Context(), pastIn, "a1")
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("draft (-want +got), %v:\n%s", err, diff)
	}
	all, err := p.Drafts(t.Context(), pastIn, "g1", nil)
	if err != nil || len(all) != 2 || all[0].ID != "a0" {
		t.Fatalf("drafts of the group: %v, %v", all, err)
	}
	if diff := cmp.Diff(want, all[1]); diff != "" {
		t.Errorf("draft among those of its group (-want +got):\n%s", diff)
	}
}
