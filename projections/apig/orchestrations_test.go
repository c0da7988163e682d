package apig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

func ruleCalled(name string) apig.Orchestration {
	return apig.Orchestration{ID: "o-" + name, InstanceID: pastInstance, CreateTime: pastBegan, UpdateTime: pastBegan, OrchestrationBody: apig.OrchestrationBody{
		Name: name, Strategy: "default", Map: []apig.OrchestrationEntry{{Value: "x"}},
	}}
}

// orchestratedWith is the API a1 with a parameter that has rules.
func orchestratedWith(rules ...string) apig.API {
	a := created("one").(apig.APICreated).API
	a.Definition.ReqParams = []apig.ReqParam{{Name: "page", Type: "STRING", Location: "QUERY", Orchestrations: rules}}
	return a
}

// Given rules and the APIs that refer to them, when these change, then the rows follow.
func TestOrchestrationRows(t *testing.T) {
	t.Parallel()
	renamed := ruleCalled("first")
	renamed.Name = "renamed"
	moved, other := orchestratedWith("o-second"), orchestratedWith("o-second")
	for name, c := range map[string]struct {
		then          []domain.Event
		rules         []string
		first, second int // APIs attached; -1 for a rule that is gone
	}{
		"attached":             {nil, []string{"first", "second"}, 1, 0},
		"renamed":              {[]domain.Event{apig.OrchestrationUpdated{Orchestration: renamed}}, []string{"renamed", "second"}, 1, 0},
		"parameters changed":   {[]domain.Event{apig.APIUpdated{API: moved, Changed: []string{"req_params"}}}, []string{"first", "second"}, 0, 1},
		"another part changed": {[]domain.Event{apig.APIUpdated{API: other, Changed: []string{"remark"}}}, []string{"first", "second"}, 1, 0},
		"API deleted":          {[]domain.Event{apig.APIDeleted{InstanceID: pastInstance, APIID: moved.ID}}, []string{"first", "second"}, 0, 0},
		"rule deleted":         {[]domain.Event{apig.OrchestrationDeleted{InstanceID: pastInstance, OrchestrationID: "o-second"}}, []string{"first"}, 1, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t)
			p.has(apig.OrchestrationCreated{Orchestration: ruleCalled("first")}, apig.OrchestrationCreated{Orchestration: ruleCalled("second")},
				apig.APICreated{API: orchestratedWith("o-first")})
			p.has(c.then...)
			p.project()
			var rules []string
			if err := p.db.SelectContext(t.Context(), &rules, "SELECT name FROM apig.orchestrations ORDER BY id"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.rules, rules); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
			for id, want := range map[string]int{"o-first": c.first, "o-second": c.second} {
				_, total, err := p.OrchestratedAPIs(t.Context(), pastIn, id, "", "", everything)
				if want < 0 && domain.CodeOf(err) != "APIG.3095" || want >= 0 && (err != nil || total != want) {
					t.Errorf("%s: %d APIs, %v; want %d", id, total, err, want)
				}
			}
		})
	}
}
