package contract

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// §3.1.1, §3.1.4
func TestNewGroupHasItsDefaults(t *testing.T) {
	t.Parallel()
	name := unique("group")

	made := admin.createGroup(t, doc{"name": name, "remark": "orders and invoices"})

	wantFields(t, made, doc{
		"name": name, "remark": "orders and invoices", "status": 1, "on_sell_status": 2, "is_default": 2,
		"sl_domain_access_enabled": true,
	})
	wantRecent(t, made, "register_time", "update_time")
	id, domain := text(t, made, "id"), text(t, made, "sl_domain")
	if !strings.HasPrefix(domain, id+".") {
		t.Errorf("the subdomain %s does not start with the group's id %s", domain, id)
	}
	if domains, _ := made["sl_domains"].([]any); !slices.Contains(domains, any(domain)) {
		t.Errorf("sl_domains %v lacks %s", domains, domain)
	}
	if diff := cmp.Diff(made, admin.showGroup(t, id)); diff != "" {
		t.Errorf("the group as created and as shown (-created +shown):\n%s", diff)
	}
}

func TestGroupNamesMayHoldWhatTheReferenceAllows(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"分组_" + unique("g"), "9-_./:()（）：、" + unique("g"), unique("g") + strings.Repeat("x", 240)} {
		if made := admin.createGroup(t, doc{"name": name}); made["name"] != name {
			t.Errorf("name %v, want %s", made["name"], name)
		}
	}
}

// §3.1.2: only name and remark change.
func TestGroupIsChanged(t *testing.T) {
	t.Parallel()
	before := admin.createGroup(t, doc{"name": unique("group"), "remark": "old"})
	id, renamed := text(t, before, "id"), unique("renamed")

	after := call(t, admin.api.UpdateApiGroupV2, &model.UpdateApiGroupV2Request{
		InstanceId: admin.instance, GroupId: id, Body: &model.ApiGroupBase{Name: renamed, Remark: new("new")},
	})

	wantFields(t, after, doc{"id": id, "name": renamed, "remark": "new"})
	rest := []string{"name", "remark", "update_time"}
	if diff := cmp.Diff(without(t, before, rest...), without(t, after, rest...)); diff != "" {
		t.Errorf("a change of name and remark changed more (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(after, admin.showGroup(t, id)); diff != "" {
		t.Errorf("the group as changed and as shown (-changed +shown):\n%s", diff)
	}
}

func TestGroupKeepsItsOwnNameOnChange(t *testing.T) {
	t.Parallel()
	name := unique("group")
	id := text(t, admin.createGroup(t, doc{"name": name}), "id")

	after := call(t, admin.api.UpdateApiGroupV2, &model.UpdateApiGroupV2Request{
		InstanceId: admin.instance, GroupId: id, Body: &model.ApiGroupBase{Name: name, Remark: new("only the remark")},
	})

	wantFields(t, after, doc{"name": name, "remark": "only the remark"})
}

// §3.1.3
func TestDeletedGroupIsGone(t *testing.T) {
	t.Parallel()
	id := admin.newGroup(t)

	call(t, admin.api.DeleteApiGroupV2, &model.DeleteApiGroupV2Request{InstanceId: admin.instance, GroupId: id})

	show := &model.ShowDetailsOfApiGroupV2Request{InstanceId: admin.instance, GroupId: id}
	refuse(t, admin.api.ShowDetailsOfApiGroupV2, show, noGroup)
	found := call(t, admin.api.ListApiGroupsV2, &model.ListApiGroupsV2Request{InstanceId: admin.instance, Id: new(id)})
	wantPage(t, found, "groups", 0, 0)
}

func TestGroupWithAPIsCannotBeDeleted(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	api := admin.newAPI(t, group)
	remove := &model.DeleteApiGroupV2Request{InstanceId: admin.instance, GroupId: group}

	refuse(t, admin.api.DeleteApiGroupV2, remove, refusedAs(412, "APIG.3415"))

	admin.showGroup(t, group)
	admin.showAPI(t, api)
	admin.deleteAPI(t, api)
	call(t, admin.api.DeleteApiGroupV2, remove)
}

// §3.1.6
func TestGroupNameIsChecked(t *testing.T) {
	t.Parallel()
	check := func(name string) *model.CheckApiGroupsV2Request {
		return &model.CheckApiGroupsV2Request{InstanceId: admin.instance, Body: &model.ApiGroupCheck{GroupName: name}}
	}
	taken := unique("group")
	admin.createGroup(t, doc{"name": taken})

	call(t, admin.api.CheckApiGroupsV2, check(unique("free")))
	refuse(t, admin.api.CheckApiGroupsV2, check(taken), refusedAs(400, "APIG.3201"))
	elsewhere := check(taken)
	elsewhere.InstanceId = unknownID
	refuse(t, admin.api.CheckApiGroupsV2, elsewhere, noInstance)
}

func TestGroupIsRefused(t *testing.T) {
	t.Parallel()
	taken := unique("group")
	admin.createGroup(t, doc{"name": taken})
	cases := map[string]struct {
		body doc
		want refusal
	}{
		"name taken":         {doc{"name": taken}, refusedAs(400, "APIG.3201")},
		"name too short":     {doc{"name": "ab"}, badParameter("name")},
		"name too long":      {doc{"name": strings.Repeat("x", 256)}, badParameter("name")},
		"name with a blank":  {doc{"name": "two words"}, badParameter("name")},
		"name with markup":   {doc{"name": "<script>"}, badParameter("name")},
		"name starts with -": {doc{"name": "-group"}, badParameter("name")},
		"remark too long":    {doc{"name": unique("group"), "remark": strings.Repeat("x", 1001)}, badParameter("remark")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			create := &model.CreateApiGroupV2Request{InstanceId: admin.instance, Body: fromDoc[model.ApiGroupCreate](t, c.body)}
			refuse(t, admin.api.CreateApiGroupV2, create, c.want)

			update := &model.UpdateApiGroupV2Request{
				InstanceId: admin.instance, GroupId: admin.newGroup(t), Body: fromDoc[model.ApiGroupBase](t, c.body),
			}
			refuse(t, admin.api.UpdateApiGroupV2, update, c.want)
		})
	}
}

func TestUnknownGroupIsNotFound(t *testing.T) {
	t.Parallel()
	body := &model.ApiGroupBase{Name: unique("group")}
	refuse(t, admin.api.ShowDetailsOfApiGroupV2, &model.ShowDetailsOfApiGroupV2Request{InstanceId: admin.instance, GroupId: unknownID}, noGroup)
	refuse(t, admin.api.UpdateApiGroupV2, &model.UpdateApiGroupV2Request{InstanceId: admin.instance, GroupId: unknownID, Body: body}, noGroup)
	refuse(t, admin.api.DeleteApiGroupV2, &model.DeleteApiGroupV2Request{InstanceId: admin.instance, GroupId: unknownID}, noGroup)
	refuse(t, admin.api.ListApiGroupsV2, &model.ListApiGroupsV2Request{InstanceId: unknownID}, noInstance)
}

// §3.1.5
func TestGroupsAreListedInPages(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	var made []string
	for range 23 {
		made = append(made, c.newGroup(t))
	}
	page := func(offset int64, limit int32) doc {
		return call(t, c.api.ListApiGroupsV2, &model.ListApiGroupsV2Request{InstanceId: c.instance, Offset: new(offset), Limit: new(limit)})
	}

	first, second := page(0, 20), page(20, 20)

	wantPage(t, first, "groups", 20, 23)
	wantPage(t, second, "groups", 3, 23)
	all := append(column(t, list(t, first, "groups"), "id"), column(t, list(t, second, "groups"), "id")...)
	slices.Sort(all)
	slices.Sort(made)
	if diff := cmp.Diff(made, all); diff != "" {
		t.Errorf("two pages are not the 23 groups (-made +listed):\n%s", diff)
	}
	wantPage(t, call(t, c.api.ListApiGroupsV2, &model.ListApiGroupsV2Request{InstanceId: c.instance}), "groups", 20, 23)
	wantPage(t, page(-5, 5), "groups", 5, 23)
	wantPage(t, page(0, 0), "groups", 20, 23)
	wantPage(t, page(0, -1), "groups", 20, 23)
	wantPage(t, page(0, 100000), "groups", 23, 23)
	wantPage(t, page(1000, 20), "groups", 0, 23)
}

func TestGroupsAreFiltered(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	orders := text(t, c.createGroup(t, doc{"name": "orders_api"}), "id")
	c.createGroup(t, doc{"name": "old-orders_api-2"})
	c.createGroup(t, doc{"name": "ordersXapi"})
	cases := map[string]struct {
		filter doc
		want   []string
	}{
		"a part of the name":            {doc{"name": "rders"}, []string{"old-orders_api-2", "ordersXapi", "orders_api"}},
		"_ in a name is no wildcard":    {doc{"name": "orders_api"}, []string{"old-orders_api-2", "orders_api"}},
		"the exact name":                {doc{"name": "orders_api", "precise_search": "name"}, []string{"orders_api"}},
		"no exact name":                 {doc{"name": "rders", "precise_search": "name"}, nil},
		"the id":                        {doc{"id": orders}, []string{"orders_api"}},
		"the id and a name not its own": {doc{"id": orders, "name": "old"}, nil},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			found := query(t, c, c.api.ListApiGroupsV2, k.filter)
			wantPage(t, found, "groups", len(k.want), len(k.want))
			got := column(t, list(t, found, "groups"), "name")
			slices.Sort(got)
			if !slices.Equal(got, k.want) {
				t.Errorf("found %v, want %v", got, k.want)
			}
		})
	}
}
