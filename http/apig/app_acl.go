package apig

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

// AppACLView is the access control of an app in an answer (APIG V2 §3.28.14).
type AppACLView struct {
	AppID  string   `json:"app_id"`
	Type   string   `json:"app_acl_type,omitempty" doc:"PERMIT or DENY; absent while there is no access control."`
	Values []string `json:"app_acl_values"`
}

func appACL(a apig.AppACL) AppACLView { return AppACLView{a.AppID, a.Type, a.Values} }

// appACLs registers APIG V2 §3.28.14 to §3.28.16. Chapter 4 has no actions for them: the access control
// of an app counts as part of it.
func (s *Surface) appACLs(api huma.API) {
	register(s, api, operation{
		id: "UpdateAppAcl", section: "3.28.14", method: http.MethodPut, path: appACLPath, status: 201,
		summary: "Set from where an app may call", actions: []string{"apig:apps:update"}, tag: tagApps,
	}, s.setAppACL)
	register(s, api, operation{
		id: "ShowDetailsOfAppAcl", section: "3.28.15", method: http.MethodGet, path: appACLPath, status: 200,
		summary: "Show from where an app may call", actions: []string{"apig:apps:get"}, tag: tagApps,
	}, s.showAppACL)
	register(s, api, operation{
		id: "DeleteAppAcl", section: "3.28.16", method: http.MethodDelete, path: appACLPath, status: 204,
		summary: "Let an app call from everywhere", actions: []string{"apig:apps:update"}, tag: tagApps,
	}, s.deleteAppACL)
}

type setAppACLIn struct {
	AppIn
	Body apig.AppACLBody
}

func (s *Surface) setAppACL(ctx context.Context, call commands.Call, in *setAppACLIn) (*answer[AppACLView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.SetAppACL.Do, apig.SetAppACL{InstanceID: in.InstanceID, AppID: in.AppID, Body: in.Body}, appACL)
}

func (s *Surface) showAppACL(ctx context.Context, _ commands.Call, in *AppIn) (*answer[AppACLView], error) {
	acl, err := s.Queries.AppACL(ctx, in.in(), in.AppID)
	return read(appACL(acl)), err
}

func (s *Surface) deleteAppACL(ctx context.Context, call commands.Call, in *AppIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteAppACL.Do, apig.DeleteAppACL{InstanceID: in.InstanceID, AppID: in.AppID})
}
