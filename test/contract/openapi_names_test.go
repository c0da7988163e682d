package contract

import (
	"strings"
	"testing"
)

// §3.16: documents name channels, authorizers and responses; where they are known, definitions refer to
// them.
func TestDocumentsNameWhatAPIsReferTo(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	channel, authorizer := admin.createChannel(t, plainChannel()), admin.createAuthorizer(t, frontendAuthorizer())
	response := admin.createResponse(t, group, doc{"name": "house"})
	d := channelAPI(group, text(t, channel, "id"))
	d["auth_type"], d["authorizer_id"], d["response_id"] = "AUTHORIZER", authorizer["id"], response["id"]
	api := text(t, admin.createAPI(t, d), "id")
	admin.publish(t, api, releaseEnv)

	file := admin.export(t, doc{"env_id": releaseEnv, "group_id": group, "define": "all", "type": "json"}, "")

	for _, name := range []string{text(t, channel, "name"), text(t, authorizer, "name"), "house"} {
		if !strings.Contains(file, name) {
			t.Errorf("the document does not name %s: %.2000s", name, file)
		}
	}
	other := admin.newGroup(t)
	house := admin.createResponse(t, other, doc{"name": "house"})
	done := admin.importInto(t, other, file, doc{})
	made := list(t, done, "success")
	if len(made) != 1 {
		t.Fatalf("imported %v", done)
	}
	wantFields(t, admin.showAPI(t, text(t, made[0], "id")), doc{
		"authorizer_id": authorizer["id"], "response_id": house["id"],
		"backend_api": doc{"vpc_channel_info": doc{"vpc_channel_id": channel["id"]}},
	})
}
