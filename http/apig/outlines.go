package apig

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
)

const outlinePath = instancePath + "/resources/outline"

// outlines registers APIG V2 §3.11. Chapter 4 has no actions for it: whoever may list a kind of things may
// know how many there are.
func (s *Surface) outlines(api huma.API) {
	const tag = "Overviews"
	register(s, api, operation{
		id: "ListApiQuantitiesV2", section: "3.11.1", method: http.MethodGet, path: outlinePath + "/apis", status: 200,
		summary: "Count APIs", actions: []string{"apig:apis:list"}, tag: tag,
	}, s.countAPIs)
	register(s, api, operation{
		id: "ListApiGroupsQuantitiesV2", section: "3.11.2", method: http.MethodGet, path: outlinePath + "/groups", status: 200,
		summary: "Count API groups", actions: []string{"apig:groups:list"}, tag: tag,
	}, s.countGroups)
	register(s, api, operation{
		id: "ListAppQuantitiesV2", section: "3.11.3", method: http.MethodGet, path: outlinePath + "/apps", status: 200,
		summary: "Count apps", actions: []string{"apig:apps:list"}, tag: tag,
	}, s.countApps)
}

// APIQuantities counts APIs (APIG V2 §3.11.1).
type APIQuantities struct {
	All        int `json:"instance_num" doc:"All APIs."`
	OnRelease  int `json:"nums_on_release" doc:"APIs published to RELEASE."`
	OffRelease int `json:"nums_off_release" doc:"APIs not published to RELEASE."`
}

func (s *Surface) countAPIs(ctx context.Context, _ commands.Call, in *InInstance) (*answer[APIQuantities], error) {
	o, err := s.Queries.APIOutline(ctx, in.in())
	return read(APIQuantities{o.All, o.OnRelease, o.OffRelease}), err
}

// GroupQuantities counts groups (APIG V2 §3.11.2). There is no marketplace: as in the reference, all
// groups count as listed.
type GroupQuantities struct {
	OffSell int `json:"offsell_nums" doc:"Always 0."`
	OnSell  int `json:"onsell_nums" doc:"All API groups."`
}

func (s *Surface) countGroups(ctx context.Context, _ commands.Call, in *InInstance) (*answer[GroupQuantities], error) {
	n, err := s.Queries.GroupCount(ctx, in.in())
	return read(GroupQuantities{OnSell: n}), err
}

// AppQuantities counts apps (APIG V2 §3.11.3).
type AppQuantities struct {
	Authorized   int `json:"authed_nums" doc:"Apps that can call an API."`
	Unauthorized int `json:"unauthed_nums" doc:"Apps that can call none."`
}

func (s *Surface) countApps(ctx context.Context, _ commands.Call, in *InInstance) (*answer[AppQuantities], error) {
	o, err := s.Queries.AppOutline(ctx, in.in())
	return read(AppQuantities{o.Authorized, o.Unauthorized}), err
}
