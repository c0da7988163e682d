package contract

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed testdata/operations.tsv
var operationsTable string

//go:embed testdata/sdk_operations.tsv
var sdkOperationsTable string

// operation is one row of the reference: how it is called and what it answers.
type operation struct {
	name, method string
	template     string // path with parameters in braces
	success      int    // documented status of success
	served       bool   // the server under test must have it; the others may answer 501
	noToken      string // documented code of the 401
	noPermission string // documented code of the 403
}

// catalog is every operation of the reference, in its order.
var catalog = mustReadCatalog(operationsTable)

// beyond is every operation that the public SDK has and the reference has not. What is not served of it is
// not there: it answers 404.
var beyond = mustReadCatalog(sdkOperationsTable)

// known are the operations that have to be there: those of the reference, and those beyond it that are
// served.
var known = append(slices.Clone(catalog), slices.DeleteFunc(slices.Clone(beyond), func(o operation) bool { return !o.served })...)

func mustReadCatalog(table string) []operation {
	var all []operation
	for line := range strings.Lines(table) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		success, err := strconv.Atoi(f[3])
		if err != nil {
			panic(fmt.Sprintf("operations.tsv: %q: %v", line, err))
		}
		all = append(all, operation{
			name: f[0], method: f[1], template: f[2], success: success,
			served: f[4] == "yes", noToken: f[5], noPermission: f[6],
		})
	}
	return all
}

// operationNamed returns the operation with that name.
func operationNamed(name string) (operation, bool) {
	for _, o := range known {
		if o.name == name {
			return o, true
		}
	}
	return operation{}, false
}

// operationAt returns the operation that a request calls: of the templates that fit, the one with the
// most literal segments, so that apis/check is not an API with the id "check".
func operationAt(method, path string) (operation, bool) {
	var best operation
	found := -1
	for _, o := range known {
		if literals := fit(o.template, path); o.method == method && literals > found {
			best, found = o, literals
		}
	}
	return best, found >= 0
}

// fit returns how many literal segments of the template the path has, -1 when it does not fit.
func fit(template, path string) int {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return -1
	}
	literals := 0
	for i, segment := range want {
		switch {
		case strings.HasPrefix(segment, "{"):
			if got[i] == "" {
				return -1
			}
		case segment == got[i]:
			literals++
		default:
			return -1
		}
	}
	return literals
}

// fill puts values into the path parameters of a template; a parameter without a value gets unknownID.
func fill(template string, values map[string]string) string {
	segments := strings.Split(template, "/")
	for i, segment := range segments {
		if !strings.HasPrefix(segment, "{") {
			continue
		}
		value, ok := values[strings.Trim(segment, "{}")]
		if !ok {
			value = unknownID
		}
		segments[i] = value
	}
	return strings.Join(segments, "/")
}

// unknownID is well formed and names nothing.
const unknownID = "00000000000000000000000000000000"
