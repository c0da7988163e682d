package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
	"github.com/gatelog/gatelog/projections"
)

func TestReplayMendsReadModelsBesideTheOnesThatAreUsed(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t) // its projection works all the time
	group := w.Group("shop")
	w.DB.MustExec("UPDATE apig.groups SET name = 'forged'")
	o := tool(t, w, "replay")
	got := must(t, o)
	if len(got) != 3 || !strings.HasPrefix(got[0], "apig: made again from ") || !strings.HasPrefix(got[1], "apig_past: made again from ") ||
		!strings.HasPrefix(got[2], "subscriptions: made again from ") {
		t.Errorf("replay:\n%s", o.out)
	}
	wantParts(t, o.err, "apig  writing", "apig  catching up")
	w.API(group, "orders", "one.example.com") // still applied, to the new tables
	wantParts(t, strings.Join(must(t, tool(t, w, "verify")), "\n"), " 0 differences")
	var name string
	if err := w.DB.Get(&name, "SELECT name FROM apig.groups"); err != nil || name != "shop" {
		t.Errorf("the group is called %q, %v", name, err)
	}
}

func TestReplayTellsItsStepsInJSON(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	o := tool(t, w, "replay", "apig", "apig", "--output", "json")
	steps := jsonLines[step](t, must(t, o))
	var phases []string
	for _, s := range steps {
		phases = append(phases, s.Phase)
	}
	if diff := cmp.Diff([]string{"writing", "catching up", "done"}, phases); diff != "" || o.err != "" {
		t.Errorf("phases (-want +got):\n%s%s", diff, o.err)
	}
	last := steps[2]
	if last.Projection != "apig" || last.Percent != 100 || last.Events == 0 || last.Position == 0 || last.LeftMS != 0 {
		t.Errorf("the last step: %+v", last)
	}
}

func TestReplayOfReadModelsThatDoNotBelongToTheLog(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]string{
		"ahead of the log": "UPDATE gatelog.checkpoints SET position = 99999",
		"of another log":   "UPDATE gatelog.checkpoints SET incarnation = 'other'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := gatelogtest.New(t)
			w.Group("shop")
			w.Stop()
			w.DB.MustExec(spoil)
			w.DB.MustExec("UPDATE apig.groups SET name = 'of another world'")
			failsWith(t, tool(t, w, "replay"), "replay --reset")
			o := tool(t, w, "replay", "--reset")
			must(t, o)
			wantParts(t, o.err, "making them anew")
			wantParts(t, strings.Join(must(t, tool(t, w, "verify")), "\n"), " 0 differences")
		})
	}
}

func TestReplayKeepsASecondOneAway(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	conn, err := w.DB.Connx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "SELECT pg_advisory_lock(hashtext('gatelog.replay.apig'))"); err != nil {
		t.Fatal(err)
	}
	failsWith(t, tool(t, w, "replay"), "another replay of apig is at work")
	if _, err := conn.ExecContext(t.Context(), "SELECT pg_advisory_unlock_all()"); err != nil {
		t.Fatal(err)
	}
	must(t, tool(t, w, "replay"))
	must(t, tool(t, w, "replay")) // the lock was given back
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}

// The audit trail of changes is made again when it is named, and follows its retention.
func TestReplayOfTheAuditTrail(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	w.Group("shop")
	if err := w.Audit.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Stop()
	count := func() (n int) {
		if err := w.DB.GetContext(t.Context(), &n, "SELECT count(*) FROM audit.records"); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	w.DB.MustExec("DELETE FROM audit.records")
	must(t, tool(t, w, "replay", "audit", "apig"))
	if after := count(); before == 0 || after != before {
		t.Errorf("%d records, there were %d", after, before)
	}
	failsWith(t, tool(t, w, "replay", "audit", "nothing"), `no projection "nothing"`)
	failsWith(t, tool(t, w, "replay", "audit", "--audit-retention", "soon"), "audit_retention")
}

func TestReplayRefusals(t *testing.T) {
	t.Parallel()
	failsWith(t, gatelogCommand(t.Context(), "replay", "nothing"), `no projection "nothing"`)
	w := gatelogtest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := gatelogCommand(ctx, append([]string{"replay"}, atEngines(w)...)...)
	if !errors.Is(o.failure, context.Canceled) {
		t.Errorf("an interrupted replay ended with %v", o.failure)
	}
	wantParts(t, strings.Join(must(t, tool(t, w, "verify")), "\n"), " 0 differences")
}

func TestReplayCompletesTheNamesOfProjections(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"replay", "verify"} {
		o := gatelogCommand(t.Context(), "__complete", command, "")
		if !strings.HasPrefix(o.out, "apig\n") {
			t.Errorf("%s completes\n%s", command, o.out)
		}
	}
	if o := gatelogCommand(t.Context(), "__complete", "log", "tail", "--output", ""); !strings.HasPrefix(o.out, "text\njson\n") {
		t.Errorf("--output completes\n%s", o.out)
	}
}

// reports lets a progress show steps at moments that the test chooses.
func reports(p *progress, steps ...projections.Progress) {
	began := time.Unix(0, 0)
	for _, s := range steps {
		p.now = func() time.Time { return began.Add(s.Elapsed) }
		p.report(s)
	}
}

func reading(position, events int, after time.Duration) projections.Progress {
	return projections.Progress{Projection: "apig", Phase: "reading", Position: domain.Position(position), Head: 1000, Events: events, Elapsed: after}
}

func TestProgressIsShownNowAndThen(t *testing.T) {
	t.Parallel()
	var out, errOut bytes.Buffer
	p := &progress{out: &out, err: &errOut}
	reports(p,
		reading(100, 5000, time.Second), reading(200, 10_000, 1100*time.Millisecond), reading(500, 20_000, 4*time.Second),
		projections.Progress{Projection: "apig", Phase: "done", Position: 1000, Head: 1000, Events: 40_000, Elapsed: 8 * time.Second},
	)
	want := "apig  reading  5,000 events  5,000/s  10 %  9s left\napig  reading  20,000 events  5,000/s  50 %  4s left\n"
	if diff := cmp.Diff(want, errOut.String()); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("apig: made again from 40,000 events in 8s, up to position 1,000\n", out.String()); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func TestProgressIsALineThatChangesOnATerminal(t *testing.T) {
	t.Parallel()
	var out, errOut bytes.Buffer
	p := &progress{out: &out, err: &errOut, terminal: true}
	reports(p, reading(250, 5000, time.Second), reading(300, 6000, 1050*time.Millisecond), reading(500, 20_000, 2*time.Second))
	p.end()
	p.end()
	want := "\r\x1b[K[#####...............] apig  reading  5,000 events  5,000/s  25 %  3s left" +
		"\r\x1b[K[##########..........] apig  reading  20,000 events  10,000/s  50 %  2s left\n"
	if diff := cmp.Diff(want, errOut.String()); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

func TestProgressOfAnEmptyLog(t *testing.T) {
	t.Parallel()
	s := stepOf(projections.Progress{Projection: "apig", Phase: "reading"})
	if s.Percent != 100 || s.Rate != 0 || s.LeftMS != 0 {
		t.Errorf("step = %+v", s)
	}
}

func TestTextsAreSafeForATerminal(t *testing.T) {
	t.Parallel()
	if got := printable("a\x1b[2Jb\u009bc\u202ed"); got != "a\uFFFD[2Jb\uFFFDc\uFFFDd" {
		t.Errorf("printable = %q", got)
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %s, want %s", n, got, want)
		}
	}
}
