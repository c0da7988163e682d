package apig

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
)

// Whatever commands come in whatever order, three states agree: one that sees every event with its
// position, one that learns the positions later, and one folded from the recorded events at the end;
// and what they hold is consistent.
func TestStateProperty(t *testing.T) {
	t.Parallel()
	somePairs(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		for range rapid.IntRange(20, 60).Draw(t, "commands") {
			w.command(t)
			checkInvariants(t, w)
			checkNaming(t, w.direct)
		}
		w.placeAll()
		if diff := cmp.Diff(w.direct, w.late, wholeState); diff != "" {
			t.Fatalf("positions told later make a difference:\n%s", diff)
		}
		folded := NewState("project")
		for _, rec := range w.log {
			folded.Apply(rec)
		}
		if diff := cmp.Diff(w.direct, folded, wholeState); diff != "" {
			t.Fatalf("the fold of the log is another state:\n%s", diff)
		}
	})
}

// world runs commands as the kernel does: decide, append, apply.
type world struct {
	direct, late *State
	log          []domain.Recorded
	placed       int // records of the log that late knows the positions of
	commands     int
	online       map[string]string // API and environment to version, from the events alone
}

func newWorld() *world {
	w := &world{direct: NewState("project"), late: NewState("project"), online: map[string]string{}}
	w.append(given(gateway(), aGroup("g1", "shop"), anEnv("e1", "DEV"), aQuota("APIGROUP_NUM_LIMIT", 3),
		aQuota("ENVIRONMENT_NUM_LIMIT", 3), aQuota("API_NUM_LIMIT", 6), aQuota("API_NUM_LIMIT_PER_GROUP", 4), aQuota("VARIABLE_NUM_LIMIT", 2),
		aVariable("x1", "g1", "e1", "host", "h"), aBackendAPI("a1", "g1", "list", "GET /a", "#host#"), aBackendAPI("a2", "g1", "order", "GET /e", "#host#")))
	return w
}

func (w *world) append(events []domain.Event) {
	for _, ev := range events {
		n := len(w.log) + 1
		rec := domain.Recorded{Position: domain.Position(10 * n), ID: fmt.Sprintf("e%d", n), Event: ev}
		w.log = append(w.log, rec)
		w.direct.Apply(rec)
		unplaced := rec
		unplaced.Position = 0
		w.late.Apply(unplaced)
		w.note(ev)
	}
}

func (w *world) placeAll() {
	for ; w.placed < len(w.log); w.placed++ {
		w.late.Placed(w.log[w.placed])
	}
}

func (w *world) note(ev domain.Event) {
	switch ev := ev.(type) {
	case APIPublished:
		w.online[ev.APIID+" "+ev.EnvID] = ev.VersionID
	case APIVersionSwitched:
		w.online[ev.APIID+" "+ev.EnvID] = ev.VersionID
	case APITakenOffline:
		delete(w.online, ev.APIID+" "+ev.EnvID)
	}
}

// definition is what the log says at a position.
func (w *world) definition(at domain.Position) Definition {
	switch ev := w.log[at/10-1].Event.(type) {
	case APIPublished:
		return *ev.Restored
	case APICreated:
		return ev.API.Definition
	case APIUpdated:
		return ev.API.Definition
	default:
		panic(fmt.Sprintf("%T holds no definition", ev))
	}
}

// command decides one command by both states, which must decide the same.
func (w *world) command(t *rapid.T) {
	when := drawDecision(t, w.direct)
	w.commands++
	at := func() *domain.Moment {
		return domain.NewMoment(now.Add(time.Duration(w.commands)*30*time.Second), fmt.Sprint(w.commands))
	}
	answer, events, err := when(w.direct, at())
	lateAnswer, lateEvents, lateErr := when(w.late, at())
	if errors.Is(lateErr, ErrNotPlaced) || rapid.Bool().Draw(t, "place") {
		w.placeAll()
		lateAnswer, lateEvents, lateErr = when(w.late, at())
	}
	if domain.CodeOf(err) != domain.CodeOf(lateErr) || (err == nil) != (lateErr == nil) {
		t.Fatalf("decided %v, later %v", err, lateErr)
	}
	if diff := cmp.Diff(events, lateEvents) + cmp.Diff(answer, lateAnswer); diff != "" {
		t.Fatalf("decided differently:\n%s", diff)
	}
	if err != nil && (domain.CodeOf(err) == "" || len(events) > 0) {
		t.Fatalf("%d events and %v", len(events), err)
	}
	w.append(events)
}

// drawDecision draws a command about things that mostly exist.
func drawDecision(t *rapid.T, s *State) decision {
	in := s.instances[gw]
	others := slices.DeleteFunc(slices.Collect(maps.Keys(s.instances)), func(id string) bool { return id == gw })
	pick := func(what string, known ...string) string {
		slices.Sort(known)
		often := slices.Repeat(known, 10)
		return rapid.SampledFrom(append(often, "none")).Draw(t, what)
	}
	name := rapid.SampledFrom([]string{"shop", "bank", "DEV", "TEST", "list", "order", "save"}).Draw(t, "name")
	groupID := pick("group", slices.Collect(maps.Keys(in.groups))...)
	envID := pick("env", slices.Collect(maps.Keys(in.envs))...)
	apiID := pick("api", slices.Collect(maps.Keys(in.apis))...)
	versionID := pick("version", slices.Collect(maps.Keys(in.versions))...)
	variableID := pick("variable", slices.Collect(maps.Keys(in.variables))...)
	d := httpAPI(groupID, name, "GET /"+rapid.SampledFrom([]string{"a", "b", "{c}", "{d}", "e", "f"}).Draw(t, "path"),
		rapid.SampledFrom([]string{"#host#:80", "#port#", "plain.example.com"}).Draw(t, "address"))
	value := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "value")
	other, title := pick("instance", others...), "gateway-"+value
	variable := rapid.SampledFrom([]string{"host", "port"}).Draw(t, "variable name")
	yes := true
	// Publishing, and what makes it possible, comes up more often.
	return rapid.SampledFrom([]decision{
		do((*State).CreateGroup, CreateGroup{gw, GroupBody{Name: name}}),
		do((*State).UpdateGroup, UpdateGroup{gw, groupID, GroupUpdateBody{Name: name}}),
		do((*State).DeleteGroup, DeleteGroup{gw, groupID}),
		do((*State).CreateEnv, CreateEnv{gw, EnvBody{Name: name}}),
		do((*State).UpdateEnv, UpdateEnv{gw, envID, EnvBody{Name: name}}),
		do((*State).DeleteEnv, DeleteEnv{gw, envID}),
		do((*State).CreateVariable, CreateVariable{gw, VariableBody{value, envID, groupID, variable}}),
		do((*State).CreateVariable, CreateVariable{gw, VariableBody{value, envID, groupID, variable}}),
		do((*State).UpdateVariable, UpdateVariable{gw, variableID, VariableUpdateBody{value}}),
		do((*State).UpdateVariable, UpdateVariable{gw, variableID, VariableUpdateBody{value}}),
		do((*State).DeleteVariable, DeleteVariable{gw, variableID}),
		do((*State).RepublishForVariable, RepublishForVariable{gw, variableID}),
		createAPI(d), createAPI(d),
		updateAPI(apiID, d), updateAPI(apiID, d),
		do((*State).DeleteAPI, DeleteAPI{gw, apiID}),
		publish(apiID, envID), publish(apiID, envID), publish(apiID, envID),
		takeOffline(apiID, envID), takeOffline(apiID, envID),
		batch("online", BatchBody{GroupID: groupID, EnvID: envID}),
		batch("offline", BatchBody{APIs: []string{apiID, "none"}, EnvID: envID}),
		switchTo(apiID, versionID), switchTo(apiID, versionID),
		do((*State).OfflineVersion, OfflineVersion{gw, versionID}),
		do((*State).ConfigureFeature, ConfigureFeature{gw, FeatureBody{Name: "gzip", Enable: &yes}}),
		importing(groupID, "override", item(name, "GET /a"), item("more", "GET /b")),
		do((*State).CreateInstance, instanceBody(func(b *InstanceBody) { b.Name = title })),
		do((*State).AdvanceInstance, AdvanceInstance{InstanceID: other}), do((*State).AdvanceInstance, AdvanceInstance{InstanceID: other}),
		do((*State).AdvanceInstance, AdvanceInstance{InstanceID: other}), do((*State).AdvanceInstance, AdvanceInstance{InstanceID: other}),
		do((*State).UpdateInstance, UpdateInstance{other, InstanceUpdateBody{Name: &title}}),
		do((*State).ResizeInstance, ResizeInstance{InstanceID: other, Body: ResizeBody{"PLATINUM"}}), do((*State).BindEIP, BindEIP{other, EIPBody{name}}),
		do((*State).OpenEgress, OpenEgress{other, BandwidthBody{}}), do((*State).CloseEgress, CloseEgress{other}),
		do((*State).ChangeInstanceTags, ChangeInstanceTags{gw, InstanceTagsBody{"create", []Tag{{name, title}}}}),
		do((*State).AddEndpointPermissions, AddEndpointPermissions{gw, EndpointPermissionsBody{[]string{"*"}}}),
		do((*State).RequestEndpoint, RequestEndpoint{gw, RequestEndpointBody{someone}}),
		do((*State).DeleteInstance, DeleteInstance{other}),
		drawThrottling(t, in), drawThrottling(t, in), drawThrottling(t, in), drawPlugins(t, in), drawPlugins(t, in), drawPlugins(t, in),
		drawAccess(t, in), drawAccess(t, in), drawSigning(t, in), drawSigning(t, in),
		drawNaming(t, s), drawNaming(t, s), drawNaming(t, s),
	}).Draw(t, "command")
}

// checkInvariants holds every index and count against what it is an index or count of.
func checkInvariants(t *rapid.T, w *world) {
	s := w.direct
	names := map[string]string{}
	for id, in := range s.instances {
		names[in.Name] = id
		want := reindex(in)
		if diff := cmp.Diff(want, in, wholeState); diff != "" {
			t.Fatalf("indexes of %s (-want +got):\n%s", id, diff)
		}
	}
	if diff := cmp.Diff(names, s.instanceNames); diff != "" {
		t.Fatalf("instance names:\n%s", diff)
	}
	in, online := s.instances[gw], map[string]string{}
	for _, a := range in.apis {
		for envID, p := range a.inEffect {
			online[a.ID+" "+envID] = p.VersionID
			if in.groups[p.GroupID] != p.group || in.envs[envID] != p.env || in.versions[p.VersionID] != p.version {
				t.Fatalf("version %s is in effect in a group or environment that is gone", p.VersionID)
			}
		}
	}
	for _, v := range in.versions {
		if diff := cmp.Diff(VariableRefs(w.definition(v.definition)), v.refs); diff != "" {
			t.Fatalf("variables of version %s:\n%s", v.id, diff)
		}
	}
	if diff := cmp.Diff(w.online, online, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("in effect (-by the events +by the state):\n%s", diff)
	}
	if len(in.groups) > 3 || len(in.envs) > 3 || len(in.apis) > 6 {
		t.Fatalf("over quota: %d groups, %d environments, %d APIs", len(in.groups), len(in.envs), len(in.apis))
	}
	for _, g := range in.groups {
		if len(g.names) > 4 || len(g.variables) > 2 {
			t.Fatalf("over quota: %d APIs, %d variables in a group", len(g.names), len(g.variables))
		}
	}
}

// reindex makes an instance anew from what is not an index. A name that two things have is lost, and so
// shows as a difference.
func reindex(in *instance) *instance {
	fresh := newInstance(in.Instance)
	fresh.features, fresh.quotas, fresh.versions = in.features, in.quotas, in.versions
	fresh.credentials = reindexCredentials(in.credentials)
	for _, g := range in.groups {
		GroupCreated{g.Group}.fold(fresh, domain.Recorded{})
	}
	for _, e := range in.envs {
		EnvCreated{e.Environment}.fold(fresh, domain.Recorded{})
	}
	for _, v := range in.variables {
		VariableCreated{v.Variable}.fold(fresh, domain.Recorded{})
		fresh.variables[v.ID].stale = v.stale
	}
	for _, a := range in.apis {
		again := newAPI(a.API)
		again.position, again.unplaced, again.versions = a.position, a.unplaced, a.versions
		fresh.apis[a.ID] = again
		fresh.claim(again)
		for _, p := range a.inEffect {
			fresh.putInEffect(again, p.version, p.Publication)
		}
	}
	reindexThrottles(fresh, in)
	reindexPlugins(fresh, in)
	reindexACLs(fresh, in)
	reindexSignatures(fresh, in)
	reindexEndpoints(fresh, in)
	reindexNaming(fresh, in)
	return fresh
}
