package apig_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain/apig"
)

func TestNormalizedHasNoIDs(t *testing.T) {
	t.Parallel()
	for _, base := range []func() apig.Definition{httpDefinition, grpcDefinition, functionDefinition, mockDefinition} {
		d := base()
		d.ResponseID = "response1"
		got := apig.Normalized(mustPrepare(t, "normalized", d, nil))
		for place, id := range partIDs(got) {
			if id != "" {
				t.Errorf("%s still has the id %s", place, id)
			}
		}
		if got.GroupID != "" || got.ResponseID != "" {
			t.Errorf("group %q, response %q", got.GroupID, got.ResponseID)
		}
		if got.AuthorizerID != d.AuthorizerID {
			t.Errorf("authorizer %q, which belongs to no group, was lost", got.AuthorizerID)
		}
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		given func(d *apig.Definition)
		want  bool
	}{
		{"nothing changed", func(d *apig.Definition) {}, true},
		{"other ids of parts", func(d *apig.Definition) { d.BackendAPI.ID, d.BackendParams[0].ReqParamID = "x", "y" }, true},
		{"another group and response", func(d *apig.Definition) { d.GroupID, d.ResponseID = "group2", "r" }, true},
		{"an empty list for none", func(d *apig.Definition) { d.Tags = []string{} }, true},
		{"another name", func(d *apig.Definition) { d.Name = "Other" }, false},
		{"another authorizer", func(d *apig.Definition) { d.AuthorizerID = "auth2" }, false},
		{"a timeout of a policy", func(d *apig.Definition) { d.PolicyHTTPs[0].Timeout = 1 }, false},
		{"a bound of 0 for none", func(d *apig.Definition) { d.ReqParams[0].MinSize = ptr(0) }, false},
		{"another order of parameters", func(d *apig.Definition) {
			d.ReqParams[0], d.ReqParams[1] = d.ReqParams[1], d.ReqParams[0]
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := mustPrepare(t, "equal", httpDefinition(), nil)
			other := d.Clone()
			c.given(&other)
			if got := apig.Equal(d, other); got != c.want {
				t.Errorf("equal: %v, want %v:\n%s", got, c.want, cmp.Diff(d, other))
			}
		})
	}
}

func TestNormalizedProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDefinition(t)
		before := d.Clone()
		once := apig.Normalized(d)
		if !cmp.Equal(once, apig.Normalized(once)) {
			t.Fatal("normalizing twice changes something")
		}
		if diff := cmp.Diff(before, d.Clone()); diff != "" {
			t.Fatalf("the argument was changed (-before +after):\n%s", diff)
		}
	})
}
