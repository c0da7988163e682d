package apig

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/wI2L/jsondiff"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections/resources"
)

func TestDiffSaysWhatChangedInWordsOfTheDefinition(t *testing.T) {
	t.Parallel()
	base := apig.Definition{
		Name: "orders", ReqMethod: "GET", Tags: []string{"blue", "red"},
		ReqParams: []apig.ReqParam{
			{ID: "1", Name: "id", Location: "PATH", Type: "STRING"},
			{ID: "2", Name: "page", Location: "QUERY", Type: "NUMBER"},
		},
		BackendAPI: &apig.Backend{ID: "b", Timeout: 5000, Endpoint: apig.Endpoint{URLDomain: "#host#"}},
	}
	for _, c := range []struct {
		name   string
		change func(d *apig.Definition)
		want   []resources.Change
	}{
		{"nothing", func(*apig.Definition) {}, []resources.Change{}},
		{
			"a member within a part",
			func(d *apig.Definition) { d.BackendAPI.Timeout = 3000 },
			alone("backend_api.timeout", resources.Replaced, raw("5000"), raw("3000")),
		},
		{
			"a member that was empty",
			func(d *apig.Definition) { d.Remark = "new" },
			alone("remark", resources.Added, nil, raw(`"new"`)),
		},
		{
			"a part that is gone, without its id",
			func(d *apig.Definition) { d.ReqParams = d.ReqParams[:1] },
			alone("req_params[page:QUERY]", resources.Removed, raw(`{"location":"QUERY","name":"page","type":"NUMBER"}`), nil),
		},
		{
			"a part before others leaves those alone",
			func(d *apig.Definition) { d.Tags = []string{"green", "blue", "red"} },
			alone("tags[green]", resources.Added, nil, raw(`"green"`)),
		},
		{
			"the order of parts",
			func(d *apig.Definition) { slices.Reverse(d.ReqParams) },
			alone("req_params", resources.Reordered, raw(`["id:PATH","page:QUERY"]`), raw(`["page:QUERY","id:PATH"]`)),
		},
		{
			"ids of parts do not count",
			func(d *apig.Definition) { d.BackendAPI.ID, d.ReqParams[0].ID = "other", "other" },
			[]resources.Change{},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			after := base.Clone()
			c.change(&after)
			d, err := DiffOf(&base, &after)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, d.Changes); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiffComparesPartsWithoutNamesByPlace(t *testing.T) {
	t.Parallel()
	before := apig.Definition{PolicyMocks: []apig.PolicyMock{{Policy: apig.Policy{Name: "night", Conditions: []apig.Condition{
		{ConditionOrigin: "source", ConditionValue: "10.0.0.0/8"}, {ConditionOrigin: "source", ConditionValue: "10.1.0.0/16"},
	}}}}}
	after := before.Clone()
	after.PolicyMocks[0].Conditions[1].ConditionValue = "10.2.0.0/16"
	d, err := DiffOf(&before, &after)
	want := alone("policy_mocks[night].conditions[1].condition_value", resources.Replaced, raw(`"10.1.0.0/16"`), raw(`"10.2.0.0/16"`))
	if diff := cmp.Diff(want, d.Changes); err != nil || diff != "" {
		t.Errorf("%v, changes (-want +got):\n%s", err, diff)
	}
}

func TestDiffWithNothing(t *testing.T) {
	t.Parallel()
	d := &apig.Definition{Name: "orders", ReqMethod: "GET"}
	made, err := DiffOf(nil, d)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := applied(t, made.Patch, nil), jsonOf(t, d); !cmp.Equal(got, want) {
		t.Errorf("the patch from nothing gives %v, want %v", got, want)
	}
	if !slices.ContainsFunc(made.Changes, func(c resources.Change) bool { return c.Path == "name" && c.Kind == resources.Added }) {
		t.Errorf("changes from nothing do not add the name: %v", made.Changes)
	}
	gone, err := DiffOf(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := applied(t, gone.Patch, jsonOf(t, d)); got != nil {
		t.Errorf("the patch to nothing gives %v", got)
	}
	same, err := DiffOf(nil, nil)
	if err != nil || len(same.Patch) != 0 || len(same.Changes) != 0 {
		t.Errorf("nothing differs from nothing: %+v, %v", same, err)
	}
}

// Whatever two definitions say, the patch turns the one into the other, and there are changes for people
// when there is anything but ids and order to tell.
func TestDiffPatchTurnsTheFirstIntoTheSecond(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after := aDefinition().Draw(t, "before"), aDefinition().Draw(t, "after")
		d, err := DiffOf(&before, &after)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(jsonOf(t, after), applied(t, d.Patch, jsonOf(t, before))); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", d.Patch, diff)
		}
		if same := len(apig.Changed(before, after)) == 0; same != (len(d.Changes) == 0) {
			t.Fatalf("the domain says changed=%v, the changes are %v", apig.Changed(before, after), d.Changes)
		}
	})
}

// aDefinition draws from few values, so that two have much in common.
func aDefinition() *rapid.Generator[apig.Definition] {
	word := rapid.SampledFrom([]string{"a", "b", "c", "d/~e"})
	param := rapid.Custom(func(t *rapid.T) apig.ReqParam {
		return apig.ReqParam{
			ID: word.Draw(t, "id"), Name: word.Draw(t, "name"), Location: rapid.SampledFrom([]string{"PATH", "QUERY"}).Draw(t, "location"),
			Remark: word.Draw(t, "remark"),
		}
	})
	condition := rapid.Custom(func(t *rapid.T) apig.Condition { return apig.Condition{ConditionValue: word.Draw(t, "value")} })
	policy := rapid.Custom(func(t *rapid.T) apig.PolicyHTTP {
		return apig.PolicyHTTP{Policy: apig.Policy{Name: word.Draw(t, "name"), Conditions: rapid.SliceOfN(condition, 0, 3).Draw(t, "conditions")}}
	})
	return rapid.Custom(func(t *rapid.T) apig.Definition {
		d := apig.Definition{
			Name: word.Draw(t, "name"), Remark: rapid.SampledFrom([]string{"", "x"}).Draw(t, "remark"),
			Tags: rapid.SliceOfN(word, 0, 4).Draw(t, "tags"), ReqParams: rapid.SliceOfN(param, 0, 4).Draw(t, "params"),
			PolicyHTTPs: rapid.SliceOfN(policy, 0, 3).Draw(t, "policies"),
		}
		if rapid.Bool().Draw(t, "backend") {
			d.BackendAPI = &apig.Backend{Timeout: rapid.IntRange(1, 3).Draw(t, "timeout")}
		}
		return d.Clone()
	})
}

// alone is a single change.
func alone(path string, kind resources.ChangeKind, before, after json.RawMessage) []resources.Change {
	return []resources.Change{{Path: path, Kind: kind, Before: before, After: after}}
}

func raw(text string) json.RawMessage { return json.RawMessage(text) }

type fatal interface{ Fatal(args ...any) }

func jsonOf(t fatal, v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// applied returns the document that a JSON Patch makes of another: the operations that patches of this
// package have, by the words of RFC 6902 §4.
func applied(t fatal, patch jsondiff.Patch, document any) any {
	for _, op := range patch {
		path := strings.Split(op.Path, "/")[1:]
		if op.Path == "" {
			path = nil
		}
		document = changedAt(t, document, path, op)
	}
	return document
}

func changedAt(t fatal, value any, path []string, op jsondiff.Operation) any {
	if len(path) == 0 {
		return op.Value
	}
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(path[0])
	switch value := value.(type) {
	case map[string]any:
		if len(path) == 1 && op.Type == jsondiff.OperationRemove {
			delete(value, name)
			return value
		}
		value[name] = changedAt(t, value[name], path[1:], op)
		return value
	case []any:
		i, err := strconv.Atoi(name)
		if name == "-" {
			i, err = len(value), nil
		}
		switch {
		case err != nil:
			t.Fatal(err)
		case len(path) > 1 || op.Type == jsondiff.OperationReplace:
			value[i] = changedAt(t, value[i], path[1:], op)
		case op.Type == jsondiff.OperationAdd:
			return slices.Insert(value, i, op.Value)
		case op.Type == jsondiff.OperationRemove:
			return slices.Delete(value, i, i+1)
		}
		return value
	}
	t.Fatal("no such place: ", op.Path)
	return nil
}
