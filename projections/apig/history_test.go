package apig

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// told is an event of a history in short: its type, and what it changed in the address of the backend.
type told struct{ Type, Before, After string }

func tellOf(t *testing.T, events []HistoryEvent) []told {
	t.Helper()
	all := make([]told, len(events))
	for i, e := range events {
		all[i].Type = e.Event.EventType()
		if e.Diff == nil {
			continue
		}
		for _, c := range e.Diff.Changes {
			switch c.Path {
			case "backend_api.url_domain":
				all[i].Before, all[i].After = string(c.Before), string(c.After)
			case "backend_api":
				all[i].Before, all[i].After = whole(c.Before), whole(c.After)
			}
		}
	}
	return all
}

func whole(part []byte) string {
	if part == nil {
		return ""
	}
	return "all"
}

// life is an API that was written, published, rewritten, published again, switched back, taken offline
// and deleted.
func life(p *past) {
	first := p.has(created("one"))
	p.has(published("ver1", apig.ReleaseEnvID, first))
	second := p.has(rewritten("two"))
	p.has(
		published("ver2", apig.ReleaseEnvID, second),
		apig.APIVersionSwitched{Publication: record("ver1", apig.ReleaseEnvID, first)},
		apig.APITakenOffline{Publication: record("ver1", apig.ReleaseEnvID, first)},
		apig.APIDeleted{InstanceID: pastInstance, APIID: "a1", GroupID: "g1", Name: "orders"},
	)
}

func TestHistoryTellsWhatEachEventChanged(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	life(p)
	h, err := p.project().History(t.Context(), pastIn, "a1", HistoryFilter{Diff: true}, Page{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	want := []told{
		{"apig.api.created", "", "all"},
		{"apig.api.published", "", "all"},
		{"apig.api.updated", `"one"`, `"two"`},
		{"apig.api.published", `"one"`, `"two"`},
		{"apig.api.version_switched", `"two"`, `"one"`},
		{"apig.api.taken_offline", "all", ""},
		{"apig.api.deleted", "all", ""},
	}
	if diff := cmp.Diff(want, tellOf(t, h.Events)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	if !h.Deleted || h.Total != len(want) {
		t.Errorf("deleted = %v, total = %d; want true, %d", h.Deleted, h.Total, len(want))
	}
	if e := h.Events[0]; e.Actor.UserName != "ada" || e.Reason != "because" || e.Command != "apig.Test" || e.Position == 0 {
		t.Errorf("the circumstances of the first event are missing: %+v", e.Recorded)
	}
}

func TestHistoryComesInPagesFromEitherEnd(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	life(p)
	p.project()
	for _, c := range []struct {
		name string
		f    HistoryFilter
		page Page
		want []told
	}{
		{"oldest first", HistoryFilter{}, Page{Limit: 2}, []told{{Type: "apig.api.created"}, {Type: "apig.api.published"}}},
		{"newest first", HistoryFilter{NewestFirst: true}, Page{Limit: 2}, []told{{Type: "apig.api.deleted"}, {Type: "apig.api.taken_offline"}}},
		{
			"newest first, further on", HistoryFilter{NewestFirst: true, Diff: true}, Page{Offset: 2, Limit: 1},
			[]told{{"apig.api.version_switched", `"two"`, `"one"`}},
		},
		{"the end", HistoryFilter{}, Page{Offset: 6, Limit: 5}, []told{{Type: "apig.api.deleted"}}},
		{"beyond the end", HistoryFilter{}, Page{Offset: 7, Limit: 5}, []told{}},
		{"nothing", HistoryFilter{NewestFirst: true}, Page{Limit: 0}, []told{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, err := p.History(t.Context(), pastIn, "a1", c.f, c.page)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, tellOf(t, h.Events)); diff != "" || h.Total != 7 {
				t.Errorf("%d in all; events (-want +got):\n%s", h.Total, diff)
			}
		})
	}
}

func TestHistoryOfWhatAnInstanceNeverHad(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(created("one"))
	p.has(apig.InstanceRequested{Instance: apig.Instance{ID: "gw2", Name: "other", Status: apig.InstanceRunning}})
	p.project()
	for _, c := range []struct {
		name, api string
		in        In
		want      *domain.Error
	}{
		{"another API", "a2", pastIn, apig.ErrAPINotFound("")},
		{"an API of another instance", "a1", In{pastTenant, "gw2"}, apig.ErrAPINotFound("")},
		{"an instance that is not there", "a1", In{pastTenant, "gw3"}, apig.ErrInstanceNotFound("")},
		{"another tenant", "a1", In{"t2", pastInstance}, apig.ErrInstanceNotFound("")},
		{"an id that no subject can have", "a.1", pastIn, apig.ErrAPINotFound("")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := p.History(t.Context(), c.in, c.api, HistoryFilter{}, Page{Limit: 10}); !errors.Is(err, c.want) {
				t.Errorf("History = %v, want %v", err, c.want)
			}
		})
	}
}

func TestHistoryOutlivesTheInstance(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(created("one"), apig.InstanceDeleted{InstanceID: pastInstance})
	h, err := p.project().History(t.Context(), pastIn, "a1", HistoryFilter{Diff: true}, Page{Limit: 10})
	if err != nil || !h.Deleted || h.Total != 1 {
		t.Errorf("History = %+v, %v; want one event of a deleted API", h, err)
	}
}

// A variable that changes makes the same text run differently: that is what the history of a publication
// shows.
func TestHistoryShowsWhatRunsAndNotOnlyWhatIsWritten(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(apig.VariableCreated{Variable: hostIs("old")})
	definition := p.has(created("#host#"))
	p.has(
		withHost("ver1", definition),
		apig.VariableUpdated{Variable: hostIs("new"), Changed: []string{"variable_value"}},
		withHost("ver2", definition),
	)
	h, err := p.project().History(t.Context(), pastIn, "a1", HistoryFilter{NewestFirst: true, Diff: true}, Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := []told{{"apig.api.published", `"old"`, `"new"`}}
	if diff := cmp.Diff(want, tellOf(t, h.Events)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}
