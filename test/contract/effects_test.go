package contract

import (
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// A change of one thing shows wherever the thing is told of.

func TestRenamedGroupIsToldByItsAPIs(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	api := admin.newAPI(t, group)
	renamed := unique("renamed")

	call(t, admin.api.UpdateApiGroupV2, &model.UpdateApiGroupV2Request{
		InstanceId: admin.instance, GroupId: group, Body: &model.ApiGroupBase{Name: renamed},
	})

	wantFields(t, admin.showAPI(t, api), doc{"group_name": renamed})
	wantFields(t, list(t, admin.listAPIs(t, doc{"id": api}), "apis")[0], doc{"group_name": renamed})
}

func TestRenamedEnvironmentIsToldByItsAPIs(t *testing.T) {
	t.Parallel()
	env, api := admin.newEnv(t), admin.newAPI(t, admin.newGroup(t))
	admin.publish(t, api, env)
	renamed := unique("renamed")

	call(t, admin.api.UpdateEnvironmentV2, &model.UpdateEnvironmentV2Request{
		InstanceId: admin.instance, EnvId: env, Body: &model.EnvCreate{Name: renamed},
	})

	wantFields(t, admin.showAPI(t, api), doc{"run_env_id": env, "run_env_name": renamed})
	wantFields(t, admin.history(t, api, env)[0], doc{"env_name": renamed})
}

// §3.1.3: with a group goes what is attached to it.
func TestVariablesGoWithTheirGroup(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	variable := text(t, admin.createVariable(t, group, releaseEnv, "host", "x"), "id")

	call(t, admin.api.DeleteApiGroupV2, &model.DeleteApiGroupV2Request{InstanceId: admin.instance, GroupId: group})

	show := &model.ShowDetailsOfEnvironmentVariableV2Request{InstanceId: admin.instance, EnvVariableId: variable}
	refuse(t, admin.api.ShowDetailsOfEnvironmentVariableV2, show, noVariable)
}

// §3.5.3: with an API go its publication records.
func TestVersionsGoWithTheirAPI(t *testing.T) {
	t.Parallel()
	api := admin.newAPI(t, admin.newGroup(t))
	version := text(t, admin.publish(t, api, releaseEnv), "version_id")
	admin.offline(t, api, releaseEnv)

	admin.deleteAPI(t, api)

	show := &model.ListApiVersionDetailV2Request{InstanceId: admin.instance, VersionId: version}
	refuse(t, admin.api.ListApiVersionDetailV2, show, noVersion)
	refuse(t, admin.api.ListApiVersionsV2, &model.ListApiVersionsV2Request{InstanceId: admin.instance, ApiId: api}, noAPI)
}

// §5.4: what an API refers to has to be there.
func TestAPIRefersOnlyToWhatIsThere(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	authorized := with(t, with(t, mockAPI(group), "auth_type", "AUTHORIZER"), "authorizer_id", unknownID)
	channelled := httpAPI(group)
	channelled["backend_api"].(doc)["vpc_channel_status"] = 1
	channelled["backend_api"].(doc)["vpc_channel_info"] = doc{"vpc_channel_id": unknownID}

	refuse(t, admin.api.CreateApiV2, admin.createAPIRequest(t, authorized), refusedAs(404, "APIG.3081"))
	refuse(t, admin.api.CreateApiV2, admin.createAPIRequest(t, channelled), refusedAs(404, "APIG.3023"))
}

// race sends the same request from eight callers at once and returns how often it was done and the
// codes of the refusals.
func race[Q, A any](method func(*Q) (*A, error), request func() *Q) (done int, refusals map[string]int) {
	refusals = map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := method(request())
			mu.Lock()
			defer mu.Unlock()
			var e *sdkerr.ServiceResponseError
			switch {
			case err == nil:
				done++
			case errors.As(err, &e):
				refusals[e.ErrorCode]++
			default:
				refusals[err.Error()]++
			}
		})
	}
	all.Wait()
	return done, refusals
}

// Of many that want the same name at the same moment, one gets it.
func TestOneOfManyGetsTheName(t *testing.T) {
	t.Parallel()
	name, group := unique("wanted"), admin.newGroup(t)
	definition := mockAPI(group)

	groups, refusedGroups := race(admin.api.CreateApiGroupV2, func() *model.CreateApiGroupV2Request {
		return &model.CreateApiGroupV2Request{InstanceId: admin.instance, Body: &model.ApiGroupCreate{Name: name}}
	})
	apis, refusedAPIs := race(admin.api.CreateApiV2, func() *model.CreateApiV2Request {
		return admin.createAPIRequest(t, definition)
	})

	if diff := cmp.Diff(map[string]int{"APIG.3201": 7}, refusedGroups); groups != 1 || diff != "" {
		t.Errorf("%d groups; refusals (-want +got):\n%s", groups, diff)
	}
	if apis != 1 || refusedAPIs["APIG.3202"]+refusedAPIs["APIG.3301"] != 7 {
		t.Errorf("%d APIs; refusals %v", apis, refusedAPIs)
	}
	wantPage(t, admin.listAPIs(t, doc{"group_id": group}), "apis", 1, 1)
}

// Publications at the same moment all happen, one after another, and one is in effect.
func TestPublicationsAtOnceLeaveOneVersionInEffect(t *testing.T) {
	t.Parallel()
	api := admin.newAPI(t, admin.newGroup(t))

	done, refusals := race(admin.api.CreateOrDeletePublishRecordForApiV2, func() *model.CreateOrDeletePublishRecordForApiV2Request {
		return admin.action(t, "online", api, releaseEnv)
	})

	if done != 8 {
		t.Fatalf("%d of 8 publications happened; refusals %v", done, refusals)
	}
	inEffect := 0
	history := statuses(t, admin.history(t, api, releaseEnv))
	for _, status := range history {
		if status == 1.0 {
			inEffect++
		}
	}
	if len(history) != 8 || inEffect != 1 {
		t.Errorf("%d versions, %d in effect; want 8 and 1", len(history), inEffect)
	}
}

// A change that is sent again with its Idempotency-Key is answered again and not done again.
func TestRepeatedChangeIsDoneOnce(t *testing.T) {
	t.Parallel()
	name := unique("group")
	create := message{
		method: "POST", path: below("/api-groups"), body: jsonOf(t, doc{"name": name}),
		header: map[string]string{"Idempotency-Key": unique("key")},
	}

	first, second := admin.send(t, create).want(t, 201), admin.send(t, create).want(t, 201)

	if diff := cmp.Diff(first.doc(t), second.doc(t)); diff != "" {
		t.Errorf("the second answer differs (-first +second):\n%s", diff)
	}
	found := call(t, admin.api.ListApiGroupsV2, &model.ListApiGroupsV2Request{InstanceId: admin.instance, Name: new(name)})
	wantPage(t, found, "groups", 1, 1)
	create.body = jsonOf(t, doc{"name": unique("group")})
	if got := admin.send(t, create); got.status < 400 || got.status >= http.StatusInternalServerError {
		t.Errorf("another change with the same key: status %d, want a refusal", got.status)
	}
}
