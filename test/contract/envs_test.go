package contract

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// listEnvs lists the environments whose name has that part.
func (c *client) listEnvs(t *testing.T, name string) doc {
	t.Helper()
	return call(t, c.api.ListEnvironmentsV2, &model.ListEnvironmentsV2Request{InstanceId: c.instance, Name: new(name)})
}

// §3.2.1
func TestNewEnvironmentIsListed(t *testing.T) {
	t.Parallel()
	name := unique("env")

	made := admin.createEnv(t, doc{"name": name, "remark": "for trials"})

	text(t, made, "id")
	wantFields(t, made, doc{"name": name, "remark": "for trials"})
	wantRecent(t, made, "create_time")
	found := admin.listEnvs(t, name)
	wantPage(t, found, "envs", 1, 1)
	if diff := cmp.Diff(made, list(t, found, "envs")[0]); diff != "" {
		t.Errorf("the environment as created and as listed (-created +listed):\n%s", diff)
	}
}

// §3.2.4
func TestEveryInstanceHasRelease(t *testing.T) {
	t.Parallel()
	c := newTenant(t)

	found := call(t, c.api.ListEnvironmentsV2, &model.ListEnvironmentsV2Request{InstanceId: c.instance})

	wantPage(t, found, "envs", 1, 1)
	wantFields(t, list(t, found, "envs")[0], doc{"id": releaseEnv, "name": "RELEASE"})
}

func TestEnvironmentsAreListedInPages(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	c.setQuota(t, "ENVIRONMENT_NUM_LIMIT", 50)
	for i := range 24 {
		c.createEnv(t, doc{"name": fmt.Sprintf("stage_%02d", i)})
	}
	page := func(name string, offset int64, limit int32) doc {
		return call(t, c.api.ListEnvironmentsV2, &model.ListEnvironmentsV2Request{
			InstanceId: c.instance, Name: new(name), Offset: new(offset), Limit: new(limit),
		})
	}

	wantPage(t, call(t, c.api.ListEnvironmentsV2, &model.ListEnvironmentsV2Request{InstanceId: c.instance}), "envs", 20, 25)
	wantPage(t, page("stage_", 20, 20), "envs", 4, 24)
	wantPage(t, page("stage_1", 0, 3), "envs", 3, 10)
	wantPage(t, page("none", 0, 20), "envs", 0, 0)
}

// §3.2.2
func TestEnvironmentIsChanged(t *testing.T) {
	t.Parallel()
	before := admin.createEnv(t, doc{"name": unique("env"), "remark": "old"})
	id, renamed := text(t, before, "id"), unique("renamed")

	after := call(t, admin.api.UpdateEnvironmentV2, &model.UpdateEnvironmentV2Request{
		InstanceId: admin.instance, EnvId: id, Body: &model.EnvCreate{Name: renamed, Remark: new("new")},
	})

	wantFields(t, after, doc{"id": id, "name": renamed, "remark": "new", "create_time": before["create_time"]})
	wantFields(t, list(t, admin.listEnvs(t, renamed), "envs")[0], doc{"id": id, "remark": "new"})
}

// §3.2.3
func TestDeletedEnvironmentIsGone(t *testing.T) {
	t.Parallel()
	name := unique("env")
	id := text(t, admin.createEnv(t, doc{"name": name}), "id")
	remove := &model.DeleteEnvironmentV2Request{InstanceId: admin.instance, EnvId: id}

	call(t, admin.api.DeleteEnvironmentV2, remove)

	wantPage(t, admin.listEnvs(t, name), "envs", 0, 0)
	refuse(t, admin.api.DeleteEnvironmentV2, remove, noEnv)
	admin.createEnv(t, doc{"name": name})
}

func TestEnvironmentWithPublishedAPIsCannotBeDeleted(t *testing.T) {
	t.Parallel()
	env, api := admin.newEnv(t), admin.newAPI(t, admin.newGroup(t))
	admin.publish(t, api, env)
	remove := &model.DeleteEnvironmentV2Request{InstanceId: admin.instance, EnvId: env}

	refuse(t, admin.api.DeleteEnvironmentV2, remove, refusedAs(403, "APIG.3418"))

	admin.offline(t, api, env)
	call(t, admin.api.DeleteEnvironmentV2, remove)
}

func TestEnvironmentIsRefused(t *testing.T) {
	t.Parallel()
	taken := unique("env")
	admin.createEnv(t, doc{"name": taken})
	cases := map[string]struct {
		body doc
		want refusal
	}{
		"name taken":                {doc{"name": taken}, refusedAs(400, "APIG.3205")},
		"name of RELEASE":           {doc{"name": "RELEASE"}, refusedAs(400, "APIG.3205")},
		"name too short":            {doc{"name": "ab"}, badParameter("name")},
		"name too long":             {doc{"name": strings.Repeat("x", 65)}, badParameter("name")},
		"name starts with a digit":  {doc{"name": "1abc"}, badParameter("name")},
		"name with a hyphen":        {doc{"name": "a-b-c"}, badParameter("name")},
		"name with Chinese letters": {doc{"name": "环境一二"}, badParameter("name")},
		"remark too long":           {doc{"name": unique("env"), "remark": strings.Repeat("x", 256)}, badParameter("remark")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			create := &model.CreateEnvironmentV2Request{InstanceId: admin.instance, Body: fromDoc[model.EnvCreate](t, c.body)}
			refuse(t, admin.api.CreateEnvironmentV2, create, c.want)

			update := &model.UpdateEnvironmentV2Request{
				InstanceId: admin.instance, EnvId: admin.newEnv(t), Body: fromDoc[model.EnvCreate](t, c.body),
			}
			refuse(t, admin.api.UpdateEnvironmentV2, update, c.want)
		})
	}
}

func TestUnknownEnvironmentIsNotFound(t *testing.T) {
	t.Parallel()
	body := &model.EnvCreate{Name: unique("env")}
	refuse(t, admin.api.UpdateEnvironmentV2, &model.UpdateEnvironmentV2Request{InstanceId: admin.instance, EnvId: unknownID, Body: body}, noEnv)
	refuse(t, admin.api.DeleteEnvironmentV2, &model.DeleteEnvironmentV2Request{InstanceId: admin.instance, EnvId: unknownID}, noEnv)
	refuse(t, admin.api.ListEnvironmentsV2, &model.ListEnvironmentsV2Request{InstanceId: unknownID}, noInstance)
	refuse(t, admin.api.CreateEnvironmentV2, &model.CreateEnvironmentV2Request{InstanceId: unknownID, Body: body}, noInstance)
}
