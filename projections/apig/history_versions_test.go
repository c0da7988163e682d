package apig

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// snapped is a snapshot in short.
type snapped struct{ Version, Env, Written, Run string }

func inShort(s Snapshot) snapped {
	short := snapped{Env: s.EnvID, Written: s.Written.BackendAPI.URLDomain, Run: s.Run.BackendAPI.URLDomain}
	if s.Version != nil {
		short.Version = s.Version.Published.VersionID
	}
	return short
}

// versioned is an API with two versions in RELEASE, the older of which is in effect, one in test, and a
// draft that nobody has published. The value of its variable has changed since the versions were made.
func versioned(p *past) {
	p.has(apig.VariableCreated{Variable: hostIs("then")})
	first := p.has(created("#host#"))
	p.has(withHost("ver1", first))
	second := p.has(rewritten("two"))
	p.has(
		published("ver2", apig.ReleaseEnvID, second),
		published("ver3", "e1", second),
		apig.APIVersionSwitched{Publication: record("ver1", apig.ReleaseEnvID, first)},
		apig.VariableUpdated{Variable: hostIs("now"), Changed: []string{"variable_value"}},
		rewritten("#host#.draft"),
	)
}

func TestSnapshotOfEachName(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	versioned(p)
	p.project()
	for of, want := range map[string]snapped{
		"draft":     {"", apig.ReleaseEnvID, "#host#.draft", "now.draft"},
		"live":      {"ver1", apig.ReleaseEnvID, "#host#", "then"},
		"live:test": {"ver3", "e1", "two", "two"},
		"live:e1":   {"ver3", "e1", "two", "two"},
		"ver2":      {"ver2", apig.ReleaseEnvID, "two", "two"},
	} {
		t.Run(of, func(t *testing.T) {
			t.Parallel()
			s, err := p.Snapshot(t.Context(), pastIn, "a1", of, "")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, inShort(s)); diff != "" {
				t.Errorf("snapshot (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSnapshotNamesItsVariables(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	versioned(p)
	p.project()
	known := []VariableValue{{Name: "host", ID: "v1", Value: "then", Known: true}}
	unknown := []VariableValue{{Name: "host"}}
	for _, c := range []struct {
		of, env string
		want    []VariableValue
	}{{"ver1", "", known}, {"draft", "e1", unknown}, {"ver2", "", []VariableValue{}}} {
		s, err := p.Snapshot(t.Context(), pastIn, "a1", c.of, c.env)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, s.Variables); diff != "" {
			t.Errorf("variables of %s (-want +got):\n%s", c.of, diff)
		}
	}
}

func TestSnapshotRefusals(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	versioned(p)
	p.has(apig.EnvCreated{Env: apig.Environment{ID: "e2", InstanceID: pastInstance, Name: "idle"}})
	p.project()
	for _, c := range []struct {
		api, of string
		want    *domain.Error
	}{
		{"a1", "ver9", apig.ErrVersionNotFound("")},
		{"a1", "live:nowhere", apig.ErrEnvNotFound("")},
		{"a1", "live:idle", apig.ErrPublicationNotFound("")},
		{"a2", "draft", apig.ErrAPINotFound("")},
		{"a2", "live", apig.ErrAPINotFound("")},
		{"a2", "ver1", apig.ErrVersionNotFound("")},
	} {
		t.Run(c.api+" "+c.of, func(t *testing.T) {
			t.Parallel()
			if _, err := p.Snapshot(t.Context(), pastIn, c.api, c.of, ""); !errors.Is(err, c.want) {
				t.Errorf("Snapshot = %v, want %v", err, c.want)
			}
		})
	}
}

func TestVersionsOfAnAPIThatIsGone(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	life(p)
	p.has(apig.EnvDeleted{InstanceID: pastInstance, EnvID: "e1", Name: "test"})
	p.project()
	all, total, err := p.VersionsEver(t.Context(), pastIn, "a1", "", Page{Limit: 1})
	if err != nil || total != 2 || len(all) != 1 || all[0].VersionID != "ver2" || all[0].Status != statusPast {
		t.Errorf("VersionsEver = %+v, %d, %v; want ver2 of two", all, total, err)
	}
	if none, total, err := p.VersionsEver(t.Context(), pastIn, "a1", "e1", Page{Limit: 9}); err != nil || total != 0 || len(none) != 0 {
		t.Errorf("VersionsEver in another environment = %+v, %d, %v; want none", none, total, err)
	}
	s, err := p.Snapshot(t.Context(), pastIn, "a1", "ver1", "")
	if want := (snapped{"ver1", apig.ReleaseEnvID, "one", "one"}); err != nil || inShort(s) != want {
		t.Errorf("Snapshot = %+v, %v; want %+v", inShort(s), err, want)
	}
	s, err = p.Snapshot(t.Context(), pastIn, "a1", "draft", "")
	if err != nil || s.Written.BackendAPI.URLDomain != "two" {
		t.Errorf("the last draft = %+v, %v; want that to 'two'", s.Written, err)
	}
	if _, err = p.Snapshot(t.Context(), pastIn, "a1", "live", ""); err == nil {
		t.Error("something of a deleted API is live")
	}
}

func TestVersionsOfAnAPIThatIsThere(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	versioned(p)
	p.project()
	for env, want := range map[string][]string{"": {"ver3", "ver2", "ver1"}, "test": {"ver3"}, "e1": {"ver3"}, "RELEASE": {"ver2", "ver1"}, "nowhere": nil} {
		rows, total, err := p.VersionsEver(t.Context(), pastIn, "a1", env, Page{Limit: 9})
		var got []string
		for _, row := range rows {
			got = append(got, row.VersionID)
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" || total != len(want) {
			t.Errorf("versions in %q: %v, %d in all (-want +got):\n%s", env, err, total, diff)
		}
	}
}

func TestAnEnvironmentIsFoundByItsIDBeforeItsName(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(apig.EnvCreated{Env: apig.Environment{ID: "test", InstanceID: pastInstance, Name: "confusing"}})
	p.project()
	if id, err := p.EnvID(t.Context(), pastIn, "test"); err != nil || id != "test" {
		t.Errorf("EnvID = %q, %v; want the one with the id", id, err)
	}
}

func TestVariableChanges(t *testing.T) {
	t.Parallel()
	one, two := "1", "2"
	before := []VariableValue{{Name: "gone", Value: "1", Known: true}, {Name: "other", Value: "1", Known: true}, {Name: "same", Value: "1", Known: true}, {Name: "unknown"}}
	after := []VariableValue{{Name: "new", Value: "2", Known: true}, {Name: "other", Value: "2", Known: true}, {Name: "same", Value: "1", Known: true}}
	want := []VariableChange{{"gone", &one, nil}, {"new", nil, &two}, {"other", &one, &two}}
	if diff := cmp.Diff(want, VariableChanges(before, after)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}
