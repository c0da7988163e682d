package contract

import (
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var instanceBusy = refusedAs(409, "APIC.7701")

// newELB returns the administrator in a new project with one running instance that has an ELB.
func newELB(t *testing.T, members doc) *client {
	t.Helper()
	c := newProject(t)
	body := with(t, instanceBody(), "loadbalancer_provider", "elb")
	for name, value := range members {
		body[name] = value
	}
	id := text(t, call(t, c.api.CreateInstanceV2, createInstance(t, body)), "instance_id")
	c.awaitRunning(t, id)
	return c.in(t, c.project, id)
}

func (c *client) bindEIPRequest(id string) *model.AddEipV2Request {
	return &model.AddEipV2Request{InstanceId: c.instance, Body: &model.EipBindReq{EipId: &id}}
}

// §3.23.5, §3.23.6
func TestEIPIsBoundAndTakenAway(t *testing.T) {
	t.Parallel()
	c := newTenant(t)

	bound := call(t, c.api.AddEipV2, c.bindEIPRequest("203.0.113.7"))

	wantFields(t, bound, doc{"eip_id": "203.0.113.7", "eip_address": "203.0.113.7", "eip_status": "ACTIVE"})
	wantFields(t, c.showInstance(t, c.instance), doc{"eip_address": "203.0.113.7"})
	wantFields(t, list(t, c.listInstances(t, doc{}), "instances")[0], doc{"eip_address": "203.0.113.7"})
	other := call(t, c.api.AddEipV2, c.bindEIPRequest("85392b45-685c-4f77-b19a-14ad875b8190"))
	wantFields(t, other, doc{"eip_id": "85392b45-685c-4f77-b19a-14ad875b8190", "eip_status": "ACTIVE"})
	call(t, c.api.AddEipV2, c.bindEIPRequest("2001:db8::7"))
	remove := &model.RemoveEipV2Request{InstanceId: c.instance}
	call(t, c.api.RemoveEipV2, remove)
	wantAbsent(t, c.showInstance(t, c.instance), "eip_address")
	call(t, c.api.RemoveEipV2, remove)

	refuse(t, c.api.AddEipV2, c.bindEIPRequest(""), badInstanceParameter())
	refuse(t, c.api.AddEipV2, c.bindEIPRequest("not an id"), badInstanceParameter())
	elsewhere := c.in(t, c.project, unknownID)
	refuse(t, c.api.AddEipV2, elsewhere.bindEIPRequest("e"), unknownInstance)
	refuse(t, c.api.RemoveEipV2, &model.RemoveEipV2Request{InstanceId: unknownID}, unknownInstance)
}

// §3.23.7 to §3.23.9
func TestEgressIsOpenedChangedAndClosed(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	body := func(size, mode string) *model.OpenEngressEipReq {
		return fromDoc[model.OpenEngressEipReq](t, doc{"bandwidth_size": size, "bandwidth_charging_mode": mode})
	}
	open := func(b *model.OpenEngressEipReq) *model.AddEngressEipV2Request {
		return &model.AddEngressEipV2Request{InstanceId: c.instance, Body: b}
	}
	update := func(b *model.OpenEngressEipReq) *model.UpdateEngressEipV2Request {
		return &model.UpdateEngressEipV2Request{InstanceId: c.instance, Body: b}
	}
	shut := &model.RemoveEngressEipV2Request{InstanceId: c.instance}
	none := refusedAs(404, "APIC.7311")
	refuse(t, c.api.UpdateEngressEipV2, update(body("5", "traffic")), none)
	refuse(t, c.api.RemoveEngressEipV2, shut, none)

	call(t, c.api.AddEngressEipV2, open(body("5", "traffic")))

	wantFields(t, c.showInstance(t, c.instance), doc{"bandwidth_size": 5, "bandwidth_charging_mode": "traffic"})
	refuse(t, c.api.AddEngressEipV2, open(body("5", "traffic")), refusedAs(409, "APIC.7709"))
	call(t, c.api.UpdateEngressEipV2, update(body("50", "bandwidth")))
	wantFields(t, c.showInstance(t, c.instance), doc{"bandwidth_size": 50, "bandwidth_charging_mode": "bandwidth"})
	for _, bad := range []*model.OpenEngressEipReq{body("0", "traffic"), body("x", "traffic"), body("5", "gold")} {
		refuse(t, c.api.UpdateEngressEipV2, update(bad), badInstanceParameter())
	}
	call(t, c.api.RemoveEngressEipV2, shut)
	wantFields(t, c.showInstance(t, c.instance), doc{"bandwidth_size": 0, "bandwidth_charging_mode": ""})

	lost := open(body("5", "traffic"))
	lost.InstanceId = unknownID
	refuse(t, c.api.AddEngressEipV2, lost, unknownInstance)
	refuse(t, c.api.RemoveEngressEipV2, &model.RemoveEngressEipV2Request{InstanceId: unknownID}, unknownInstance)
}

// §3.23.10 to §3.23.12, §3.23.4: opening and changing are jobs.
func TestIngressIsOpenedChangedAndClosed(t *testing.T) {
	t.Parallel()
	c := newELB(t, nil)
	open := func(size int32) *model.AddIngressEipV2Request {
		return &model.AddIngressEipV2Request{InstanceId: c.instance, Body: &model.OpenIngressEipReq{BandwidthSize: &size}}
	}
	update := func(size int32) *model.UpdateIngressEipV2Request {
		return &model.UpdateIngressEipV2Request{InstanceId: c.instance, Body: &model.OpenIngressEipReq{BandwidthSize: &size}}
	}
	refuse(t, c.api.UpdateIngressEipV2, update(5), refusedAs(400, "APIC.9211"))

	job := call(t, c.api.AddIngressEipV2, open(5))

	wantFields(t, job, doc{"instance_id": c.instance})
	text(t, job, "job_id")
	text(t, job, "message")
	c.awaitRunning(t, c.instance)
	wantFields(t, c.showInstance(t, c.instance), doc{
		"loadbalancer_provider": "elb", "ingress_bandwidth_charging_mode": "bandwidth", "publicips": []doc{{"bandwidth_size": 5}},
	})
	refuse(t, c.api.AddIngressEipV2, open(5), refusedAs(409, "APIC.7711"))
	call(t, c.api.UpdateIngressEipV2, update(9))
	c.awaitRunning(t, c.instance)
	wantFields(t, c.showInstance(t, c.instance), doc{"publicips": []doc{{"bandwidth_size": 9}}})
	refuse(t, c.api.UpdateIngressEipV2, update(0), badInstanceParameter())
	call(t, c.api.RemoveIngressEipV2, &model.RemoveIngressEipV2Request{InstanceId: c.instance})
	wantFields(t, c.showInstance(t, c.instance), doc{"ingress_bandwidth_charging_mode": "", "publicips": []doc{}})
	refuse(t, c.api.RemoveIngressEipV2, &model.RemoveIngressEipV2Request{InstanceId: unknownID}, unknownInstance)
}

// §3.23.10 to §3.23.12: only for instances with an ELB.
func TestIngressNeedsAnELB(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	none := refusedAs(400, "APIC.7242")
	refuse(t, c.api.AddIngressEipV2, &model.AddIngressEipV2Request{InstanceId: c.instance, Body: &model.OpenIngressEipReq{}}, none)
	refuse(t, c.api.UpdateIngressEipV2, &model.UpdateIngressEipV2Request{InstanceId: c.instance, Body: &model.OpenIngressEipReq{}}, none)
	refuse(t, c.api.RemoveIngressEipV2, &model.RemoveIngressEipV2Request{InstanceId: c.instance}, none)
	wantFields(t, c.showInstance(t, c.instance), doc{"loadbalancer_provider": "lvs"})
}

// The SDK's newer members of instances are there.
func TestInstanceHasTheSDKsMembers(t *testing.T) {
	t.Parallel()
	c := newELB(t, doc{"ipv6_enable": true, "spec_id": "BASIC_IPV6", "bandwidth_size": 5})

	shown := c.showInstance(t, c.instance)

	wantFields(t, shown, doc{
		"spec": "BASIC_IPV6", "enable_fullstack_ipv6": true, "cbc_operation_locks": []any{}, "public_ipv6_ips": []any{},
		"node_ipv6_ips": doc{"livedata": []any{}, "shubao": []any{}}, "ingress_ip_v6": "", "nat_eip_ipv6_cidr": "", "eip_ipv6_address": "",
	})
	if services := list(t, shown, "endpoint_services"); len(services) != 1 || text(t, services[0], "service_name") != "apig."+c.instance {
		t.Errorf("endpoint services %v", services)
	}
	body := with(t, with(t, instanceBody(), "ipv6_enable", true), "bandwidth_size", 4)
	refuse(t, c.api.CreateInstanceV2, createInstance(t, body), refusedAs(400, "APIC.7313"))
}
