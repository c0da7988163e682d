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

// SignatureView is a signature key in an answer (APIG V2 §3.6.1).
type SignatureView struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Type       string    `json:"sign_type" doc:"hmac, basic, public_key or aes."`
	Key        string    `json:"sign_key"`
	Secret     string    `json:"sign_secret" doc:"Shown when it was made or generated; masked elsewhere."`
	Algorithm  string    `json:"sign_algorithm,omitempty" doc:"Of type aes."`
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

func signature(s apig.Signature) SignatureView {
	return SignatureView{s.ID, s.Name, s.Type, s.Key, s.Secret, s.Algorithm, s.CreateTime, s.UpdateTime}
}

// SignatureInList is a signature key in a list (APIG V2 §3.6.4).
type SignatureInList struct {
	SignatureView
	BindNum      int `json:"bind_num" doc:"APIs bound, in each environment counted."`
	LDAPIBindNum int `json:"ldapi_bind_num" doc:"Custom backends bound; not supported."`
}

const (
	tagSignatures = "Signature keys"
	signsPath     = instancePath + "/signs"
	oneSign       = signsPath + "/{sign_id}"
)

// signatures registers APIG V2 §3.6 and §3.7.
func (s *Surface) signatures(api huma.API) {
	register(s, api, operation{
		id: "CreateSignatureKeyV2", section: "3.6.1", method: http.MethodPost, path: signsPath, status: 201,
		summary: "Create a signature key", actions: []string{"apig:signs:create"}, tag: tagSignatures,
	}, s.createSignature)
	register(s, api, operation{
		id: "UpdateSignatureKeyV2", section: "3.6.2", method: http.MethodPut, path: oneSign, status: 200,
		summary: "Change a signature key", actions: []string{"apig:signs:update"}, tag: tagSignatures,
	}, s.updateSignature)
	register(s, api, operation{
		id: "DeleteSignatureKeyV2", section: "3.6.3", method: http.MethodDelete, path: oneSign, status: 204,
		summary: "Delete a signature key with its bindings", actions: []string{"apig:signs:delete"}, tag: tagSignatures,
	}, s.deleteSignature)
	register(s, api, operation{
		id: "ListSignatureKeysV2", section: "3.6.4", method: http.MethodGet, path: signsPath, status: 200,
		summary: "List signature keys", actions: []string{"apig:signs:list"}, tag: tagSignatures,
	}, s.listSignatures)
	s.signatureBindings(api)
}

// SignatureIn is what a request about one signature key names.
type SignatureIn struct {
	InInstance
	SignID string `path:"sign_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Signature key."`
}

type createSignatureIn struct {
	InInstance
	Body apig.SignatureBody
}

func (s *Surface) createSignature(ctx context.Context, call commands.Call, in *createSignatureIn) (*answer[SignatureView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.CreateSignature, apig.CreateSignature{InstanceID: in.InstanceID, Body: in.Body}, signature)
}

type updateSignatureIn struct {
	SignatureIn
	Body apig.SignatureBody
}

func (s *Surface) updateSignature(ctx context.Context, call commands.Call, in *updateSignatureIn) (*answer[SignatureView], error) {
	command := apig.UpdateSignature{InstanceID: in.InstanceID, SignID: in.SignID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.UpdateSignature, command, signature)
}

func (s *Surface) deleteSignature(ctx context.Context, call commands.Call, in *SignatureIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteSignature.Do, apig.DeleteSignature{InstanceID: in.InstanceID, SignID: in.SignID})
}

type listSignaturesIn struct {
	InInstance
	Paging
	ID            string `query:"id" maxLength:"65" doc:"Only the key with this id."`
	Name          string `query:"name" maxLength:"64" doc:"Only keys whose name contains this."`
	PreciseSearch string `query:"precise_search" maxLength:"255" doc:"Parameters to match exactly: name."`
}

// SignatureList is a page of signature keys (APIG V2 §3.6.4).
type SignatureList struct {
	Size  int               `json:"size"`
	Total int               `json:"total"`
	Signs []SignatureInList `json:"signs"`
}

func (s *Surface) listSignatures(ctx context.Context, call commands.Call, in *listSignaturesIn) (*answer[SignatureList], error) {
	filter := projectionsapig.SignatureFilter{ID: in.ID, Name: in.Name, ExactName: precisely(in.PreciseSearch, "name")}
	rows, total, err := s.Queries.Signatures(ctx, in.in(), filter, in.page())
	if err != nil {
		return nil, err
	}
	all := make([]SignatureInList, len(rows))
	for i, row := range rows {
		key, err := s.Commands.OpenSignKey(ctx, call, row.InstanceID, row.SealedKey)
		if err != nil {
			return nil, err
		}
		all[i] = SignatureInList{BindNum: row.BindNum, SignatureView: SignatureView{
			row.ID, row.Name, row.Type, key, apig.MaskedSecret, row.Algorithm, row.CreateTime, row.UpdateTime,
		}}
	}
	return read(SignatureList{len(rows), total, all}), nil
}
