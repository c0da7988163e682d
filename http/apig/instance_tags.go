package apig

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/web"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// instanceTags registers APIG V2 §3.25, and the two operations of chapter 4 that only the public SDK
// describes.
func (s *Surface) instanceTags(api huma.API) {
	register(s, api, operation{
		id: "ListProjectInstanceTags", section: "3.25.1", method: http.MethodGet, path: rootPath + "/instance-tags", status: 200,
		summary: "List the tags of all instances", actions: []string{"apigw:instanceTags:list"}, tag: tagInstances,
	}, s.listProjectTags)
	register(s, api, operation{
		id: "ListInstanceTags", section: "3.25.2", method: http.MethodGet, path: instancePath + "/instance-tags", status: 200,
		summary: "List the tags of an instance", actions: []string{"apigw:instanceTags:list"}, tag: tagInstances,
	}, s.listInstanceTags)
	register(s, api, operation{
		id: "BatchCreateOrDeleteInstanceTags", section: "3.25.3", method: http.MethodPost, path: instancePath + "/instance-tags/action", status: 204,
		summary: "Add tags to an instance or delete some", actions: []string{"apigw:instanceTags:create", "apigw:instanceTags:delete"}, tag: tagInstances,
	}, s.changeInstanceTags)
	register(s, api, operation{
		id: "ListInstancesByTags", section: sectionSDK, method: http.MethodPost, path: rootPath + "/resource-instances/filter", status: 200,
		summary: "List instances by their tags", actions: []string{"apigw:instance:listByTags"}, tag: tagInstances, audited: web.AuditNothing,
	}, s.listInstancesByTags)
	register(s, api, operation{
		id: "ShowInstancesNumByTags", section: sectionSDK, method: http.MethodPost, path: rootPath + "/resource-instances/count", status: 200,
		summary: "Count instances by their tags", actions: []string{"apigw:instance:getNumByTags"}, tag: tagInstances, audited: web.AuditNothing,
	}, s.countInstancesByTags)
}

// ProjectTagView is a key with all its values (APIG V2 §3.25.1).
type ProjectTagView struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// ProjectTagList is the tags of all instances (APIG V2 §3.25.1).
type ProjectTagList struct {
	Tags []ProjectTagView `json:"tags"`
}

func (s *Surface) listProjectTags(ctx context.Context, call commands.Call, _ *Project) (*answer[ProjectTagList], error) {
	rows, err := s.Queries.ProjectTags(ctx, call.Tenant())
	view := func(t projectionsapig.ProjectTag) ProjectTagView { return ProjectTagView{t.Key, t.Values} }
	return read(ProjectTagList{each(rows, view)}), err
}

// TagView is a tag of an instance (APIG V2 §3.25.2).
type TagView struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// InstanceTagList is the tags of an instance (APIG V2 §3.25.2).
type InstanceTagList struct {
	Tags []TagView `json:"tags"`
}

func (s *Surface) listInstanceTags(ctx context.Context, _ commands.Call, in *InInstance) (*answer[InstanceTagList], error) {
	rows, err := s.Queries.InstanceTags(ctx, in.in())
	view := func(t projectionsapig.InstanceTagRow) TagView { return TagView{t.Key, t.Value} }
	return read(InstanceTagList{each(rows, view)}), err
}

type changeInstanceTagsIn struct {
	InInstance
	Body apig.InstanceTagsBody
}

// action implements precise: chapter 4 has an action for each of the two.
func (in *changeInstanceTagsIn) action() string {
	if in.Body.Action == "delete" {
		return "apigw:instanceTags:delete"
	}
	return "apigw:instanceTags:create"
}

func (s *Surface) changeInstanceTags(ctx context.Context, call commands.Call, in *changeInstanceTagsIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.ChangeInstanceTags.Do, apig.ChangeInstanceTags{InstanceID: in.InstanceID, Body: in.Body})
}

type listInstancesByTagsIn struct {
	Project
	Paging
	Body apig.InstanceTagQuery
}

// TaggedInstance is an instance with its tags (public SDK, ListInstancesByTags).
type TaggedInstance struct {
	ResourceID string `json:"resource_id"`
	// ResourceDetail has the SDK's own spelling.
	ResourceDetail string    `json:"resouce_detail" doc:"Empty."`
	ResourceName   string    `json:"resource_name"`
	Tags           []TagView `json:"tags"`
}

// TaggedInstances is a page of instances (public SDK, ListInstancesByTags).
type TaggedInstances struct {
	Resources  []TaggedInstance `json:"resources"`
	TotalCount int              `json:"total_count"`
}

func (s *Surface) listInstancesByTags(ctx context.Context, call commands.Call, in *listInstancesByTagsIn) (*answer[TaggedInstances], error) {
	all, total, err := s.Queries.InstancesByTags(ctx, call.Tenant(), in.Body, in.page())
	tag := func(t apig.Tag) TagView { return TagView{t.Key, t.Value} }
	view := func(i apig.Instance) TaggedInstance {
		return TaggedInstance{ResourceID: i.ID, ResourceName: i.Name, Tags: each(i.Tags, tag)}
	}
	return read(TaggedInstances{each(all, view), total}), err
}

type countInstancesByTagsIn struct {
	Project
	Body apig.InstanceTagQuery
}

// InstanceCount is how many instances there are (public SDK, ShowInstancesNumByTags).
type InstanceCount struct {
	TotalCount int `json:"total_count"`
}

func (s *Surface) countInstancesByTags(ctx context.Context, call commands.Call, in *countInstancesByTagsIn) (*answer[InstanceCount], error) {
	_, total, err := s.Queries.InstancesByTags(ctx, call.Tenant(), in.Body, projectionsapig.Page{Limit: 1})
	return read(InstanceCount{total}), err
}
