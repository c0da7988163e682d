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

const (
	tagEndpoints    = "VPC endpoints"
	connectionsPath = instancePath + "/vpc-endpoint/connections"
	permissionsPath = instancePath + "/vpc-endpoint/permissions"
)

// endpoints registers APIG V2 §3.24. Chapter 4 has no actions for it: reading needs that of reading an
// instance, changing that of changing one.
func (s *Surface) endpoints(api huma.API) {
	register(s, api, operation{
		id: "ListEndpointConnections", section: "3.24.1", method: http.MethodGet, path: connectionsPath, status: 200,
		summary: "List the connections of VPC endpoints", actions: []string{"apigw:instances:get"}, tag: tagEndpoints,
	}, s.listConnections)
	register(s, api, operation{
		id: "AcceptOrRejectEndpointConnections", section: "3.24.2", method: http.MethodPost, path: connectionsPath + "/action", status: 200,
		summary: "Accept or reject connections", actions: []string{"apigw:instances:update"}, tag: tagEndpoints,
	}, s.decideConnections)
	register(s, api, operation{
		id: "ListEndpointPermissions", section: "3.24.3", method: http.MethodGet, path: permissionsPath, status: 200,
		summary: "List who may connect", actions: []string{"apigw:instances:get"}, tag: tagEndpoints,
	}, s.listPermissions)
	register(s, api, operation{
		id: "AddEndpointPermissions", section: "3.24.4", method: http.MethodPost, path: permissionsPath + "/batch-add", status: 200,
		summary: "Permit accounts to connect", actions: []string{"apigw:instances:update"}, tag: tagEndpoints,
	}, s.addPermissions)
	register(s, api, operation{
		id: "DeleteEndpointPermissions", section: "3.24.5", method: http.MethodPost, path: permissionsPath + "/batch-delete", status: 200,
		summary: "Permit accounts no more to connect", actions: []string{"apigw:instances:update"}, tag: tagEndpoints,
	}, s.removePermissions)
}

type listConnectionsIn struct {
	InInstance
	Paging
	ID       string `query:"id" maxLength:"64" doc:"Only the connection with this id."`
	MarkerID int    `query:"marker_id" default:"-1" doc:"Only the connection with this marker; -1 for any."`
	Status   string `query:"status" enum:"pendingAcceptance,accepted,rejected,failed" doc:"Only connections with this status."`
}

// ConnectionView is the connection of a VPC endpoint (APIG V2 §3.24.1).
type ConnectionView struct {
	ID        string `json:"id"`
	MarkerID  int    `json:"marker_id"`
	CreatedAt string `json:"created_at"`
	UpdatedAt string `json:"updated_at"`
	DomainID  string `json:"domain_id"`
	Status    string `json:"status"`
}

// ConnectionList is a page of connections (APIG V2 §3.24.1).
type ConnectionList struct {
	Size        int              `json:"size"`
	Total       int              `json:"total"`
	Connections []ConnectionView `json:"connections"`
}

// utc is the form of times in APIG V2 §3.24.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func (s *Surface) listConnections(ctx context.Context, _ commands.Call, in *listConnectionsIn) (*answer[ConnectionList], error) {
	filter := projectionsapig.EndpointConnectionFilter{ID: in.ID, Status: in.Status}
	if in.MarkerID != -1 {
		filter.MarkerID = &in.MarkerID
	}
	rows, total, err := s.Queries.EndpointConnections(ctx, in.in(), filter, in.page())
	view := func(e projectionsapig.EndpointConnectionRow) ConnectionView {
		return ConnectionView{e.ID, e.MarkerID, utc(e.CreateTime), utc(e.UpdateTime), e.DomainID, e.Status}
	}
	return read(ConnectionList{len(rows), total, each(rows, view)}), err
}

type decideConnectionsIn struct {
	InInstance
	Body apig.DecideEndpointsBody
}

func (s *Surface) decideConnections(ctx context.Context, call commands.Call, in *decideConnectionsIn) (*answer[ConnectionList], error) {
	all, position, err := s.Commands.DecideEndpoints.Do(ctx, s.Bus, call, apig.DecideEndpoints{InstanceID: in.InstanceID, Body: in.Body})
	view := func(e apig.EndpointConnection) ConnectionView {
		return ConnectionView{e.ID, e.MarkerID, utc(e.CreateTime), utc(e.UpdateTime), e.DomainID, string(e.Status)}
	}
	return changed(ConnectionList{len(all), len(all), each(all, view)}, position), at(position, err)
}

type listPermissionsIn struct {
	InInstance
	Paging
	Permission string `query:"permission" maxLength:"255" doc:"Only records that contain this."`
}

// PermissionView is a record of who may connect (APIG V2 §3.24.3).
type PermissionView struct {
	ID         string `json:"id"`
	Permission string `json:"permission"`
	CreatedAt  string `json:"created_at"`
}

// PermissionList is a page of records (APIG V2 §3.24.3).
type PermissionList struct {
	Size        int              `json:"size"`
	Total       int              `json:"total"`
	Permissions []PermissionView `json:"permissions"`
}

func (s *Surface) listPermissions(ctx context.Context, _ commands.Call, in *listPermissionsIn) (*answer[PermissionList], error) {
	rows, total, err := s.Queries.EndpointPermissions(ctx, in.in(), in.Permission, in.page())
	view := func(e projectionsapig.EndpointPermissionRow) PermissionView {
		return PermissionView{e.ID, e.Permission, utc(e.CreateTime)}
	}
	return read(PermissionList{len(rows), total, each(rows, view)}), err
}

type permissionsIn struct {
	InInstance
	Body apig.EndpointPermissionsBody
}

// Permissions are the records that were asked for (APIG V2 §3.24.4).
type Permissions struct {
	Permissions []string `json:"permissions"`
}

func (s *Surface) addPermissions(ctx context.Context, call commands.Call, in *permissionsIn) (*answer[Permissions], error) {
	command := apig.AddEndpointPermissions{InstanceID: in.InstanceID, Body: in.Body}
	all, position, err := s.Commands.AddEndpointPermissions.Do(ctx, s.Bus, call, command)
	return changed(Permissions{all}, position), at(position, err)
}

func (s *Surface) removePermissions(ctx context.Context, call commands.Call, in *permissionsIn) (*answer[Permissions], error) {
	command := apig.RemoveEndpointPermissions{InstanceID: in.InstanceID, Body: in.Body}
	all, position, err := s.Commands.RemoveEndpointPermissions.Do(ctx, s.Bus, call, command)
	return changed(Permissions{all}, position), at(position, err)
}
