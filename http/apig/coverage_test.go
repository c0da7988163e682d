package apig

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
)

// The list of operations in docs/coverage.md is written from the code: what Register adds is served.
//
//go:generate go test -run ^TestCoverage$ -update-coverage .

var updateCoverage = flag.Bool("update-coverage", false, "write docs/coverage.md instead of comparing it")

const (
	coverageFile = "../../docs/coverage.md"
	readmeFile   = "../../README.md"
	catalogFile  = "../../test/contract/testdata/operations.tsv"
	sdkFile      = "../../test/contract/testdata/sdk_operations.tsv"
)

// documented is how many operations APIG V2 has, sdkOnly how many the public SDK has beyond them.
const (
	documented = 197
	sdkOnly    = 19
)

// chapters are the sections of chapter 3 of the reference, from 3.1 on.
var chapters = []string{
	"API groups", "Environments", "Environment variables", "Throttling policies", "APIs", "Signature keys",
	"Bindings of signature keys", "Bindings of throttling policies", "Special throttling", "Authorizations of apps",
	"Overviews", "Domain names", "Access control policies", "Bindings of access control policies", "Custom authorizers",
	"OpenAPI documents", "VPC channels", "Statistics", "Gateway responses", "Tags", "Features", "Quotas", "Instances",
	"VPC endpoints", "Tags of instances", "Certificates", "Plug-ins", "Apps", "Quotas of apps", "Asynchronous import and export",
}

// covered is an operation of the reference or the SDK, and whether this build serves it.
type covered struct {
	section          []int // 3.5.11 is {3, 5, 11}; nil for one that only the SDK has
	id, method, path string
	served           bool
}

func (c covered) number() string {
	parts := make([]string, len(c.section))
	for i, n := range c.section {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ".")
}

// TestCoverage fails when docs/coverage.md, or the count in the README, does not say what the code
// serves.
func TestCoverage(t *testing.T) {
	t.Parallel()
	all, beyond := allOperations(t), sdkOperations(t)
	if len(all) != documented || len(beyond) != sdkOnly {
		t.Fatalf("%d operations are served, the reference has %d; %d of the SDK, which has %d", len(all), documented, len(beyond), sdkOnly)
	}
	want := coverageText(all, beyond)
	if *updateCoverage {
		if err := os.WriteFile(coverageFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, fileText(t, coverageFile)); diff != "" {
		t.Errorf("docs/coverage.md is stale: run 'go generate ./http/apig' (-want +got):\n%s", diff)
	}
	if count := fmt.Sprintf("%d of %d", countServed(all), documented); !strings.Contains(fileText(t, readmeFile), count) {
		t.Errorf("the README does not say that %s operations are served", count)
	}
}

// TestCoverageIsWhatTheContractTests: the operations, and which of them are served, are those that the
// contract tests go through.
func TestCoverageIsWhatTheContractTests(t *testing.T) {
	t.Parallel()
	var want []string
	for _, c := range allOperations(t) {
		want = append(want, c.row())
	}
	if diff := cmp.Diff(sorted(want), sorted(catalogRows(t, catalogFile))); diff != "" {
		t.Errorf("the code and test/contract/testdata/operations.tsv (-code +contract):\n%s", diff)
	}
}

// TestSDKOperationsAreThoseOfTheContractTests: what is served beyond the reference is what the list of the
// SDK's operations says.
func TestSDKOperationsAreThoseOfTheContractTests(t *testing.T) {
	t.Parallel()
	var want, got []string
	for _, c := range registered(t) {
		if c.section == nil {
			want = append(want, c.row())
		}
	}
	for _, row := range catalogRows(t, sdkFile) {
		if strings.HasSuffix(row, " yes") {
			got = append(got, row)
		}
	}
	if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
		t.Errorf("the code and test/contract/testdata/sdk_operations.tsv (-code +contract):\n%s", diff)
	}
}

// row is an operation in one line.
func (c covered) row() string {
	return strings.Join([]string{c.id, c.method, c.path, map[bool]string{true: "yes", false: "no"}[c.served]}, " ")
}

func sorted(all []string) []string { return slices.Sorted(slices.Values(all)) }

// catalogRows are the operations that a table of the contract tests has.
func catalogRows(t *testing.T, file string) []string {
	t.Helper()
	var all []string
	for _, c := range catalog(t, file) {
		all = append(all, c.row())
	}
	return all
}

func catalog(t *testing.T, file string) []covered {
	t.Helper()
	var all []covered
	for _, f := range rows(t, file) {
		all = append(all, covered{id: f[0], method: f[1], path: f[2], served: f[4] == "yes"})
	}
	return all
}

// sdkOperations returns the operations that only the SDK has, in the order of their table.
func sdkOperations(t *testing.T) []covered { return catalog(t, sdkFile) }

// allOperations returns all operations of the reference, in its order.
func allOperations(t *testing.T) []covered {
	t.Helper()
	all := slices.DeleteFunc(registered(t), func(c covered) bool { return c.section == nil })
	slices.SortFunc(all, func(a, b covered) int { return slices.Compare(a.section, b.section) })
	return all
}

// registered returns all operations that are served, in no order.
func registered(t *testing.T) []covered {
	t.Helper()
	e := echo.New()
	config := huma.DefaultConfig("coverage", "0")
	config.CreateHooks = nil // as in http/server
	api := humaecho.New(e, config)
	New(Deps{}).Register(api, e)
	var all []covered
	for path, item := range api.OpenAPI().Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete} {
			switch {
			case op == nil, op.Description == describedROMA: // ROMA Connect has a reference of its own
			case op.Description == describedSDK:
				all = append(all, covered{nil, op.OperationID, method, path, true})
			default:
				section := strings.TrimSuffix(strings.TrimPrefix(op.Description, "APIG V2 §"), ".")
				all = append(all, covered{sectionOf(t, section), op.OperationID, method, path, true})
			}
		}
	}
	return all
}

// sectionOf reads a section number with three parts.
func sectionOf(t *testing.T, section string) []int {
	t.Helper()
	var all []int
	for part := range strings.SplitSeq(section, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			t.Fatalf("section %q: %v", section, err)
		}
		all = append(all, n)
	}
	if len(all) != 3 || all[0] != 3 || all[1] < 1 || all[1] > len(chapters) {
		t.Fatalf("section %q is none of chapter 3 of the reference", section)
	}
	return all
}

// coverageText is the text of docs/coverage.md.
func coverageText(all, beyond []covered) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Coverage of APIG V2

%d of %d operations are served, and %d of %d that only the public SDK has.
Sections are those of the reference, names those of the public Go SDK.

<!-- Written by 'go generate ./http/apig'. The test beside the code fails when this file is stale. -->

| section | | served |
|---|---|---|
`, countServed(all), len(all), countServed(beyond), len(beyond))
	for n, title := range chapters {
		part := inChapter(all, n+1)
		fmt.Fprintf(&b, "| 3.%d | %s | %d of %d |\n", n+1, title, countServed(part), len(part))
	}
	fmt.Fprintf(&b, "| | Beyond the document | %d of %d |\n", countServed(beyond), len(beyond))
	for n, title := range chapters {
		fmt.Fprintf(&b, "\n## 3.%d %s\n\n| section | operation | request | served |\n|---|---|---|---|\n", n+1, title)
		for _, c := range inChapter(all, n+1) {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.number(), c.id, c.request(), c.mark())
		}
	}
	b.WriteString("\n## Beyond the document\n\nOperations of the public Go SDK v0.1.207.\n\n| operation | request | served |\n|---|---|---|\n")
	for _, c := range beyond {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.id, c.request(), c.mark())
	}
	return b.String()
}

// request is the method and the end of the path.
func (c covered) request() string {
	return fmt.Sprintf("`%s …%s`", c.method, strings.TrimPrefix(c.path, rootPath))
}

// mark says whether the operation is served.
func (c covered) mark() string {
	if c.served {
		return "yes"
	}
	return "no"
}

func inChapter(all []covered, n int) []covered {
	return slices.DeleteFunc(slices.Clone(all), func(c covered) bool { return c.section[1] != n })
}

func countServed(all []covered) int {
	n := 0
	for _, c := range all {
		if c.served {
			n++
		}
	}
	return n
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
