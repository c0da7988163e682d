package apig

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const (
	aiKeysPath = oneApp + "/ai-api-keys"
	oneAIKey   = aiKeysPath + "/{ai_api_key_id}"
)

// aiKeys registers the AI API keys of apps, which only the public SDK has. They need the actions of
// AppCodes.
func (s *Surface) aiKeys(api huma.API) {
	register(s, api, operation{
		id: "CreateAiApiKey", section: sectionSDK, method: http.MethodPost, path: aiKeysPath, status: 200,
		summary: "Give an app an AI API key", actions: []string{"apig:appCodes:create"}, tag: tagApps,
	}, s.createAIKey)
	register(s, api, operation{
		id: "ListAiApiKeys", section: sectionSDK, method: http.MethodGet, path: aiKeysPath, status: 200,
		summary: "List the AI API keys of an app", actions: []string{"apig:appCodes:list"}, tag: tagApps,
	}, s.listAIKeys)
	register(s, api, operation{
		id: "ShowDetailsOfAiApiKey", section: sectionSDK, method: http.MethodGet, path: oneAIKey, status: 200,
		summary: "Show an AI API key", actions: []string{"apig:appCodes:get"}, tag: tagApps,
	}, s.showAIKey)
	register(s, api, operation{
		id: "DeleteAiApiKey", section: sectionSDK, method: http.MethodDelete, path: oneAIKey, status: 204,
		summary: "Delete an AI API key", actions: []string{"apig:appCodes:delete"}, tag: tagApps,
	}, s.deleteAIKey)
}

// AIKeyView is an AI API key in an answer (public SDK, CreateAiApiKey).
type AIKeyView struct {
	AIAPIKey   string    `json:"ai_api_key" doc:"Masked in lists."`
	Alias      string    `json:"alias"`
	AppID      string    `json:"app_id"`
	CreateTime time.Time `json:"create_time"`
	ID         string    `json:"id"`
}

func aiKey(k apig.AIKey) AIKeyView { return AIKeyView{k.Value, k.Alias, k.AppID, k.CreateTime, k.ID} }

type createAIKeyIn struct {
	AppIn
	Body apig.AIKeyBody
}

func (s *Surface) createAIKey(ctx context.Context, call commands.Call, in *createAIKeyIn) (*answer[AIKeyView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.CreateAIKey, apig.CreateAIKey{InstanceID: in.InstanceID, AppID: in.AppID, Body: in.Body}, aiKey)
}

type listAIKeysIn struct {
	AppIn
	Paging
}

// AIKeyList is a page of AI API keys (public SDK, ListAiApiKeys).
type AIKeyList struct {
	Size      int         `json:"size"`
	Total     int         `json:"total"`
	AIAPIKeys []AIKeyView `json:"ai_api_keys"`
}

func (s *Surface) listAIKeys(ctx context.Context, _ commands.Call, in *listAIKeysIn) (*answer[AIKeyList], error) {
	rows, total, err := s.Queries.AIKeys(ctx, in.in(), in.AppID, in.page())
	masked := func(k projectionsapig.AIKeyRow) AIKeyView {
		return AIKeyView{apig.MaskedSecret, k.Alias, k.AppID, k.CreateTime, k.ID}
	}
	return read(AIKeyList{len(rows), total, each(rows, masked)}), err
}

// AIKeyIn is what every request about an AI API key names.
type AIKeyIn struct {
	AppIn
	AIKeyID string `path:"ai_api_key_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"AI API key."`
}

func (s *Surface) showAIKey(ctx context.Context, call commands.Call, in *AIKeyIn) (*answer[AIKeyView], error) {
	row, err := s.Queries.AIKey(ctx, in.in(), in.AppID, in.AIKeyID)
	if err != nil {
		return nil, err
	}
	k := apig.AIKey{ID: row.ID, InstanceID: row.InstanceID, AppID: row.AppID, Alias: row.Alias, Value: row.Sealed, CreateTime: row.CreateTime}
	k.Value, err = s.Commands.OpenAIKey(ctx, call, k)
	return read(aiKey(k)), err
}

func (s *Surface) deleteAIKey(ctx context.Context, call commands.Call, in *AIKeyIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteAIKey.Do, apig.DeleteAIKey{InstanceID: in.InstanceID, AppID: in.AppID, AIKeyID: in.AIKeyID})
}
