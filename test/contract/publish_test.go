package contract

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// §3.5.4
func TestPublicationHasARecord(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	definition := mockAPI(group)
	api := text(t, admin.createAPI(t, definition), "id")
	online := admin.action(t, "online", api, releaseEnv)
	online.Body.Remark = new("first")

	record := call(t, admin.api.CreateOrDeletePublishRecordForApiV2, online)

	wantFields(t, record, doc{"api_id": api, "env_id": releaseEnv})
	wantRecent(t, record, "publish_time")
	text(t, record, "version_id")
	wantFields(t, admin.showAPI(t, api), doc{
		"run_env_id": releaseEnv, "run_env_name": "RELEASE", "publish_id": text(t, record, "publish_id"),
	})
	wantFields(t, admin.history(t, api, releaseEnv)[0], doc{"version_id": record["version_id"], "remark": "first"})
}

// §3.5.5: one value for each environment, separated by |.
func TestAPIShowsAllEnvironmentsItIsIn(t *testing.T) {
	t.Parallel()
	api := admin.newAPI(t, admin.newGroup(t))
	name := unique("env")
	env := text(t, admin.createEnv(t, doc{"name": name}), "id")
	inRelease, inEnv := admin.publish(t, api, releaseEnv), admin.publish(t, api, env)

	shown := admin.showAPI(t, api)

	rows := map[string][]string{}
	ids := strings.Split(text(t, shown, "run_env_id"), "|")
	for _, member := range []string{"run_env_name", "publish_id", "publish_time"} {
		values := strings.Split(text(t, shown, member), "|")
		if len(values) != len(ids) {
			t.Fatalf("%s has %d values, run_env_id %d", member, len(values), len(ids))
		}
		for i, id := range ids {
			rows[id] = append(rows[id], values[i])
		}
	}
	if len(rows) != 2 {
		t.Fatalf("environments %v, want %s and %s", ids, releaseEnv, env)
	}
	for id, want := range map[string][]any{releaseEnv: {"RELEASE", inRelease["publish_id"]}, env: {name, inEnv["publish_id"]}} {
		if rows[id][0] != want[0] || rows[id][1] != want[1] {
			t.Errorf("environment %s: %v, want %v", id, rows[id], want)
		}
	}
	admin.offline(t, api, releaseEnv)
	wantFields(t, admin.showAPI(t, api), doc{"run_env_id": env, "run_env_name": name, "publish_id": inEnv["publish_id"]})
}

func TestOfflineAPIRunsNowhere(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	api := admin.newAPI(t, group)
	admin.publish(t, api, releaseEnv)

	record := admin.offline(t, api, releaseEnv)

	wantFields(t, record, doc{"api_id": api, "env_id": releaseEnv})
	wantAbsent(t, admin.showAPI(t, api), "run_env_id", "run_env_name", "publish_id", "publish_time")
	refuse(t, admin.api.ListApiRuntimeDefinitionV2, admin.runtimeRequest(api, releaseEnv), notPublic)
	wantPage(t, admin.listAPIs(t, doc{"group_id": group, "env_id": releaseEnv}), "apis", 0, 0)
	refuse(t, admin.api.CreateOrDeletePublishRecordForApiV2, admin.action(t, "offline", api, releaseEnv), notPublic)
}

func TestPublicationIsRefused(t *testing.T) {
	t.Parallel()
	api := admin.newAPI(t, admin.newGroup(t))
	cases := map[string]struct {
		action, api, env string
		want             refusal
	}{
		"unknown action":        {"sideways", api, releaseEnv, badParameter("action")},
		"no action":             {"", api, releaseEnv, badParameter("action")},
		"no API":                {"online", "", releaseEnv, badParameter("api_id")},
		"no environment":        {"online", api, "", badParameter("env_id")},
		"unknown API":           {"online", unknownID, releaseEnv, noAPI},
		"unknown environment":   {"online", api, unknownID, noEnv},
		"offline before online": {"offline", api, releaseEnv, notPublic},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			refuse(t, admin.api.CreateOrDeletePublishRecordForApiV2, admin.action(t, c.action, c.api, c.env), c.want)
			wantAbsent(t, admin.showAPI(t, api), "run_env_id", "publish_id")
		})
	}
}

// batch publishes ("online") or takes offline what the body names.
func (c *client) batch(t *testing.T, action string, body doc) *model.BatchPublishOrOfflineApiV2Request {
	t.Helper()
	return &model.BatchPublishOrOfflineApiV2Request{InstanceId: c.instance, Action: action, Body: fromDoc[model.ApiBatchPublish](t, body)}
}

// §3.5.9: an API that fails does not stop the others.
func TestBatchPublishesWhatItCan(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	definition := mockAPI(group)
	first, second := text(t, admin.createAPI(t, definition), "id"), admin.newAPI(t, group)
	body := doc{"apis": []string{first, unknownID, second}, "env_id": releaseEnv, "remark": "together"}

	done := call(t, admin.api.BatchPublishOrOfflineApiV2, admin.batch(t, "online", body))

	published, failed := list(t, done, "success"), list(t, done, "failure")
	if got := column(t, published, "api_id"); !slices.Equal(got, []string{first, second}) {
		t.Fatalf("published %v, want %v", got, []string{first, second})
	}
	wantFields(t, published[0], doc{"api_name": definition["name"], "env_id": releaseEnv, "remark": "together"})
	wantRecent(t, published[0], "publish_time")
	wantFields(t, admin.showAPI(t, first), doc{"run_env_id": releaseEnv, "publish_id": text(t, published[0], "publish_id")})
	wantFields(t, admin.runtime(t, second, releaseEnv), doc{"publish_id": text(t, published[1], "publish_id")})
	if len(failed) != 1 {
		t.Fatalf("failed: %v, want the unknown API alone", failed)
	}
	wantFields(t, failed[0], doc{"api_id": unknownID, "error_code": "APIG.3002"})
	text(t, failed[0], "error_msg")
}

func TestBatchTakesAWholeGroup(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	want := []string{admin.newAPI(t, group), admin.newAPI(t, group), admin.newAPI(t, group)}
	slices.Sort(want)
	body := doc{"group_id": group, "env_id": releaseEnv}

	for _, action := range []string{"online", "offline"} {
		done := call(t, admin.api.BatchPublishOrOfflineApiV2, admin.batch(t, action, body))

		got := column(t, list(t, done, "success"), "api_id")
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s of the group (-want +got):\n%s", action, diff)
		}
		size := map[string]int{"online": 3, "offline": 0}[action]
		wantPage(t, admin.listAPIs(t, doc{"group_id": group, "env_id": releaseEnv}), "apis", size, size)
	}
}

func TestBatchIsRefused(t *testing.T) {
	t.Parallel()
	api := admin.newAPI(t, admin.newGroup(t))
	tooMany := slices.Repeat([]string{unknownID}, 1001)
	cases := map[string]struct {
		action string
		body   doc
		want   refusal
	}{
		"unknown action":  {"sideways", doc{"apis": []string{api}, "env_id": releaseEnv}, badParameter("action")},
		"neither of both": {"online", doc{"env_id": releaseEnv}, badParameter("")},
		"no environment":  {"online", doc{"apis": []string{api}}, badParameter("env_id")},
		"more than 1000":  {"online", doc{"apis": tooMany, "env_id": releaseEnv}, badParameter("apis")},
		"remark too long": {"online", doc{"apis": []string{api}, "env_id": releaseEnv, "remark": strings.Repeat("x", 256)}, badParameter("remark")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			refuse(t, admin.api.BatchPublishOrOfflineApiV2, admin.batch(t, c.action, c.body), c.want)
			wantAbsent(t, admin.showAPI(t, api), "run_env_id")
		})
	}
}

// §3.5.9 documents no 404, so each API may fail with the environment's code instead.
func TestBatchIntoAnUnknownEnvironmentPublishesNothing(t *testing.T) {
	t.Parallel()
	api := admin.newAPI(t, admin.newGroup(t))
	body := jsonOf(t, doc{"apis": []string{api}, "env_id": unknownID})

	got := admin.send(t, message{
		method: "POST", path: below("/apis/publish"), query: map[string]string{"action": "online"}, body: body,
	})

	wantAbsent(t, admin.showAPI(t, api), "run_env_id")
	if got.status >= 400 {
		got.refused(t, noEnv)
		return
	}
	wantFields(t, got.want(t, 200).doc(t), doc{"failure": []doc{{"api_id": api, "error_code": "APIG.3003"}}})
}
