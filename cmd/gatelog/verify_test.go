package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
	"github.com/gatelog/gatelog/projections"
)

func TestVerifyFindsNothingInReadModelsThatAreRight(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	w.Publish(w.API(w.Group("shop"), "orders", "one.example.com"))
	got := must(t, tool(t, w, "verify"))
	// An instance, its environment, a group with its default response, an API, a publication and a version.
	if len(got) != 3 || !strings.HasPrefix(got[0], "apig: 7 rows verified at position ") || !strings.HasSuffix(got[0], "0 differences; the definitions of 1 version read back") ||
		!strings.HasPrefix(got[1], "apig_past: ") || !strings.Contains(got[1], " 0 differences") {
		t.Errorf("verify:\n%s", strings.Join(got, "\n"))
	}
	sums := jsonLines[summary](t, must(t, tool(t, w, "verify", "apig", "--output", "json")))
	if len(sums) != 1 || sums[0].Rows != 7 || sums[0].Versions != 1 || sums[0].Differences != 0 || sums[0].Position == 0 {
		t.Errorf("in JSON: %+v", sums)
	}
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	api := w.API(group, "orders", "one.example.com")
	version := w.Publish(api)
	w.Stop()
	w.DB.MustExec("UPDATE apig.groups SET name = 'forged'")                                                         // tampered
	w.DB.MustExec("DELETE FROM apig.publications")                                                                  // missing
	w.DB.MustExec("INSERT INTO apig.api_tags VALUES ($1, 'extra', $2, $3)", api, gatelogtest.Project, w.InstanceID) // extra
	w.DB.MustExec("UPDATE apig.versions SET position = 1")

	o := tool(t, w, "verify", "apig")
	failsWith(t, o, "5 differences", "gatelog replay")
	wantParts(t, o.out, "apig.groups  "+group, `"name":"forged"`, `"name":"shop"`, "apig.publications  "+api+"/", "found     no row",
		"apig.api_tags  "+api+"/extra", "expected  no row", "apig.versions  "+version, "5 differences")

	o = tool(t, w, "verify", "apig", "-o", "json")
	failsWith(t, o, "5 differences")
	all := lines(o.out)
	var tables []string
	for _, d := range jsonLines[projections.Difference](t, all[:len(all)-1]) {
		tables = append(tables, d.Table)
	}
	if diff := cmp.Diff([]string{"groups", "api_tags", "publications", "versions", "versions"}, tables); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}
	o = tool(t, w, "verify", "apig", "--max", "1")
	failsWith(t, o, "5 differences")
	if n := strings.Count(o.out, "expected"); n != 1 {
		t.Errorf("--max 1 names %d", n)
	}
}

func TestVerifyRefusals(t *testing.T) {
	t.Parallel()
	failsWith(t, gatelogCommand(t.Context(), "verify", "nothing"), `no projection "nothing"`, "apig")
	for name, c := range map[string]struct {
		spoil string
		want  []string
	}{
		"read models ahead of the log":   {"UPDATE gatelog.checkpoints SET position = 99999", []string{"99999", "replay --reset"}},
		"read models of another log":     {"UPDATE gatelog.checkpoints SET incarnation = 'other'", []string{"do not belong to this log", "replay --reset"}},
		"read models of another version": {"UPDATE gatelog.checkpoints SET version = 99", []string{"version 99", "replay apig"}},
		"no read models":                 {"DELETE FROM gatelog.checkpoints", []string{"no read models of apig", "replay apig"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := gatelogtest.New(t)
			w.Stop()
			w.DB.MustExec(c.spoil)
			failsWith(t, tool(t, w, "verify"), c.want...)
		})
	}
}
