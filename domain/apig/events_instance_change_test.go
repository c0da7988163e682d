package apig

import (
	"strings"

	"github.com/gatelog/gatelog/domain"
)

// instanceChangeSamples has one event of every type of §3.23.5 to §3.25.3, and of AI API keys, with every
// member set.
func instanceChangeSamples() []domain.Event {
	const elsewhere = "6a7d71827fd54572b1f31aa9548fcc81" // no instance of the other tests
	i := Instance{
		ID: elsewhere, JobID: "JOB-1", Name: "apig-demo", Description: "for tests", SpecID: "BASIC", Status: InstanceResizing, Progress: 30,
		MaintainBegin: "22:00:00", MaintainEnd: "02:00:00", VPCID: "vpc", SubnetID: "net", SecurityGroupID: "sg", EIPID: "eip",
		EnterpriseProjectID: "0", AvailableZoneIDs: []string{"az1"}, BandwidthSize: 5, BandwidthChargingMode: "traffic",
		LoadbalancerProvider: "elb", Tags: []Tag{{"stage", "test"}}, VPCEPServiceName: "ep", IngressBandwidthSize: 6,
		IngressBandwidthChargingMode: "bandwidth", CreateTime: past, UpdateTime: now, ProgressTime: now, IPv6Enable: true,
		Order: &InstanceOrder{"CS1", "p1", "ALL_UPFRONT", 2, 9, 1, "m1", "m2", "m3", "p2"},
		Task:  &InstanceTask{TaskResize, "JOB-2", "CS2", "p3", "PLATINUM", 7, "traffic"}, TaskTime: now,
	}
	change := func(names ...string) InstanceChange { return InstanceChange{i, names} }
	account := "iam:domain::" + strings.Repeat("ab", 16)
	record := EndpointPermission{"n1", account, past}
	e := EndpointConnection{"c1", elsewhere, firstMarker, strings.Repeat("ab", 16), EndpointAccepted, past, now}
	return []domain.Event{
		InstanceEIPBound{change("eip_id")}, InstanceEIPUnbound{change("eip_id")},
		InstanceEgressOpened{change("bandwidth_size")}, InstanceEgressChanged{change("bandwidth_size")}, InstanceEgressClosed{change("bandwidth_size")},
		InstanceIngressOrdered{change("task")}, InstanceIngressClosed{change("ingress_bandwidth_size")},
		InstanceResizeOrdered{change("task")}, InstanceTagsChanged{change("tags")},
		EndpointPermissionsAdded{elsewhere, []EndpointPermission{record}}, EndpointPermissionsRemoved{elsewhere, []EndpointPermission{record}},
		EndpointConnectionRequested{e}, EndpointConnectionsDecided{elsewhere, []EndpointConnection{e}},
		AIKeyCreated{AIKey{"k1", gw, "p1", "chat", "sealed", past}}, AIKeyDeleted{gw, "p1", "k1"},
	}
}
