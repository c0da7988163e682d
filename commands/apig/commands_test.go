package apig_test

import (
	"maps"
	"reflect"
	"slices"
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
	v := reflect.ValueOf(*c)
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		if u, ok := v.Field(i).Interface().(interface{ Name() string }); ok {
			all[field.Name] = u.Name()
		}
	}
	return all
}

func TestEveryDecisionIsAUseCase(t *testing.T) {
	t.Parallel()
	all := useCases(commandsapig.New(nil))
	for field, name := range all {
		if name != "apig."+field {
			t.Errorf("the use case %s is called %s in the log", field, name)
		}
	}
	// ConfigureFeature is a method, since it deals with secrets.
	offered := append(slices.Collect(maps.Keys(all)), "ConfigureFeature")
	slices.Sort(offered)
	if diff := cmp.Diff(decisions(), offered); diff != "" {
		t.Errorf("use cases (-decisions of the domain +offered):\n%s", diff)
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
