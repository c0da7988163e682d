package apig_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain/apig"
)

// A copy has the same content and shares no memory, whatever fields a definition has.
func TestCloneIsDeep(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.Make[apig.Definition]().Draw(t, "definition")
		clone := d.Clone()
		mine, theirs := map[uintptr]string{}, map[uintptr]string{}
		memoryOf(reflect.ValueOf(d), "definition", mine)
		memoryOf(reflect.ValueOf(clone), "definition", theirs)
		for address, path := range theirs {
			if _, shared := mine[address]; shared {
				t.Fatalf("%s is shared", path)
			}
		}
		if diff := cmp.Diff(d, clone, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("content (-original +copy):\n%s", diff)
		}
	})
}

// memoryOf collects the addresses of everything in v that lies behind a pointer or in a list.
func memoryOf(v reflect.Value, path string, found map[uintptr]string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			memoryOf(v.Field(i), path+"."+v.Type().Field(i).Name, found)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			found[v.Pointer()] = path
			memoryOf(v.Elem(), path, found)
		}
	case reflect.Slice:
		if v.Len() > 0 {
			found[v.Pointer()] = path
		}
		for i := range v.Len() {
			memoryOf(v.Index(i), path+"[]", found)
		}
	}
}

// What the log keeps is what was prepared.
func TestDefinitionSurvivesJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, err := apig.Prepare(momentOf("json"), drawDefinition(t), nil, wide)
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back apig.Definition
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, back); diff != "" {
			t.Fatalf("definition (-before +after):\n%s", diff)
		}
	})
}

func TestChanged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		given func(d *apig.Definition)
		want  []string
	}{
		{"nothing", func(d *apig.Definition) {}, nil},
		{"ids of parts", func(d *apig.Definition) {
			d.BackendAPI.ID, d.ReqParams[0].ID, d.PolicyHTTPs[0].Conditions[0].ReqParamID = "x", "x", "x"
		}, nil},
		{"an empty list", func(d *apig.Definition) { d.Tags = []string{} }, nil},
		{"in alphabetical order", func(d *apig.Definition) { d.Name, d.BackendAPI.Timeout, d.Cors = "Other", 1, true }, []string{"backend_api", "cors", "name"}},
		{"what was not there", func(d *apig.Definition) { d.Remark = "new" }, []string{"remark"}},
		{"what is gone", func(d *apig.Definition) { d.BackendParams, d.PolicyHTTPs = nil, nil }, []string{"backend_params", "policy_https"}},
		{"references to other resources", func(d *apig.Definition) { d.GroupID, d.ResponseID = "g2", "r" }, []string{"group_id", "response_id"}},
		{"deep inside", func(d *apig.Definition) { d.PolicyHTTPs[0].Conditions[0].ConditionValue = "9" }, []string{"policy_https"}},
		{"order counts", func(d *apig.Definition) {
			d.ReqParams[0], d.ReqParams[1] = d.ReqParams[1], d.ReqParams[0]
		}, []string{"req_params"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			old := mustPrepare(t, "changed", httpDefinition(), nil)
			now := old.Clone()
			c.given(&now)
			if diff := cmp.Diff(c.want, apig.Changed(old, now)); diff != "" {
				t.Errorf("changed (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.want, apig.Changed(now, old)); diff != "" {
				t.Errorf("changed back (-want +got):\n%s", diff)
			}
		})
	}
}
