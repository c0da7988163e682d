package apig

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// A type of event without a rule would stop the projection when the first one comes.
func TestApplyKnowsEveryTypeOfEvent(t *testing.T) {
	t.Parallel()
	codec := apig.Codec()
	for name, schema := range codec.Types() {
		ev, err := codec.Decode(name, schema, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		changes := projections.NewChanges()
		if err := apply(domain.Recorded{Tenant: pastTenant, Event: ev}, changes); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		// Some change a row for each of several things, and here is none of these.
		several := []string{"apig.appquota.bound", "apig.endpoint.permissions_added", "apig.endpoint.permissions_removed", "apig.endpoint.connections_decided"}
		if changes.Rows() == 0 && !slices.Contains(several, name) {
			t.Errorf("%s changes no row", name)
		}
	}
}

func TestApplyRefusesAnEventOfAnotherSurface(t *testing.T) {
	t.Parallel()
	if err := apply(domain.Recorded{Event: foreign{}}, projections.NewChanges()); err == nil {
		t.Error("an event that nobody knows was applied")
	}
}

type foreign struct{}

func (foreign) EventType() string    { return "toy.thing.made" }
func (foreign) Of() domain.Aggregate { return domain.Aggregate{Kind: "thing", ID: "a"} }

// rule is what an event does to the rows that those before it have left.
type rule struct {
	name  string
	given []domain.Event
	when  domain.Event
	then  []any // rows that are new, or new in part
	gone  []any // rows that are no more, or not like that any more
}

// rules of the events about instances, and of settings.
func instanceRules() []rule {
	requested := apig.Instance{ID: "i2", Name: "second", Status: apig.InstanceCreating, Progress: 30, CreateTime: pastBegan}
	row := InstanceRow{ID: "i2", Tenant: pastTenant, Name: "second", Status: "Creating", CreateTime: pastBegan}
	running, renamed := row, row
	running.Status, renamed.Name = "Running", "other"
	with := func(change func(i *apig.Instance)) apig.Instance {
		i := requested
		change(&i)
		return i
	}
	gzip := apig.Feature{ID: "f1", InstanceID: pastInstance, Name: "gzip", Enable: true, Config: "5", UpdateTime: pastBegan}
	gzipRow := FeatureRow{InstanceID: pastInstance, Name: "gzip", Tenant: pastTenant, ID: "f1", Enable: true, Config: "5", UpdateTime: pastBegan}
	off, offRow := gzip, gzipRow
	off.Enable, offRow.Enable = false, false
	quota := func(owner string, value int) QuotaRow {
		return QuotaRow{Owner: owner, Name: "N", Tenant: pastTenant, Value: value, UpdateTime: pastBegan}
	}
	set := func(instance string, value int) apig.QuotaSet {
		return apig.QuotaSet{Quota: apig.Quota{InstanceID: instance, Name: "N", Value: value, UpdateTime: pastBegan}}
	}
	return []rule{
		{name: "an instance is requested", when: apig.InstanceRequested{Instance: requested}, then: []any{row}},
		{
			name: "an instance progresses", given: []domain.Event{apig.InstanceRequested{Instance: requested}},
			when: apig.InstanceProgressed{Instance: with(func(i *apig.Instance) { i.Status = apig.InstanceRunning })},
			then: []any{running}, gone: []any{row},
		},
		{
			name: "an instance is changed", given: []domain.Event{apig.InstanceRequested{Instance: requested}},
			when: apig.InstanceUpdated{Instance: with(func(i *apig.Instance) { i.Name = "other" })}, then: []any{renamed}, gone: []any{row},
		},
		{name: "a feature is set", when: apig.FeatureConfigured{Feature: gzip}, then: []any{gzipRow}},
		{
			name: "a feature is set again", given: []domain.Event{apig.FeatureConfigured{Feature: gzip}},
			when: apig.FeatureConfigured{Feature: off}, then: []any{offRow}, gone: []any{gzipRow},
		},
		{name: "a quota of an instance is set", when: set(pastInstance, 3), then: []any{quota(pastInstance, 3)}},
		{name: "a quota of the tenant is set", when: set("", 3), then: []any{quota(pastTenant, 3)}},
		{name: "a quota is set again", given: []domain.Event{set("", 3)}, when: set("", 4), then: []any{quota(pastTenant, 4)}, gone: []any{quota(pastTenant, 3)}},
	}
}

// rules of the events about groups, environments and variables.
func groupRules() []rule {
	shop := apig.Group{ID: "g2", InstanceID: pastInstance, Name: "toys", Remark: "r", SLDomainAccessEnabled: true, RegisterTime: pastBegan, UpdateTime: pastBegan}
	shopRow := GroupRow{ID: "g2", Tenant: pastTenant, InstanceID: pastInstance, Name: "toys", Remark: "r", SLDomainAccessEnabled: true, RegisterTime: pastBegan, UpdateTime: pastBegan}
	games, gamesRow := shop, shopRow
	games.Name, gamesRow.Name = "games", "games"
	env := apig.Environment{ID: "e2", InstanceID: pastInstance, Name: "dev", Remark: "r", CreateTime: pastBegan}
	envRow := EnvRow{InstanceID: pastInstance, ID: "e2", Tenant: pastTenant, Name: "dev", Remark: "r", CreateTime: pastBegan}
	qa, qaRow := env, envRow
	qa.Name, qaRow.Name = "qa", "qa"
	variable := func(id, groupID, envID, value string) apig.Variable {
		return apig.Variable{ID: id, InstanceID: pastInstance, GroupID: groupID, EnvID: envID, Name: "host", Value: value}
	}
	variableRow := func(id, groupID, envID, value string) VariableRow {
		return VariableRow{
			ID: id, Tenant: pastTenant, InstanceID: pastInstance, GroupID: groupID, EnvID: envID,
			EnvKey: pastInstance + "/" + envID, Name: "host", Value: value,
		}
	}
	made := func(id, groupID, envID string) domain.Event {
		return apig.VariableCreated{Variable: variable(id, groupID, envID, "a")}
	}
	return []rule{
		{name: "a group is created", when: apig.GroupCreated{Group: shop}, then: []any{shopRow}},
		{name: "a group is changed", given: []domain.Event{apig.GroupCreated{Group: shop}}, when: apig.GroupUpdated{Group: games}, then: []any{gamesRow}, gone: []any{shopRow}},
		{
			name:  "a group is deleted with its variables, and no others",
			given: []domain.Event{apig.GroupCreated{Group: shop}, made("v1", "g2", "e1"), made("v2", "g2", apig.ReleaseEnvID), made("v3", "g1", "e1")},
			when:  apig.GroupDeleted{InstanceID: pastInstance, GroupID: "g2"},
			gone:  []any{shopRow, variableRow("v1", "g2", "e1", "a"), variableRow("v2", "g2", apig.ReleaseEnvID, "a")},
		},
		{name: "an environment is created", when: apig.EnvCreated{Env: env}, then: []any{envRow}},
		{name: "an environment is changed", given: []domain.Event{apig.EnvCreated{Env: env}}, when: apig.EnvUpdated{Env: qa}, then: []any{qaRow}, gone: []any{envRow}},
		{
			name:  "an environment is deleted with its variables, and no others",
			given: []domain.Event{apig.EnvCreated{Env: env}, made("v1", "g1", "e2"), made("v2", "g1", "e1")},
			when:  apig.EnvDeleted{InstanceID: pastInstance, EnvID: "e2"},
			gone:  []any{envRow, variableRow("v1", "g1", "e2", "a")},
		},
		{name: "a variable is created", when: made("v1", "g1", "e1"), then: []any{variableRow("v1", "g1", "e1", "a")}},
		{
			name: "a variable is changed", given: []domain.Event{made("v1", "g1", "e1")},
			when: apig.VariableUpdated{Variable: variable("v1", "g1", "e1", "b")},
			then: []any{variableRow("v1", "g1", "e1", "b")}, gone: []any{variableRow("v1", "g1", "e1", "a")},
		},
		{
			name: "a variable is deleted", given: []domain.Event{made("v1", "g1", "e1"), made("v2", "g1", apig.ReleaseEnvID)},
			when: apig.VariableDeleted{InstanceID: pastInstance, VariableID: "v1"}, gone: []any{variableRow("v1", "g1", "e1", "a")},
		},
	}
}

// tagged is an API with tags. Its first event is at position 6: the fence, and the four events that every
// past begins with, come before.
func tagged(name string, tags ...string) apig.API {
	a := apiTo("one")
	a.Definition.Name, a.Definition.Tags, a.RegisterTime, a.UpdateTime = name, tags, pastBegan, pastBegan
	return a
}

const firstAPI domain.Position = 6

func taggedRow(name string, at domain.Position) APIRow {
	return APIRow{
		ID: "a1", Tenant: pastTenant, InstanceID: pastInstance, GroupID: "g1", Name: name, Type: 1, ReqMethod: "GET", ReqURI: "/orders",
		RegisterTime: pastBegan, UpdateTime: pastBegan, Position: at,
	}
}

func tagRow(tag string) TagRow {
	return TagRow{APIID: "a1", Tag: tag, Tenant: pastTenant, InstanceID: pastInstance}
}

func publicationRow(version, envID string) PublicationRow {
	return PublicationRow{
		APIID: "a1", EnvID: envID, Tenant: pastTenant, InstanceID: pastInstance, GroupID: "g1",
		PublishID: "p-" + version, VersionID: version, PublishTime: pastBegan,
	}
}

func versionRow(version, envID string, at domain.Position) VersionRow {
	return VersionRow{
		ID: version, Tenant: pastTenant, InstanceID: pastInstance, APIID: "a1", EnvID: envID, EnvName: "name-of-" + envID,
		VersionNo: "20240501", PublishTime: pastBegan, Position: at,
	}
}

// rules of the events about APIs.
func apiRules() []rule {
	draft := apig.APICreated{API: tagged("orders", "x", "y")}
	release := func(version string) domain.Event { return published(version, apig.ReleaseEnvID, firstAPI) }
	other := apiTo("one")
	other.ID = "a2"
	another := apig.APICreated{API: other}
	moved := tagged("orders")
	moved.Definition.BackendAPI.VPCChannelInfo = &apig.VPCChannelRef{VPCChannelID: "c1"}
	channelRow := taggedRow("orders", firstAPI)
	channelRow.VPCChannelID = "c1"
	return []rule{
		{name: "an API is created", when: draft, then: []any{taggedRow("orders", firstAPI), tagRow("x"), tagRow("y")}},
		{name: "an API with a channel is created", when: apig.APICreated{API: moved}, then: []any{channelRow}},
		{
			name: "an API is changed: other tags, what is published stays", given: []domain.Event{draft, release("ver1")},
			when: apig.APIUpdated{API: tagged("bills", "y", "z")},
			then: []any{taggedRow("bills", firstAPI+2), tagRow("z")}, gone: []any{taggedRow("orders", firstAPI), tagRow("x")},
		},
		{
			name: "an API is deleted with its tags and versions, and no other", given: []domain.Event{draft, another, release("ver1"), apig.APITakenOffline{Publication: record("ver1", apig.ReleaseEnvID, firstAPI)}},
			when: apig.APIDeleted{InstanceID: pastInstance, APIID: "a1"},
			gone: []any{taggedRow("orders", firstAPI), tagRow("x"), tagRow("y"), versionRow("ver1", apig.ReleaseEnvID, firstAPI+2)},
		},
		{
			name: "an API is published", given: []domain.Event{draft}, when: release("ver1"),
			then: []any{publicationRow("ver1", apig.ReleaseEnvID), versionRow("ver1", apig.ReleaseEnvID, firstAPI+1)},
		},
		{
			name: "an API is published again", given: []domain.Event{draft, release("ver1")}, when: release("ver2"),
			then: []any{publicationRow("ver2", apig.ReleaseEnvID), versionRow("ver2", apig.ReleaseEnvID, firstAPI+2)}, gone: []any{publicationRow("ver1", apig.ReleaseEnvID)},
		},
		{
			name: "an API is published elsewhere as well", given: []domain.Event{draft, release("ver1")}, when: published("ver2", "e1", firstAPI),
			then: []any{publicationRow("ver2", "e1"), versionRow("ver2", "e1", firstAPI+2)},
		},
		{
			name: "another version is switched to: no version is made", given: []domain.Event{draft, release("ver1"), release("ver2")},
			when: apig.APIVersionSwitched{Publication: record("ver1", apig.ReleaseEnvID, firstAPI)},
			then: []any{publicationRow("ver1", apig.ReleaseEnvID)}, gone: []any{publicationRow("ver2", apig.ReleaseEnvID)},
		},
		{
			name: "an API is taken offline in one environment", given: []domain.Event{draft, release("ver1"), published("ver2", "e1", firstAPI)},
			when: apig.APITakenOffline{Publication: record("ver1", apig.ReleaseEnvID, firstAPI)},
			gone: []any{publicationRow("ver1", apig.ReleaseEnvID)},
		},
		instanceGone(),
	}
}

// instanceGone deletes an instance with one of everything beneath it, beside another that stays.
func instanceGone() rule {
	beneath := []domain.Event{
		apig.APICreated{API: tagged("orders", "x")}, published("ver1", apig.ReleaseEnvID, firstAPI), apig.VariableCreated{Variable: hostIs("a")},
		apig.FeatureConfigured{Feature: apig.Feature{ID: "f1", InstanceID: pastInstance, Name: "gzip"}},
		apig.QuotaSet{Quota: apig.Quota{InstanceID: pastInstance, Name: "N", Value: 1}},
	}
	beside := []domain.Event{
		apig.InstanceRequested{Instance: apig.Instance{ID: "i2", Name: "second"}},
		apig.EnvCreated{Env: apig.Environment{ID: apig.ReleaseEnvID, InstanceID: "i2"}},
		apig.GroupCreated{Group: apig.Group{ID: "g2", InstanceID: "i2"}},
		apig.APICreated{API: apig.API{ID: "a2", InstanceID: "i2", Definition: apig.Definition{GroupID: "g2", Tags: []string{"x"}}}},
		apig.VariableCreated{Variable: apig.Variable{ID: "v2", InstanceID: "i2", GroupID: "g2", EnvID: apig.ReleaseEnvID}},
		apig.QuotaSet{Quota: apig.Quota{InstanceID: "i2", Name: "N", Value: 1}}, apig.QuotaSet{Quota: apig.Quota{Name: "N", Value: 1}},
	}
	env := func(id, name string) EnvRow {
		return EnvRow{InstanceID: pastInstance, ID: id, Tenant: pastTenant, Name: name}
	}
	return rule{
		name: "an instance is deleted with everything beneath it, and nothing beside it", given: append(beneath, beside...),
		when: apig.InstanceDeleted{InstanceID: pastInstance},
		gone: []any{
			InstanceRow{ID: pastInstance, Tenant: pastTenant, Name: "gateway", Status: "Running"},
			GroupRow{ID: "g1", Tenant: pastTenant, InstanceID: pastInstance, Name: "shop"},
			env(apig.ReleaseEnvID, apig.ReleaseEnvName), env("e1", "test"),
			VariableRow{
				ID: "v1", Tenant: pastTenant, InstanceID: pastInstance, GroupID: "g1", EnvID: apig.ReleaseEnvID,
				EnvKey: pastInstance + "/" + apig.ReleaseEnvID, Name: "host", Value: "a",
			},
			taggedRow("orders", firstAPI), tagRow("x"), publicationRow("ver1", apig.ReleaseEnvID), versionRow("ver1", apig.ReleaseEnvID, firstAPI+1),
			FeatureRow{InstanceID: pastInstance, Name: "gzip", Tenant: pastTenant, ID: "f1"},
			QuotaRow{Owner: pastInstance, Name: "N", Tenant: pastTenant, Value: 1},
		},
	}
}

func TestEveryEventLeavesItsRows(t *testing.T) {
	t.Parallel()
	covered := map[string]bool{}
	for _, r := range slices.Concat(instanceRules(), instanceChangeRules(), groupRules(), apiRules()) {
		covered[r.when.EventType()] = true
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t)
			p.has(r.given...)
			before := p.project().rows(t)
			p.has(r.when)
			after := p.project().rows(t)
			if diff := cmp.Diff(r.then, without(after, before)); diff != "" {
				t.Errorf("new rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(r.gone, without(before, after)); diff != "" {
				t.Errorf("rows that are gone (-want +got):\n%s", diff)
			}
		})
	}
	for name := range apig.Codec().Types() {
		if !covered[name] && !ruledElsewhere(name) {
			t.Errorf("no rule says which rows %s leaves", name)
		}
	}
}

// ruledElsewhere reports whether an event is of a family whose rows are asked for by other means than the
// rules here: by the tests of the family beside this one where there are some, and by what the contract
// tests read back after each change.
func ruledElsewhere(eventType string) bool {
	families := []string{"endpoint", "acl", "throttle", "signature", "plugin", "app", "appauth", "appquota", "channel", "authorizer", "response", "task", "orchestration", "domain", "certificate", "port"}
	return slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(eventType, "apig."+f+".") })
}

// without returns the rows that are not among others.
func without(rows, others []any) []any {
	var rest []any
	for _, row := range rows {
		if !slices.ContainsFunc(others, func(other any) bool { return cmp.Equal(row, other) }) {
			rest = append(rest, row)
		}
	}
	return rest
}

// The columns of a row type and those of its table are the same: what is applied can be read again.
func TestRowTypesFitTheirTables(t *testing.T) {
	t.Parallel()
	p := newPast(t).project()
	for _, table := range New().Tables {
		var columns []string
		err := p.db.SelectContext(t.Context(), &columns,
			"SELECT column_name FROM information_schema.columns WHERE table_schema = 'apig' AND table_name = $1 ORDER BY ordinal_position", table.Name)
		if err != nil {
			t.Fatal(err)
		}
		want := table.Columns()
		slices.Sort(want)
		slices.Sort(columns)
		if diff := cmp.Diff(want, columns); diff != "" {
			t.Errorf("columns of %s (-row type +table):\n%s", table.Name, diff)
		}
		if len(columns) == 0 {
			t.Error(fmt.Errorf("there is no table %s", table.Name))
		}
	}
}
