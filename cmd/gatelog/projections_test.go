package main

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

func TestProjectionsThatWork(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	w.Group("shop")
	lines := must(t, tool(t, w, "projections"))
	wantParts(t, lines[1], "apig", "works")
	views := jsonLines[gatelog.ProjectionView](t, must(t, tool(t, w, "projections", "-o", "json")))
	if len(views) != len(lines)-1 || views[0].Name != "apig" || views[0].Position == 0 || views[0].Failure != nil {
		t.Errorf("in JSON: %+v", views)
	}
}

func TestAnEventThatStoppedAProjectionIsSkipped(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	at := w.Poison()
	o := tool(t, w, "projections")
	failsWith(t, o, "apig has stopped at position")
	wantParts(t, o.out, "stopped at "+count(at), "apig.odd.happened")
	failsWith(t, tool(t, w, "replay"), "apig.odd.happened")

	failsWith(t, tool(t, w, "projections", "skip", "apig", "--position", "1", "--reason", "x"), "it has stopped at")
	failsWith(t, tool(t, w, "projections", "skip", "apig", "--position", place(at)), "reason")
	failsWith(t, tool(t, w, "projections", "skip", "odd", "--position", place(at), "--reason", "x"), `no projection "odd"`)
	o = tool(t, w, "projections", "skip", "apig", "--position", place(at), "--reason", "of no account", "--actor", "ada")
	wantParts(t, must(t, o)[0], "apig passes over position", "apig.odd.happened")
	failsWith(t, tool(t, w, "projections", "skip", "apig", "--position", place(at), "--reason", "again"), "skipped before")

	w.Await("SELECT count(*) FROM gatelog.checkpoints WHERE name = 'apig' AND failed_at = 0") // who runs goes on at once
	w.Group("shop")
	wantParts(t, strings.Join(must(t, tool(t, w, "projections")), "\n"), "works", "as ada said", "of no account")
	wantParts(t, strings.Join(must(t, tool(t, w, "log", "tail", "--surface", "projections")), "\n"), "projections.event.skipped", "ada")
	wantParts(t, must(t, tool(t, w, "verify"))[0], " 0 differences")
	must(t, tool(t, w, "replay"))
	wantParts(t, must(t, tool(t, w, "verify"))[0], " 0 differences")
}
