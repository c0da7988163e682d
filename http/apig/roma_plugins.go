package apig

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// variant is one of the two writings of the plug-ins API: that of the dedicated gateway, and that of ROMA
// Connect. Both are about the same plug-ins.
type variant struct {
	instance string // path of an instance
	prefix   string // of the names of operations, which are the same in both SDKs
	section  string // instead of those of APIG V2
}

var (
	dedicated = variant{instance: instancePath}
	roma      = variant{instance: romaPath + "/instances/{instance_id}", prefix: "Roma", section: sectionROMA}
)

const romaPath = "/v2/{project_id}/apic"

// operation returns an operation, whose path is that beneath an instance, as the variant has it.
func (v variant) operation(op operation) operation {
	op.id, op.path = v.prefix+op.id, v.instance+op.path
	if v.section != "" {
		op.section = v.section
	}
	return op
}

// romaPlugins registers the plug-ins API of ROMA Connect. Its reference has UpdatePlugin; the others are
// its siblings.
func (s *Surface) romaPlugins(api huma.API) {
	v := roma
	register(s, api, v.operation(operation{
		id: "CreatePlugin", method: http.MethodPost, path: allPlugins, status: 201,
		summary: "Create a plug-in (ROMA Connect)", actions: []string{"apig:plugins:create"}, tag: tagPlugins,
	}), s.createRomaPlugin)
	register(s, api, v.operation(operation{
		id: "UpdatePlugin", method: http.MethodPut, path: onePlugin, status: 200,
		summary: "Change a plug-in (ROMA Connect)", actions: []string{"apig:plugins:update"}, tag: tagPlugins,
	}), s.updateRomaPlugin)
	register(s, api, v.operation(operation{
		id: "ListPlugins", method: http.MethodGet, path: allPlugins, status: 200,
		summary: "List plug-ins (ROMA Connect)", actions: []string{"apig:plugins:list"}, tag: tagPlugins,
	}), s.listRomaPlugins)
	register(s, api, v.operation(operation{
		id: "ShowPlugin", method: http.MethodGet, path: onePlugin, status: 200,
		summary: "Show a plug-in (ROMA Connect)", actions: []string{"apig:plugins:get"}, tag: tagPlugins,
	}), s.showRomaPlugin)
	s.pluginRemoval(api, v)
	s.pluginBindings(api, v)
}

// RomaPluginBody is the body of a plug-in in ROMA Connect.
type RomaPluginBody struct {
	apig.PluginBody
	RomaAppID string `json:"roma_app_id,omitempty" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$" doc:"Integration app; of effect with the scope app."`
}

// RomaPluginView is a plug-in in an answer of ROMA Connect.
type RomaPluginView struct {
	PluginView
	RomaAppID   string `json:"roma_app_id,omitempty"`
	RomaAppName string `json:"roma_app_name,omitempty" doc:"Name of the app, if it is one of the instance."`
}

func romaPlugin(p apig.PluginInfo) RomaPluginView {
	return RomaPluginView{plugin(p), p.RomaAppID, p.RomaAppName}
}

type createRomaPluginIn struct {
	InInstance
	Body RomaPluginBody
}

func (s *Surface) createRomaPlugin(ctx context.Context, call commands.Call, in *createRomaPluginIn) (*answer[RomaPluginView], error) {
	command := apig.CreatePlugin{InstanceID: in.InstanceID, Body: in.Body.PluginBody, RomaAppID: in.Body.RomaAppID}
	return answerTo(ctx, s.Bus, call, s.Commands.CreatePlugin, command, romaPlugin)
}

type updateRomaPluginIn struct {
	PluginIn
	Body RomaPluginBody
}

func (s *Surface) updateRomaPlugin(ctx context.Context, call commands.Call, in *updateRomaPluginIn) (*answer[RomaPluginView], error) {
	command := apig.UpdatePlugin{
		InstanceID: in.InstanceID, PluginID: in.PluginID, Body: in.Body.PluginBody, RomaAppID: in.Body.RomaAppID,
	}
	return answerTo(ctx, s.Bus, call, s.Commands.UpdatePlugin, command, romaPlugin)
}

func (s *Surface) romaRow(ctx context.Context, call commands.Call, p projectionsapig.PluginView) (RomaPluginView, error) {
	v, err := s.pluginRow(ctx, call, p.PluginRow)
	return RomaPluginView{v, p.RomaAppID, given(p.RomaAppName)}, err
}

func (s *Surface) showRomaPlugin(ctx context.Context, call commands.Call, in *PluginIn) (*answer[RomaPluginView], error) {
	p, err := s.Queries.Plugin(ctx, in.in(), in.PluginID)
	if err != nil {
		return nil, err
	}
	v, err := s.romaRow(ctx, call, p)
	return read(v), err
}

// RomaPluginList is a page of plug-ins in ROMA Connect.
type RomaPluginList struct {
	Size    int              `json:"size"`
	Total   int              `json:"total"`
	Plugins []RomaPluginView `json:"plugins"`
}

func (s *Surface) listRomaPlugins(ctx context.Context, call commands.Call, in *listPluginsIn) (*answer[RomaPluginList], error) {
	rows, total, err := s.Queries.Plugins(ctx, in.in(), in.filter(), in.page())
	if err != nil {
		return nil, err
	}
	views, err := eachOrError(rows, func(p projectionsapig.PluginView) (RomaPluginView, error) { return s.romaRow(ctx, call, p) })
	return read(RomaPluginList{len(rows), total, views}), err
}
