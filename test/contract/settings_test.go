package contract

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// texts returns the strings at a member that is a list of them, sorted.
func texts(t *testing.T, d doc, member string) []string {
	t.Helper()
	values, _ := d[member].([]any)
	var all []string
	for _, v := range values {
		s, ok := v.(string)
		if !ok {
			t.Fatalf("%s has %v, want text", member, v)
		}
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}

// §3.20.1
func TestTagsAreThoseOfTheAPIs(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	tags := func(offset int64, limit int32) doc {
		return call(t, c.api.ListTagsV2, &model.ListTagsV2Request{InstanceId: c.instance, Offset: new(offset), Limit: new(limit)})
	}
	wantPage(t, tags(0, 20), "tags", 0, 0)
	group := c.newGroup(t)
	c.createAPI(t, with(t, mockAPI(group), "tags", []string{"red", "green"}))
	second := text(t, c.createAPI(t, with(t, mockAPI(group), "tags", []string{"green", "标签"})), "id")

	all := tags(0, 20)

	wantPage(t, all, "tags", 3, 3)
	if diff := cmp.Diff([]string{"green", "red", "标签"}, texts(t, all, "tags")); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	pages := append(texts(t, tags(0, 2), "tags"), texts(t, tags(2, 2), "tags")...)
	slices.Sort(pages)
	if diff := cmp.Diff([]string{"green", "red", "标签"}, pages); diff != "" {
		t.Errorf("two pages of tags (-want +got):\n%s", diff)
	}
	c.deleteAPI(t, second)
	if diff := cmp.Diff([]string{"green", "red"}, texts(t, tags(0, 20), "tags")); diff != "" {
		t.Errorf("tags after an API is deleted (-want +got):\n%s", diff)
	}
	refuse(t, c.api.ListTagsV2, &model.ListTagsV2Request{InstanceId: unknownID}, noInstance)
}

func (c *client) featureRequest(name string, enable bool, config string) *model.CreateFeatureV2Request {
	return &model.CreateFeatureV2Request{
		InstanceId: c.instance, Body: &model.FeatureToggle{Name: name, Enable: enable, Config: new(config)},
	}
}

// §3.21.1, §3.21.2
func TestFeatureIsSetAndListed(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	listed := func() doc {
		return call(t, c.api.ListFeaturesV2, &model.ListFeaturesV2Request{InstanceId: c.instance, Limit: new(int32(500))})
	}

	made := call(t, c.api.CreateFeatureV2, c.featureRequest("app_api_key", true, "on"))

	text(t, made, "id")
	wantFields(t, made, doc{"name": "app_api_key", "enable": true, "config": "on", "instance_id": c.instance})
	wantRecent(t, made, "update_time")
	found := slices.IndexFunc(list(t, listed(), "features"), func(f doc) bool { return f["name"] == "app_api_key" })
	if found < 0 {
		t.Fatalf("the feature is not listed: %v", listed())
	}
	wantFields(t, list(t, listed(), "features")[found], made)
	refuse(t, c.api.CreateFeatureV2, c.featureRequest("app_api_key", false, "off"), refusedAs(409, "APIG.3711"))
	wantFields(t, list(t, listed(), "features")[found], made)
}

func TestFeatureIsRefused(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	refuse(t, c.api.CreateFeatureV2, c.featureRequest("app-api-key", true, "on"), refusedAs(400, "APIG.2000"))
	refuse(t, c.api.CreateFeatureV2, c.featureRequest("", true, "on"), badParameter("name"))
	refuse(t, c.api.CreateFeatureV2, c.featureRequest(strings.Repeat("x", 65), true, "on"), badParameter(""))
	refuse(t, c.api.CreateFeatureV2, c.featureRequest("backend_timeout", true, `{"max_timeout": 600001}`), badParameter(""))
	refuse(t, c.api.CreateFeatureV2, c.featureRequest("backend_timeout", true, `{"max_timeout": `), badParameter(""))
	elsewhere := c.featureRequest("app_api_key", true, "on")
	elsewhere.InstanceId = unknownID
	refuse(t, c.api.CreateFeatureV2, elsewhere, noInstance)
	refuse(t, c.api.ListFeaturesV2, &model.ListFeaturesV2Request{InstanceId: unknownID}, noInstance)
}

// §3.5.1: the longest timeout of a backend is that of the feature backend_timeout.
func TestFeatureRaisesTheBackendTimeout(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	slow := with(t, httpAPI(c.newGroup(t)), "backend_api.timeout", 600000)
	refuse(t, c.api.CreateApiV2, c.createAPIRequest(t, slow), badParameter("timeout"))

	call(t, c.api.CreateFeatureV2, c.featureRequest("backend_timeout", true, `{"max_timeout": 600000}`))

	wantFields(t, c.createAPI(t, slow), slow)
}

// §3.21.3
func TestInstanceFeaturesAreNames(t *testing.T) {
	t.Parallel()
	page := func(offset int64, limit int32) doc {
		return call(t, admin.api.ListInstanceFeatures, &model.ListInstanceFeaturesRequest{
			InstanceId: admin.instance, Offset: new(offset), Limit: new(limit),
		})
	}

	all := page(0, 500)

	supported := texts(t, all, "features")
	wantPage(t, all, "features", len(supported), len(supported))
	for _, name := range []string{"backend_timeout", "ratelimit", "request_body_size", "app_api_key"} {
		if !slices.Contains(supported, name) {
			t.Errorf("%s is not among the features %v", name, supported)
		}
	}
	wantPage(t, page(1, 2), "features", 2, len(supported))
}

// §3.22.1
func TestQuotasTellLimitAndUse(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	quotas := func() map[string]doc {
		all := map[string]doc{}
		found := call(t, c.api.ListProjectCofigsV2, &model.ListProjectCofigsV2Request{InstanceId: c.instance, Limit: new(int32(500))})
		for _, q := range list(t, found, "configs") {
			all[text(t, q, "config_name")] = q
		}
		wantPage(t, found, "configs", len(all), len(all))
		return all
	}

	before := quotas()

	for name, q := range before {
		text(t, q, "config_id")
		text(t, q, "config_time")
		text(t, q, "remark")
		if _, err := strconv.Atoi(text(t, q, "config_value")); err != nil {
			t.Errorf("%s: config_value is %v, want a number", name, q["config_value"])
		}
	}
	// The examples' values.
	wantFields(t, before["API_VERSION_NUM_LIMIT"], doc{"config_value": "10"})
	wantFields(t, before["APIGROUP_DOMAIN_NUM_LIMIT"], doc{"config_value": "5"})
	wantFields(t, before["APIGROUP_NUM_LIMIT"], doc{"used": 0})
	c.newAPI(t, c.newGroup(t))
	c.setQuota(t, "APIGROUP_NUM_LIMIT", 77)
	after := quotas()
	wantFields(t, after["APIGROUP_NUM_LIMIT"], doc{"used": 1, "config_value": "77"})
	wantFields(t, after["API_NUM_LIMIT"], doc{"used": 1})
	wantPage(t, call(t, c.api.ListProjectCofigsV2, &model.ListProjectCofigsV2Request{
		InstanceId: c.instance, Offset: new(int64(1)), Limit: new(int32(2)),
	}), "configs", 2, len(after))
	refuse(t, c.api.ListProjectCofigsV2, &model.ListProjectCofigsV2Request{InstanceId: unknownID}, noInstance)
}

// §3.22.2
func TestTenantQuotaIsOfInstances(t *testing.T) {
	t.Parallel()

	found := call(t, admin.api.ListInstanceConfigsV2, &model.ListInstanceConfigsV2Request{})

	wantPage(t, found, "configs", 1, 1)
	wantFields(t, list(t, found, "configs")[0], doc{"config_name": "INSTANCE_NUM_LIMIT", "config_value": "5"})
}

// §5.4: what is over a quota is refused with the quota's code.
func TestQuotasAreKept(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	group, env := c.newGroup(t), c.newEnv(t)
	c.newAPI(t, group)
	c.createVariable(t, group, env, "first", "x")
	limit := func(quota string, value int) {
		t.Helper()
		c.setQuota(t, quota, value)
	}

	limit("APIGROUP_NUM_LIMIT", 1)
	refuse(t, c.api.CreateApiGroupV2, &model.CreateApiGroupV2Request{
		InstanceId: c.instance, Body: &model.ApiGroupCreate{Name: unique("group")},
	}, refusedAs(403, "APIG.3101"))
	limit("APIGROUP_NUM_LIMIT", 2)
	c.newGroup(t)

	limit("ENVIRONMENT_NUM_LIMIT", 1) // whether RELEASE counts is not said
	refuse(t, c.api.CreateEnvironmentV2, &model.CreateEnvironmentV2Request{
		InstanceId: c.instance, Body: &model.EnvCreate{Name: unique("env")},
	}, refusedAs(403, "APIG.3104"))

	limit("VARIABLE_NUM_LIMIT", 1)
	refuse(t, c.api.CreateEnvironmentVariableV2, c.variableRequest(t, group, env, "second", "x"), refusedAs(403, "APIG.3106"))

	over := map[string]struct {
		quota string
		code  string
		value int
		api   func(string) doc
	}{
		"APIs":             {"API_NUM_LIMIT", "APIG.3102", 1, mockAPI},
		"APIs of a group":  {"API_NUM_LIMIT_PER_GROUP", "APIG.3125", 1, mockAPI},
		"parameters":       {"API_PARAM_NUM_LIMIT", "APIG.3111", 2, httpAPI},
		"backend policies": {"API_POLICY_NUM_LIMIT", "APIG.3113", 0, httpAPI},
		"conditions":       {"API_CONDITION_NUM_LIMIT", "APIG.3114", 3, httpAPI},
		"tags":             {"API_TAG_NUM_LIMIT", "APIG.3133", 1, httpAPI},
	}
	for name, o := range over {
		t.Run(name, func(t *testing.T) {
			limit(o.quota, o.value)
			refuse(t, c.api.CreateApiV2, c.createAPIRequest(t, o.api(group)), refusedAs(403, o.code))
			limit(o.quota, 1000)
			c.createAPI(t, o.api(group))
		})
	}
}

func TestQuotaIsRefused(t *testing.T) {
	t.Parallel()
	for _, m := range []message{
		admin.quotaMessage("NO_SUCH_LIMIT", 1),
		admin.quotaMessage("API_NUM_LIMIT", -1),
	} {
		if a := admin.send(t, m); a.status < 400 || a.status >= 500 {
			t.Errorf("%s %s: status %d, want a refusal", m.path, m.body, a.status)
		}
	}
}
