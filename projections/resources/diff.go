package resources

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/wI2L/jsondiff"

	"github.com/gatelog/gatelog/internal/secret"
)

// Diff is what differs between two documents, for programs and for people.
type Diff struct {
	// Patch turns the first document into the second (RFC 6902). Where there is no first or no second one, that
	// is the document null.
	Patch jsondiff.Patch `json:"patch" doc:"JSON Patch (RFC 6902) that turns the first document into the second."`
	// Changes says the same for people: with the parts of a list named by what they are and not by where they
	// stand, and of definitions without the ids that the gateway gave to parts.
	Changes []Change `json:"changes" doc:"The same for people: parts of lists called by their names; of definitions, ids of parts left out."`
}

// ChangeKind says what became of a value.
type ChangeKind string

// The kinds of changes.
const (
	Added     ChangeKind = "added"
	Removed   ChangeKind = "removed"
	Replaced  ChangeKind = "replaced"
	Reordered ChangeKind = "reordered" // the parts of a list are the same, in another order
)

// Change is one value that is not the same in two documents.
type Change struct {
	// Path names the value, e.g. "backend_api.timeout" or "req_params[id:PATH].remark".
	Path   string          `json:"path" example:"backend_api.timeout"`
	Kind   ChangeKind      `json:"kind" enum:"added,removed,replaced,reordered"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// DiffOf compares two JSON documents; null stands for none. Sealed secrets are compared as they are and
// masked in the result: a secret that changed shows as one that changed.
func DiffOf(before, after json.RawMessage) (Diff, error) {
	var was, is any
	if err := errors.Join(json.Unmarshal(before, &was), json.Unmarshal(after, &is)); err != nil {
		return Diff{}, fmt.Errorf("compare: %w", err)
	}
	patch, err := patchBetween(before, after, was, is)
	if err != nil {
		return Diff{}, err
	}
	changes, err := Changes(was, is)
	for i, c := range changes { // a text in a list is its own name, also in the path
		changes[i] = Change{Path: maskedText(c.Path), Kind: c.Kind, Before: masked(c.Before), After: masked(c.After)}
	}
	return Diff{Patch: patch, Changes: changes}, err
}

// patchBetween returns the masked JSON Patch. A document as a whole can be replaced in a patch, while not every
// reader takes one that adds or removes it.
func patchBetween(before, after json.RawMessage, was, is any) (jsondiff.Patch, error) {
	if (was == nil) != (is == nil) {
		var value any
		err := json.Unmarshal(after, &value) // another copy: masking changes it
		return jsondiff.Patch{{Type: jsondiff.OperationReplace, Value: maskedValue(value)}}, err
	}
	patch, err := jsondiff.CompareJSON(before, after, jsondiff.LCS())
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	if patch == nil {
		patch = jsondiff.Patch{}
	}
	for i := range patch {
		patch[i].Path, patch[i].Value = maskedText(patch[i].Path), maskedValue(patch[i].Value)
	}
	return patch, nil
}

// maskedValue masks every text in a value that encoding/json has read.
func maskedValue(value any) any {
	switch value := value.(type) {
	case string:
		return maskedText(value)
	case object:
		for name, member := range value {
			value[name] = maskedValue(member)
		}
	case []any:
		for i, element := range value {
			value[i] = maskedValue(element)
		}
	}
	return value
}

func maskedText(text string) string { return string(secret.Mask([]byte(text))) }
