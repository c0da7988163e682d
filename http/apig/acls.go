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

// ACLView is an access control policy in an answer (APIG V2 §3.13.1).
type ACLView struct {
	ID         string    `json:"id"`
	Name       string    `json:"acl_name"`
	Type       string    `json:"acl_type" doc:"PERMIT or DENY."`
	Value      string    `json:"acl_value"`
	EntityType string    `json:"entity_type" doc:"IP, DOMAIN (account names) or DOMAIN_ID."`
	UpdateTime time.Time `json:"update_time"`
}

func acl(a apig.ACL) ACLView {
	return ACLView{a.ID, a.Name, a.Type, a.Value, a.EntityType, a.UpdateTime}
}

func aclRow(a projectionsapig.ACLView) ACLView {
	return ACLView{a.ID, a.Name, a.Type, a.Value, a.EntityType, a.UpdateTime}
}

// ACLInList is an access control policy in a list (APIG V2 §3.13.6).
type ACLInList struct {
	ACLView
	BindNum int `json:"bind_num" doc:"APIs bound, in each environment counted."`
}

func aclInList(a projectionsapig.ACLView) ACLInList { return ACLInList{aclRow(a), a.BindNum} }

const (
	tagACLs   = "Access control policies"
	aclsPath  = instancePath + "/acls"
	oneACL    = aclsPath + "/{acl_id}"
	deleteACL = "apig:acls:delete"
)

// acls registers APIG V2 §3.13 and §3.14.
func (s *Surface) acls(api huma.API) {
	register(s, api, operation{
		id: "CreateAclStrategyV2", section: "3.13.1", method: http.MethodPost, path: aclsPath, status: 201,
		summary: "Create an access control policy", actions: []string{"apig:acls:create"}, tag: tagACLs,
	}, s.createACL)
	register(s, api, operation{
		id: "UpdateAclStrategyV2", section: "3.13.2", method: http.MethodPut, path: oneACL, status: 200,
		summary: "Change an access control policy", actions: []string{"apig:acls:update"}, tag: tagACLs,
	}, s.updateACL)
	register(s, api, operation{
		id: "DeleteAclV2", section: "3.13.3", method: http.MethodDelete, path: oneACL, status: 204,
		summary: "Delete an access control policy", actions: []string{deleteACL}, tag: tagACLs,
	}, s.deleteACL)
	register(s, api, operation{
		id: "BatchDeleteAclV2", section: "3.13.4", method: http.MethodPut, path: aclsPath, status: 200,
		summary: "Delete many access control policies", actions: []string{deleteACL}, tag: tagACLs,
	}, s.deleteACLs)
	register(s, api, operation{
		id: "ShowDetailsOfAclPolicyV2", section: "3.13.5", method: http.MethodGet, path: oneACL, status: 200,
		summary: "Show an access control policy", actions: []string{"apig:acls:get"}, tag: tagACLs,
	}, s.showACL)
	register(s, api, operation{
		id: "ListAclStrategiesV2", section: "3.13.6", method: http.MethodGet, path: aclsPath, status: 200,
		summary: "List access control policies", actions: []string{"apig:acls:list"}, tag: tagACLs,
	}, s.listACLs)
	s.aclBindings(api)
}

// ACLIn is what a request about one access control policy names.
type ACLIn struct {
	InInstance
	ACLID string `path:"acl_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Access control policy."`
}

type createACLIn struct {
	InInstance
	Body apig.ACLBody
}

func (s *Surface) createACL(ctx context.Context, call commands.Call, in *createACLIn) (*answer[ACLView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.CreateACL.Do, apig.CreateACL{InstanceID: in.InstanceID, Body: in.Body}, acl)
}

type updateACLIn struct {
	ACLIn
	Body apig.ACLBody
}

func (s *Surface) updateACL(ctx context.Context, call commands.Call, in *updateACLIn) (*answer[ACLView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.UpdateACL.Do, apig.UpdateACL{InstanceID: in.InstanceID, ACLID: in.ACLID, Body: in.Body}, acl)
}

func (s *Surface) deleteACL(ctx context.Context, call commands.Call, in *ACLIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteACL.Do, apig.DeleteACL{InstanceID: in.InstanceID, ACLID: in.ACLID})
}

type deleteACLsIn struct {
	InInstance
	Action string `query:"action" maxLength:"16" doc:"Must be delete."`
	Body   apig.DeleteACLsBody
}

func (s *Surface) deleteACLs(ctx context.Context, call commands.Call, in *deleteACLsIn) (*answer[apig.DeleteACLsResult], error) {
	command := apig.DeleteACLs{InstanceID: in.InstanceID, Action: in.Action, Body: in.Body}
	result, position, err := s.Commands.DeleteACLs.Do(ctx, s.Bus, call, command)
	return changed(result, position), at(position, err)
}

func (s *Surface) showACL(ctx context.Context, _ commands.Call, in *ACLIn) (*answer[ACLView], error) {
	a, err := s.Queries.ACL(ctx, in.in(), in.ACLID)
	return read(aclRow(a)), err
}

type listACLsIn struct {
	InInstance
	Paging
	ID            string `query:"id" maxLength:"65" doc:"Only the policy with this id."`
	Name          string `query:"name" maxLength:"64" doc:"Only policies whose name contains this."`
	Type          string `query:"acl_type" maxLength:"16" doc:"Only policies of this type: PERMIT or DENY."`
	EntityType    string `query:"entity_type" maxLength:"16" doc:"Only policies about this: IP, DOMAIN or DOMAIN_ID."`
	PreciseSearch string `query:"precise_search" maxLength:"255" doc:"Parameters to match exactly: name."`
}

// ACLList is a page of access control policies (APIG V2 §3.13.6).
type ACLList struct {
	Size  int         `json:"size"`
	Total int         `json:"total"`
	ACLs  []ACLInList `json:"acls"`
}

func (s *Surface) listACLs(ctx context.Context, _ commands.Call, in *listACLsIn) (*answer[ACLList], error) {
	filter := projectionsapig.ACLFilter{
		ID: in.ID, Name: in.Name, Type: in.Type, EntityType: in.EntityType, ExactName: precisely(in.PreciseSearch, "name"),
	}
	rows, total, err := s.Queries.ACLs(ctx, in.in(), filter, in.page())
	return read(ACLList{len(rows), total, each(rows, aclInList)}), err
}
