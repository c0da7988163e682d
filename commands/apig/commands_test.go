package apig_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	commandsapig "github.com/gatelog/gatelog/commands/apig"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
)

// decisions returns the names of the methods of State that decide a command:
// func(*Moment, C) (R, []Event, error).
func decisions() []string {
	state := reflect.TypeFor[*apig.State]()
	moment, events, failure := reflect.TypeFor[*domain.Moment](), reflect.TypeFor[[]domain.Event](), reflect.TypeFor[error]()
	var names []string
	for i := range state.NumMethod() {
		m := state.Method(i)
		if m.Type.NumIn() == 3 && m.Type.In(1) == moment && m.Type.NumOut() == 3 && m.Type.Out(1) == events && m.Type.Out(2) == failure {
			names = append(names, m.Name)
		}
	}
	return names
}

// useCases returns the use cases that Commands offers, with the name that each has in the log.
func useCases(c *commandsapig.Commands) map[string]string {
	all := map[string]string{}
	addUseCases(all, reflect.ValueOf(*c))
	return all
}

// addUseCases adds those of a struct and of the structs in it, which list families.
func addUseCases(all map[string]string, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		if u, ok := v.Field(i).Interface().(interface{ Name() string }); ok {
			all[field.Name] = u.Name()
		} else if field.Type.Kind() == reflect.Struct {
			addUseCases(all, v.Field(i))
		}
	}
}

func TestEveryDecisionIsAUseCase(t *testing.T) {
	t.Parallel()
	c := commandsapig.New(nil)
	for field, name := range useCases(c) {
		if decision, ok := strings.CutPrefix(name, "apig."); !ok || !slices.Contains(decisions(), decision) {
			t.Errorf("the use case %s is called %s in the log, which is no decision of the domain", field, name)
		}
	}
	for _, decision := range decisions() {
		if c.Surface.Decides(decision) {
			continue
		}
		t.Errorf("no use case reaches the decision %s of the domain", decision)
	}
}

// Each surface is complete by itself: two of them do not share what they know.
func TestSurfacesAreIndependent(t *testing.T) {
	t.Parallel()
	one, other := commandsapig.New(nil), commandsapig.New(nil)
	if one.Surface == other.Surface {
		t.Error("two Commands share a surface")
	}
	s := one.Surface
	if s.Name != "apig" || s.Codec == nil || s.NewState("p").(*apig.State).Tenant() != "p" {
		t.Errorf("surface %+v", s)
	}
}

// What the log calls a command is what was called.
func TestACommandIsRecordedUnderItsName(t *testing.T) {
	t.Parallel()
	b := setup(t, eventstore.NewMemory())
	in := b.runs(t, "gateway")
	done(t, b, b.SetQuota, apig.SetQuota{InstanceID: in, Name: "API_NUM_LIMIT", Value: 3})
	yes := true
	if _, _, err := b.ConfigureFeature(t.Context(), b.bus, call(), apig.ConfigureFeature{
		InstanceID: in, Body: apig.FeatureBody{Name: "gzip", Enable: &yes},
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"apig.CreateInstance", "apig.CreateInstance", "apig.AdvanceInstance", "apig.AdvanceInstance", "apig.AdvanceInstance", "apig.AdvanceInstance",
		"apig.SetQuota", "apig.ConfigureFeature",
	}
	if diff := cmp.Diff(want, b.commands(t)); diff != "" {
		t.Errorf("commands in the log (-want +got):\n%s", diff)
	}
}
