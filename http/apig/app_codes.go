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

// AppCodeView is an AppCode in an answer (APIG V2 §3.28.8).
type AppCodeView struct {
	AppCode    string    `json:"app_code"`
	ID         string    `json:"id"`
	AppID      string    `json:"app_id"`
	CreateTime time.Time `json:"create_time"`
}

func appCode(c apig.AppCode) AppCodeView { return AppCodeView{c.Value, c.ID, c.AppID, c.CreateTime} }

const (
	appCodesPath = oneApp + "/app-codes"
	oneAppCode   = appCodesPath + "/{app_code_id}"
	appACLPath   = oneApp + "/app-acl"
)

// appCodes registers APIG V2 §3.28.8 to §3.28.12.
func (s *Surface) appCodes(api huma.API) {
	register(s, api, operation{
		id: "CreateAppCodeV2", section: "3.28.8", method: http.MethodPost, path: appCodesPath, status: 201,
		summary: "Give an app an AppCode", actions: []string{"apig:appCodes:create"}, tag: tagApps,
	}, s.createAppCode)
	register(s, api, operation{
		id: "CreateAppCodeAutoV2", section: "3.28.9", method: http.MethodPut, path: appCodesPath, status: 201,
		summary: "Give an app a generated AppCode", actions: []string{"apig:appCodes:update"}, tag: tagApps,
	}, s.generateAppCode)
	register(s, api, operation{
		id: "DeleteAppCodeV2", section: "3.28.10", method: http.MethodDelete, path: oneAppCode, status: 204,
		summary: "Delete an AppCode", actions: []string{"apig:appCodes:delete"}, tag: tagApps,
	}, s.deleteAppCode)
	register(s, api, operation{
		id: "ShowDetailsOfAppCodeV2", section: "3.28.11", method: http.MethodGet, path: oneAppCode, status: 201,
		summary: "Show an AppCode", actions: []string{"apig:appCodes:get"}, tag: tagApps,
	}, s.showAppCode)
	register(s, api, operation{
		id: "ListAppCodesV2", section: "3.28.12", method: http.MethodGet, path: appCodesPath, status: 200,
		summary: "List the AppCodes of an app", actions: []string{"apig:appCodes:list"}, tag: tagApps,
	}, s.listAppCodes)
}

type createAppCodeIn struct {
	AppIn
	Body apig.AppCodeBody
}

func (s *Surface) createAppCode(ctx context.Context, call commands.Call, in *createAppCodeIn) (*answer[AppCodeView], error) {
	command := apig.CreateAppCode{InstanceID: in.InstanceID, AppID: in.AppID}
	code, position, err := s.Commands.CreateAppCode(ctx, s.Bus, call, command, in.Body)
	return changed(appCode(code), position), at(position, err)
}

func (s *Surface) generateAppCode(ctx context.Context, call commands.Call, in *AppIn) (*answer[AppCodeView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.GenerateAppCode, apig.CreateAppCode{InstanceID: in.InstanceID, AppID: in.AppID}, appCode)
}

// AppCodeIn is what every request about an AppCode names.
type AppCodeIn struct {
	AppIn
	AppCodeID string `path:"app_code_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"AppCode."`
}

func (s *Surface) deleteAppCode(ctx context.Context, call commands.Call, in *AppCodeIn) (*done, error) {
	command := apig.DeleteAppCode{InstanceID: in.InstanceID, AppID: in.AppID, AppCodeID: in.AppCodeID}
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteAppCode.Do, command)
}

// openAppCode is a row with its value in the clear, as the reference shows it.
func (s *Surface) openAppCode(ctx context.Context, call commands.Call, row projectionsapig.AppCodeRow) (AppCodeView, error) {
	code := apig.AppCode{ID: row.ID, InstanceID: row.InstanceID, AppID: row.AppID, Value: row.Sealed, CreateTime: row.CreateTime}
	var err error
	code.Value, err = s.Commands.OpenAppCode(ctx, call, code)
	return appCode(code), err
}

func (s *Surface) showAppCode(ctx context.Context, call commands.Call, in *AppCodeIn) (*answer[AppCodeView], error) {
	row, err := s.Queries.AppCode(ctx, in.in(), in.AppID, in.AppCodeID)
	if err != nil {
		return nil, err
	}
	view, err := s.openAppCode(ctx, call, row)
	return read(view), err
}

type listAppCodesIn struct {
	AppIn
	Paging
}

// AppCodeList is a page of AppCodes (APIG V2 §3.28.12).
type AppCodeList struct {
	Size     int           `json:"size"`
	Total    int           `json:"total"`
	AppCodes []AppCodeView `json:"app_codes"`
}

func (s *Surface) listAppCodes(ctx context.Context, call commands.Call, in *listAppCodesIn) (*answer[AppCodeList], error) {
	rows, total, err := s.Queries.AppCodes(ctx, in.in(), in.AppID, in.page())
	if err != nil {
		return nil, err
	}
	views := make([]AppCodeView, len(rows))
	for i, row := range rows {
		if views[i], err = s.openAppCode(ctx, call, row); err != nil {
			return nil, err
		}
	}
	return read(AppCodeList{len(rows), total, views}), nil
}
