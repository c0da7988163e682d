package apig

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/wI2L/jsondiff"

	"github.com/gatelog/gatelog/internal/secret"
)

// DiffOfJSON compares two JSON documents; null stands for none. Sealed secrets are compared as they are and
// masked in the result: a secret that changed shows as one that changed.
func DiffOfJSON(before, after json.RawMessage) (Diff, error) {
	var was, is any
	if err := errors.Join(json.Unmarshal(before, &was), json.Unmarshal(after, &is)); err != nil {
		return Diff{}, fmt.Errorf("compare: %w", err)
	}
	patch, err := patchBetween(before, after, was, is)
	if err != nil {
		return Diff{}, err
	}
	c := comparison{changes: []Change{}}
	c.documents(was, is)
	for i := range c.changes {
		c.changes[i].Before, c.changes[i].After = maskedJSON(c.changes[i].Before), maskedJSON(c.changes[i].After)
	}
	return Diff{Patch: patch, Changes: c.changes}, c.err
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
		patch[i].Value = maskedValue(patch[i].Value)
	}
	return patch, nil
}

// documents compares two documents. One that is not an object is like an empty one: what there is not has
// no members.
func (c *comparison) documents(before, after any) {
	was, _ := before.(object)
	is, _ := after.(object)
	c.objects("", was, is)
}

// maskedValue masks every text in a value that encoding/json has read.
func maskedValue(value any) any {
	switch value := value.(type) {
	case string:
		return string(secret.Mask([]byte(value)))
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
