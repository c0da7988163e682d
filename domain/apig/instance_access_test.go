package apig

import (
	"testing"

	"github.com/gatelog/gatelog/domain"
)

// changedGateway is the gateway after a change.
func changedGateway(change func(i *Instance)) Instance {
	i := gateway()[0].(InstanceRequested).Instance
	change(&i)
	return i
}

// gatewayThat is a running instance that is a little different.
func gatewayThat(change func(i *Instance)) history {
	h := gateway()
	return history{InstanceRequested{changedGateway(change)}, h[1]}
}

// nowThe is the change of an instance that a command decides on now.
func nowThe(given history, changed []string, change func(i *Instance)) InstanceChange {
	i := given[0].(InstanceRequested).Instance
	i.UpdateTime = now
	change(&i)
	return InstanceChange{i, changed}
}

func elb(ingress int) history {
	return gatewayThat(func(i *Instance) {
		i.LoadbalancerProvider, i.IngressBandwidthSize = BalancerELB, ingress
		if ingress > 0 {
			i.IngressBandwidthChargingMode = "traffic"
		}
	})
}

func mbits(n int) BandwidthBody { return BandwidthBody{BandwidthSize: &n} }

func TestEIP(t *testing.T) {
	t.Parallel()
	bind := func(id string) decision { return do((*State).BindEIP, BindEIP{gw, EIPBody{id}}) }
	unbind := do((*State).UnbindEIP, UnbindEIP{gw})
	bound := gatewayThat(func(i *Instance) { i.EIPID = "eip-1" })
	eip := []string{"eip_id"}
	run(t, []scenario{
		{name: "§3.23.5: an EIP is bound", given: gateway(), when: bind("eip-1"),
			then: []domain.Event{InstanceEIPBound{nowThe(gateway(), eip, func(i *Instance) { i.EIPID = "eip-1" })}}},
		{name: "§3.23.5: another one takes its place", given: bound, when: bind("203.0.113.7"),
			then: []domain.Event{InstanceEIPBound{nowThe(bound, eip, func(i *Instance) { i.EIPID = "203.0.113.7" })}}},
		{name: "the same again changes nothing", given: bound, when: bind("eip-1")},
		{name: "§3.23.5 ex: no EIP", given: gateway(), when: bind(""), refused: "APIC.7211"},
		{name: "§3.23.5 ex: no id", given: gateway(), when: bind("<eip>"), refused: "APIC.7211"},
		{name: "§5.4: not while it is being created", given: creating(50), when: bind("eip-1"), refused: "APIC.7701"},
		{name: "§3.23.5 ex: unknown", when: bind("eip-1"), refused: "APIC.7302"},
		{name: "§3.23.6: the EIP is taken away", given: bound, when: unbind,
			then: []domain.Event{InstanceEIPUnbound{nowThe(bound, eip, func(i *Instance) { i.EIPID = "" })}}},
		{name: "one that has none stays as it is", given: gateway(), when: unbind},
		{name: "§3.23.6: not while it is being created", given: creating(50), when: unbind, refused: "APIC.7701"},
		{name: "§3.23.6 ex: unknown", when: unbind, refused: "APIC.7302"},
	})
}

func TestEgress(t *testing.T) {
	t.Parallel()
	open := func(b BandwidthBody) decision { return do((*State).OpenEgress, OpenEgress{gw, b}) }
	update := func(b BandwidthBody) decision { return do((*State).ChangeEgress, ChangeEgress{gw, b}) }
	shut := do((*State).CloseEgress, CloseEgress{gw})
	opened := gatewayThat(func(i *Instance) { i.BandwidthSize, i.BandwidthChargingMode = 10, "traffic" })
	ipv6 := gatewayThat(func(i *Instance) { i.IPv6Enable = true })
	twin := gatewayThat(func(i *Instance) { i.SpecID = "BASIC_IPV6" })
	both := []string{"bandwidth_size", "bandwidth_charging_mode"}
	set := func(size int, mode string) func(i *Instance) {
		return func(i *Instance) { i.BandwidthSize, i.BandwidthChargingMode = size, mode }
	}
	run(t, []scenario{
		{name: "§3.23.7: it is opened", given: gateway(), when: open(BandwidthBody{new(7), "traffic"}),
			then: []domain.Event{InstanceEgressOpened{nowThe(gateway(), both, set(7, "traffic"))}}},
		{name: "§3.23.1: 5 Mbit/s by bandwidth where nothing is said", given: gateway(), when: open(BandwidthBody{}),
			then: []domain.Event{InstanceEgressOpened{nowThe(gateway(), both, set(5, "bandwidth"))}}},
		{name: "§5.4: not twice", given: opened, when: open(mbits(5)), refused: "APIC.7709"},
		{name: "no bandwidth at all", given: gateway(), when: open(mbits(0)), refused: "APIC.7211"},
		{name: "less than nothing", given: gateway(), when: open(mbits(-1)), refused: "APIC.7211"},
		{name: "no bandwidth is without end", given: gateway(), when: open(mbits(1_000_001)), refused: "APIC.7211"},
		{name: "§3.23.7: unknown charging", given: gateway(), when: open(BandwidthBody{nil, "gold"}), refused: "APIC.7211"},
		{name: "§5.4: IPv6 needs 5 Mbit/s", given: ipv6, when: open(mbits(4)), refused: "APIC.7313"},
		{name: "§5.4: so does a specification with IPv6", given: twin, when: open(mbits(4)), refused: "APIC.7313"},
		{name: "§5.4: busy", given: creating(50), when: open(mbits(5)), refused: "APIC.7701"},
		{name: "§3.23.7 ex: unknown", when: open(mbits(5)), refused: "APIC.7302"},

		{name: "§3.23.8: what is left out stays", given: opened, when: update(mbits(20)),
			then: []domain.Event{InstanceEgressChanged{nowThe(opened, both[:1], set(20, "traffic"))}}},
		{name: "§3.23.8: the charging alone", given: opened, when: update(BandwidthBody{nil, "bandwidth"}),
			then: []domain.Event{InstanceEgressChanged{nowThe(opened, both[1:], set(10, "bandwidth"))}}},
		{name: "the same again changes nothing", given: opened, when: update(BandwidthBody{new(10), "traffic"})},
		{name: "§5.4: there is none to change", given: gateway(), when: update(mbits(5)), refused: "APIC.7311"},
		{name: "§3.23.8 ex: a bandwidth that is none", given: opened, when: update(mbits(0)), refused: "APIC.7211"},
		{name: "§3.23.8 ex: unknown", when: update(mbits(5)), refused: "APIC.7302"},

		{name: "§3.23.9: it is closed", given: opened, when: shut,
			then: []domain.Event{InstanceEgressClosed{nowThe(opened, both, set(0, ""))}}},
		{name: "§5.4: there is none to close", given: gateway(), when: shut, refused: "APIC.7311"},
		{name: "§3.23.9: busy", given: creating(50), when: shut, refused: "APIC.7701"},
		{name: "§3.23.9 ex: unknown", when: shut, refused: "APIC.7302"},
	})
}

func TestIngress(t *testing.T) {
	t.Parallel()
	open := func(b BandwidthBody) decision { return do((*State).OpenIngress, OpenIngress{gw, b}) }
	update := func(b BandwidthBody) decision { return do((*State).ChangeIngress, ChangeIngress{gw, b}) }
	shut := do((*State).CloseIngress, CloseIngress{gw})
	ordered := func(given history, size int, mode string) []domain.Event {
		return []domain.Event{InstanceIngressOrdered{nowThe(given, []string{"status", "progress", "task"}, func(i *Instance) {
			i.Status, i.Progress, i.ProgressTime, i.TaskTime = InstanceUpdating, 30, now, now
			i.Task = &InstanceTask{Kind: TaskIngress, JobID: "JOB-" + id(1), BandwidthSize: size, BandwidthChargingMode: mode}
		})}}
	}
	lvs := gatewayThat(func(i *Instance) { i.LoadbalancerProvider = BalancerLVS })
	closed := InstanceIngressClosed{nowThe(elb(9), []string{"ingress_bandwidth_size", "ingress_bandwidth_charging_mode"}, func(i *Instance) {
		i.IngressBandwidthSize, i.IngressBandwidthChargingMode = 0, ""
	})}
	run(t, []scenario{
		{name: "§3.23.10: opening it is a job", given: elb(0), when: open(BandwidthBody{new(7), "traffic"}),
			then: ordered(elb(0), 7, "traffic"), answer: JobStarted{InstanceID: gw, JobID: "JOB-" + id(1)}},
		{name: "§3.23.1: 5 Mbit/s by bandwidth where nothing is said", given: elb(0), when: open(BandwidthBody{}), then: ordered(elb(0), 5, "bandwidth")},
		{name: "§5.4: not twice", given: elb(9), when: open(mbits(5)), refused: "APIC.7711"},
		{name: "§3.23.10: only with an ELB", given: lvs, when: open(mbits(5)), refused: "APIC.7242"},
		{name: "§3.23.1: an instance has an LVS by default", given: gateway(), when: open(mbits(5)), refused: "APIC.7242"},
		{name: "§3.23.10: a bandwidth that is none", given: elb(0), when: open(mbits(0)), refused: "APIC.7211"},
		{name: "§5.4: busy", given: creating(50), when: open(mbits(5)), refused: "APIC.7701"},
		{name: "§3.23.10 ex: unknown", when: open(mbits(5)), refused: "APIC.7302"},

		{name: "§3.23.11: what is left out stays", given: elb(9), when: update(mbits(20)), then: ordered(elb(9), 20, "traffic")},
		{name: "§3.23.11 ex: there is none to change", given: elb(0), when: update(mbits(5)), refused: "APIC.9211"},
		{name: "§3.23.11: only with an ELB", given: lvs, when: update(mbits(5)), refused: "APIC.7242"},
		{name: "§3.23.11 ex: unknown", when: update(mbits(5)), refused: "APIC.7302"},

		{name: "§3.23.12: it is closed", given: elb(9), when: shut, then: []domain.Event{closed}},
		{name: "one that is closed stays as it is", given: elb(0), when: shut},
		{name: "§3.23.12: only with an ELB", given: lvs, when: shut, refused: "APIC.7242"},
		{name: "§3.23.12: busy", given: creating(50), when: shut, refused: "APIC.7701"},
		{name: "§3.23.12 ex: unknown", when: shut, refused: "APIC.7302"},
	})
}
