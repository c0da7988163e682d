package apig

import (
	"maps"
	"regexp"
	"slices"
)

// variableRef matches one reference to an environment variable: #name#, where the name follows the
// rule for variable names (APIG V2 §3.3.1).
var variableRef = regexp.MustCompile(refText)

// VariableRefs returns the names of all environment variables that d refers to, each once, in
// alphabetical order; nil when there is none. References count where the reference allows them
// (APIG V2 §3.5.1): url_domain and req_uri of the default backend, of policy_https, and of the server
// groups of a channel. A # elsewhere, e.g. in a function's URN, is an ordinary character.
func VariableRefs(d Definition) []string {
	names := map[string]bool{}
	for _, address := range d.addresses() {
		for _, ref := range variableRef.FindAllString(*address, -1) {
			names[nameOfRef(ref)] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Substitute returns a deep copy of d in which every reference to a variable in values (name to
// value) is replaced by its value; references to other variables stay as they are. One pass: a value
// is never searched for references again.
func Substitute(d Definition, values map[string]string) Definition {
	d = d.Clone()
	for _, address := range d.addresses() {
		*address = variableRef.ReplaceAllStringFunc(*address, func(ref string) string {
			if value, known := values[nameOfRef(ref)]; known {
				return value
			}
			return ref
		})
	}
	return d
}

// addresses points at every text of d in which variables may be used.
func (d *Definition) addresses() []*string {
	var all []*string
	for _, v := range d.endpoints() {
		all = append(all, &v.endpoint.URLDomain, &v.endpoint.ReqURI)
		for i := range v.endpoint.MemberGroupURLInfos {
			all = append(all, &v.endpoint.MemberGroupURLInfos[i].ReqURI)
		}
	}
	return all
}

func nameOfRef(ref string) string { return ref[1 : len(ref)-1] }
