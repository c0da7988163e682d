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

// PluginView is a plug-in in an answer (APIG V2 §3.27.1).
type PluginView struct {
	ID         string    `json:"plugin_id"`
	Name       string    `json:"plugin_name"`
	Type       string    `json:"plugin_type"`
	Scope      string    `json:"plugin_scope"`
	Content    string    `json:"plugin_content" doc:"As it was sent; the client secret of an oidc_auth plug-in is masked."`
	Remark     string    `json:"remark"`
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

func plugin(p apig.PluginInfo) PluginView {
	return PluginView{p.ID, p.Name, p.Type, p.Scope, p.Content, p.Remark, p.CreateTime, p.UpdateTime}
}

// pluginRow is a plug-in of the read models with its content as answers show it.
func (s *Surface) pluginRow(ctx context.Context, call commands.Call, p projectionsapig.PluginRow) (PluginView, error) {
	v := PluginView{p.ID, p.Name, p.Type, p.Scope, p.Content, p.Remark, p.CreateTime, p.UpdateTime}
	if !p.Sealed {
		return v, nil
	}
	var err error
	v.Content, err = s.Commands.OpenPlugin(ctx, call, p.InstanceID, p.Content)
	return v, err
}

// eachOrError turns every row into what an answer has of it.
func eachOrError[R, V any](rows []R, view func(R) (V, error)) ([]V, error) {
	views := make([]V, len(rows))
	for i, row := range rows {
		var err error
		if views[i], err = view(row); err != nil {
			return nil, err
		}
	}
	return views, nil
}

const (
	tagPlugins = "Plug-ins"
	allPlugins = "/plugins"
	onePlugin  = "/plugins/{plugin_id}"
)

// plugins registers APIG V2 §3.27.
func (s *Surface) plugins(api huma.API) {
	v := dedicated
	register(s, api, v.operation(operation{
		id: "CreatePlugin", section: "3.27.1", method: http.MethodPost, path: allPlugins, status: 201,
		summary: "Create a plug-in", actions: []string{"apig:plugins:create"}, tag: tagPlugins,
	}), s.createPlugin)
	register(s, api, v.operation(operation{
		id: "UpdatePlugin", section: "3.27.2", method: http.MethodPut, path: onePlugin, status: 200,
		summary: "Change a plug-in", actions: []string{"apig:plugins:update"}, tag: tagPlugins,
	}), s.updatePlugin)
	register(s, api, v.operation(operation{
		id: "ListPlugins", section: "3.27.4", method: http.MethodGet, path: allPlugins, status: 200,
		summary: "List plug-ins", actions: []string{"apig:plugins:list"}, tag: tagPlugins,
	}), s.listPlugins)
	register(s, api, v.operation(operation{
		id: "ShowPlugin", section: "3.27.5", method: http.MethodGet, path: onePlugin, status: 200,
		summary: "Show a plug-in", actions: []string{"apig:plugins:get"}, tag: tagPlugins,
	}), s.showPlugin)
	s.pluginRemoval(api, v)
	s.pluginBindings(api, v)
	s.romaPlugins(api)
}

// pluginRemoval registers APIG V2 §3.27.3.
func (s *Surface) pluginRemoval(api huma.API, v variant) {
	register(s, api, v.operation(operation{
		id: "DeletePlugin", section: "3.27.3", method: http.MethodDelete, path: onePlugin, status: 204,
		summary: "Delete a plug-in that is bound to no API", actions: []string{"apig:plugins:delete"}, tag: tagPlugins,
	}), s.deletePlugin)
}

// PluginIn is what a request about one plug-in names.
type PluginIn struct {
	InInstance
	PluginID string `path:"plugin_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Plug-in."`
}

type createPluginIn struct {
	InInstance
	Body apig.PluginBody
}

func (s *Surface) createPlugin(ctx context.Context, call commands.Call, in *createPluginIn) (*answer[PluginView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.CreatePlugin, apig.CreatePlugin{InstanceID: in.InstanceID, Body: in.Body}, plugin)
}

type updatePluginIn struct {
	PluginIn
	Body apig.PluginBody
}

func (s *Surface) updatePlugin(ctx context.Context, call commands.Call, in *updatePluginIn) (*answer[PluginView], error) {
	command := apig.UpdatePlugin{InstanceID: in.InstanceID, PluginID: in.PluginID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.UpdatePlugin, command, plugin)
}

func (s *Surface) deletePlugin(ctx context.Context, call commands.Call, in *PluginIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeletePlugin.Do, apig.DeletePlugin{InstanceID: in.InstanceID, PluginID: in.PluginID})
}

func (s *Surface) showPlugin(ctx context.Context, call commands.Call, in *PluginIn) (*answer[PluginView], error) {
	p, err := s.Queries.Plugin(ctx, in.in(), in.PluginID)
	if err != nil {
		return nil, err
	}
	v, err := s.pluginRow(ctx, call, p.PluginRow)
	return read(v), err
}

type listPluginsIn struct {
	InInstance
	Paging
	PluginType    string `query:"plugin_type" maxLength:"64" doc:"Only plug-ins of this type."`
	PluginScope   string `query:"plugin_scope" maxLength:"64" doc:"Only plug-ins with this scope."`
	PluginID      string `query:"plugin_id" maxLength:"65" doc:"Only the plug-in with this id."`
	PluginName    string `query:"plugin_name" maxLength:"255" doc:"Only plug-ins whose name contains this."`
	PreciseSearch string `query:"precise_search" maxLength:"255" doc:"Parameters to match exactly: plugin_name."`
}

func (in *listPluginsIn) filter() projectionsapig.PluginFilter {
	return projectionsapig.PluginFilter{
		ID: in.PluginID, Name: in.PluginName, Type: in.PluginType, Scope: in.PluginScope, ExactName: precisely(in.PreciseSearch, "plugin_name"),
	}
}

// PluginList is a page of plug-ins (APIG V2 §3.27.4, §3.27.13).
type PluginList struct {
	Size    int          `json:"size"`
	Total   int          `json:"total"`
	Plugins []PluginView `json:"plugins"`
}

func (s *Surface) listPlugins(ctx context.Context, call commands.Call, in *listPluginsIn) (*answer[PluginList], error) {
	rows, total, err := s.Queries.Plugins(ctx, in.in(), in.filter(), in.page())
	if err != nil {
		return nil, err
	}
	return s.pluginList(ctx, call, rows, total)
}

func (s *Surface) pluginList(ctx context.Context, call commands.Call, rows []projectionsapig.PluginView, total int) (*answer[PluginList], error) {
	views, err := eachOrError(rows, func(p projectionsapig.PluginView) (PluginView, error) { return s.pluginRow(ctx, call, p.PluginRow) })
	return read(PluginList{len(rows), total, views}), err
}
