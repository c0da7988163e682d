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
	tagACLBindings = "Bindings of access control policies"
	aclBindings    = instancePath + "/acl-bindings"
	unbindACL      = "apig:apis:unbindAcls"
)

// aclBindings registers APIG V2 §3.14.
func (s *Surface) aclBindings(api huma.API) {
	register(s, api, operation{
		id: "CreateApiAclBindingV2", section: "3.14.1", method: http.MethodPost, path: aclBindings, status: 201,
		summary: "Bind an access control policy to published APIs", actions: []string{"apig:apis:bindAcls"}, tag: tagACLBindings,
	}, s.bindACL)
	register(s, api, operation{
		id: "DeleteApiAclBindingV2", section: "3.14.2", method: http.MethodDelete, path: aclBindings + "/{acl_bindings_id}", status: 204,
		summary: "Unbind an access control policy from an API", actions: []string{unbindACL}, tag: tagACLBindings,
	}, s.unbindACL)
	register(s, api, operation{
		id: "BatchDeleteApiAclBindingV2", section: "3.14.3", method: http.MethodPut, path: aclBindings, status: 200,
		summary: "Unbind access control policies from many APIs", actions: []string{unbindACL}, tag: tagACLBindings,
	}, s.unbindACLs)
	register(s, api, operation{
		id: "ListApisBindedToAclPolicyV2", section: "3.14.4", method: http.MethodGet, path: aclBindings + "/binded-apis", status: 200,
		// Chapter 4 writes the resource in the singular here, and nowhere else.
		summary: "List the APIs that have an access control policy", actions: []string{"apig:acl:listBoundApis", "apig:acls:listBoundApis"},
		tag: tagACLBindings,
	}, s.listGuardedAPIs)
	register(s, api, operation{
		id: "ListApisUnbindedToAclPolicyV2", section: "3.14.5", method: http.MethodGet, path: aclBindings + "/unbinded-apis", status: 200,
		summary: "List the published APIs that have not an access control policy", actions: []string{"apig:acls:listUnbindedApis"},
		tag: tagACLBindings,
	}, s.listUnguardedAPIs)
	register(s, api, operation{
		id: "ListAclPolicyBindedToApiV2", section: "3.14.6", method: http.MethodGet, path: aclBindings + "/binded-acls", status: 200,
		summary: "List the access control policies of an API", actions: []string{"apig:apis:listBindedAcls"}, tag: tagACLBindings,
	}, s.listACLsOfAPI)
}

// ACLBindingView is a binding in an answer (APIG V2 §3.14.1).
type ACLBindingView struct {
	ID         string    `json:"id"`
	APIID      string    `json:"api_id"`
	EnvID      string    `json:"env_id"`
	ACLID      string    `json:"acl_id"`
	CreateTime time.Time `json:"create_time"`
}

func aclBinding(b apig.Bound) ACLBindingView {
	return ACLBindingView{b.ID, b.APIID, b.EnvID, b.PolicyID, b.BindTime}
}

type bindACLIn struct {
	InInstance
	Body apig.BindACLBody
}

// ACLBindings are the bindings of a request (APIG V2 §3.14.1).
type ACLBindings struct {
	ACLBindings []ACLBindingView `json:"acl_bindings"`
}

func (s *Surface) bindACL(ctx context.Context, call commands.Call, in *bindACLIn) (*answer[ACLBindings], error) {
	bound, position, err := s.Commands.BindACL.Do(ctx, s.Bus, call, apig.BindACL{InstanceID: in.InstanceID, Body: in.Body})
	return changed(ACLBindings{each(bound, aclBinding)}, position), at(position, err)
}

type unbindACLIn struct {
	InInstance
	BindingID string `path:"acl_bindings_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Binding."`
}

func (s *Surface) unbindACL(ctx context.Context, call commands.Call, in *unbindACLIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.UnbindACL.Do, apig.UnbindACL{InstanceID: in.InstanceID, BindingID: in.BindingID})
}

type unbindACLsIn struct {
	InInstance
	Action string `query:"action" maxLength:"16" doc:"Must be delete."`
	Body   apig.UnbindACLsBody
}

func (s *Surface) unbindACLs(ctx context.Context, call commands.Call, in *unbindACLsIn) (*answer[apig.UnbindResult], error) {
	command := apig.UnbindACLs{InstanceID: in.InstanceID, Action: in.Action, Body: in.Body}
	result, position, err := s.Commands.UnbindACLs.Do(ctx, s.Bus, call, command)
	return changed(result, position), at(position, err)
}

type listGuardedIn struct {
	BoundAPIsIn
	ACLID string `query:"acl_id" maxLength:"65" doc:"Access control policy; required."`
}

// GuardedAPI is an API that has an access control policy (APIG V2 §3.14.4).
type GuardedAPI struct {
	APIID     string          `json:"api_id"`
	APIName   string          `json:"api_name"`
	APIType   int             `json:"api_type" doc:"1: public, 2: private."`
	APIRemark string          `json:"api_remark"`
	ReqMethod string          `json:"req_method"`
	GroupName string          `json:"group_name"`
	EnvID     string          `json:"env_id"`
	EnvName   string          `json:"env_name"`
	PublishID string          `json:"publish_id" doc:"Publication that is in effect."`
	BindID    string          `json:"bind_id"`
	BindTime  *time.Time      `json:"bind_time"`
	Tags      json.RawMessage `json:"tags,omitempty"`
}

func guardedAPI(a projectionsapig.BoundAPI) GuardedAPI {
	return GuardedAPI{
		APIID: a.APIID, APIName: a.APIName, APIType: a.APIType, APIRemark: a.Remark, ReqMethod: a.ReqMethod, GroupName: a.GroupName,
		EnvID: a.EnvID, EnvName: a.EnvName, PublishID: a.PublishID, BindID: given(a.BindID), BindTime: a.BindTime, Tags: a.Tags,
	}
}

// GuardedAPIList is a page of APIs that have a policy (APIG V2 §3.14.4).
type GuardedAPIList struct {
	Size  int          `json:"size"`
	Total int          `json:"total"`
	APIs  []GuardedAPI `json:"apis"`
}

func (s *Surface) listGuardedAPIs(ctx context.Context, _ commands.Call, in *listGuardedIn) (*answer[GuardedAPIList], error) {
	apis, total, err := boundAPIs(ctx, in.BoundAPIsIn, "acl_id", in.ACLID, s.Queries.GuardedAPIs, guardedAPI)
	return read(GuardedAPIList{len(apis), total, apis}), err
}

// UnguardedAPI is an API that a policy could be bound to (APIG V2 §3.14.5).
type UnguardedAPI struct {
	PolicyAPI
	ACLName string `json:"acl_name,omitempty" doc:"Policy of the same entity type that the API has."`
}

func unguardedAPI(a projectionsapig.BoundAPI) UnguardedAPI {
	return UnguardedAPI{policyAPI(a), given(a.PolicyName)}
}

// UnguardedAPIList is a page of APIs that a policy could be bound to (APIG V2 §3.14.5).
type UnguardedAPIList struct {
	Size  int            `json:"size"`
	Total int            `json:"total"`
	APIs  []UnguardedAPI `json:"apis"`
}

func (s *Surface) listUnguardedAPIs(ctx context.Context, _ commands.Call, in *listGuardedIn) (*answer[UnguardedAPIList], error) {
	apis, total, err := boundAPIs(ctx, in.BoundAPIsIn, "acl_id", in.ACLID, s.Queries.UnguardedAPIs, unguardedAPI)
	return read(UnguardedAPIList{len(apis), total, apis}), err
}

type listACLsOfAPIIn struct {
	InInstance
	Paging
	APIID   string `query:"api_id" maxLength:"65" doc:"API; required."`
	EnvID   string `query:"env_id" maxLength:"65" doc:"Only policies in this environment."`
	EnvName string `query:"env_name" maxLength:"64" doc:"Only policies in environments whose name contains this."`
	ACLID   string `query:"acl_id" maxLength:"65" doc:"Only this policy."`
	ACLName string `query:"acl_name" maxLength:"64" doc:"Only policies whose name contains this."`
}

// ACLOfAPI is an access control policy with the environment in which it holds (APIG V2 §3.14.6).
type ACLOfAPI struct {
	ACLID      string    `json:"acl_id"`
	ACLName    string    `json:"acl_name"`
	EntityType string    `json:"entity_type"`
	ACLType    string    `json:"acl_type"`
	ACLValue   string    `json:"acl_value"`
	EnvID      string    `json:"env_id"`
	EnvName    string    `json:"env_name"`
	BindID     string    `json:"bind_id"`
	BindTime   time.Time `json:"bind_time"`
}

func aclOfAPI(a projectionsapig.BoundACL) ACLOfAPI {
	return ACLOfAPI{a.ID, a.Name, a.EntityType, a.Type, a.Value, a.EnvID, a.EnvName, a.BindID, a.BindTime}
}

// ACLsOfAPI is a page of an API's access control policies (APIG V2 §3.14.6).
type ACLsOfAPI struct {
	Size  int        `json:"size"`
	Total int        `json:"total"`
	ACLs  []ACLOfAPI `json:"acls"`
}

func (s *Surface) listACLsOfAPI(ctx context.Context, _ commands.Call, in *listACLsOfAPIIn) (*answer[ACLsOfAPI], error) {
	if err := needed("api_id", in.APIID); err != nil {
		return nil, err
	}
	filter := projectionsapig.BoundACLFilter{ACLID: in.ACLID, ACLName: in.ACLName, EnvID: in.EnvID, EnvName: in.EnvName}
	rows, total, err := s.Queries.ACLsOf(ctx, in.in(), in.APIID, filter, in.page())
	return read(ACLsOfAPI{len(rows), total, each(rows, aclOfAPI)}), err
}
