package apig

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/web"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// GroupView is a group in an answer (APIG V2 §3.1.1).
type GroupView struct {
	ID                    string                       `json:"id"`
	Name                  string                       `json:"name"`
	Status                int                          `json:"status" doc:"1: valid."`
	SLDomain              string                       `json:"sl_domain" doc:"Subdomain that the system gave the group."`
	SLDomains             []string                     `json:"sl_domains"`
	RegisterTime          time.Time                    `json:"register_time"`
	UpdateTime            time.Time                    `json:"update_time"`
	OnSellStatus          int                          `json:"on_sell_status" doc:"2: not on a marketplace."`
	URLDomains            []projectionsapig.DomainView `json:"url_domains" doc:"Custom domain names."`
	SLDomainAccessEnabled bool                         `json:"sl_domain_access_enabled"`
	Remark                string                       `json:"remark"`
	IsDefault             int                          `json:"is_default" doc:"2: not the default group."`
	Version               string                       `json:"version"`
}

const (
	statusValid     = 1
	notDefaultGroup = 2
)

// subdomain is the domain name that the system gives a group (APIG V2 §3.1.1).
func (s *Surface) subdomain(groupID string) string { return groupID + "." + s.GatewayDomain }

func (s *Surface) groupRow(g projectionsapig.GroupRow) GroupView {
	domain := s.subdomain(g.ID)
	return GroupView{
		ID: g.ID, Name: g.Name, Status: statusValid, SLDomain: domain, SLDomains: []string{domain},
		RegisterTime: g.RegisterTime, UpdateTime: g.UpdateTime, OnSellStatus: projectionsapig.OnSellStatus,
		URLDomains: []projectionsapig.DomainView{}, SLDomainAccessEnabled: g.SLDomainAccessEnabled, Remark: g.Remark,
		IsDefault: notDefaultGroup, Version: projectionsapig.GroupVersion,
	}
}

func rowOf(g apig.Group) projectionsapig.GroupRow {
	return projectionsapig.GroupRow{
		ID: g.ID, Name: g.Name, Remark: g.Remark, SLDomainAccessEnabled: g.SLDomainAccessEnabled,
		RegisterTime: g.RegisterTime, UpdateTime: g.UpdateTime,
	}
}

// withDomains returns groups as answers show them: with their domain names.
func (s *Surface) withDomains(ctx context.Context, in projectionsapig.In, rows ...projectionsapig.GroupRow) ([]GroupView, error) {
	views := each(rows, s.groupRow)
	if len(views) == 0 {
		return views, nil
	}
	domains, err := s.Queries.Domains(ctx, in, each(rows, func(g projectionsapig.GroupRow) string { return g.ID }))
	for i := range views {
		views[i].URLDomains = append(views[i].URLDomains, domains[views[i].ID]...)
	}
	return views, err
}

// groups registers APIG V2 §3.1.
func (s *Surface) groups(api huma.API) {
	const tag = "API groups"
	register(s, api, operation{
		id: "CreateApiGroupV2", section: "3.1.1", method: http.MethodPost, path: instancePath + "/api-groups", status: 201,
		summary: "Create an API group", actions: []string{"apig:groups:create"}, tag: tag,
	}, s.createGroup)
	register(s, api, operation{
		id: "UpdateApiGroupV2", section: "3.1.2", method: http.MethodPut, path: instancePath + "/api-groups/{group_id}", status: 200,
		summary: "Change an API group", actions: []string{"apig:groups:update"}, tag: tag,
	}, s.updateGroup)
	register(s, api, operation{
		id: "DeleteApiGroupV2", section: "3.1.3", method: http.MethodDelete, path: instancePath + "/api-groups/{group_id}", status: 204,
		summary: "Delete an API group", actions: []string{"apig:groups:delete"}, tag: tag,
	}, s.deleteGroup)
	register(s, api, operation{
		id: "ShowDetailsOfApiGroupV2", section: "3.1.4", method: http.MethodGet, path: instancePath + "/api-groups/{group_id}", status: 200,
		summary: "Show an API group", actions: []string{"apig:groups:get"}, tag: tag,
	}, s.showGroup)
	register(s, api, operation{
		id: "ListApiGroupsV2", section: "3.1.5", method: http.MethodGet, path: instancePath + "/api-groups", status: 200,
		summary: "List API groups", actions: []string{"apig:groups:list"}, tag: tag,
	}, s.listGroups)
	register(s, api, operation{
		id: "CheckApiGroupsV2", section: "3.1.6", method: http.MethodPost, path: instancePath + "/api-groups/check", status: 204,
		summary: "Check whether a group name is free", actions: []string{"apig:groups:get", "apig:groups:list", "apig:groups:create"}, tag: tag, audited: web.AuditNothing,
	}, s.checkGroup)
}

// GroupIn is what every request about a group names.
type GroupIn struct {
	InInstance
	GroupID string `path:"group_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"API group."`
}

type createGroupIn struct {
	InInstance
	Body apig.GroupBody
}

func (s *Surface) createGroup(ctx context.Context, call commands.Call, in *createGroupIn) (*answer[GroupView], error) {
	g, position, err := s.Commands.CreateGroup.Do(ctx, s.Bus, call, apig.CreateGroup{InstanceID: in.InstanceID, Body: in.Body})
	return changed(s.groupRow(rowOf(g)), position), at(position, err)
}

type updateGroupIn struct {
	GroupIn
	Body apig.GroupUpdateBody
}

func (s *Surface) updateGroup(ctx context.Context, call commands.Call, in *updateGroupIn) (*answer[GroupView], error) {
	command := apig.UpdateGroup{InstanceID: in.InstanceID, GroupID: in.GroupID, Body: in.Body}
	g, position, err := s.Commands.UpdateGroup.Do(ctx, s.Bus, call, command)
	if err != nil {
		return nil, at(position, err)
	}
	views, err := s.withDomains(ctx, in.in(), rowOf(g))
	return changed(views[0], position), at(position, err)
}

func (s *Surface) deleteGroup(ctx context.Context, call commands.Call, in *GroupIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteGroup.Do, apig.DeleteGroup{InstanceID: in.InstanceID, GroupID: in.GroupID})
}

func (s *Surface) showGroup(ctx context.Context, _ commands.Call, in *GroupIn) (*answer[GroupView], error) {
	g, err := s.Queries.Group(ctx, in.in(), in.GroupID)
	if err != nil {
		return nil, err
	}
	views, err := s.withDomains(ctx, in.in(), g)
	return read(views[0]), err
}

type listGroupsIn struct {
	InInstance
	Paging
	ID            string `query:"id" maxLength:"65" doc:"Only the group with this id."`
	Name          string `query:"name" maxLength:"255" doc:"Only groups whose name contains this."`
	PreciseSearch string `query:"precise_search" maxLength:"255" doc:"Parameters to match exactly: name."`
}

// GroupList is a page of groups (APIG V2 §3.1.5).
type GroupList struct {
	Size   int         `json:"size"`
	Total  int         `json:"total"`
	Groups []GroupView `json:"groups"`
}

func (s *Surface) listGroups(ctx context.Context, _ commands.Call, in *listGroupsIn) (*answer[GroupList], error) {
	filter := projectionsapig.GroupFilter{ID: in.ID, Name: in.Name, ExactName: precisely(in.PreciseSearch, "name")}
	rows, total, err := s.Queries.Groups(ctx, in.in(), filter, in.page())
	if err != nil {
		return nil, err
	}
	views, err := s.withDomains(ctx, in.in(), rows...)
	return read(GroupList{len(rows), total, views}), err
}

type checkGroupIn struct {
	InInstance
	Body apig.CheckGroupNameBody
}

func (s *Surface) checkGroup(ctx context.Context, call commands.Call, in *checkGroupIn) (*struct{}, error) {
	_, _, err := s.Commands.CheckGroupName.Do(ctx, s.Bus, call, apig.CheckGroupName{InstanceID: in.InstanceID, Body: in.Body})
	return nil, err
}

// each maps a list; the result is never nil, since clients expect a list.
func each[A, B any](all []A, f func(A) B) []B {
	mapped := make([]B, len(all))
	for i, a := range all {
		mapped[i] = f(a)
	}
	return mapped
}
