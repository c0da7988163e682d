package apig

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	commandsapig "github.com/gatelog/gatelog/commands/apig"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// settings registers APIG V2 §3.20 to §3.22: tags, features, quotas.
func (s *Surface) settings(api huma.API) {
	register(s, api, operation{
		id: "ListTagsV2", section: "3.20.1", method: http.MethodGet, path: instancePath + "/tags", status: 200,
		summary: "List the tags of APIs", actions: []string{"apig:tags:list"}, tag: "Tags",
	}, s.listTags)
	register(s, api, operation{
		id: "CreateFeatureV2", section: "3.21.1", method: http.MethodPost, path: instancePath + "/features", status: 201,
		summary: "Set a feature of an instance", actions: []string{"apig:features:create"}, tag: "Features",
	}, s.configureFeature)
	register(s, api, operation{
		id: "ListFeaturesV2", section: "3.21.2", method: http.MethodGet, path: instancePath + "/features", status: 200,
		summary: "List the features that were set", actions: []string{"apig:features:list"}, tag: "Features",
	}, s.listFeatures)
	register(s, api, operation{
		id: "ListInstanceFeatures", section: "3.21.3", method: http.MethodGet, path: instancePath + "/instance-features", status: 200,
		summary: "List the features that an instance supports", actions: []string{"apigw:instances:get"}, tag: "Features",
	}, s.listSupportedFeatures)
	register(s, api, operation{
		id: "ListProjectCofigsV2", section: "3.22.1", method: http.MethodGet, path: instancePath + "/project/configs", status: 200,
		summary: "List the quotas of an instance", actions: []string{"apigw:instances:get"}, tag: "Quotas",
	}, s.listQuotas)
	register(s, api, operation{
		id: "ListInstanceConfigsV2", section: "3.22.2", method: http.MethodGet, path: rootPath + "/instance/configs", status: 200,
		summary: "List the quotas of a project", actions: []string{"apigw:instances:list", "apigw:instances:get"}, tag: "Quotas",
	}, s.listTenantQuotas)
}

type listIn struct {
	InInstance
	Paging
}

// TagList is a page of tags (APIG V2 §3.20.1).
type TagList struct {
	Size  int      `json:"size"`
	Total int      `json:"total"`
	Tags  []string `json:"tags"`
}

func (s *Surface) listTags(ctx context.Context, _ commands.Call, in *listIn) (*answer[TagList], error) {
	tags, total, err := s.Queries.Tags(ctx, in.in(), in.page())
	return read(TagList{len(tags), total, tags}), err
}

// FeatureView is a feature in an answer (APIG V2 §3.21.1).
type FeatureView struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Enable     bool      `json:"enable"`
	Config     string    `json:"config"`
	InstanceID string    `json:"instance_id"`
	UpdateTime time.Time `json:"update_time"`
}

type configureFeatureIn struct {
	InInstance
	Body apig.FeatureBody
}

func (s *Surface) configureFeature(ctx context.Context, call commands.Call, in *configureFeatureIn) (*answer[FeatureView], error) {
	command := apig.ConfigureFeature{InstanceID: in.InstanceID, Body: in.Body}
	f, position, err := s.Commands.ConfigureFeature(ctx, s.Bus, call, command)
	view := FeatureView{f.ID, f.Name, f.Enable, commandsapig.MaskFeature(f.Name, f.Config), f.InstanceID, f.UpdateTime}
	return changed(view, position), at(position, err)
}

// FeatureList is a page of features (APIG V2 §3.21.2).
type FeatureList struct {
	Size     int           `json:"size"`
	Total    int           `json:"total"`
	Features []FeatureView `json:"features"`
}

func (s *Surface) listFeatures(ctx context.Context, _ commands.Call, in *listIn) (*answer[FeatureList], error) {
	rows, total, err := s.Queries.Features(ctx, in.in(), in.page())
	view := func(f projectionsapig.FeatureRow) FeatureView {
		return FeatureView{f.ID, f.Name, f.Enable, commandsapig.MaskFeature(f.Name, f.Config), f.InstanceID, f.UpdateTime}
	}
	return read(FeatureList{len(rows), total, each(rows, view)}), err
}

// FeatureNames is a page of names of features (APIG V2 §3.21.3).
type FeatureNames struct {
	Size     int      `json:"size"`
	Total    int      `json:"total"`
	Features []string `json:"features"`
}

func (s *Surface) listSupportedFeatures(ctx context.Context, _ commands.Call, in *listIn) (*answer[FeatureNames], error) {
	if _, err := s.Queries.Instance(ctx, in.in()); err != nil {
		return nil, err
	}
	names := cut(apig.FeatureNames(), in.page())
	return read(FeatureNames{len(names), len(apig.FeatureNames()), names}), nil
}

// cut returns a page of a list that is known whole.
func cut[T any](all []T, p projectionsapig.Page) []T {
	from := min(p.Offset, len(all))
	return all[from:min(from+p.Limit, len(all))]
}

// QuotaInfo is a quota in an answer (APIG V2 §3.22.1).
type QuotaInfo struct {
	ID     string `json:"config_id"`
	Name   string `json:"config_name"`
	Value  string `json:"config_value"`
	Time   string `json:"config_time"`
	Remark string `json:"remark"`
	Used   int    `json:"used"`
}

// QuotaList is a page of quotas (APIG V2 §3.22.1).
type QuotaList struct {
	Size    int         `json:"size"`
	Total   int         `json:"total"`
	Configs []QuotaInfo `json:"configs"`
}

func quotaList(all []projectionsapig.QuotaView, p projectionsapig.Page) QuotaList {
	infos := make([]QuotaInfo, len(all))
	for i, q := range all {
		infos[i] = QuotaInfo{
			ID: strconv.Itoa(i + 1), Name: q.Name, Value: strconv.Itoa(q.Value),
			Time: q.UpdateTime.UTC().Format(time.RFC3339Nano), Remark: q.Doc, Used: q.Used,
		}
	}
	shown := cut(infos, p)
	return QuotaList{len(shown), len(all), shown}
}

func (s *Surface) listQuotas(ctx context.Context, _ commands.Call, in *listIn) (*answer[QuotaList], error) {
	all, err := s.Queries.Quotas(ctx, in.in())
	return read(quotaList(all, in.page())), err
}

type listTenantQuotasIn struct {
	Project
	Paging
}

func (s *Surface) listTenantQuotas(ctx context.Context, call commands.Call, in *listTenantQuotasIn) (*answer[QuotaList], error) {
	all, err := s.Queries.TenantQuotas(ctx, call.Tenant())
	return read(quotaList(all, in.page())), err
}
