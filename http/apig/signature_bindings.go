package apig

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const (
	tagSignatureBindings = "Bindings of signature keys"
	signBindings         = instancePath + "/sign-bindings"
)

// signatureBindings registers APIG V2 §3.7.
func (s *Surface) signatureBindings(api huma.API) {
	register(s, api, operation{
		id: "AssociateSignatureKeyV2", section: "3.7.1", method: http.MethodPost, path: signBindings, status: 201,
		summary: "Bind a signature key to published APIs", actions: []string{"apig:apis:bindSigns"}, tag: tagSignatureBindings,
	}, s.bindSignature)
	register(s, api, operation{
		id: "DisassociateSignatureKeyV2", section: "3.7.2", method: http.MethodDelete, path: signBindings + "/{sign_bindings_id}", status: 204,
		summary: "Unbind a signature key from an API", actions: []string{"apig:apis:unbindSigns"}, tag: tagSignatureBindings,
	}, s.unbindSignature)
	register(s, api, operation{
		id: "ListSignatureKeysBindedToApiV2", section: "3.7.3", method: http.MethodGet, path: signBindings + "/binded-signs", status: 200,
		summary: "List the signature keys of an API", actions: []string{"apig:apis:listBindedSigns"}, tag: tagSignatureBindings,
	}, s.listSignaturesOfAPI)
	register(s, api, operation{
		id: "ListApisNotBoundWithSignatureKeyV2", section: "3.7.4", method: http.MethodGet, path: signBindings + "/unbinded-apis", status: 200,
		summary: "List the published APIs that have not a signature key", actions: []string{"apig:signs:listUnbindedApis"},
		tag: tagSignatureBindings,
	}, s.listUnsignedAPIs)
	register(s, api, operation{
		id: "ListApisBindedToSignatureKeyV2", section: "3.7.5", method: http.MethodGet, path: signBindings + "/binded-apis", status: 200,
		summary: "List the APIs that have a signature key", actions: []string{"apig:signs:listBindedApis"}, tag: tagSignatureBindings,
	}, s.listSignedAPIs)
}

// SignedAPI is an API with its signature key (APIG V2 §3.7.5).
type SignedAPI struct {
	ID          string          `json:"id" doc:"Binding."`
	PublishID   string          `json:"publish_id" doc:"Publication that is in effect."`
	APIID       string          `json:"api_id"`
	APIName     string          `json:"api_name"`
	APIType     int             `json:"api_type" doc:"1: public, 2: private."`
	APIRemark   string          `json:"api_remark"`
	ReqMethod   string          `json:"req_method"`
	GroupName   string          `json:"group_name"`
	EnvID       string          `json:"env_id"`
	EnvName     string          `json:"env_name"`
	SignID      string          `json:"sign_id"`
	SignName    string          `json:"sign_name"`
	BindingTime time.Time       `json:"binding_time"`
	Tags        json.RawMessage `json:"tags,omitempty"`
}

// SignatureBindingView is a binding with the key itself (APIG V2 §3.7.1, §3.7.3).
type SignatureBindingView struct {
	SignedAPI
	SignKey    string `json:"sign_key"`
	SignSecret string `json:"sign_secret" doc:"Masked."`
	SignType   string `json:"sign_type"`
}

func signedAPI(a projectionsapig.BoundAPI) SignedAPI {
	return SignedAPI{
		ID: given(a.BindID), PublishID: a.PublishID, APIID: a.APIID, APIName: a.APIName, APIType: a.APIType, APIRemark: a.Remark,
		ReqMethod: a.ReqMethod, GroupName: a.GroupName, EnvID: a.EnvID, EnvName: a.EnvName, SignID: given(a.PolicyID),
		SignName: given(a.PolicyName), BindingTime: given(a.BindTime), Tags: a.Tags,
	}
}

type bindSignatureIn struct {
	InInstance
	Body apig.BindSignatureBody
}

// SignatureBindings are the bindings of a request (APIG V2 §3.7.1).
type SignatureBindings struct {
	Bindings []SignatureBindingView `json:"bindings"`
}

func (s *Surface) bindSignature(ctx context.Context, call commands.Call, in *bindSignatureIn) (*answer[SignatureBindings], error) {
	command := apig.BindSignature{InstanceID: in.InstanceID, Body: in.Body}
	result, position, err := s.Commands.BindSignature(ctx, s.Bus, call, command)
	sign := result.Signature
	view := func(b apig.Bound) SignatureBindingView {
		return SignatureBindingView{SignKey: sign.Key, SignSecret: sign.Secret, SignType: sign.Type, SignedAPI: SignedAPI{
			ID: b.ID, PublishID: b.PublishID, APIID: b.APIID, APIName: b.APIName, APIType: b.APIType, APIRemark: b.APIRemark,
			ReqMethod: b.ReqMethod, GroupName: b.GroupName, EnvID: b.EnvID, EnvName: b.EnvName, SignID: sign.ID, SignName: sign.Name,
			BindingTime: b.BindTime,
		}}
	}
	return changed(SignatureBindings{each(result.Bound, view)}, position), at(position, err)
}

type unbindSignatureIn struct {
	InInstance
	BindingID string `path:"sign_bindings_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Binding."`
}

func (s *Surface) unbindSignature(ctx context.Context, call commands.Call, in *unbindSignatureIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.UnbindSignature.Do, apig.UnbindSignature{InstanceID: in.InstanceID, BindingID: in.BindingID})
}

type listSignaturesOfAPIIn struct {
	InInstance
	Paging
	APIID    string `query:"api_id" maxLength:"65" doc:"API; required."`
	SignID   string `query:"sign_id" maxLength:"65" doc:"Only this key."`
	SignName string `query:"sign_name" maxLength:"64" doc:"Only keys whose name contains this."`
	EnvID    string `query:"env_id" maxLength:"65" doc:"Only the key in this environment."`
}

// SignaturesOfAPI is a page of an API's signature keys (APIG V2 §3.7.3).
type SignaturesOfAPI struct {
	Size     int                    `json:"size"`
	Total    int                    `json:"total"`
	Bindings []SignatureBindingView `json:"bindings"`
}

func (s *Surface) listSignaturesOfAPI(ctx context.Context, call commands.Call, in *listSignaturesOfAPIIn) (*answer[SignaturesOfAPI], error) {
	if err := needed("api_id", in.APIID); err != nil {
		return nil, err
	}
	filter := projectionsapig.SignatureOfFilter{SignID: in.SignID, SignName: in.SignName, EnvID: in.EnvID}
	rows, total, err := s.Queries.SignaturesOf(ctx, in.in(), in.APIID, filter, in.page())
	if err != nil {
		return nil, err
	}
	all := make([]SignatureBindingView, len(rows))
	for i, row := range rows {
		key, err := s.Commands.OpenSignKey(ctx, call, in.InstanceID, row.SealedKey)
		if err != nil {
			return nil, err
		}
		all[i] = SignatureBindingView{signedAPI(row.BoundAPI), key, apig.MaskedSecret, row.SignType}
	}
	return read(SignaturesOfAPI{len(rows), total, all}), nil
}

type listSignedIn struct {
	BoundAPIsIn
	SignID string `query:"sign_id" maxLength:"65" doc:"Signature key; required."`
}

// SignedAPIList is a page of APIs that have a signature key (APIG V2 §3.7.5).
type SignedAPIList struct {
	Size     int         `json:"size"`
	Total    int         `json:"total"`
	Bindings []SignedAPI `json:"bindings"`
}

func (s *Surface) listSignedAPIs(ctx context.Context, _ commands.Call, in *listSignedIn) (*answer[SignedAPIList], error) {
	apis, total, err := boundAPIs(ctx, in.BoundAPIsIn, "sign_id", in.SignID, s.Queries.SignedAPIs, signedAPI)
	return read(SignedAPIList{len(apis), total, apis}), err
}

// UnsignedAPI is an API that a signature key could be bound to (APIG V2 §3.7.4).
type UnsignedAPI struct {
	PolicyAPI
	SignatureName string `json:"signature_name,omitempty" doc:"Signature key that the API has."`
}

func unsignedAPI(a projectionsapig.BoundAPI) UnsignedAPI {
	return UnsignedAPI{policyAPI(a), given(a.PolicyName)}
}

// UnsignedAPIList is a page of APIs that a signature key could be bound to (APIG V2 §3.7.4).
type UnsignedAPIList struct {
	Size  int           `json:"size"`
	Total int           `json:"total"`
	APIs  []UnsignedAPI `json:"apis"`
}

func (s *Surface) listUnsignedAPIs(ctx context.Context, _ commands.Call, in *listSignedIn) (*answer[UnsignedAPIList], error) {
	apis, total, err := boundAPIs(ctx, in.BoundAPIsIn, "sign_id", in.SignID, s.Queries.UnsignedAPIs, unsignedAPI)
	return read(UnsignedAPIList{len(apis), total, apis}), err
}
