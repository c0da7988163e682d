package apig

import (
	"encoding/json"
	"fmt"

	"github.com/wI2L/jsondiff"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections/resources"
)

// DiffOf compares two definitions; nil stands for none. The changes leave out the ids that the gateway gave to
// parts, the patch does not.
func DiffOf(before, after *apig.Definition) (resources.Diff, error) {
	patch, err := jsondiff.Compare(before, after, jsondiff.LCS())
	if err != nil {
		return resources.Diff{}, fmt.Errorf("compare definitions: %w", err)
	}
	if patch == nil {
		patch = jsondiff.Patch{}
	}
	was, err := document(before)
	if err != nil {
		return resources.Diff{}, err
	}
	is, err := document(after)
	if err != nil {
		return resources.Diff{}, err
	}
	changes, err := resources.Changes(was, is)
	return resources.Diff{Patch: patch, Changes: changes}, err
}

// object is a JSON object as encoding/json reads it.
type object = map[string]any

// document returns the JSON of a definition without the ids of its parts, empty for none.
func document(d *apig.Definition) (object, error) {
	all := object{}
	if d == nil {
		return all, nil
	}
	data, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("compare definitions: %w", err)
	}
	withoutIDs(all)
	return all, nil
}

// withoutIDs takes out what the gateway alone decides on.
func withoutIDs(value any) {
	switch value := value.(type) {
	case object:
		delete(value, "id")
		delete(value, "req_param_id")
		for _, member := range value {
			withoutIDs(member)
		}
	case []any:
		for _, element := range value {
			withoutIDs(element)
		}
	}
}
