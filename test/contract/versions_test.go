package contract

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// ofPublication are the members of a runtime definition that tell of the publication, not of the API.
var ofPublication = []string{"publish_id", "publish_time", "version_id", "update_time"}

// statuses returns version id -> status of a history.
func statuses(t *testing.T, history []doc) map[string]any {
	t.Helper()
	all := map[string]any{}
	for _, v := range history {
		all[text(t, v, "version_id")] = v["status"]
	}
	return all
}

// §3.5.10 to §3.5.14, in the order in which a team lives through them.
func TestPublishEditPublishSwitchBackOffline(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	first := httpAPI(group)
	api := text(t, admin.createAPI(t, first), "id")

	v1 := text(t, admin.publish(t, api, releaseEnv), "version_id")
	asFirst := admin.runtime(t, api, releaseEnv)
	wantFields(t, asFirst, without(t, first, "backend_api", "backend_params", "policy_https"))
	wantFields(t, asFirst, doc{"id": api, "run_env_id": releaseEnv, "run_env_name": "RELEASE"})

	// An edit changes the draft alone.
	edited := with(t, with(t, first, "remark", "second"), "backend_api.timeout", 777)
	admin.updateAPI(t, api, edited)
	wantFields(t, admin.showAPI(t, api), edited)
	if diff := cmp.Diff(asFirst, admin.runtime(t, api, releaseEnv)); diff != "" {
		t.Errorf("an edit changed what runs (-before +after):\n%s", diff)
	}

	// Publishing again makes a second version.
	v2 := text(t, admin.publish(t, api, releaseEnv), "version_id")
	wantFields(t, admin.runtime(t, api, releaseEnv), doc{"remark": "second"})
	if diff := cmp.Diff(map[string]any{v1: 2.0, v2: 1.0}, statuses(t, admin.history(t, api, releaseEnv))); diff != "" {
		t.Errorf("history after two publications (-want +got):\n%s", diff)
	}

	// Switching back runs the first again, to the last field, and leaves the draft alone.
	record := admin.switchTo(t, api, v1)
	wantFields(t, record, doc{"api_id": api, "env_id": releaseEnv, "version_id": v1})
	wantRecent(t, record, "publish_time")
	again := admin.runtime(t, api, releaseEnv)
	if diff := cmp.Diff(without(t, asFirst, ofPublication...), without(t, again, ofPublication...)); diff != "" {
		t.Errorf("what runs after switching back (-first +now):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{v1: 1.0, v2: 2.0}, statuses(t, admin.history(t, api, releaseEnv))); diff != "" {
		t.Errorf("history after switching back (-want +got):\n%s", diff)
	}
	wantFields(t, admin.showAPI(t, api), edited)

	// A version can be taken offline by its id, while it is in effect.
	remove := &model.DeleteApiByVersionIdV2Request{InstanceId: admin.instance, VersionId: v1}
	call(t, admin.api.DeleteApiByVersionIdV2, remove)
	refuse(t, admin.api.ListApiRuntimeDefinitionV2, admin.runtimeRequest(api, releaseEnv), notPublic)
	wantAbsent(t, admin.showAPI(t, api), "run_env_id", "publish_id")
	for version, status := range statuses(t, admin.history(t, api, releaseEnv)) {
		if status != 2.0 {
			t.Errorf("version %s has status %v after all are offline", version, status)
		}
	}
	refuse(t, admin.api.DeleteApiByVersionIdV2, remove, refusedAs(404, "APIG.3022", "APIG.3015"))
}

// §3.5.13: a version keeps the whole definition of its moment.
func TestVersionKeepsItsDefinition(t *testing.T) {
	t.Parallel()
	first := httpAPI(admin.newGroup(t))
	api := text(t, admin.createAPI(t, first), "id")
	record := admin.publish(t, api, releaseEnv)
	version := text(t, record, "version_id")
	before := admin.showVersion(t, version)

	admin.updateAPI(t, api, with(t, first, "backend_api", backend("DELETE", "/other/{person}")))
	admin.publish(t, api, releaseEnv)

	after := admin.showVersion(t, version)
	wantFields(t, after, first)
	wantFields(t, after, doc{
		"id": api, "version_id": version, "run_env_id": releaseEnv, "run_env_name": "RELEASE", "publish_time": before["publish_time"],
	})
	text(t, after, "sl_domain")
	ignored := append([]string{"status"}, ofPublication...)
	if diff := cmp.Diff(without(t, before, ignored...), without(t, after, ignored...)); diff != "" {
		t.Errorf("a later publication changed a version (-before +after):\n%s", diff)
	}
}

// §3.5.12: an environment runs its own version, and RELEASE is meant when none is named.
func TestEnvironmentsRunTheirOwnVersions(t *testing.T) {
	t.Parallel()
	env := admin.newEnv(t)
	definition := mockAPI(admin.newGroup(t))
	api := text(t, admin.createAPI(t, definition), "id")
	admin.publish(t, api, releaseEnv)
	admin.updateAPI(t, api, with(t, definition, "remark", "newer"))
	admin.publish(t, api, env)

	inRelease := call(t, admin.api.ListApiRuntimeDefinitionV2, &model.ListApiRuntimeDefinitionV2Request{InstanceId: admin.instance, ApiId: api})

	wantFields(t, inRelease, doc{"run_env_id": releaseEnv, "remark": definition["remark"]})
	wantFields(t, admin.runtime(t, api, env), doc{"run_env_id": env, "remark": "newer"})
	if n := len(admin.history(t, api, env)); n != 1 {
		t.Errorf("%d versions in the second environment, want 1", n)
	}
}

// §3.5.10
func TestHistoryTellsEachVersion(t *testing.T) {
	t.Parallel()
	name := unique("env")
	env := text(t, admin.createEnv(t, doc{"name": name}), "id")
	api := admin.newAPI(t, admin.newGroup(t))
	record := admin.publish(t, api, env)
	admin.publish(t, api, releaseEnv)
	filtered := func(filter doc) doc {
		return query(t, admin, admin.api.ListApiVersionsV2, filter, doc{"api_id": api})
	}

	found := filtered(doc{"env_id": env})

	wantPage(t, found, "api_versions", 1, 1)
	version := list(t, found, "api_versions")[0]
	wantFields(t, version, doc{
		"version_id": record["version_id"], "api_id": api, "env_id": env, "env_name": name, "status": 1,
		"publish_time": record["publish_time"],
	})
	if no := text(t, version, "version_no"); !regexp.MustCompile(`^20\d{12}$`).MatchString(no) {
		t.Errorf("version_no is %s, want the publication time as yyyyMMddHHmmss", no)
	}
	wantPage(t, filtered(doc{"env_name": name}), "api_versions", 1, 1)
	wantPage(t, filtered(doc{}), "api_versions", 2, 2)
	wantPage(t, filtered(doc{"limit": 1, "offset": 1}), "api_versions", 1, 2)
	wantPage(t, filtered(doc{"env_id": unknownID}), "api_versions", 0, 0)
}

// §3.5.10: at most ten versions of an API in an environment, the newest ones.
func TestHistoryHasAtMostTenVersions(t *testing.T) {
	t.Parallel()
	api := admin.newAPI(t, admin.newGroup(t))
	var made []string
	for range 12 {
		made = append(made, text(t, admin.publish(t, api, releaseEnv), "version_id"))
	}

	kept := statuses(t, admin.history(t, api, releaseEnv))

	if len(kept) != 10 {
		t.Fatalf("%d versions are listed, want 10", len(kept))
	}
	for i, version := range made {
		if _, listed := kept[version]; listed != (i >= 2) {
			t.Errorf("publication %d of 12 is listed: %t", i+1, listed)
		}
	}
	if kept[made[11]] != 1.0 {
		t.Errorf("the newest version has status %v, want 1", kept[made[11]])
	}
}

func TestSwitchIsRefused(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	api, other := admin.newAPI(t, group), admin.newAPI(t, group)
	admin.publish(t, api, releaseEnv)
	foreign := text(t, admin.publish(t, other, releaseEnv), "version_id")
	change := func(api, version string) *model.ChangeApiVersionV2Request {
		return &model.ChangeApiVersionV2Request{InstanceId: admin.instance, ApiId: api, Body: &model.ApiVersion{VersionId: new(version)}}
	}
	before := admin.runtime(t, api, releaseEnv)

	refuse(t, admin.api.ChangeApiVersionV2, change(api, unknownID), noVersion)
	refuse(t, admin.api.ChangeApiVersionV2, change(api, foreign), noVersion)
	refuse(t, admin.api.ChangeApiVersionV2, change(unknownID, foreign), refusedAs(404, "APIG.3002", "APIG.3022"))
	admin.send(t, message{method: "PUT", path: below("/apis/publish/%s", api)}).refused(t, refusedAs(400, "APIG.2000"))

	if diff := cmp.Diff(before, admin.runtime(t, api, releaseEnv)); diff != "" {
		t.Errorf("a refused switch changed what runs (-before +after):\n%s", diff)
	}
}

func TestUnknownVersionIsNotFound(t *testing.T) {
	t.Parallel()
	refuse(t, admin.api.ListApiVersionDetailV2, &model.ListApiVersionDetailV2Request{InstanceId: admin.instance, VersionId: unknownID}, noVersion)
	refuse(t, admin.api.DeleteApiByVersionIdV2, &model.DeleteApiByVersionIdV2Request{InstanceId: admin.instance, VersionId: unknownID}, noVersion)
}

// §3.5.14: only the version in effect can be taken offline by its id.
func TestVersionNotInEffectCannotBeTakenOffline(t *testing.T) {
	t.Parallel()
	api := admin.newAPI(t, admin.newGroup(t))
	old := text(t, admin.publish(t, api, releaseEnv), "version_id")
	admin.publish(t, api, releaseEnv)

	refuse(t, admin.api.DeleteApiByVersionIdV2, &model.DeleteApiByVersionIdV2Request{InstanceId: admin.instance, VersionId: old},
		refusedAs(404, "APIG.3022", "APIG.3015"))

	admin.runtime(t, api, releaseEnv)
}
