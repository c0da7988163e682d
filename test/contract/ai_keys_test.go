package contract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

func (c *client) createAIKeyRequest(t *testing.T, app string, body doc) *model.CreateAiApiKeyRequest {
	t.Helper()
	return &model.CreateAiApiKeyRequest{InstanceId: c.instance, AppId: app, Body: fromDoc[model.AiApiKeyCreate](t, body)}
}

func (c *client) listAIKeys(t *testing.T, app string) doc {
	t.Helper()
	return call(t, c.api.ListAiApiKeys, &model.ListAiApiKeysRequest{InstanceId: c.instance, AppId: app})
}

// Beyond the document: AI API keys of apps.
func TestAIKeysOfAnApp(t *testing.T) {
	t.Parallel()
	app, own := admin.newApp(t), unique("own+key")

	made := call(t, admin.api.CreateAiApiKey, admin.createAIKeyRequest(t, app, doc{"ai_api_key": own, "alias": "chat"}))

	wantFields(t, made, doc{"ai_api_key": own, "alias": "chat", "app_id": app})
	wantRecent(t, made, "create_time")
	id := text(t, made, "id")
	show := &model.ShowDetailsOfAiApiKeyRequest{InstanceId: admin.instance, AppId: app, AiApiKeyId: id}
	if diff := cmp.Diff(made, call(t, admin.api.ShowDetailsOfAiApiKey, show)); diff != "" {
		t.Errorf("the key as made and as shown (-made +shown):\n%s", diff)
	}
	listed := admin.listAIKeys(t, app)
	wantPage(t, listed, "ai_api_keys", 1, 1)
	wantFields(t, list(t, listed, "ai_api_keys")[0], doc{"id": id, "alias": "chat", "ai_api_key": maskedValue})
	generated := text(t, call(t, admin.api.CreateAiApiKey, admin.createAIKeyRequest(t, app, doc{})), "ai_api_key")
	if len(generated) < 64 {
		t.Errorf("a generated key has %d characters", len(generated))
	}
	remove := &model.DeleteAiApiKeyRequest{InstanceId: admin.instance, AppId: app, AiApiKeyId: id}
	call(t, admin.api.DeleteAiApiKey, remove)
	wantPage(t, admin.listAIKeys(t, app), "ai_api_keys", 1, 1)
	refuse(t, admin.api.DeleteAiApiKey, remove, noAppCode)
	refuse(t, admin.api.ShowDetailsOfAiApiKey, show, noAppCode)
}

func TestAIKeyIsRefused(t *testing.T) {
	t.Parallel()
	app := admin.newApp(t)
	for name, body := range map[string]doc{
		"too short": {"ai_api_key": "1234567"}, "too long": {"ai_api_key": strings.Repeat("x", 129)}, "with blanks": {"ai_api_key": "two words"},
		"an odd alias": {"alias": "a b"}, "a long alias": {"alias": strings.Repeat("x", 101)},
	} {
		t.Run(name, func(t *testing.T) {
			refuse(t, admin.api.CreateAiApiKey, admin.createAIKeyRequest(t, app, body), badParameter(""))
		})
	}
	for range 5 {
		call(t, admin.api.CreateAiApiKey, admin.createAIKeyRequest(t, app, doc{}))
	}
	refuse(t, admin.api.CreateAiApiKey, admin.createAIKeyRequest(t, app, doc{}), refusedAs(403, "APIG.3131"))
	refuse(t, admin.api.CreateAiApiKey, admin.createAIKeyRequest(t, unknownID, doc{}), noAppThere)
	refuse(t, admin.api.ListAiApiKeys, &model.ListAiApiKeysRequest{InstanceId: admin.instance, AppId: unknownID}, noAppThere)
	refuse(t, admin.api.ListAiApiKeys, &model.ListAiApiKeysRequest{InstanceId: unknownID, AppId: app}, noInstance)
	stale := &model.ShowDetailsOfAiApiKeyRequest{InstanceId: admin.instance, AppId: unknownID, AiApiKeyId: unknownID}
	refuse(t, admin.api.ShowDetailsOfAiApiKey, stale, noAppThere)
}
