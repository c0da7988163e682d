package apig

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

// instanceOrders registers APIG V2 §3.23.13 and §3.23.16, and the orders that only the public SDK has.
// Chapter 4 has no actions for them: they need the nearest that it has.
func (s *Surface) instanceOrders(api huma.API) {
	register(s, api, operation{
		id: "ListAvailableZonesV2", section: "3.23.13", method: http.MethodGet, path: rootPath + "/available-zones", status: 200,
		summary: "List the availability zones", actions: []string{"apigw:instances:list", "apigw:instances:create"}, tag: tagInstances,
	}, s.listZones)
	register(s, api, operation{
		id: "CreatePostPayResizeOrder", section: "3.23.16", method: http.MethodPost, path: instancePath + "/postpaid-resize", status: 200,
		summary: "Change the specification of an instance", actions: []string{"apigw:instances:update"}, tag: tagInstances,
	}, s.resizeInstance)
	register(s, api, operation{
		id: "CreateOrder", section: sectionSDK, method: http.MethodPost, path: rootPath + "/prepay-instances", status: 200,
		summary: "Create an instance that is paid for in advance", actions: []string{"apigw:instances:create"}, tag: tagInstances,
	}, s.orderInstance)
	register(s, api, operation{
		id: "CreatePrepayResize", section: sectionSDK, method: http.MethodPost, path: instancePath + "/prepay-resize", status: 200,
		summary: "Change the specification of an instance that is paid for in advance", actions: []string{"apigw:instances:update"}, tag: tagInstances,
	}, s.orderResize)
}

// ZoneName is the name of a zone in two languages (APIG V2 §3.23.13).
type ZoneName struct {
	EnUS string `json:"en_us"`
	ZhCN string `json:"zh_cn"`
}

// ZoneView is an availability zone (APIG V2 §3.23.13).
type ZoneView struct {
	Name      string          `json:"name"`
	ID        string          `json:"id"`
	Code      string          `json:"code"`
	Port      string          `json:"port" doc:"Empty: zones have no ports of their own."`
	LocalName ZoneName        `json:"local_name"`
	Specs     map[string]bool `json:"specs" doc:"Which specifications an instance in the zone can have."`
}

// ZoneList is all availability zones (APIG V2 §3.23.13).
type ZoneList struct {
	AvailableZones []ZoneView `json:"available_zones"`
}

// listZones shows the zones and specifications that the operator has configured.
func (s *Surface) listZones(context.Context, commands.Call, *Project) (*answer[ZoneList], error) {
	specs := map[string]bool{}
	for _, spec := range apig.InstanceSpecs() {
		specs[spec] = len(s.Specs) == 0 || slices.Contains(s.Specs, spec)
	}
	zones := make([]ZoneView, len(s.Zones))
	for n, id := range s.Zones {
		name := "AZ" + strconv.Itoa(n+1)
		zones[n] = ZoneView{Name: name, ID: id, Code: id, LocalName: ZoneName{name, name}, Specs: specs}
	}
	return read(ZoneList{zones}), nil
}

type resizeInstanceIn struct {
	InInstance
	Body apig.ResizeBody
}

func (s *Surface) resizeInstance(ctx context.Context, call commands.Call, in *resizeInstanceIn) (*answer[JobView], error) {
	command := apig.ResizeInstance{InstanceID: in.InstanceID, Body: in.Body, Offered: s.Specs}
	started, position, err := s.Commands.ResizeInstance.Do(ctx, s.Bus, call, command)
	return job(started, "Job of changing the specification accepted", position), at(position, err)
}

// OrderView is the order of an instance, or of another specification of it.
type OrderView struct {
	OrderID string `json:"order_id"`
}

type orderInstanceIn struct {
	Project
	Body apig.OrderBody
}

func (s *Surface) orderInstance(ctx context.Context, call commands.Call, in *orderInstanceIn) (*answer[OrderView], error) {
	ordered, position, err := s.Commands.OrderInstance.Do(ctx, s.Bus, call, apig.OrderInstance{Body: in.Body, Offered: s.Specs})
	return changed(OrderView{ordered.OrderID}, position), at(position, err)
}

type orderResizeIn struct {
	InInstance
	Body apig.OrderResizeBody
}

func (s *Surface) orderResize(ctx context.Context, call commands.Call, in *orderResizeIn) (*answer[OrderView], error) {
	command := apig.OrderResize{InstanceID: in.InstanceID, Body: in.Body, Offered: s.Specs}
	started, position, err := s.Commands.OrderResize.Do(ctx, s.Bus, call, command)
	return changed(OrderView{started.OrderID}, position), at(position, err)
}
