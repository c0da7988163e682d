package contract

import (
	"errors"
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var unknownInstance = refusedAs(404, "APIC.7302")

func createInstance(t *testing.T, body doc) *model.CreateInstanceV2Request {
	t.Helper()
	return &model.CreateInstanceV2Request{Body: fromDoc[model.InstanceCreateReq](t, body)}
}

func (c *client) showInstance(t *testing.T, id string) doc {
	t.Helper()
	return call(t, c.api.ShowDetailsOfInstanceV2, &model.ShowDetailsOfInstanceV2Request{InstanceId: id})
}

func (c *client) listInstances(t *testing.T, filter doc) doc {
	t.Helper()
	return call(t, c.api.ListInstancesV2, fromDoc[model.ListInstancesV2Request](t, filter))
}

// §3.23.1, §3.23.2, §3.23.4
func TestInstanceIsCreatedInTheBackground(t *testing.T) {
	t.Parallel()
	c := newProject(t)
	body := instanceBody()
	body["description"], body["maintain_begin"], body["maintain_end"] = "for trials", "06:00:00", "10:00:00"

	accepted := call(t, c.api.CreateInstanceV2, createInstance(t, body))

	id := text(t, accepted, "instance_id")
	text(t, accepted, "message")
	c.awaitRunning(t, id)
	progress := call(t, c.api.ShowDetailsOfInstanceProgressV2, &model.ShowDetailsOfInstanceProgressV2Request{InstanceId: id})
	wantFields(t, progress, doc{"progress": 100, "status": "success"})
	start, _ := progress["start_time"].(float64)
	if end, _ := progress["end_time"].(float64); start <= 0 || end < start {
		t.Errorf("start_time %v, end_time %v: want UNIX times in milliseconds", progress["start_time"], progress["end_time"])
	}
	shown := c.showInstance(t, id)
	wantFields(t, shown, doc{
		"id": id, "project_id": c.project, "instance_name": body["instance_name"], "spec": "BASIC", "status": "Running",
		"instance_status": 6, "description": "for trials", "maintain_begin": "06:00:00", "maintain_end": "10:00:00",
		"vpc_id": "vpc-1", "subnet_id": "subnet-1", "security_group_id": "security-group-1", "charging_mode": 0,
	})
	if zones := text(t, shown, "available_zone_ids"); !strings.Contains(zones, "zone-1") {
		t.Errorf("available_zone_ids is %s, want zone-1 in it", zones)
	}
	if len(texts(t, shown, "supported_features")) == 0 {
		t.Error("the instance supports no feature")
	}
	wantPage(t, call(t, c.api.ListEnvironmentsV2, &model.ListEnvironmentsV2Request{InstanceId: id}), "envs", 1, 1)
}

// §3.23.14
func TestInstancesAreFiltered(t *testing.T) {
	t.Parallel()
	c := newProject(t)
	first, second := c.newInstance(t), c.newInstance(t)
	name := text(t, c.showInstance(t, first), "instance_name")

	all := c.listInstances(t, doc{})

	wantPage(t, all, "instances", 2, 2)
	wantPage(t, c.listInstances(t, doc{"limit": 1, "offset": 1}), "instances", 1, 2)
	wantPage(t, c.listInstances(t, doc{"instance_name": name}), "instances", 1, 1)
	wantPage(t, c.listInstances(t, doc{"status": "Running"}), "instances", 2, 2)
	wantPage(t, c.listInstances(t, doc{"status": "Frozen"}), "instances", 0, 0)
	byID := c.listInstances(t, doc{"instance_id": second})
	wantPage(t, byID, "instances", 1, 1)
	wantFields(t, list(t, byID, "instances")[0], doc{
		"id": second, "project_id": c.project, "status": "Running", "instance_status": 6, "spec": "BASIC", "type": "apig", "charging_mode": 0,
	})
}

// §3.23.3
func TestInstanceIsChanged(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	before := c.showInstance(t, c.instance)
	changes := doc{
		"instance_name": unique("renamed"), "description": "changed", "maintain_begin": "10:00:00", "maintain_end": "14:00:00",
		"security_group_id": "security-group-2",
	}

	after := call(t, c.api.UpdateInstanceV2, &model.UpdateInstanceV2Request{
		InstanceId: c.instance, Body: fromDoc[model.InstanceModReq](t, changes),
	})

	wantFields(t, after, changes)
	shown := c.showInstance(t, c.instance)
	wantFields(t, shown, changes)
	wantFields(t, shown, doc{"vpc_id": before["vpc_id"], "spec": before["spec"], "create_time": before["create_time"]})
	only := call(t, c.api.UpdateInstanceV2, &model.UpdateInstanceV2Request{
		InstanceId: c.instance, Body: &model.InstanceModReq{Description: new("only this")},
	})
	wantFields(t, only, with(t, changes, "description", "only this"))
}

// §3.23.15
func TestDeletedInstanceIsGone(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	c.newGroup(t)

	call(t, c.api.DeleteInstancesV2, &model.DeleteInstancesV2Request{InstanceId: c.instance})

	eventually(t, "the instance is gone", func() bool {
		_, err := c.api.ShowDetailsOfInstanceV2(&model.ShowDetailsOfInstanceV2Request{InstanceId: c.instance})
		var e *sdkerr.ServiceResponseError
		return errors.As(err, &e) && e.StatusCode == 404
	})
	wantPage(t, c.listInstances(t, doc{}), "instances", 0, 0)
	refuse(t, c.api.ListApiGroupsV2, &model.ListApiGroupsV2Request{InstanceId: c.instance}, noInstance)
}

// §3.23.17
func TestInstanceTellsItsRestrictions(t *testing.T) {
	t.Parallel()

	found := admin.send(t, message{method: "GET", path: below("/restriction")}).want(t, 200).doc(t)

	call(t, admin.api.ShowRestrictionOfInstanceV2, &model.ShowRestrictionOfInstanceV2Request{InstanceId: admin.instance})
	if _, ok := found["restrict_cidrs"].([]any); !ok {
		t.Errorf("restrict_cidrs is %v, want a list", found["restrict_cidrs"])
	}
}

func TestInstancesShareNothing(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	other := c.in(t, c.project, c.newInstance(t))
	name := unique("group")
	group := text(t, c.createGroup(t, doc{"name": name}), "id")

	show := &model.ShowDetailsOfApiGroupV2Request{InstanceId: other.instance, GroupId: group}
	refuse(t, other.api.ShowDetailsOfApiGroupV2, show, noGroup)
	other.createGroup(t, doc{"name": name})
	wantPage(t, call(t, other.api.ListApiGroupsV2, &model.ListApiGroupsV2Request{InstanceId: other.instance}), "groups", 1, 1)
}

func TestInstanceIsRefused(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	taken := c.showInstance(t, c.instance)["instance_name"]
	cases := map[string]struct {
		member string
		value  any
		want   refusal
	}{
		"no name":               {"instance_name", nil, badInstanceParameter()},
		"name too short":        {"instance_name", "ab", badInstanceParameter()},
		"name too long":         {"instance_name", strings.Repeat("x", 65), badInstanceParameter()},
		"name starts with 1":    {"instance_name", "1abc", badInstanceParameter()},
		"name taken":            {"instance_name", taken, refusedAs(400, "APIC.7500")},
		"no specification":      {"spec_id", nil, badInstanceParameter()},
		"unknown specification": {"spec_id", "GIGANTIC", refusedAs(404, "APIC.7301")},
		"no network":            {"vpc_id", nil, badInstanceParameter()},
		"no subnet":             {"subnet_id", nil, badInstanceParameter()},
		"no security group":     {"security_group_id", nil, badInstanceParameter()},
		"no zones":              {"available_zone_ids", nil, badInstanceParameter("APIC.7238")},
		"description":           {"description", "<b>", badInstanceParameter()},
		"description too long":  {"description", strings.Repeat("x", 256), badInstanceParameter()},
		"window starts at 3":    {"maintain_begin", "03:00:00", badInstanceParameter("APIC.7230", "APIC.7235")},
		"window is no time":     {"maintain_begin", "soon", badInstanceParameter("APIC.7230", "APIC.7235")},
		"unknown charging":      {"bandwidth_charging_mode", "gold", badInstanceParameter()},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			refuse(t, c.api.CreateInstanceV2, createInstance(t, with(t, instanceBody(), k.member, k.value)), k.want)
			wantPage(t, c.listInstances(t, doc{}), "instances", 1, 1)
		})
	}
}

func TestInstanceChangeIsRefused(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	other := c.showInstance(t, c.newInstance(t))["instance_name"]
	for name, k := range map[string]struct {
		body doc
		want refusal
	}{
		"name too short":  {doc{"instance_name": "ab"}, badInstanceParameter()},
		"name taken":      {doc{"instance_name": other}, refusedAs(400, "APIC.7500")},
		"window too long": {doc{"maintain_begin": "02:00:00", "maintain_end": "10:00:00"}, badInstanceParameter("APIC.7230", "APIC.7235")},
		"odd hours":       {doc{"maintain_begin": "03:00:00", "maintain_end": "07:00:00"}, badInstanceParameter("APIC.7230", "APIC.7235")},
	} {
		t.Run(name, func(t *testing.T) {
			refuse(t, c.api.UpdateInstanceV2, &model.UpdateInstanceV2Request{
				InstanceId: c.instance, Body: fromDoc[model.InstanceModReq](t, k.body),
			}, k.want)
		})
	}
}

func TestUnknownInstanceIsNotFound(t *testing.T) {
	t.Parallel()
	refuse(t, admin.api.ShowDetailsOfInstanceV2, &model.ShowDetailsOfInstanceV2Request{InstanceId: unknownID}, unknownInstance)
	refuse(t, admin.api.ShowDetailsOfInstanceProgressV2, &model.ShowDetailsOfInstanceProgressV2Request{InstanceId: unknownID}, unknownInstance)
	refuse(t, admin.api.ShowRestrictionOfInstanceV2, &model.ShowRestrictionOfInstanceV2Request{InstanceId: unknownID}, unknownInstance)
	refuse(t, admin.api.DeleteInstancesV2, &model.DeleteInstancesV2Request{InstanceId: unknownID}, unknownInstance)
	refuse(t, admin.api.UpdateInstanceV2, &model.UpdateInstanceV2Request{
		InstanceId: unknownID, Body: &model.InstanceModReq{Description: new("x")},
	}, unknownInstance)
}

// §3.23.1, §3.22.2: five instances a tenant.
func TestTenantHasAtMostFiveInstances(t *testing.T) {
	t.Parallel()
	c := newProject(t)
	for range 5 {
		call(t, c.api.CreateInstanceV2, createInstance(t, instanceBody()))
	}

	refuse(t, c.api.CreateInstanceV2, createInstance(t, instanceBody()), refusedAs(403, "APIC.7400"))

	wantPage(t, c.listInstances(t, doc{}), "instances", 5, 5)
}
