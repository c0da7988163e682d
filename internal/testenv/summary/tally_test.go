package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTallyCountsTopLevelTests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events string
		goErr  error
		want   string
	}{
		"nothing": {want: "\n0 passed, 0 failed\n"},
		"passes": {
			events: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA/x","Output":"    --- PASS: TestA/x (0.00s)\n"}
{"Action":"output","Package":"p","Test":"TestA/y","Output":"--- PASS: TestA/y (0.00s)\n"}
{"Action":"pass","Package":"p","Test":"TestA/x"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- PASS: TestA (0.00s)\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.01s\n"}
{"Action":"pass","Package":"p"}`,
			want: "--- PASS: TestA (0.00s)\nok  \tp\t0.01s\n\n1 passed, 0 failed\n",
		},
		"fails": {
			events: `{"Action":"output","Package":"p","Test":"TestA/x","Output":"    a_test.go:1: wrong\n"}
{"Action":"fail","Package":"p","Test":"TestA/x"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"fail","Package":"p"}`,
			goErr: errors.New("exit status 1"),
			want:  "    a_test.go:1: wrong\n\nFailed:\n  p TestA\n\n1 passed, 1 failed\n",
		},
		"does not compile": {
			events: `{"ImportPath":"p","Action":"build-output","Output":"p.go:1: undefined: x\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"fail","Package":"p","FailedBuild":"p"}`,
			goErr: errors.New("exit status 1"),
			want:  "p.go:1: undefined: x\n\nFailed:\n  p (the package as a whole)\n\n0 passed, 1 failed\n",
		},
		"cannot be loaded": {
			events: "go: no such module",
			goErr:  errors.New("exit status 1"),
			want:   "go: no such module\n\nFailed:\n  exit status 1\n\n0 passed, 1 failed\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			tally := newTally(&out)
			if err := tally.read(strings.NewReader(c.events)); err != nil {
				t.Fatal(err)
			}
			tally.fold(c.goErr)
			if ok := tally.report(); ok != (c.goErr == nil) {
				t.Errorf("all passed: %t", ok)
			}
			if diff := cmp.Diff(c.want, out.String()); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTallyRefusesALineThatIsTooLong(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := newTally(&out).read(strings.NewReader(strings.Repeat("x", longestLine+1))); err == nil {
		t.Error("it was read")
	}
}
