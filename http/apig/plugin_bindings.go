package apig

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const (
	tagPluginBindings = "Bindings of plug-ins"
	pluginsOfAPI      = "/apis/{api_id}/plugins"
	bindPlugins       = "apig:apis:bindPlugins"
	unbindPlugins     = "apig:apis:unbindPlugins"
)

// pluginBindings registers APIG V2 §3.27.6 to §3.27.13. Chapter 4 has no action for three of them: they
// take those of their counterparts.
func (s *Surface) pluginBindings(api huma.API, v variant) {
	register(s, api, v.operation(operation{
		id: "AttachApiToPlugin", section: "3.27.6", method: http.MethodPost, path: onePlugin + "/attach", status: 201,
		summary: "Bind a plug-in to published APIs", actions: []string{bindPlugins}, tag: tagPluginBindings,
	}), s.attachAPIs)
	register(s, api, v.operation(operation{
		id: "AttachPluginToApi", section: "3.27.7", method: http.MethodPost, path: pluginsOfAPI + "/attach", status: 201,
		summary: "Bind plug-ins to a published API", actions: []string{bindPlugins}, tag: tagPluginBindings,
	}), s.attachPlugins)
	register(s, api, v.operation(operation{
		id: "DetachApiFromPlugin", section: "3.27.8", method: http.MethodPut, path: onePlugin + "/detach", status: 204,
		summary: "Take a plug-in from APIs", actions: []string{unbindPlugins}, tag: tagPluginBindings,
	}), s.detachAPIs)
	register(s, api, v.operation(operation{
		id: "DetachPluginFromApi", section: "3.27.9", method: http.MethodPut, path: pluginsOfAPI + "/detach", status: 204,
		summary: "Take plug-ins from an API", actions: []string{unbindPlugins}, tag: tagPluginBindings,
	}), s.detachPlugins)
	register(s, api, v.operation(operation{
		id: "ListPluginAttachedApis", section: "3.27.10", method: http.MethodGet, path: onePlugin + "/attached-apis", status: 200,
		summary: "List the APIs that have a plug-in", actions: []string{"apig:plugins:listBoundApis"}, tag: tagPluginBindings,
	}), s.listPluggedAPIs)
	register(s, api, v.operation(operation{
		id: "ListApiAttachedPlugins", section: "3.27.11", method: http.MethodGet, path: "/apis/{api_id}/attached-plugins", status: 200,
		summary: "List the plug-ins of an API", actions: []string{"apig:apis:listBindedPlugins"}, tag: tagPluginBindings,
	}), s.listPluginsOfAPI)
	register(s, api, v.operation(operation{
		id: "ListPluginAttachableApis", section: "3.27.12", method: http.MethodGet, path: onePlugin + "/attachable-apis", status: 200,
		summary: "List the published APIs that a plug-in can be bound to", actions: []string{"apig:plugins:listUnboundApis"},
		tag: tagPluginBindings, needs: "env_id",
	}), s.listPluggableAPIs)
	register(s, api, v.operation(operation{
		id: "ListApiAttachablePlugins", section: "3.27.13", method: http.MethodGet, path: "/apis/{api_id}/attachable-plugins", status: 200,
		summary: "List the plug-ins that can be bound to an API", actions: []string{"apig:plugins:list"}, tag: tagPluginBindings,
	}), s.listPluginsForAPI)
}

// PluginBindingView is a binding in an answer (APIG V2 §3.27.6).
type PluginBindingView struct {
	ID          string    `json:"plugin_attach_id"`
	PluginID    string    `json:"plugin_id"`
	PluginName  string    `json:"plugin_name"`
	PluginType  string    `json:"plugin_type"`
	PluginScope string    `json:"plugin_scope"`
	EnvID       string    `json:"env_id"`
	EnvName     string    `json:"env_name"`
	APIID       string    `json:"api_id"`
	APIName     string    `json:"api_name"`
	BindTime    time.Time `json:"attached_time"`
}

func pluginBinding(a apig.AttachedPlugin) PluginBindingView {
	return PluginBindingView{
		ID: a.ID, PluginID: a.PolicyID, PluginName: a.PluginName, PluginType: a.PluginType, PluginScope: a.PluginScope,
		EnvID: a.EnvID, EnvName: a.EnvName, APIID: a.APIID, APIName: a.APIName, BindTime: a.BindTime,
	}
}

// PluginBindings are the bindings of a request (APIG V2 §3.27.6, §3.27.7).
type PluginBindings struct {
	Attached []PluginBindingView `json:"attached_plugins"`
}

type pluginAPIsIn struct {
	PluginIn
	Body apig.PluginAPIsBody
}

func (s *Surface) attachAPIs(ctx context.Context, call commands.Call, in *pluginAPIsIn) (*answer[PluginBindings], error) {
	command := apig.AttachAPIs{InstanceID: in.InstanceID, PluginID: in.PluginID, Body: in.Body}
	all, position, err := s.Commands.AttachAPIs.Do(ctx, s.Bus, call, command)
	return changed(PluginBindings{each(all, pluginBinding)}, position), at(position, err)
}

func (s *Surface) detachAPIs(ctx context.Context, call commands.Call, in *pluginAPIsIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DetachAPIs.Do, apig.DetachAPIs{InstanceID: in.InstanceID, PluginID: in.PluginID, Body: in.Body})
}

type apiPluginsIn struct {
	APIIn
	Body apig.APIPluginsBody
}

func (s *Surface) attachPlugins(ctx context.Context, call commands.Call, in *apiPluginsIn) (*answer[PluginBindings], error) {
	command := apig.AttachPlugins{InstanceID: in.InstanceID, APIID: in.APIID, Body: in.Body}
	all, position, err := s.Commands.AttachPlugins.Do(ctx, s.Bus, call, command)
	return changed(PluginBindings{each(all, pluginBinding)}, position), at(position, err)
}

func (s *Surface) detachPlugins(ctx context.Context, call commands.Call, in *apiPluginsIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DetachPlugins.Do, apig.DetachPlugins{InstanceID: in.InstanceID, APIID: in.APIID, Body: in.Body})
}

type listPluggedIn struct {
	PluginIn
	Paging
	EnvID     string `query:"env_id" maxLength:"65" doc:"Only APIs in this environment."`
	APIName   string `query:"api_name" maxLength:"255" doc:"Only APIs whose name contains this."`
	APIID     string `query:"api_id" maxLength:"65" doc:"Only the API with this id."`
	GroupID   string `query:"group_id" maxLength:"65" doc:"Only APIs of this group."`
	ReqMethod string `query:"req_method" maxLength:"16" doc:"Only APIs with this method."`
	ReqURI    string `query:"req_uri" maxLength:"512" doc:"Only APIs whose path contains this."`
	Tags      string `query:"tags" maxLength:"2048" doc:"Only APIs with one of these tags, separated by commas; #no_tags# is for those without any."`
}

func (in *listPluggedIn) filter() projectionsapig.PluggedAPIFilter {
	f := projectionsapig.PluggedAPIFilter{
		EnvID: in.EnvID, APIID: in.APIID, APIName: in.APIName, GroupID: in.GroupID, ReqMethod: in.ReqMethod, ReqURI: in.ReqURI,
	}
	if in.Tags != "" {
		f.Tags = strings.Split(in.Tags, ",")
	}
	return f
}

// PluggedAPI is an API in a list of those that have a plug-in, or can have it (APIG V2 §3.27.10, §3.27.12).
type PluggedAPI struct {
	APIID       string          `json:"api_id"`
	APIName     string          `json:"api_name"`
	Type        int             `json:"type" doc:"1: public, 2: private."`
	ReqProtocol string          `json:"req_protocol"`
	ReqMethod   string          `json:"req_method"`
	ReqURI      string          `json:"req_uri"`
	AuthType    string          `json:"auth_type"`
	MatchMode   string          `json:"match_mode"`
	Remark      string          `json:"remark"`
	GroupID     string          `json:"group_id"`
	GroupName   string          `json:"group_name"`
	RomaAppID   string          `json:"roma_app_id" doc:"Always empty."`
	EnvID       string          `json:"env_id"`
	EnvName     string          `json:"env_name"`
	PublishID   string          `json:"publish_id,omitempty" doc:"Publication that is in effect; absent while the API is offline."`
	BindID      string          `json:"plugin_attach_id,omitempty" doc:"Binding; among APIs that can have the plug-in, the one that would give way."`
	BindTime    *time.Time      `json:"attached_time,omitempty"`
	Tags        json.RawMessage `json:"tags,omitempty"`
}

func pluggedAPI(a projectionsapig.PluggedAPI) PluggedAPI {
	return PluggedAPI{
		APIID: a.APIID, APIName: a.APIName, Type: a.APIType, ReqProtocol: a.ReqProtocol, ReqMethod: a.ReqMethod, ReqURI: a.ReqURI,
		AuthType: a.AuthType, MatchMode: a.MatchMode, Remark: a.Remark, GroupID: a.GroupID, GroupName: a.GroupName, EnvID: a.EnvID,
		EnvName: a.EnvName, PublishID: given(a.PublishID), BindID: given(a.BindID), BindTime: a.BindTime, Tags: a.Tags,
	}
}

// PluggedAPIList is a page of APIs (APIG V2 §3.27.10, §3.27.12).
type PluggedAPIList struct {
	Size  int          `json:"size"`
	Total int          `json:"total"`
	APIs  []PluggedAPI `json:"apis"`
}

func (s *Surface) listPluggedAPIs(ctx context.Context, _ commands.Call, in *listPluggedIn) (*answer[PluggedAPIList], error) {
	rows, total, err := s.Queries.PluggedAPIs(ctx, in.in(), in.PluginID, in.filter(), in.page())
	return read(PluggedAPIList{len(rows), total, each(rows, pluggedAPI)}), err
}

func (s *Surface) listPluggableAPIs(ctx context.Context, _ commands.Call, in *listPluggedIn) (*answer[PluggedAPIList], error) {
	if err := needed("env_id", in.EnvID); err != nil {
		return nil, err
	}
	rows, total, err := s.Queries.PluggableAPIs(ctx, in.in(), in.PluginID, in.filter(), in.page())
	return read(PluggedAPIList{len(rows), total, each(rows, pluggedAPI)}), err
}

// PluginQuery is how lists of the plug-ins of an API are narrowed (APIG V2 §3.27.11, §3.27.13).
type PluginQuery struct {
	EnvID      string `query:"env_id" maxLength:"65" doc:"Environment."`
	PluginName string `query:"plugin_name" maxLength:"255" doc:"Only plug-ins whose name contains this."`
	PluginType string `query:"plugin_type" maxLength:"64" doc:"Only plug-ins of this type."`
	PluginID   string `query:"plugin_id" maxLength:"65" doc:"Only this plug-in."`
}

func (q PluginQuery) filter() projectionsapig.PluginFilter {
	return projectionsapig.PluginFilter{ID: q.PluginID, Name: q.PluginName, Type: q.PluginType}
}

type listPluginsOfAPIIn struct {
	APIIn
	Paging
	PluginQuery
	EnvName string `query:"env_name" maxLength:"64" doc:"Only plug-ins in environments whose name contains this."`
}

// PluginOfAPI is a plug-in with the environment in which it is bound to an API (APIG V2 §3.27.11).
type PluginOfAPI struct {
	PluginView
	BindID   string    `json:"plugin_attach_id"`
	EnvID    string    `json:"env_id"`
	EnvName  string    `json:"env_name"`
	BindTime time.Time `json:"attached_time"`
}

// PluginsOfAPI is a page of an API's plug-ins (APIG V2 §3.27.11).
type PluginsOfAPI struct {
	Size    int           `json:"size"`
	Total   int           `json:"total"`
	Plugins []PluginOfAPI `json:"plugins"`
}

func (s *Surface) listPluginsOfAPI(ctx context.Context, call commands.Call, in *listPluginsOfAPIIn) (*answer[PluginsOfAPI], error) {
	filter := projectionsapig.BoundPluginFilter{PluginFilter: in.filter(), EnvID: in.EnvID, EnvName: in.EnvName}
	rows, total, err := s.Queries.PluginsOf(ctx, in.in(), in.APIID, filter, in.page())
	if err != nil {
		return nil, err
	}
	views, err := eachOrError(rows, func(p projectionsapig.BoundPlugin) (PluginOfAPI, error) {
		v, err := s.pluginRow(ctx, call, p.PluginRow)
		return PluginOfAPI{v, p.BindID, p.EnvID, p.EnvName, p.BindTime}, err
	})
	return read(PluginsOfAPI{len(rows), total, views}), err
}

type listPluginsForAPIIn struct {
	APIIn
	Paging
	PluginQuery
}

func (s *Surface) listPluginsForAPI(ctx context.Context, call commands.Call, in *listPluginsForAPIIn) (*answer[PluginList], error) {
	rows, total, err := s.Queries.PluginsFor(ctx, in.in(), in.APIID, in.EnvID, in.filter(), in.page())
	if err != nil {
		return nil, err
	}
	return s.pluginList(ctx, call, rows, total)
}
