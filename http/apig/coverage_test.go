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

// The list of operations in docs/coverage.md is written from the code: what Register adds is served,
// what unbuilt lists is not.
//
//go:generate go test -run ^TestCoverage$ -update-coverage .

var updateCoverage = flag.Bool("update-coverage", false, "write docs/coverage.md instead of comparing it")

const (
	coverageFile = "../../docs/coverage.md"
	readmeFile   = "../../README.md"
	catalogFile  = "../../test/contract/testdata/operations.tsv"
)

// documented is how many operations APIG V2 has.
const documented = 197

// chapters are the sections of chapter 3 of the reference, from 3.1 on.
var chapters = []string{
	"API groups", "Environments", "Environment variables", "Throttling policies", "APIs", "Signature keys",
	"Bindings of signature keys", "Bindings of throttling policies", "Special throttling", "Authorizations of apps",
	"Overviews", "Domain names", "Access control policies", "Bindings of access control policies", "Custom authorizers",
	"OpenAPI documents", "VPC channels", "Statistics", "Gateway responses", "Tags", "Features", "Quotas", "Instances",
	"VPC endpoints", "Tags of instances", "Certificates", "Plug-ins", "Apps", "Quotas of apps", "Asynchronous import and export",
}

// covered is an operation of the reference, and whether this build serves it.
type covered struct {
	section          []int // 3.5.11 is {3, 5, 11}
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
	all := allOperations(t)
	if len(all) != documented {
		t.Fatalf("%d operations are served or listed as unbuilt, the reference has %d", len(all), documented)
	}
	want := coverageText(all)
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
	row := func(c covered) string {
		return strings.Join([]string{c.id, c.method, c.path, map[bool]string{true: "yes", false: "no"}[c.served]}, " ")
	}
	var want, got []string
	for _, c := range allOperations(t) {
		want = append(want, row(c))
	}
	for line := range strings.Lines(fileText(t, catalogFile)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(f) < 5 {
			continue
		}
		got = append(got, row(covered{id: f[0], method: f[1], path: f[2], served: f[4] == "yes"}))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the code and test/contract/testdata/operations.tsv (-code +contract):\n%s", diff)
	}
}

// allOperations returns all operations of the reference, in its order.
func allOperations(t *testing.T) []covered {
	t.Helper()
	e := echo.New()
	config := huma.DefaultConfig("coverage", "0")
	config.CreateHooks = nil // as in http/server
	api := humaecho.New(e, config)
	New(Deps{}).Register(api, e)
	var all []covered
	for path, item := range api.OpenAPI().Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete} {
			if op == nil {
				continue
			}
			section := strings.TrimSuffix(strings.TrimPrefix(op.Description, "APIG V2 §"), ".")
			all = append(all, covered{sectionOf(t, section), op.OperationID, method, path, true})
		}
	}
	for _, op := range unbuilt {
		all = append(all, covered{sectionOf(t, op.section), op.id, op.method, rootPath + op.path, false})
	}
	slices.SortFunc(all, func(a, b covered) int { return slices.Compare(a.section, b.section) })
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
func coverageText(all []covered) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Coverage of APIG V2

%d of %d operations are served. The others answer 501 with the code %s, after the caller was
authenticated and authorised. Sections are those of the reference, names those of the public Go SDK.

<!-- Written by 'go generate ./http/apig'. The test beside the code fails when this file is stale. -->

| section | | served |
|---|---|---|
`, countServed(all), len(all), codeNotBuilt)
	for n, title := range chapters {
		part := inChapter(all, n+1)
		fmt.Fprintf(&b, "| 3.%d | %s | %d of %d |\n", n+1, title, countServed(part), len(part))
	}
	for n, title := range chapters {
		fmt.Fprintf(&b, "\n## 3.%d %s\n\n| section | operation | request | served |\n|---|---|---|---|\n", n+1, title)
		for _, c := range inChapter(all, n+1) {
			mark := "501"
			if c.served {
				mark = "yes"
			}
			fmt.Fprintf(&b, "| %s | %s | `%s …%s` | %s |\n", c.number(), c.id, c.method, strings.TrimPrefix(c.path, rootPath), mark)
		}
	}
	return b.String()
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
