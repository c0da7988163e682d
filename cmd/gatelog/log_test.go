package main

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

// columns takes a line of a table apart.
func columns(line string) []string { return strings.Fields(line) }

func TestLogTailShowsTheNewestEventsInColumns(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	api := w.API(group, "orders", "one.example.com")
	got := must(t, tool(t, w, "log", "tail", "-n", "2"))
	if len(got) != 3 {
		t.Fatalf("%d lines, want a head and two events:\n%s", len(got), strings.Join(got, "\n"))
	}
	if diff := cmp.Diff([]string{"POSITION", "TIME", "(UTC)", "TYPE", "ABOUT", "ACTOR", "COMMAND"}, columns(got[0])); diff != "" {
		t.Errorf("head (-want +got):\n%s", diff)
	}
	head, err := w.Log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last := columns(got[2])
	if diff := cmp.Diff([]string{"apig.api.created", "api/" + api, "gatelog", "apig.CreateAPI"}, last[3:]); diff != "" || last[0] != strconv.FormatUint(uint64(head), 10) {
		t.Errorf("the last line is %q (-want +got):\n%s", got[2], diff)
	}
	if strings.Index(got[1], "apig.") != strings.Index(got[2], "apig.") {
		t.Errorf("columns are not aligned:\n%s", strings.Join(got, "\n"))
	}
}

func TestLogTailFilters(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	api := w.API(group, "orders", "one.example.com")
	w.Publish(api)
	at := func(back int) string {
		head, err := w.Log.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return strconv.FormatUint(uint64(head)-uint64(back), 10)
	}
	all := []string{"apig.group.created", "apig.api.created", "apig.api.published"}
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"the last", []string{"-n", "1"}, all[2:]},
		{"by type", []string{"--type", "apig.api.*"}, all[1:]},
		{"by the end of a type", []string{"--type", "*.created", "--since", at(2)}, all[:2]},
		{"by kind", []string{"--kind", "group"}, all[:1]},
		{"by id", []string{"--id", api, "-n", "0"}, all[1:]},
		{"by actor", []string{"--actor", "gatelog", "-n", "3"}, all},
		{"of nobody", []string{"--actor", "nobody"}, nil},
		{"since a position", []string{"--since", at(1)}, all[1:]},
		{"until a position", []string{"--until", at(1), "-n", "2"}, all[:2]},
		{"since now and then", []string{"--since", "1h", "--kind", "api"}, all[1:]},
		{"since tomorrow", []string{"--since", time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)}, nil},
		{"until yesterday", []string{"--until", "24h"}, nil},
		{"of a project and an API", []string{"--project", gatelogtest.Project, "--surface", "apig", "-n", "3"}, all},
		{"of another project", []string{"--project", "other"}, nil},
		{"the log's own", []string{"--all", "--type", "gatelog.*"}, []string{"gatelog.writer.taken"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for i, line := range must(t, tool(t, w, append([]string{"log", "tail"}, c.args...)...)) {
				if i > 0 {
					got = append(got, columns(line)[3])
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("types (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLogTailInJSONIsCloudEvents(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	type cloudEvent struct {
		SpecVersion, ID, Source, Type, Subject, DataContentType, Time, ActorName string
		Data                                                                     struct{ Group struct{ Name string } }
	}
	got := jsonLines[cloudEvent](t, must(t, tool(t, w, "log", "tail", "-n", "1", "--output", "json")))
	if len(got) != 1 || got[0].ID == "" || got[0].Time == "" {
		t.Fatalf("events = %+v", got)
	}
	want := got[0]
	want.SpecVersion, want.Source, want.Type, want.Subject = "1.0", "gatelog", "apig.group.created", "group/"+group
	want.DataContentType, want.ActorName, want.Data.Group.Name = "application/json", "gatelog", "shop"
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

func TestLogTailFollowsUntilItIsInterrupted(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	before := w.Group("before")
	ctx, interrupt := context.WithCancel(t.Context())
	began, came := watchFor(before), watchFor("apig.api.created")
	out := &both{began, came}
	cmd := root()
	cmd.SetOut(out)
	cmd.SetErr(out)
	cmd.SetArgs(append([]string{"log", "tail", "--follow", "-n", "1", "--type", "apig.*.created"}, atEngines(w)...))
	ended := make(chan error, 1)
	go func() { ended <- cmd.ExecuteContext(ctx) }()
	<-began.seen
	w.API(before, "orders", "one.example.com")
	<-came.seen
	interrupt()
	if err := <-ended; err != nil {
		t.Errorf("an interrupted tail ended with %v", err)
	}
}

// both writes to two watched writers.
type both struct{ a, b *watched }

// Write implements io.Writer.
func (w *both) Write(p []byte) (int, error) {
	if n, err := w.a.Write(p); err != nil {
		return n, err
	}
	return w.b.Write(p)
}

func TestLogShow(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	head, err := w.Log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := strconv.FormatUint(uint64(head), 10)
	text := strings.Join(must(t, tool(t, w, "log", "show", at)), "\n")
	wantParts(t, text, "position       "+at, "type           apig.group.created", "about          group/"+group, "reason         a group",
		"\n\n{\n  \"group\": {\n", `    "name": "shop",`)
	if got := must(t, tool(t, w, "log", "show", at, "-o", "json")); len(got) != 1 || !strings.HasPrefix(got[0], `{"specversion":"1.0"`) {
		t.Errorf("in JSON: %s", got)
	}
	failsWith(t, tool(t, w, "log", "show", "99999"), "there is no event at position 99999", "the log ends at "+at)
}

func TestLogGrep(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	w.API(group, "orders", "one.example.com")
	w.API(group, "basket", "two.example.com")

	o := tool(t, w, "log", "grep", `"url_domain":"[a-z]+\.example\.com"`)
	got := must(t, o)
	if len(got) != 5 || !strings.Contains(got[2], `one.example.com`) || !strings.Contains(got[4], `two.example.com`) {
		t.Errorf("found:\n%s", o.out)
	}
	wantParts(t, o.err, "2 events found")
	o = tool(t, w, "log", "grep", "--max", "1", "-o", "json", "example")
	if got := must(t, o); len(got) != 1 {
		t.Errorf("--max 1 found %d", len(got))
	}
	wantParts(t, o.err, "stopped after 1 event")
	o = tool(t, w, "log", "grep", "--kind", "group", "example")
	if got := must(t, o); len(got) != 0 {
		t.Errorf("a filter lets others through:\n%s", o.out)
	}
	wantParts(t, o.err, "no event matches")
}

func TestLogRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		want []string
	}{
		{"log tail -n -1", []string{"-n is -1"}},
		{"log tail --follow --until 5", []string{"--until"}},
		{"log tail --kind a.b", []string{"--kind", "letters"}},
		{"log tail --type [", []string{"--type"}},
		{"log tail --output xml", []string{"--output", "text or json"}},
		{"log show newest", []string{"not a position"}},
		{"log show 0", []string{"not a position"}},
		{"log grep (", []string{"the pattern"}},
		{"log grep --max 0 x", []string{"--max"}},
		{"log tail --data-dir /nowhere/at/all", []string{"there is no data directory", "--data-dir"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			failsWith(t, gatelogCommand(t.Context(), strings.Fields(c.args)...), c.want...)
		})
	}
	t.Run("a time that is none", func(t *testing.T) {
		t.Parallel()
		w := gatelogtest.New(t)
		failsWith(t, tool(t, w, "log", "tail", "--since", "yesterday"), "--since", "yesterday", "90m")
	})
}
