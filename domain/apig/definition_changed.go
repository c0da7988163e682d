package apig

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Changed returns the JSON names of the top-level members that differ between two definitions, in
// alphabetical order; nil when nothing differs. Ids of parts do not count, references to other
// resources (group_id, response_id, authorizer_id, channels) do.
func Changed(old, new Definition) []string {
	before, after := members(old), members(new)
	var names []string
	for name := range before {
		if !bytes.Equal(before[name], after[name]) {
			names = append(names, name)
		}
	}
	for name := range after {
		if _, had := before[name]; !had {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// members returns the JSON of d by member, without the ids of parts. A definition is made of texts,
// numbers and lists of them, so neither direction of JSON can fail.
func members(d Definition) map[string]json.RawMessage {
	data, _ := json.Marshal(withoutPartIDs(d))
	all := map[string]json.RawMessage{}
	_ = json.Unmarshal(data, &all)
	return all
}
