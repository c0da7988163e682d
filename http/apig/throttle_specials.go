package apig

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const (
	tagSpecialThrottles = "Special throttling"
	specialThrottles    = oneThrottle + "/throttle-specials"
)

// specialThrottles registers APIG V2 §3.9.
func (s *Surface) specialThrottles(api huma.API) {
	register(s, api, operation{
		id: "CreateSpecialThrottlingConfigurationV2", section: "3.9.1", method: http.MethodPost, path: specialThrottles, status: 201,
		summary: "Add a limit for one app or tenant", actions: []string{"apig:specialThrottles:create"}, tag: tagSpecialThrottles,
	}, s.createSpecialThrottle)
	register(s, api, operation{
		id: "UpdateSpecialThrottlingConfigurationV2", section: "3.9.2", method: http.MethodPut, path: specialThrottles + "/{strategy_id}", status: 200,
		summary: "Change the limit of one app or tenant", actions: []string{"apig:specialThrottles:update"}, tag: tagSpecialThrottles,
	}, s.updateSpecialThrottle)
	register(s, api, operation{
		id: "DeleteSpecialThrottlingConfigurationV2", section: "3.9.3", method: http.MethodDelete, path: specialThrottles + "/{strategy_id}", status: 204,
		summary: "Delete the limit of one app or tenant", actions: []string{"apig:specialThrottles:delete"}, tag: tagSpecialThrottles,
	}, s.deleteSpecialThrottle)
	register(s, api, operation{
		id: "ListSpecialThrottlingConfigurationsV2", section: "3.9.4", method: http.MethodGet, path: specialThrottles, status: 200,
		summary: "List the limits of apps and tenants", actions: []string{"apig:specialThrottles:get"}, tag: tagSpecialThrottles,
	}, s.listSpecialThrottles)
}

// SpecialThrottleView is a special setting in an answer (APIG V2 §3.9.1). Accounts of tenants are known
// by their ids alone.
type SpecialThrottleView struct {
	ID         string    `json:"id"`
	CallLimits int       `json:"call_limits"`
	ApplyTime  time.Time `json:"apply_time"`
	AppName    string    `json:"app_name,omitempty"`
	AppID      string    `json:"app_id,omitempty"`
	ObjectID   string    `json:"object_id"`
	ObjectType string    `json:"object_type"`
	ObjectName string    `json:"object_name"`
	ThrottleID string    `json:"throttle_id"`
}

func specialThrottle(sp projectionsapig.SpecialThrottleView) SpecialThrottleView {
	v := SpecialThrottleView{
		ID: sp.ID, CallLimits: sp.CallLimits, ApplyTime: sp.ApplyTime, ObjectID: sp.ObjectID, ObjectType: sp.ObjectType,
		ObjectName: sp.ObjectID, ThrottleID: sp.ThrottleID,
	}
	if sp.ObjectType == apig.SpecialApp {
		v.AppID, v.AppName, v.ObjectName = sp.ObjectID, given(sp.AppName), given(sp.AppName)
	}
	return v
}

type createSpecialThrottleIn struct {
	ThrottleIn
	Body apig.SpecialThrottleBody
}

func (s *Surface) createSpecialThrottle(ctx context.Context, call commands.Call, in *createSpecialThrottleIn) (*answer[SpecialThrottleView], error) {
	command := apig.CreateSpecialThrottle{InstanceID: in.InstanceID, ThrottleID: in.ThrottleID, Body: in.Body}
	sp, position, err := s.Commands.CreateSpecialThrottle.Do(ctx, s.Bus, call, command)
	if err != nil {
		return nil, at(position, err)
	}
	return s.changedSpecial(ctx, in.in(), sp, position)
}

// changedSpecial answers with the name of the app, which only the read models join to it.
func (s *Surface) changedSpecial(ctx context.Context, in projectionsapig.In, sp apig.SpecialThrottle, position domain.Position) (*answer[SpecialThrottleView], error) {
	row, err := s.Queries.SpecialThrottle(ctx, in, sp.ID)
	return changed(specialThrottle(row), position), at(position, err)
}

// SpecialThrottleIn is what a request about one special setting names.
type SpecialThrottleIn struct {
	ThrottleIn
	StrategyID string `path:"strategy_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Special setting."`
}

type updateSpecialThrottleIn struct {
	SpecialThrottleIn
	Body apig.SpecialThrottleUpdateBody
}

func (s *Surface) updateSpecialThrottle(ctx context.Context, call commands.Call, in *updateSpecialThrottleIn) (*answer[SpecialThrottleView], error) {
	command := apig.UpdateSpecialThrottle{InstanceID: in.InstanceID, ThrottleID: in.ThrottleID, SpecialID: in.StrategyID, Body: in.Body}
	sp, position, err := s.Commands.UpdateSpecialThrottle.Do(ctx, s.Bus, call, command)
	if err != nil {
		return nil, at(position, err)
	}
	return s.changedSpecial(ctx, in.in(), sp, position)
}

func (s *Surface) deleteSpecialThrottle(ctx context.Context, call commands.Call, in *SpecialThrottleIn) (*done, error) {
	command := apig.DeleteSpecialThrottle{InstanceID: in.InstanceID, ThrottleID: in.ThrottleID, SpecialID: in.StrategyID}
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteSpecialThrottle.Do, command)
}

type listSpecialThrottlesIn struct {
	ThrottleIn
	Paging
	ObjectType string `query:"object_type" maxLength:"16" doc:"Only settings for APP or USER."`
	AppName    string `query:"app_name" maxLength:"64" doc:"Only settings for apps whose name contains this."`
	User       string `query:"user" maxLength:"65" doc:"Only settings for tenants whose account ID contains this."`
}

// SpecialThrottleList is a page of special settings (APIG V2 §3.9.4).
type SpecialThrottleList struct {
	Size             int                   `json:"size"`
	Total            int                   `json:"total"`
	ThrottleSpecials []SpecialThrottleView `json:"throttle_specials"`
}

func (s *Surface) listSpecialThrottles(ctx context.Context, _ commands.Call, in *listSpecialThrottlesIn) (*answer[SpecialThrottleList], error) {
	filter := projectionsapig.SpecialThrottleFilter{ObjectType: in.ObjectType, AppName: in.AppName, User: in.User}
	rows, total, err := s.Queries.SpecialThrottles(ctx, in.in(), in.ThrottleID, filter, in.page())
	return read(SpecialThrottleList{len(rows), total, each(rows, specialThrottle)}), err
}
