package apig

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
)

// world makes histories as the kernel does: decide, append, apply. There are two tenants.
type world struct {
	ctx     context.Context
	log     *eventstore.Memory
	tenants []*tenant
	moments int
}

// tenant is one of them, with the ids of all that it ever had.
type tenant struct {
	name                                                  string
	fence                                                 eventstore.Fence
	state                                                 *apig.State
	instances, groups, envs, variables, apis, versionsIDs []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{ctx: t.Context(), log: eventstore.NewMemory()}
	for _, name := range []string{"t1", "t2"} {
		fence, err := w.log.Take(t.Context(), "apig", name, "test")
		if err != nil {
			t.Fatal(err)
		}
		one := &tenant{name: name, fence: fence, state: apig.NewState(name), envs: []string{apig.ReleaseEnvID}}
		w.tenants = append(w.tenants, one)
	}
	return w
}

// decision is a command that is ready to be decided.
type decision func(s *apig.State, m *domain.Moment) ([]domain.Event, error)

func do[C, R any](decide func(*apig.State, *domain.Moment, C) (R, []domain.Event, error), command C) decision {
	return func(s *apig.State, m *domain.Moment) ([]domain.Event, error) {
		_, events, err := decide(s, m, command)
		return events, err
	}
}

// happens decides a command of a tenant. A refusal changes nothing.
func (w *world) happens(t rapid.TB, one *tenant, when decision) {
	t.Helper()
	w.moments++
	m := domain.NewMoment(pastBegan.Add(time.Duration(w.moments)*71*time.Second+time.Duration(w.moments)*1357*time.Microsecond), fmt.Sprint(w.moments))
	now := m.Now
	events, err := when(one.state, m)
	if err != nil {
		if domain.CodeOf(err) == "" {
			t.Fatalf("decide: %v", err)
		}
		return
	}
	for i, ev := range events {
		rec := domain.Recorded{ID: fmt.Sprintf("%d-%d", w.moments, i), Tenant: one.name, Time: now, Command: "apig.Test", Event: ev}
		message, err := envelope.Close(apig.Codec(), "apig", rec)
		if err != nil {
			t.Fatalf("%v", err)
		}
		positions, err := w.log.Append(w.ctx, one.fence, []eventstore.Message{message})
		if err != nil {
			t.Fatalf("%v", err)
		}
		rec.Position = domain.Position(positions[0])
		one.state.Apply(rec)
		one.note(ev)
	}
}

// note keeps the ids that further commands can name.
func (one *tenant) note(ev domain.Event) {
	switch ev := ev.(type) {
	case apig.InstanceRequested:
		one.instances = append(one.instances, ev.Instance.ID)
	case apig.GroupCreated:
		one.groups = append(one.groups, ev.Group.ID)
	case apig.EnvCreated:
		if ev.Env.ID == apig.ReleaseEnvID {
			return // it is known from the beginning
		}
		one.envs = append(one.envs, ev.Env.ID)
	case apig.VariableCreated:
		one.variables = append(one.variables, ev.Variable.ID)
	case apig.APICreated:
		one.apis = append(one.apis, ev.API.ID)
	case apig.APIPublished:
		one.versionsIDs = append(one.versionsIDs, ev.VersionID)
	}
}

func newInstance(name string) decision {
	return do((*apig.State).CreateInstance, apig.CreateInstance{Body: apig.InstanceBody{
		Name: name, SpecID: "BASIC", VPCID: "v", SubnetID: "s", SecurityGroupID: "g", AvailableZoneIDs: []string{"z"},
	}})
}

// begin gives each tenant an instance that runs, with a group, an environment and an API.
func (w *world) begin(t rapid.TB) {
	t.Helper()
	for _, one := range w.tenants {
		w.happens(t, one, newInstance("first"))
		in := one.instances[0]
		for range 4 {
			w.happens(t, one, do((*apig.State).AdvanceInstance, apig.AdvanceInstance{InstanceID: in}))
		}
		w.happens(t, one, do((*apig.State).CreateGroup, apig.CreateGroup{InstanceID: in, Body: apig.GroupBody{Name: "shop"}}))
		w.happens(t, one, do((*apig.State).CreateEnv, apig.CreateEnv{InstanceID: in, Body: apig.EnvBody{Name: "test"}}))
		w.happens(t, one, do((*apig.State).CreateAPI, apig.CreateAPI{InstanceID: in, Body: drawnAPI(one.groups[0], "api-0", "/p0", "#host#", nil)}))
		if len(one.apis) != 1 {
			t.Fatalf("tenant %s has no API to begin with", one.name)
		}
	}
}

func drawnAPI(groupID, name, path, address string, tags []string) apig.Definition {
	return apig.Definition{
		Name: name, Type: 1, ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: path, AuthType: "NONE", BackendType: "HTTP", GroupID: groupID, Tags: tags,
		BackendAPI: &apig.Backend{Timeout: 5000, Endpoint: apig.Endpoint{URLDomain: address, ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/"}},
	}
}

// go on with a command that is drawn, about things that mostly exist.
func (w *world) goesOn(t *rapid.T) {
	one := rapid.SampledFrom(w.tenants).Draw(t, "tenant")
	w.happens(t, one, one.draw(t))
}

func (one *tenant) draw(t *rapid.T) decision {
	pick := func(what string, known []string) string {
		return rapid.SampledFrom(append(slices.Repeat(known, 8), "none")).Draw(t, what)
	}
	// The first instance is where most things are, and seldom goes.
	first := slices.Repeat(one.instances[:1], 20)
	in := pick("instance", append(first, one.instances...))
	doomed := append(slices.Repeat(one.instances[1:], 20), one.instances...)
	group, env, api := pick("group", one.groups), pick("env", one.envs), pick("api", one.apis)
	version, variable := pick("version", one.versionsIDs), pick("variable", one.variables)
	n := rapid.IntRange(1, 6).Draw(t, "n")
	name, value := fmt.Sprintf("name%d", n), fmt.Sprintf("value%d", n)
	d := drawnAPI(group, fmt.Sprintf("api-%d", n), fmt.Sprintf("/p%d", n),
		rapid.SampledFrom([]string{"#host#:80", "#port#", "plain.example.com"}).Draw(t, "address"),
		rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), 0, 3, rapid.ID).Draw(t, "tags"))
	on := rapid.Bool().Draw(t, "on")
	publication := apig.PublicationBody{Action: apig.ActionOnline, EnvID: env, APIID: api, Remark: value}
	offline := publication
	offline.Action = apig.ActionOffline
	called := rapid.SampledFrom([]string{"host", "port"}).Draw(t, "variable name")
	publish := do((*apig.State).PublishAPI, apig.PublishAPI{InstanceID: in, Body: publication})
	createAPI := do((*apig.State).CreateAPI, apig.CreateAPI{InstanceID: in, Body: d})
	advance := do((*apig.State).AdvanceInstance, apig.AdvanceInstance{InstanceID: pick("advanced", one.instances)})
	createVariable := do((*apig.State).CreateVariable, apig.CreateVariable{InstanceID: in, Body: apig.VariableBody{Value: value, EnvID: env, GroupID: group, Name: called}})
	updateVariable := do((*apig.State).UpdateVariable, apig.UpdateVariable{InstanceID: in, VariableID: variable, Body: apig.VariableUpdateBody{Value: value}})
	switchVersion := do((*apig.State).SwitchVersion, apig.SwitchVersion{InstanceID: in, APIID: api, Body: apig.SwitchVersionBody{VersionID: version}})
	return rapid.SampledFrom([]decision{
		newInstance(name),
		advance, advance, advance,
		do((*apig.State).UpdateInstance, apig.UpdateInstance{InstanceID: in, Body: apig.InstanceUpdateBody{Description: &value}}),
		do((*apig.State).DeleteInstance, apig.DeleteInstance{InstanceID: pick("doomed", doomed)}),
		do((*apig.State).CreateGroup, apig.CreateGroup{InstanceID: in, Body: apig.GroupBody{Name: name}}),
		do((*apig.State).UpdateGroup, apig.UpdateGroup{InstanceID: in, GroupID: group, Body: apig.GroupUpdateBody{Name: name}}),
		do((*apig.State).DeleteGroup, apig.DeleteGroup{InstanceID: in, GroupID: group}),
		do((*apig.State).CreateEnv, apig.CreateEnv{InstanceID: in, Body: apig.EnvBody{Name: name}}),
		do((*apig.State).UpdateEnv, apig.UpdateEnv{InstanceID: in, EnvID: env, Body: apig.EnvBody{Name: name}}),
		do((*apig.State).DeleteEnv, apig.DeleteEnv{InstanceID: in, EnvID: env}),
		createVariable, createVariable, updateVariable, updateVariable,
		do((*apig.State).DeleteVariable, apig.DeleteVariable{InstanceID: in, VariableID: variable}),
		createAPI, createAPI, createAPI,
		do((*apig.State).UpdateAPI, apig.UpdateAPI{InstanceID: in, APIID: api, Body: d}),
		do((*apig.State).UpdateAPI, apig.UpdateAPI{InstanceID: in, APIID: api, Body: d}),
		do((*apig.State).DeleteAPI, apig.DeleteAPI{InstanceID: in, APIID: api}),
		publish, publish, publish, publish,
		do((*apig.State).OfflineAPI, apig.OfflineAPI{InstanceID: in, Body: offline}),
		do((*apig.State).BatchPublish, apig.BatchPublish{InstanceID: in, Action: apig.ActionOnline, Body: apig.BatchBody{GroupID: group, EnvID: env}}),
		switchVersion, switchVersion, switchVersion, switchVersion,
		do((*apig.State).OfflineVersion, apig.OfflineVersion{InstanceID: in, VersionID: version}),
		do((*apig.State).ConfigureFeature, apig.ConfigureFeature{InstanceID: in, Body: apig.FeatureBody{Name: "gzip", Enable: &on}}),
		do((*apig.State).SetQuota, apig.SetQuota{InstanceID: in, Name: "API_NUM_LIMIT", Value: 50 + n}),
		do((*apig.State).SetQuota, apig.SetQuota{Name: "INSTANCE_NUM_LIMIT", Value: 50 + n}),
		do((*apig.State).ImportAPIs, apig.ImportAPIs{InstanceID: in, GroupID: group, APIMode: apig.ImportOverride, Items: []apig.ImportItem{{Definition: d}}}),
	}).Draw(t, "command")
}
