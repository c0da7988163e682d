package rules

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

//go:generate go test -run ^TestDocument$ -update-rules .

var updateRules = flag.Bool("update-rules", false, "write docs/rules.md instead of comparing it")

const (
	root     = "../.." // of the module
	table    = "rules.tsv"
	document = root + "/docs/rules.md"
)

// rule is one line of the table.
type rule struct {
	id     string   // section and number in it: 3.5.4-1
	fact   string   // in few words
	tests  []string // that show it; none when it is not kept
	remark string   // what there is to add; the reason when it is not kept
}

var idForm = regexp.MustCompile(`^[1-9][0-9]*(\.[1-9][0-9]*){0,2}-[1-9][0-9]*$`)

func readRules(t *testing.T) []rule {
	t.Helper()
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	var all []rule
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 && len(f) != 4 {
			t.Fatalf("a line has %d columns, want 3 or 4: %s", len(f), line)
		}
		r := rule{id: f[0], fact: f[1], remark: strings.Join(f[3:], "")}
		if f[2] != "-" {
			r.tests = strings.Fields(f[2])
		}
		all = append(all, r)
	}
	return all
}

// place is where a rule stands in the reference: its section, and its number in it.
func (r rule) place(t *testing.T) (section []int, number int) {
	t.Helper()
	if !idForm.MatchString(r.id) {
		t.Fatalf("%q is no id: want a section and a number, 3.5.4-1", r.id)
	}
	name, last, _ := strings.Cut(r.id, "-")
	for part := range strings.SplitSeq(name, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			t.Fatal(err)
		}
		section = append(section, n)
	}
	number, err := strconv.Atoi(last)
	if err != nil {
		t.Fatal(err)
	}
	return section, number
}

// The rules are in the order of the reference, those of a section numbered from 1 on, and each is either shown by
// tests or has a reason why it is not kept.
func TestTableIsWellFormed(t *testing.T) {
	t.Parallel()
	all := readRules(t)
	if len(all) < 200 {
		t.Errorf("there are only %d rules", len(all))
	}
	var last []int
	count := 0
	for _, r := range all {
		section, number := r.place(t)
		switch slices.Compare(section, last) {
		case -1:
			t.Errorf("%s stands behind section %v", r.id, last)
		case 0:
			count++
		case 1:
			count = 1
		}
		last = section
		if number != count {
			t.Errorf("%s is number %d of its section", r.id, count)
		}
		if r.fact == "" || len([]rune(r.fact)) > 250 || strings.ContainsAny(r.fact+r.remark, "|\r") {
			t.Errorf("%s: the fact %q is empty, too long or breaks the table", r.id, r.fact)
		}
		if len(r.tests) == 0 && len(r.remark) < 20 {
			t.Errorf("%s is neither shown by a test nor has it a reason", r.id)
		}
		if sorted := slices.Sorted(slices.Values(r.tests)); len(slices.Compact(sorted)) != len(r.tests) {
			t.Errorf("%s names a test twice", r.id)
		}
	}
}

// Each test that the table names is there.
func TestNamedTestsExist(t *testing.T) {
	t.Parallel()
	known := packages{}
	for _, r := range readRules(t) {
		for _, name := range r.tests {
			if err := known.find(name); err != nil {
				t.Errorf("%s: %v", r.id, err)
			}
		}
	}
}

// The document says what the table says.
func TestDocument(t *testing.T) {
	t.Parallel()
	want := text(readRules(t))
	if *updateRules {
		if err := os.WriteFile(filepath.FromSlash(document), []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(filepath.FromSlash(document))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/rules.md is stale: run 'go generate ./test/rules' (-want +got):\n%s", diff)
	}
}

// text is the text of docs/rules.md.
func text(all []rule) string {
	kept, others := []rule{}, []rule{}
	for _, r := range all {
		if len(r.tests) > 0 {
			kept = append(kept, r)
		} else {
			others = append(others, r)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `# Rules of APIG V2

The reference states %d rules of behaviour. %d of them are kept, each shown by the tests beside it. The other %d are
not, for the reasons given. Ids are sections of the reference with a number.

<!-- Written from test/rules/rules.tsv by 'go generate ./test/rules'. The test there fails when this file is stale. -->

## Kept

| rule | fact | shown by | to add |
|---|---|---|---|
`, len(all), len(kept), len(others))
	for _, r := range kept {
		fmt.Fprintf(&b, "| %s | %s | `%s` | %s |\n", r.id, r.fact, strings.Join(r.tests, "` `"), r.remark)
	}
	b.WriteString("\n## Not kept\n\n| rule | fact | why |\n|---|---|---|\n")
	for _, r := range others {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.id, r.fact, r.remark)
	}
	return b.String()
}
