package apig

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
)

// readBack is a version in short: what was written, what runs, and the group it was published in.
type readBack struct{ Written, Run, Group, GroupID string }

func (p *past) tells(t *testing.T, at domain.Position) readBack {
	t.Helper()
	v, err := p.VersionAt(t.Context(), pastTenant, at)
	if err != nil {
		t.Fatalf("version at %d: %v", at, err)
	}
	if v.Position != at {
		t.Errorf("the version at %d says it is at %d", at, v.Position)
	}
	return readBack{v.Written.BackendAPI.URLDomain, v.Definition.BackendAPI.URLDomain, v.Group.Name, v.Group.ID}
}

func group(id, name string) apig.Group {
	return apig.Group{ID: id, InstanceID: pastInstance, Name: name}
}

// hostChanges is what follows when the value of host changes: the API is published again.
func hostChanges(value, version string, definition domain.Position) []domain.Event {
	return []domain.Event{
		apig.VariableUpdated{Variable: hostIs(value), Changed: []string{"variable_value"}}, withHost(version, definition),
	}
}

// A version says what was so when it was made, whatever has happened since.
func TestAVersionStaysWhatItWas(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(apig.VariableCreated{Variable: hostIs("first")})
	draft := p.has(created("#host#.com"))
	before := p.has(withHost("ver1", draft))
	want := readBack{"#host#.com", "first.com", "shop", "g1"}
	for _, since := range []struct {
		what   string
		events []domain.Event
	}{
		{"nothing", nil},
		{"the variable has changed", hostChanges("second", "ver2", draft)},
		{"the draft has changed", []domain.Event{rewritten("two")}},
		{"the group has another name", []domain.Event{apig.GroupUpdated{Group: group("g1", "toys")}}},
		{"the variable is gone", []domain.Event{apig.VariableDeleted{InstanceID: pastInstance, VariableID: "v1", GroupID: "g1", EnvID: apig.ReleaseEnvID, Name: "host"}}},
		{"another variable has its name", []domain.Event{apig.VariableCreated{Variable: apig.Variable{ID: "v2", InstanceID: pastInstance, GroupID: "g1", EnvID: apig.ReleaseEnvID, Name: "host", Value: "other"}}}},
		{"the environment is gone", []domain.Event{apig.EnvDeleted{InstanceID: pastInstance, EnvID: apig.ReleaseEnvID}}},
		{"the API is gone", []domain.Event{apig.APIDeleted{InstanceID: pastInstance, APIID: "a1"}}},
		{"the group is gone", []domain.Event{apig.GroupDeleted{InstanceID: pastInstance, GroupID: "g1"}}},
		{"the instance is gone", []domain.Event{apig.InstanceDeleted{InstanceID: pastInstance}}},
	} {
		p.has(since.events...)
		if diff := cmp.Diff(want, p.tells(t, before)); diff != "" {
			t.Errorf("after that, %s (-want +got):\n%s", since.what, diff)
		}
	}
}

func TestVersionsOfOneAPI(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(apig.VariableCreated{Variable: hostIs("first")}, apig.GroupCreated{Group: group("g2", "toys")})
	draft := p.has(created("#host#.com"))
	first := p.has(withHost("ver1", draft))
	again := p.has(hostChanges("second", "ver2", draft)...)
	p.has(apig.GroupUpdated{Group: group("g1", "market")})
	renamed := p.has(withHost("ver3", draft))
	moved := apiTo("#host#.org")
	moved.Definition.GroupID = "g2"
	movedDraft := p.has(apig.APIUpdated{API: moved, Changed: []string{"group_id"}})
	// In the new group there is no variable of that name.
	inGroup2 := record("ver4", apig.ReleaseEnvID, movedDraft)
	inGroup2.GroupID = "g2"
	elsewhere := p.has(apig.APIPublished{Publication: inGroup2})
	p.has(apig.APIVersionSwitched{Publication: record("ver1", apig.ReleaseEnvID, draft)})
	for name, c := range map[string]struct {
		at   domain.Position
		want readBack
	}{
		"the first":                          {first, readBack{"#host#.com", "first.com", "shop", "g1"}},
		"published again for the variable":   {again, readBack{"#host#.com", "second.com", "shop", "g1"}},
		"after the group was renamed":        {renamed, readBack{"#host#.com", "second.com", "market", "g1"}},
		"after the API moved, no such value": {elsewhere, readBack{"#host#.org", "#host#.org", "toys", "g2"}},
	} {
		if diff := cmp.Diff(c.want, p.tells(t, c.at)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	p.project()
	v, publishID, err := p.Runtime(t.Context(), pastIn, "a1", apig.ReleaseEnvID)
	if err != nil || v.Published.VersionID != "ver1" || publishID != "p-ver1" || v.Definition.BackendAPI.URLDomain != "first.com" || v.Group.Name != "shop" {
		t.Errorf("what runs after the switch: %+v by %s, %v", v, publishID, err)
	}
	if v, err := p.Version(t.Context(), pastIn, "ver4"); err != nil || v.Group.Name != "toys" {
		t.Errorf("ver4: %+v, %v", v, err)
	}
	running, err := p.Running(t.Context(), pastIn, "g1", apig.ReleaseEnvID, nil)
	if err != nil || len(running) != 1 || running[0].Published.VersionID != "ver1" {
		t.Errorf("running in the old group: %+v, %v", running, err)
	}
	if running, err = p.Running(t.Context(), pastIn, "g2", apig.ReleaseEnvID, nil); err != nil || len(running) > 0 {
		t.Errorf("running in the new group: %+v, %v", running, err)
	}
}

// What can't be read back is an error, and no panic.
func TestAVersionThatCannotBeReadBack(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	draft := p.has(created("#host#"))
	lost := func(change func(ev *apig.APIPublished)) domain.Position {
		ev := withHost("ver1", draft)
		change(&ev)
		return p.has(ev)
	}
	deleted := p.has(apig.GroupDeleted{InstanceID: pastInstance, GroupID: "g1"})
	for name, at := range map[string]domain.Position{
		"no position":                     0,
		"behind the end":                  10_000,
		"the kernel's own":                1,
		"another type of event":           2,
		"a definition, no publication":    draft,
		"a variable that never was":       lost(func(ev *apig.APIPublished) { ev.Variables = map[string]string{"host": "v9"} }),
		"a variable whose id is none":     lost(func(ev *apig.APIPublished) { ev.Variables = map[string]string{"host": "v.>"} }),
		"a definition behind the end":     lost(func(ev *apig.APIPublished) { ev.DefinitionPosition = 10_000 }),
		"no definition":                   lost(func(ev *apig.APIPublished) { ev.DefinitionPosition = 0 }),
		"another type as its definition":  lost(func(ev *apig.APIPublished) { ev.DefinitionPosition = 2 }),
		"the kernel's as its definition":  lost(func(ev *apig.APIPublished) { ev.DefinitionPosition = 1 }),
		"a group that never was":          lost(func(ev *apig.APIPublished) { ev.Variables, ev.GroupID = nil, "g9" }),
		"a group that was gone":           lost(func(ev *apig.APIPublished) { ev.Variables = nil }),
		"a group whose id is none at all": lost(func(ev *apig.APIPublished) { ev.Variables, ev.GroupID = nil, "" }),
		"a deletion":                      deleted,
	} {
		if v, err := p.VersionAt(t.Context(), pastTenant, at); err == nil {
			t.Errorf("%s: read %+v", name, v)
		}
	}
	if _, err := p.VersionAt(t.Context(), pastTenant, 10_000); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("a position behind the end: %v", err)
	}
	if _, err := p.VersionAt(t.Context(), "t2", p.has(apig.GroupCreated{Group: group("g1", "shop")}, published("ver9", apig.ReleaseEnvID, draft))); err == nil {
		t.Error("the version was read with another tenant's group")
	}
}

func TestWhyThereIsNoRuntimeDefinition(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(created("one"), published("ver1", "e1", firstAPI))
	p.project()
	for name, c := range map[string]struct {
		in         In
		apiID, env string
		code       string
	}{
		"published":       {pastIn, "a1", "e1", ""},
		"not there":       {pastIn, "a1", apig.ReleaseEnvID, "APIG.3015"},
		"no environment":  {pastIn, "a1", "e9", "APIG.3003"},
		"no API":          {pastIn, "a9", "e1", "APIG.3002"},
		"no instance":     {In{pastTenant, "gw9"}, "a1", "e1", "APIG.3030"},
		"another tenant":  {In{"t2", pastInstance}, "a1", "e1", "APIG.3030"},
		"no API to speak": {pastIn, "", "e1", "APIG.3002"},
	} {
		if _, _, err := p.Runtime(t.Context(), c.in, c.apiID, c.env); domain.CodeOf(err) != c.code || (err == nil) != (c.code == "") {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
}
