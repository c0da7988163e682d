package contract

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

func (c *client) tagsRequest(t *testing.T, action string, tags ...doc) *model.BatchCreateOrDeleteInstanceTagsRequest {
	t.Helper()
	body := doc{"action": action, "tags": append([]doc{}, tags...)}
	return &model.BatchCreateOrDeleteInstanceTagsRequest{InstanceId: c.instance, Body: fromDoc[model.TmsUpdatePublicReq](t, body)}
}

func (c *client) tags(t *testing.T) []doc {
	t.Helper()
	return list(t, call(t, c.api.ListInstanceTags, &model.ListInstanceTagsRequest{InstanceId: c.instance}), "tags")
}

func tag(key, value string) doc { return doc{"key": key, "value": value} }

// §3.25.1 to §3.25.3
func TestInstanceTagsAreAddedAndDeleted(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	second := c.in(t, c.project, c.newInstance(t))
	if got := c.tags(t); len(got) > 0 {
		t.Errorf("a new instance has the tags %v", got)
	}

	call(t, c.api.BatchCreateOrDeleteInstanceTags, c.tagsRequest(t, "create", tag("stage", "test"), tag("标签", "a/b")))
	call(t, c.api.BatchCreateOrDeleteInstanceTags, c.tagsRequest(t, "create", tag("stage", "prod")))
	call(t, second.api.BatchCreateOrDeleteInstanceTags, second.tagsRequest(t, "create", tag("stage", "test")))

	if diff := cmp.Diff([]doc{tag("stage", "prod"), tag("标签", "a/b")}, c.tags(t)); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	all := call(t, c.api.ListProjectInstanceTags, &model.ListProjectInstanceTagsRequest{})
	wantFields(t, all, doc{"tags": []doc{{"key": "stage", "values": []string{"prod", "test"}}, {"key": "标签", "values": []string{"a/b"}}}})
	call(t, c.api.BatchCreateOrDeleteInstanceTags, c.tagsRequest(t, "delete", tag("标签", "a/b"), doc{"key": "stage"}, doc{"key": "none"}))
	if got := c.tags(t); len(got) > 0 {
		t.Errorf("tags that were deleted: %v", got)
	}
	refuse(t, c.api.ListInstanceTags, &model.ListInstanceTagsRequest{InstanceId: unknownID}, noInstance)
	refuse(t, c.api.BatchCreateOrDeleteInstanceTags, c.in(t, c.project, unknownID).tagsRequest(t, "create", tag("a", "b")), unknownInstance)
}

// §3.23.1, §3.25.3: at most 20 tags, and none of the system's.
func TestInstanceTagsAreRefused(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	var twenty []doc
	for i := range 20 {
		twenty = append(twenty, tag(fmt.Sprint("key", i), ""))
	}
	call(t, c.api.BatchCreateOrDeleteInstanceTags, c.tagsRequest(t, "create", twenty...))

	tooMany := refusedAs(403, "APIC.7402")
	refuse(t, c.api.BatchCreateOrDeleteInstanceTags, c.tagsRequest(t, "create", tag("one more", "")), tooMany)
	refuse(t, c.api.BatchCreateOrDeleteInstanceTags, c.tagsRequest(t, "create", append(twenty, tag("one more", ""))...), tooMany)
	for _, bad := range []doc{tag("_sys_owner", "x"), tag("", "x"), tag("a*", "x"), tag("a", "<x>")} {
		refuse(t, c.api.BatchCreateOrDeleteInstanceTags, c.tagsRequest(t, "delete", bad), badInstanceParameter())
	}
	refuse(t, c.api.BatchCreateOrDeleteInstanceTags, c.tagsRequest(t, "replace", tag("a", "b")), badInstanceParameter())
	if got := c.tags(t); len(got) != 20 {
		t.Errorf("%d tags, want 20", len(got))
	}
}

// Beyond the document: instances by their tags.
func TestInstancesAreFoundByTheirTags(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	body := with(t, instanceBody(), "tags", []doc{tag("stage", "test"), tag("team", "red")})
	body["enterprise_project_id"] = "ep-1"
	tagged := text(t, call(t, c.api.CreateInstanceV2, createInstance(t, body)), "instance_id")
	find := func(query doc) doc {
		found := call(t, c.api.ListInstancesByTags, &model.ListInstancesByTagsRequest{Body: fromDoc[model.TmsQueryReq](t, query)})
		number := call(t, c.api.ShowInstancesNumByTags, &model.ShowInstancesNumByTagsRequest{Body: fromDoc[model.TmsQueryReq](t, query)})
		wantFields(t, number, doc{"total_count": found["total_count"]})
		return found
	}

	found := find(doc{"tags": []doc{{"key": "stage", "values": []string{"test", "prod"}}, {"key": "team"}}})

	wantFields(t, found, doc{"total_count": 1, "resources": []doc{{
		"resource_id": tagged, "resource_name": body["instance_name"], "tags": []doc{tag("stage", "test"), tag("team", "red")},
	}}})
	for name, q := range map[string]struct {
		query doc
		want  int
	}{
		"all": {doc{}, 2}, "none": {doc{"without_any_tag": true}, 1}, "another value": {doc{"tags": []doc{{"key": "stage", "values": []string{"x"}}}}, 0},
		"by name":               {doc{"matches": []doc{{"key": "resource_name", "value": body["instance_name"]}}}, 1},
		"by enterprise project": {doc{"sys_tags": []doc{{"key": "_sys_enterprise_project_id", "values": []string{"ep-1"}}}}, 1},
	} {
		if got := find(q.query); got["total_count"] != float64(q.want) {
			t.Errorf("%s: %v, want %d", name, got["total_count"], q.want)
		}
	}
	page := call(t, c.api.ListInstancesByTags, &model.ListInstancesByTagsRequest{Limit: new(int32(1)), Offset: new(int64(1)), Body: &model.TmsQueryReq{}})
	if len(list(t, page, "resources")) != 1 || page["total_count"] != 2.0 {
		t.Errorf("a page of one: %v", page)
	}
	bad := fromDoc[model.TmsQueryReq](t, doc{"tags": []doc{{"key": "<"}}})
	refuse(t, c.api.ListInstancesByTags, &model.ListInstancesByTagsRequest{Body: bad}, badInstanceParameter())
	refuse(t, c.api.ShowInstancesNumByTags, &model.ShowInstancesNumByTagsRequest{Body: bad}, badInstanceParameter())
}
