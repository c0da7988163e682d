package apig

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func instanceBody(change func(b *InstanceBody)) CreateInstance {
	b := InstanceBody{
		Name: "apig-demo", SpecID: "PROFESSIONAL", VPCID: "vpc", SubnetID: "net", SecurityGroupID: "sg",
		AvailableZoneIDs: []string{"az1", "az2"},
	}
	if change != nil {
		change(&b)
	}
	return CreateInstance{Body: b}
}

func creating(progress int) history {
	h := gateway()
	req := h[0].(InstanceRequested)
	req.Instance.Status, req.Instance.Progress = InstanceCreating, progress
	return history{req, h[1]}
}

func TestCreateInstance(t *testing.T) {
	t.Parallel()
	want := Instance{
		ID: id(1), JobID: "JOB-" + id(2), Name: "apig-demo", SpecID: "PROFESSIONAL", Status: InstanceCreating, Progress: 30,
		MaintainBegin: "22:00:00", MaintainEnd: "02:00:00", VPCID: "vpc", SubnetID: "net", SecurityGroupID: "sg",
		AvailableZoneIDs: []string{"az1", "az2"}, CreateTime: now, UpdateTime: now, ProgressTime: now,
	}
	release := Environment{ID: ReleaseEnvID, InstanceID: id(1), Name: "RELEASE", CreateTime: now}
	tagged := func(tags ...Tag) decision {
		return do((*State).CreateInstance, instanceBody(func(b *InstanceBody) { b.Tags = tags }))
	}
	with := func(change func(b *InstanceBody)) decision {
		return do((*State).CreateInstance, instanceBody(change))
	}
	window := func(begin, end string) decision {
		return with(func(b *InstanceBody) { b.MaintainBegin, b.MaintainEnd = begin, end })
	}
	var five history
	for i := range 5 {
		five = given(five, instanceNamed(fmt.Sprintf("gw%d", i), fmt.Sprintf("gateway%d", i)))
	}
	run(t, []scenario{
		{name: "§3.23.1: it is requested and §3.2.4: has the environment RELEASE", when: with(nil),
			then: []domain.Event{InstanceRequested{want}, EnvCreated{release}}, answer: want},
		{name: "§3.23.1: names are unique", given: gateway(), refused: "APIC.7500",
			when: with(func(b *InstanceBody) { b.Name = "gateway" })},
		{name: "§3.22.2: five instances by default", given: five, when: with(nil), refused: "APIC.7400"},
		{name: "§3.23.1: the name is required", refused: "APIC.7211", when: with(func(b *InstanceBody) { b.Name = "" })},
		{name: "§3.23.1: the name has a rule", refused: "APIC.7211", when: with(func(b *InstanceBody) { b.Name = "1abc" })},
		{name: "§5.4: an AZ must be given", refused: "APIC.7238", when: with(func(b *InstanceBody) { b.AvailableZoneIDs = nil })},
		{name: "§3.23.1 ex: unknown specification", refused: "APIC.7301", when: with(func(b *InstanceBody) { b.SpecID = "HUGE" })},
		{name: "the id is always generated", refused: "APIC.7211", when: with(func(b *InstanceBody) { b.InstanceID = "mine" })},
		{name: "§3.23.1: the window starts at 02, 06, 10 …", refused: "APIC.7235", when: window("03:00:00", "07:00:00")},
		{name: "§3.23.1: the window takes 4 hours", refused: "APIC.7230", when: window("02:00:00", "10:00:00")},
		{name: "§3.23.1: a window has two ends", refused: "APIC.7230", when: window("02:00:00", "")},
		{name: "§3.23.1 ex: a malformed time", refused: "APIC.7211", when: window("2 o'clock", "06:00:00")},
		{name: "hours end at 22", refused: "APIC.7235", when: window("26:00:00", "30:00:00")},
		{name: "§3.23.1: at most 20 tags", refused: "APIC.7402", when: tagged(make([]Tag, 21)...)},
		{name: "§3.23.1: _sys_ keys are reserved", refused: "APIC.7211", when: tagged(Tag{Key: "_sys_owner"})},
		{name: "a key given twice", refused: "APIC.7211", when: tagged(Tag{Key: "a"}, Tag{Key: "a"})},
	})
}

func TestAdvanceInstance(t *testing.T) {
	t.Parallel()
	step := do((*State).AdvanceInstance, AdvanceInstance{InstanceID: gw})
	after := func(progress int, status InstanceStatus, changed ...string) []domain.Event {
		i := creating(progress)[0].(InstanceRequested).Instance
		i.Status, i.UpdateTime, i.ProgressTime = status, now, now
		return []domain.Event{InstanceProgressed{i, changed}}
	}
	run(t, []scenario{
		{name: "§3.23.4: 30 to 50", given: creating(30), when: step, then: after(50, InstanceCreating, "progress")},
		{name: "§3.23.4: 50 to 80", given: creating(50), when: step, then: after(80, InstanceCreating, "progress")},
		{name: "§3.23.4: 80 to 90", given: creating(80), when: step, then: after(90, InstanceCreating, "progress")},
		{name: "§3.23.4: with 100 it runs", given: creating(90), when: step, then: after(100, InstanceRunning, "progress", "status")},
		{name: "a running instance stays as it is", given: gateway(), when: step},
		{name: "the job that is running goes on", given: creating(30), when: do((*State).AdvanceInstance, AdvanceInstance{gw, "JOB-1"}), then: after(50, InstanceCreating, "progress")},
		{name: "a job that is over does not", given: creating(30), when: do((*State).AdvanceInstance, AdvanceInstance{gw, "JOB-0"})},
		{name: "unknown", when: step, refused: "APIC.7302"},
	})
}

func TestUpdateInstance(t *testing.T) {
	t.Parallel()
	update := func(b InstanceUpdateBody) decision {
		return do((*State).UpdateInstance, UpdateInstance{InstanceID: gw, Body: b})
	}
	text := func(s string) *string { return &s }
	renamed := gateway()[0].(InstanceRequested).Instance
	renamed.Name, renamed.Description, renamed.UpdateTime = "new-name", "told", now
	run(t, []scenario{
		{name: "§3.23.3: what is left out stays", given: gateway(),
			when: update(InstanceUpdateBody{Name: text("new-name"), Description: text("told")}),
			then: []domain.Event{InstanceUpdated{renamed, []string{"instance_name", "description"}}}, answer: renamed},
		{name: "nothing new, nothing happens", given: gateway(), when: update(InstanceUpdateBody{Name: text("gateway")})},
		{name: "§3.23.1: names are unique", given: given(gateway(), instanceNamed("gw2", "second")), refused: "APIC.7500",
			when: update(InstanceUpdateBody{Name: text("second")})},
		{name: "§3.23.3 ex: a malformed time", given: gateway(), refused: "APIC.7211",
			when: update(InstanceUpdateBody{MaintainBegin: text("x")})},
		{name: "the window stays 4 hours", given: gateway(), refused: "APIC.7230",
			when: update(InstanceUpdateBody{MaintainBegin: text("02:00:00")})},
		{name: "§5.4: not while it is being created", given: creating(50), refused: "APIC.7701",
			when: update(InstanceUpdateBody{Description: text("told")})},
		{name: "unknown", refused: "APIC.7302", when: update(InstanceUpdateBody{Description: text("told")})},
	})
}

func TestDeleteInstance(t *testing.T) {
	t.Parallel()
	del := do((*State).DeleteInstance, DeleteInstance{InstanceID: gw})
	run(t, []scenario{
		{name: "§3.23.15: with everything in it", when: del,
			given: given(gateway(), aGroup("g1", "shop"), anAPI("a1", "g1", "list", "GET /list"), published("v1", "a1", "g1", ReleaseEnvID, 4)),
			then:  []domain.Event{InstanceDeleted{InstanceID: gw, Name: "gateway"}}},
		{name: "§5.4: not while it is being created", given: creating(30), when: del, refused: "APIC.7701"},
		{name: "unknown", when: del, refused: "APIC.7302"},
	})
}

// From the request to a group in it: each step is folded before the next.
func TestInstanceLifecycle(t *testing.T) {
	t.Parallel()
	s := NewState("project")
	decide := func(when decision) error {
		_, events, err := when(s, moment())
		for _, ev := range events {
			s.Apply(domain.Recorded{Position: 1, ID: "e", Event: ev})
		}
		return err
	}
	if err := decide(do((*State).CreateInstance, instanceBody(nil))); err != nil {
		t.Fatal(err)
	}
	group := do((*State).CreateGroup, CreateGroup{id(1), GroupBody{Name: "shop"}})
	var progress []int
	for decide(group) != nil {
		progress = append(progress, s.instances[id(1)].Progress)
		if err := decide(do((*State).AdvanceInstance, AdvanceInstance{InstanceID: id(1)})); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]int{30, 50, 80, 90}, progress); diff != "" {
		t.Errorf("progress before it runs:\n%s", diff)
	}
	name := "renamed"
	if err := decide(do((*State).UpdateInstance, UpdateInstance{id(1), InstanceUpdateBody{Name: &name}})); err != nil {
		t.Fatal(err)
	}
	if err := decide(do((*State).CreateInstance, instanceBody(nil))); err != nil {
		t.Errorf("the name that was given up is not free: %v", err)
	}
}

func TestInstanceStates(t *testing.T) {
	t.Parallel()
	s := given(gateway(), aGroup("g1", "shop"), history{InstanceDeleted{InstanceID: gw, Name: "gateway"}}).state()
	if diff := cmp.Diff(NewState("project"), s, wholeState); diff != "" {
		t.Errorf("a deleted instance leaves something behind:\n%s", diff)
	}
	if InstanceRunning.Number() != 6 || InstanceCreating.Number() != 1 {
		t.Error("§3.23.2: 1 is Creating, 6 is Running")
	}
	if s.Tenant() != "project" {
		t.Errorf("Tenant() = %q", s.Tenant())
	}
}

// An instance that does not run refuses every change beneath it; one that does not exist is not found.
func TestChangesNeedARunningInstance(t *testing.T) {
	t.Parallel()
	yes := true
	name := GroupBody{Name: "shop"}
	pub := func(action string) PublicationBody {
		return PublicationBody{Action: action, EnvID: ReleaseEnvID, APIID: "a1"}
	}
	changes := map[string]decision{
		"CreateGroup":          do((*State).CreateGroup, CreateGroup{gw, name}),
		"UpdateGroup":          do((*State).UpdateGroup, UpdateGroup{gw, "g1", GroupUpdateBody{Name: "shop"}}),
		"DeleteGroup":          do((*State).DeleteGroup, DeleteGroup{gw, "g1"}),
		"CreateEnv":            do((*State).CreateEnv, CreateEnv{gw, EnvBody{Name: "DEV"}}),
		"UpdateEnv":            do((*State).UpdateEnv, UpdateEnv{gw, "e1", EnvBody{Name: "DEV"}}),
		"DeleteEnv":            do((*State).DeleteEnv, DeleteEnv{gw, "e1"}),
		"CreateVariable":       do((*State).CreateVariable, CreateVariable{gw, VariableBody{"1", "e1", "g1", "host"}}),
		"UpdateVariable":       do((*State).UpdateVariable, UpdateVariable{gw, "x1", VariableUpdateBody{"1"}}),
		"RepublishForVariable": do((*State).RepublishForVariable, RepublishForVariable{gw, "x1"}),
		"DeleteVariable":       do((*State).DeleteVariable, DeleteVariable{gw, "x1"}),
		"CreateAPI":            do((*State).CreateAPI, CreateAPI{gw, mockAPI("g1", "list", "GET /")}),
		"UpdateAPI":            do((*State).UpdateAPI, UpdateAPI{gw, "a1", mockAPI("g1", "list", "GET /")}),
		"DeleteAPI":            do((*State).DeleteAPI, DeleteAPI{gw, "a1"}),
		"PublishAPI":           do((*State).PublishAPI, PublishAPI{gw, pub("online")}),
		"OfflineAPI":           do((*State).OfflineAPI, OfflineAPI{gw, pub("offline")}),
		"BatchPublish":         do((*State).BatchPublish, BatchPublish{gw, "online", BatchBody{GroupID: "g1", EnvID: "e1"}}),
		"SwitchVersion":        do((*State).SwitchVersion, SwitchVersion{gw, "a1", SwitchVersionBody{"v1"}}),
		"OfflineVersion":       do((*State).OfflineVersion, OfflineVersion{gw, "v1"}),
		"ConfigureFeature":     do((*State).ConfigureFeature, ConfigureFeature{gw, FeatureBody{Name: "gzip", Enable: &yes}}),
		"ImportAPIs":           do((*State).ImportAPIs, ImportAPIs{InstanceID: gw, GroupID: "g1"}),
	}
	var all []scenario
	for name, change := range changes {
		all = append(all,
			scenario{name: name + " while it is being created", given: creating(80), when: change, refused: "APIG.3718"},
			scenario{name: name + " of an unknown instance", when: change, refused: "APIG.3030"})
	}
	run(t, all)
}
