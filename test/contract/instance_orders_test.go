package contract

import (
	"slices"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

func (c *client) resizeRequest(spec string) *model.CreatePostPayResizeOrderRequest {
	return &model.CreatePostPayResizeOrderRequest{InstanceId: c.instance, Body: &model.ResizeInstanceReq{SpecId: &spec}}
}

// §3.23.13
func TestZonesAndTheirSpecifications(t *testing.T) {
	t.Parallel()

	zones := list(t, call(t, admin.api.ListAvailableZonesV2, &model.ListAvailableZonesV2Request{}), "available_zones")

	if len(zones) == 0 {
		t.Fatal("there is no zone")
	}
	for _, member := range []string{"name", "id", "code", "local_name.en_us", "local_name.zh_cn"} {
		text(t, zones[0], member)
	}
	for _, spec := range []string{"BASIC", "PROFESSIONAL", "ENTERPRISE", "PLATINUM", "BASIC_IPV6", "PLATINUM_X8"} {
		wantFields(t, zones[0], doc{"specs": doc{spec: true}})
	}
}

// §3.23.16, §3.23.4
func TestInstanceIsResizedInTheBackground(t *testing.T) {
	t.Parallel()
	c := newTenant(t)

	job := call(t, c.api.CreatePostPayResizeOrder, c.resizeRequest("PROFESSIONAL"))

	wantFields(t, job, doc{"instance_id": c.instance})
	text(t, job, "job_id")
	text(t, job, "message")
	c.awaitRunning(t, c.instance)
	wantFields(t, c.showInstance(t, c.instance), doc{"spec": "PROFESSIONAL", "status": "Running", "instance_status": 6, "charging_mode": 0})
	progress := call(t, c.api.ShowDetailsOfInstanceProgressV2, &model.ShowDetailsOfInstanceProgressV2Request{InstanceId: c.instance})
	wantFields(t, progress, doc{"progress": 100, "status": "success"})
	c.newGroup(t)

	refuse(t, c.api.CreatePostPayResizeOrder, c.resizeRequest("PROFESSIONAL"), refusedAs(409, "APIC.7707"))
	refuse(t, c.api.CreatePostPayResizeOrder, c.resizeRequest("BASIC"), refusedAs(400, "APIC.7243"))
	refuse(t, c.api.CreatePostPayResizeOrder, c.resizeRequest("PLATINUM_IPV6"), refusedAs(400, "APIC.7243"))
	refuse(t, c.api.CreatePostPayResizeOrder, c.resizeRequest("HUGE"), refusedAs(404, "APIC.7301"))
	refuse(t, c.api.CreatePostPayResizeOrder, c.resizeRequest(""), badInstanceParameter())
	refuse(t, c.api.CreatePostPayResizeOrder, c.in(t, c.project, unknownID).resizeRequest("PLATINUM"), unknownInstance)
}

// §5.4: of many that want to change an instance at the same moment, one does; the others find it busy or
// done.
func TestBusyInstanceRefusesTasks(t *testing.T) {
	t.Parallel()
	c := newTenant(t)

	done, refusals := race(c.api.CreatePostPayResizeOrder, func() *model.CreatePostPayResizeOrderRequest { return c.resizeRequest("PLATINUM") })

	for code := range refusals {
		if !slices.Contains([]string{instanceBusy.codes[0], "APIC.7707"}, code) {
			t.Errorf("refused with %s", code)
		}
	}
	if done != 1 {
		t.Errorf("%d of 8 began, refusals %v", done, refusals)
	}
	c.awaitRunning(t, c.instance)
	wantFields(t, c.showInstance(t, c.instance), doc{"spec": "PLATINUM"})
}

// Beyond the document: instances that are paid for in advance.
func TestOrderedInstanceIsCreatedAndResized(t *testing.T) {
	t.Parallel()
	c := newProject(t)
	body := doc{
		"product_id": "p1", "charging_mode": 1, "payment_mode": "ALL_UPFRONT", "period_type": 2, "period_num": 1, "is_auto_renew": 1,
		"instance_info": instanceBody(),
	}
	request := func(b doc) *model.CreateOrderRequest {
		return &model.CreateOrderRequest{Body: fromDoc[model.InstanceOrderReq](t, b)}
	}

	order := text(t, call(t, c.api.CreateOrder, request(body)), "order_id")

	id := text(t, list(t, c.listInstances(t, doc{}), "instances")[0], "id")
	c = c.in(t, c.project, id)
	c.awaitRunning(t, id)
	wantFields(t, c.showInstance(t, id), doc{"charging_mode": 1, "cbc_metadata": order, "spec": "BASIC"})
	resize := func(instance, spec string) *model.CreatePrepayResizeRequest {
		return &model.CreatePrepayResizeRequest{InstanceId: instance, Body: fromDoc[model.InstanceChangeOrderReq](t, doc{
			"product_id": "p2", "resize_info": doc{"spec_id": spec},
		})}
	}
	text(t, call(t, c.api.CreatePrepayResize, resize(id, "ENTERPRISE")), "order_id")
	c.awaitRunning(t, id)
	wantFields(t, c.showInstance(t, id), doc{"charging_mode": 1, "spec": "ENTERPRISE"})

	refuse(t, c.api.CreatePrepayResize, resize(id, "ENTERPRISE"), refusedAs(409, "APIC.7707"))
	refuse(t, c.api.CreatePrepayResize, resize(unknownID, "PLATINUM"), unknownInstance)
	refuse(t, c.api.CreatePostPayResizeOrder, c.resizeRequest("PLATINUM"), refusedAs(400, "APIC.7243"))
	byUse := c.newInstance(t)
	refuse(t, c.api.CreatePrepayResize, resize(byUse, "PLATINUM"), refusedAs(400, "APIC.7243"))
	refuse(t, c.api.CreateOrder, request(doc{"product_id": "p1"}), badInstanceParameter())
	refuse(t, c.api.CreateOrder, request(with(t, body, "period_num", 10)), badInstanceParameter())
	refuse(t, c.api.CreateOrder, request(with(t, body, "instance_info.spec_id", "HUGE")), refusedAs(404, "APIC.7301"))
	refuse(t, c.api.CreateOrder, request(body), refusedAs(400, "APIC.7500"))
}
