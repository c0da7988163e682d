package contract

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// §3.11
func TestOverviewsCount(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	wantOverviews(t, c, doc{"instance_num": 0.0, "nums_on_release": 0.0, "nums_off_release": 0.0},
		doc{"onsell_nums": 0.0, "offsell_nums": 0.0}, doc{"authed_nums": 0.0, "unauthed_nums": 0.0})
	group, env := c.newGroup(t), c.newEnv(t)
	c.newGroup(t)
	first, second := c.newAPI(t, group), c.newAPI(t, group)
	c.newAPI(t, group)
	c.publish(t, first, releaseEnv)
	c.publish(t, first, env)
	c.publish(t, second, env)
	app, other := c.newApp(t), c.newApp(t)
	c.newApp(t)
	c.authorize(t, releaseEnv, app, first)
	c.authorize(t, releaseEnv, app, second)
	c.authorize(t, env, other, first)

	wantOverviews(t, c, doc{"instance_num": 3.0, "nums_on_release": 1.0, "nums_off_release": 2.0},
		doc{"onsell_nums": 2.0, "offsell_nums": 0.0}, doc{"authed_nums": 2.0, "unauthed_nums": 1.0})

	c.offline(t, first, releaseEnv)
	c.deleteApp(t, other)
	wantOverviews(t, c, doc{"instance_num": 3.0, "nums_on_release": 0.0, "nums_off_release": 3.0},
		doc{"onsell_nums": 2.0, "offsell_nums": 0.0}, doc{"authed_nums": 1.0, "unauthed_nums": 1.0})

	refuse(t, c.api.ListApiQuantitiesV2, &model.ListApiQuantitiesV2Request{InstanceId: unknownID}, noInstance)
	refuse(t, c.api.ListApiGroupsQuantitiesV2, &model.ListApiGroupsQuantitiesV2Request{InstanceId: unknownID}, noInstance)
	refuse(t, c.api.ListAppQuantitiesV2, &model.ListAppQuantitiesV2Request{InstanceId: unknownID}, noInstance)
}

func wantOverviews(t *testing.T, c *client, apis, groups, apps doc) {
	t.Helper()
	got := []doc{
		call(t, c.api.ListApiQuantitiesV2, &model.ListApiQuantitiesV2Request{InstanceId: c.instance}),
		call(t, c.api.ListApiGroupsQuantitiesV2, &model.ListApiGroupsQuantitiesV2Request{InstanceId: c.instance}),
		call(t, c.api.ListAppQuantitiesV2, &model.ListAppQuantitiesV2Request{InstanceId: c.instance}),
	}
	if diff := cmp.Diff([]doc{apis, groups, apps}, got); diff != "" {
		t.Errorf("overviews (-want +got):\n%s", diff)
	}
}
