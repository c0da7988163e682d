package apig

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
)

func of(spec string) history { return gatewayThat(func(i *Instance) { i.SpecID = spec }) }

// resizing is the event that an instance begins to change to another specification.
func resizing(given history, task InstanceTask) InstanceResizeOrdered {
	task.Kind = TaskResize
	return InstanceResizeOrdered{nowThe(given, []string{"status", "progress", "task"}, func(i *Instance) {
		i.Status, i.Progress, i.Task, i.ProgressTime, i.TaskTime = InstanceResizing, 30, &task, now, now
	})}
}

func TestResizeInstance(t *testing.T) {
	t.Parallel()
	resize := func(spec string) decision {
		return do((*State).ResizeInstance, ResizeInstance{InstanceID: gw, Body: ResizeBody{spec}})
	}
	cheap := do((*State).ResizeInstance, ResizeInstance{gw, ResizeBody{"PLATINUM"}, []string{"BASIC", "PROFESSIONAL"}})
	prepaid := gatewayThat(func(i *Instance) { i.Order = &InstanceOrder{ID: "CS1"} })
	job := InstanceTask{JobID: "JOB-" + id(1), SpecID: "PROFESSIONAL"}
	busy := given(gateway(), history{resizing(gateway(), job)})
	run(t, []scenario{
		{name: "§3.23.16: it is a job", given: gateway(), when: resize("PROFESSIONAL"),
			then: []domain.Event{resizing(gateway(), job)}, answer: JobStarted{InstanceID: gw, JobID: job.JobID}},
		{name: "§5.4: not to the same", given: gateway(), when: resize("BASIC"), refused: "APIC.7707"},
		{name: "§5.4: not to a smaller one", given: of("PLATINUM"), when: resize("BASIC"), refused: "APIC.7243"},
		{name: "not between IPv6 and none", given: gateway(), when: resize("PLATINUM_IPV6"), refused: "APIC.7243"},
		{name: "not between none and IPv6", given: of("BASIC_IPV6"), when: resize("PLATINUM"), refused: "APIC.7243"},
		{name: "§3.23.1 ex: unknown", given: gateway(), when: resize("HUGE"), refused: "APIC.7301"},
		{name: "one that is not offered", given: gateway(), when: cheap, refused: "APIC.7301"},
		{name: "none at all", given: gateway(), when: resize(""), refused: "APIC.7211"},
		{name: "§3.23.16 is for those that are paid for by use", given: prepaid, when: resize("PLATINUM"), refused: "APIC.7243"},
		{name: "§5.4: busy", given: busy, when: resize("PLATINUM"), refused: "APIC.7701"},
		{name: "unknown instance", when: resize("PLATINUM"), refused: "APIC.7302"},
	})
}

func TestOrders(t *testing.T) {
	t.Parallel()
	body := instanceBody(nil).Body
	order := func(b OrderBody) decision { return do((*State).OrderInstance, OrderInstance{Body: b}) }
	resize := func(b OrderResizeBody) decision {
		return do((*State).OrderResize, OrderResize{InstanceID: gw, Body: b})
	}
	agreed := InstanceOrder{ID: "CS1", ProductID: "p1", PaymentMode: "ALL_UPFRONT", PeriodType: 2, PeriodNum: 9, IsAutoRenew: 1}
	prepaid := gatewayThat(func(i *Instance) { i.Order = &agreed })
	task := InstanceTask{JobID: "JOB-" + id(2), OrderID: orderID(1), ProductID: "p2", SpecID: "PLATINUM"}
	platinum := &ResizeBody{"PLATINUM"}
	run(t, []scenario{
		{name: "an instance is needed", when: order(OrderBody{}), refused: "APIC.7211"},
		{name: "its rules hold", when: order(OrderBody{InstanceInfo: &InstanceBody{}}), refused: "APIC.7211"},
		{name: "a name that is taken", given: gatewayThat(func(i *Instance) { i.Name = body.Name }), when: order(OrderBody{InstanceInfo: &body}), refused: "APIC.7500"},
		{name: "a month or a year", when: order(OrderBody{InstanceInfo: &body, PeriodType: 1}), refused: "APIC.7211"},
		{name: "at most nine", when: order(OrderBody{InstanceInfo: &body, PeriodNum: 10}), refused: "APIC.7211"},
		{name: "one of two modes", when: order(OrderBody{InstanceInfo: &body, ChargingMode: new(2)}), refused: "APIC.7211"},

		{name: "an order of another specification", given: prepaid, when: resize(OrderResizeBody{ProductID: "p2", ResizeInfo: platinum}),
			then: []domain.Event{resizing(prepaid, task)}, answer: JobStarted{gw, task.JobID, task.OrderID}},
		{name: "… for those that are paid for in advance", given: gateway(), when: resize(OrderResizeBody{ResizeInfo: platinum}), refused: "APIC.7243"},
		{name: "… of the instance in the path", given: prepaid, when: resize(OrderResizeBody{InstanceID: "other", ResizeInfo: platinum}), refused: "APIC.7211"},
		{name: "… that says which", given: prepaid, when: resize(OrderResizeBody{}), refused: "APIC.7211"},
		{name: "… not the same", given: prepaid, when: resize(OrderResizeBody{ResizeInfo: &ResizeBody{"BASIC"}}), refused: "APIC.7707"},
		{name: "… of an instance that is there", when: resize(OrderResizeBody{ResizeInfo: platinum}), refused: "APIC.7302"},
	})
}

func orderID(n int) string {
	m, last := moment(), ""
	for range n {
		last = newOrderID(m)
	}
	return last
}

func TestOrderedInstance(t *testing.T) {
	t.Parallel()
	body := instanceBody(nil).Body
	for mode, want := range map[int]int{chargedInAdvance: 1, chargedByUse: 0} {
		b := OrderBody{
			InstanceInfo: &body, ChargingMode: &mode, ProductID: "p1", PaymentMode: "ALL_UPFRONT", PeriodType: 2, PeriodNum: 9, IsAutoRenew: new(1),
			PromotionID: "m1", PromotionPlanID: "m2", PromotionInfo: "m3", CompositeProductID: "p3",
		}
		ordered, events, err := NewState("project").OrderInstance(moment(), OrderInstance{Body: b})
		if err != nil {
			t.Fatal(err)
		}
		i := events[0].(InstanceRequested).Instance
		if i.ChargingMode() != want || i.ID != ordered.InstanceID || ordered.OrderID == "" || i.Status != InstanceCreating {
			t.Errorf("mode %d: %+v, %+v", mode, ordered, i)
		}
		if want == 0 {
			continue
		}
		agreed := &InstanceOrder{ordered.OrderID, "p1", "ALL_UPFRONT", 2, 9, 1, "m1", "m2", "m3", "p3"}
		if diff := cmp.Diff(agreed, i.Order); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
	}
}

// §3.23.4: a task takes the steps of a creation; what it is for comes with the last one, and until then
// nothing else can change.
func TestTaskOfAnInstance(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given history
		when  decision
		done  func(i Instance) bool
	}{
		"specification": {gateway(), do((*State).ResizeInstance, ResizeInstance{InstanceID: gw, Body: ResizeBody{"ENTERPRISE"}}), func(i Instance) bool { return i.SpecID == "ENTERPRISE" }},
		"bandwidth":     {elb(0), do((*State).OpenIngress, OpenIngress{gw, mbits(8)}), func(i Instance) bool { return i.IngressBandwidthSize == 8 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := c.given.state()
			decide := func(when decision) error {
				_, events, err := when(s, moment())
				for _, ev := range events {
					s.Apply(domain.Recorded{Position: 1, ID: "e", Event: ev})
				}
				return err
			}
			if err := decide(c.when); err != nil {
				t.Fatal(err)
			}
			var progress []int
			for s.instances[gw].Status != InstanceRunning {
				progress = append(progress, s.instances[gw].Progress)
				if code := domain.CodeOf(decide(do((*State).DeleteInstance, DeleteInstance{gw}))); code != "APIC.7701" {
					t.Errorf("deleted meanwhile: %q", code)
				}
				if code := domain.CodeOf(decide(do((*State).CreateGroup, CreateGroup{gw, GroupBody{Name: "shop"}}))); code != "APIG.3718" {
					t.Errorf("a group meanwhile: %q", code)
				}
				if c.done(s.instances[gw].Instance) {
					t.Errorf("done at %v", progress)
				}
				if err := decide(do((*State).AdvanceInstance, AdvanceInstance{InstanceID: gw})); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff([]int{30, 50, 80, 90}, progress); diff != "" {
				t.Errorf("progress (-want +got):\n%s", diff)
			}
			if i := s.instances[gw].Instance; !c.done(i) || i.Task != nil || i.Progress != 100 {
				t.Errorf("afterwards: %+v", i)
			}
		})
	}
}

func TestSpecifications(t *testing.T) {
	t.Parallel()
	if n := len(InstanceSpecs()); n != 15 {
		t.Errorf("%d specifications, the SDK has 15", n)
	}
	create := func(change func(c *CreateInstance)) decision {
		c := instanceBody(nil)
		change(&c)
		return do((*State).CreateInstance, c)
	}
	run(t, []scenario{
		{name: "one that is not offered", refused: "APIC.7301", when: create(func(c *CreateInstance) { c.Offered = []string{"BASIC"} })},
		{name: "§5.4: IPv6 needs 5 Mbit/s", refused: "APIC.7313", when: create(func(c *CreateInstance) { c.Body.IPv6Enable, c.Body.BandwidthSize = true, 4 })},
	})
	for number, status := range map[int]InstanceStatus{1: InstanceCreating, 6: InstanceRunning, 12: InstanceUpdating, 42: InstanceResizing} {
		if status.Number() != number {
			t.Errorf("§3.23.2: %s is %d, not %d", status, number, status.Number())
		}
	}
}

// A resize that is allowed can't be undone by another: specifications only grow.
func TestResizeProperty(t *testing.T) {
	t.Parallel()
	specs := rapid.SampledFrom(InstanceSpecs())
	rapid.Check(t, func(t *rapid.T) {
		a, b := specs.Draw(t, "from"), specs.Draw(t, "to")
		if there, back := checkResize(a, b, nil), checkResize(b, a, nil); there == nil && back == nil {
			t.Fatal(fmt.Errorf("%s and %s can change to each other", a, b))
		}
	})
}
