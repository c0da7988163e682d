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

// PublicationView is a publication record in an answer (APIG V2 §3.5.4).
type PublicationView struct {
	PublishID   string    `json:"publish_id"`
	APIID       string    `json:"api_id"`
	APIName     string    `json:"api_name"`
	EnvID       string    `json:"env_id"`
	Remark      string    `json:"remark"`
	PublishTime time.Time `json:"publish_time"`
	VersionID   string    `json:"version_id" doc:"Version that is in effect by it."`
}

func publication(p apig.Publication) PublicationView {
	return PublicationView{p.PublishID, p.APIID, p.APIName, p.EnvID, p.Remark, p.PublishTime, p.VersionID}
}

const (
	publishedAPI = instancePath + "/apis/publish/{api_id}"
	oneVersion   = instancePath + "/apis/versions/{version_id}"
)

const (
	actionPublish = "apig:apis:publish"
	actionOffline = "apig:apis:offline"
)

// publishOrOffline are the actions of an operation that does either, see precise.
var publishOrOffline = []string{actionPublish, actionOffline}

// publications registers APIG V2 §3.5.4 and §3.5.9 to §3.5.14.
func (s *Surface) publications(api huma.API) {
	register(s, api, operation{
		id: "CreateOrDeletePublishRecordForApiV2", section: "3.5.4", method: http.MethodPost, path: instancePath + "/apis/action", status: 201,
		summary: "Publish an API or take it offline", actions: publishOrOffline, tag: tagAPIs,
	}, s.publish)
	register(s, api, operation{
		id: "BatchPublishOrOfflineApiV2", section: "3.5.9", method: http.MethodPost, path: instancePath + "/apis/publish", status: 200,
		summary: "Publish many APIs or take them offline", actions: publishOrOffline, needs: "action", tag: tagAPIs,
	}, s.publishBatch)
	register(s, api, operation{
		id: "ListApiVersionsV2", section: "3.5.10", method: http.MethodGet, path: publishedAPI, status: 200,
		summary: "List the history versions of an API", actions: []string{"apig:apis:get", "apig:apis:list"}, tag: tagAPIs,
	}, s.listVersions)
	register(s, api, operation{
		id: "ChangeApiVersionV2", section: "3.5.11", method: http.MethodPut, path: publishedAPI, status: 200,
		summary: "Put a version of an API in effect", actions: []string{actionPublish}, tag: tagAPIs,
	}, s.switchVersion)
	register(s, api, operation{
		id: "ListApiRuntimeDefinitionV2", section: "3.5.12", method: http.MethodGet, path: instancePath + "/apis/runtime/{api_id}", status: 200,
		summary: "Show the definition that runs in an environment", actions: []string{"apig:apis:get"}, tag: tagAPIs,
	}, s.showRuntime)
	register(s, api, operation{
		id: "ListApiVersionDetailV2", section: "3.5.13", method: http.MethodGet, path: oneVersion, status: 200,
		summary: "Show the definition of a version", actions: []string{"apig:apis:get"}, tag: tagAPIs,
	}, s.showVersion)
	register(s, api, operation{
		id: "DeleteApiByVersionIdV2", section: "3.5.14", method: http.MethodDelete, path: oneVersion, status: 204,
		summary: "Take an API offline by the version in effect", actions: []string{actionOffline}, tag: tagAPIs,
	}, s.offlineVersion)
}

type publishIn struct {
	InInstance
	Body apig.PublicationBody
}

// action is the one that the body asks for; publishing for a body that asks for none, which is refused
// later.
func (in *publishIn) action() string {
	if in.Body.Action == apig.ActionOffline {
		return actionOffline
	}
	return actionPublish
}

func (s *Surface) publish(ctx context.Context, call commands.Call, in *publishIn) (*answer[PublicationView], error) {
	if in.Body.Action == apig.ActionOffline {
		return answerTo(ctx, s.Bus, call, s.Commands.OfflineAPI.Do, apig.OfflineAPI{InstanceID: in.InstanceID, Body: in.Body}, publication)
	}
	return answerTo(ctx, s.Bus, call, s.Commands.PublishAPI.Do, apig.PublishAPI{InstanceID: in.InstanceID, Body: in.Body}, publication)
}

type publishBatchIn struct {
	InInstance
	Action string `query:"action" maxLength:"16" doc:"online or offline."`
	Body   apig.BatchBody
}

func (in *publishBatchIn) action() string {
	if in.Action == apig.ActionOffline {
		return actionOffline
	}
	return actionPublish
}

// BatchView is the outcome of a batch, API by API (APIG V2 §3.5.9).
type BatchView struct {
	Success []PublicationView   `json:"success"`
	Failure []apig.BatchFailure `json:"failure"`
}

func (s *Surface) publishBatch(ctx context.Context, call commands.Call, in *publishBatchIn) (*answer[BatchView], error) {
	command := apig.BatchPublish{InstanceID: in.InstanceID, Action: in.Action, Body: in.Body}
	result, position, err := s.Commands.BatchPublish.Do(ctx, s.Bus, call, command)
	failed := func(f apig.BatchFailure) apig.BatchFailure { return f }
	return changed(BatchView{each(result.Success, publication), each(result.Failure, failed)}, position), at(position, err)
}

type listVersionsIn struct {
	APIIn
	Paging
	EnvID   string `query:"env_id" maxLength:"65" doc:"Only versions of this environment."`
	EnvName string `query:"env_name" maxLength:"64" pattern:"^[A-Za-z0-9_]*$" doc:"Only versions of environments whose name contains this."`
}

// VersionInfo is a version in a list (APIG V2 §3.5.10).
type VersionInfo struct {
	VersionID   string    `json:"version_id"`
	VersionNo   string    `json:"version_no" doc:"Time of publication: yyyyMMddHHmmss."`
	APIID       string    `json:"api_id"`
	EnvID       string    `json:"env_id"`
	EnvName     string    `json:"env_name"`
	Remark      string    `json:"remark"`
	PublishTime time.Time `json:"publish_time"`
	Status      int       `json:"status" doc:"1: in effect, 2: not in effect."`
}

// VersionList is a page of versions (APIG V2 §3.5.10).
type VersionList struct {
	Size        int           `json:"size"`
	Total       int           `json:"total"`
	APIVersions []VersionInfo `json:"api_versions"`
}

// historyVersions is how many versions per API and environment the reference shows (APIG V2 §3.5.10),
// where nobody set the quota API_VERSION_NUM_LIMIT. The log keeps all of them.
const historyVersions = 10

func (s *Surface) listVersions(ctx context.Context, _ commands.Call, in *listVersionsIn) (*answer[VersionList], error) {
	filter := projectionsapig.VersionFilter{EnvID: in.EnvID, EnvName: in.EnvName, Most: historyVersions}
	rows, total, err := s.Queries.Versions(ctx, in.in(), in.APIID, filter, in.page())
	info := func(v projectionsapig.VersionView) VersionInfo {
		return VersionInfo{v.VersionID, v.VersionNo, v.APIID, v.EnvID, v.EnvName, v.Remark, v.PublishTime, v.Status}
	}
	return read(VersionList{len(rows), total, each(rows, info)}), err
}

type switchVersionIn struct {
	APIIn
	Body apig.SwitchVersionBody
}

func (s *Surface) switchVersion(ctx context.Context, call commands.Call, in *switchVersionIn) (*answer[PublicationView], error) {
	command := apig.SwitchVersion{InstanceID: in.InstanceID, APIID: in.APIID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.SwitchVersion.Do, command, publication)
}

type versionIn struct {
	InInstance
	VersionID string `path:"version_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Version."`
}

func (s *Surface) offlineVersion(ctx context.Context, call commands.Call, in *versionIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.OfflineVersion.Do, apig.OfflineVersion{InstanceID: in.InstanceID, VersionID: in.VersionID})
}

// RuntimeView is the definition that runs in an environment (APIG V2 §3.5.12).
type RuntimeView struct {
	projectionsapig.Frontend
	ID         string   `json:"id"`
	GroupName  string   `json:"group_name"`
	RunEnvID   string   `json:"run_env_id"`
	RunEnvName string   `json:"run_env_name"`
	PublishID  string   `json:"publish_id"`
	SLDomain   string   `json:"sl_domain"`
	SLDomains  []string `json:"sl_domains"`
}

type runtimeIn struct {
	APIIn
	EnvID string `query:"env_id" maxLength:"65" pattern:"^[A-Za-z0-9_-]*$" doc:"Environment; RELEASE when absent."`
}

func (s *Surface) showRuntime(ctx context.Context, _ commands.Call, in *runtimeIn) (*answer[RuntimeView], error) {
	envID := in.EnvID
	if envID == "" {
		envID = apig.ReleaseEnvID
	}
	v, publishID, err := s.Queries.Runtime(ctx, in.in(), in.APIID, envID)
	if err != nil {
		return nil, err
	}
	domain := s.subdomain(v.Group.ID)
	return read(RuntimeView{
		Frontend: projectionsapig.FrontendOf(v.Definition), ID: in.APIID, GroupName: v.Group.Name, RunEnvID: envID,
		RunEnvName: v.Published.EnvName, PublishID: publishID, SLDomain: domain, SLDomains: []string{domain},
	}), nil
}

// VersionDetailView is the whole definition of a version (APIG V2 §3.5.13).
type VersionDetailView struct {
	projectionsapig.Detail
	projectionsapig.Published
	SLDomain  string   `json:"sl_domain"`
	SLDomains []string `json:"sl_domains"`
	VersionID string   `json:"version_id"`
}

func (s *Surface) showVersion(ctx context.Context, _ commands.Call, in *versionIn) (*answer[VersionDetailView], error) {
	v, err := s.Queries.Version(ctx, in.in(), in.VersionID)
	if err != nil {
		return nil, err
	}
	return read(s.version(v)), nil
}

func (s *Surface) version(v projectionsapig.Version) VersionDetailView {
	domain := s.subdomain(v.Group.ID)
	view := VersionDetailView{
		Detail:   projectionsapig.DetailOf(apig.API{ID: v.Published.APIID, Definition: v.Definition, RegisterTime: v.RegisterTime, UpdateTime: v.UpdateTime}),
		SLDomain: domain, SLDomains: []string{domain}, VersionID: v.Published.VersionID,
	}
	view.GroupName, view.GroupVersion = v.Group.Name, projectionsapig.GroupVersion
	p := v.Published
	view.PublishedIn(p.EnvID, p.EnvName, p.PublishID, p.PublishTime)
	return view
}
