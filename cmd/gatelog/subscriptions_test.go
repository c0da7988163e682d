package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
	"github.com/gatelog/gatelog/internal/node"
)

func TestSubscriptionsCommands(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	dir := credentials(t, w, func(c *node.Credentials) { c.InstanceID = "" }) // none is needed
	hooks := func(args ...string) output {
		return gatelogCommand(t.Context(), append(append([]string{"subscriptions"}, args...), "--data-dir", dir)...)
	}
	o := hooks("create", "audit", "https://h.example/in", "--type", "apig.api.*", "--kind", "api,group", "--after", "0", "-o", "json")
	var made gatelog.SecretView
	if err := json.Unmarshal([]byte(strings.Join(must(t, o), "\n")), &made); err != nil || len(made.Secret) != 64 || made.Start != 0 {
		t.Fatalf("created %+v, %v", made, err)
	}
	id := made.ID
	list := hooks("list")
	wantParts(t, strings.Join(must(t, list), "\n"), id, "audit", "https://h.example/in")
	wantParts(t, list.err, "1 of 1 subscription")
	wantParts(t, strings.Join(must(t, hooks("show", id)), "\n"), "apig.api.*", "api, group", "lag", "structured", "16")
	wantParts(t, strings.Join(must(t, hooks("pause", id)), "\n"), "paused")
	wantParts(t, strings.Join(must(t, hooks("resume", id)), "\n"), "idle")
	wantParts(t, strings.Join(must(t, hooks("rewind", id, "--after", "2", "-o", "json")), "\n"), `"start": 2`, `"rewinds": 1`)
	wantParts(t, strings.Join(must(t, hooks("update", id, "audit2", "https://h.example/out", "--mode", "binary")), "\n"), "audit2", "binary", "https://h.example/out")
	rotated := hooks("rotate-secret", id)
	wantParts(t, rotated.err, "this once")
	if text := strings.Join(must(t, rotated), "\n"); strings.Contains(text, made.Secret) {
		t.Error("the secret is the same as before")
	}
	wantParts(t, hooks("undelivered", id, "--status", "dead").err, "0 of 0 events")
	wantParts(t, hooks("redrive", id, "7").err, "0 dead letters")
	wantParts(t, hooks("delete", id).err, "deleted")
	failsWith(t, hooks("show", id), "gatelog.not_found")

	failsWith(t, hooks("create", "x", "ftp://h.example"), "https://")
	failsWith(t, hooks("rewind", id, "--after", "first"), "--after")
	failsWith(t, hooks("redrive", id, "first"), "position")
	failsWith(t, hooks("pause", "../x"), "id")
	failsWith(t, hooks("undelivered", "x", "--status", "odd"), "status")
}

func TestStartOfASubscription(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		after, since string
		at           uint64
		time         time.Time
		wrong        bool
	}{
		"neither":    {},
		"a position": {after: "7", at: 7},
		"ago":        {since: "90m", time: now.Add(-90 * time.Minute)},
		"a time":     {since: "2024-04-01T02:00:00+02:00", time: time.Date(2024, 4, 1, 0, 0, 0, 0, time.UTC)},
		"both":       {after: "7", since: "1h", wrong: true},
		"no time":    {since: "yesterday", wrong: true},
		"to come":    {since: "-1h", wrong: true},
	} {
		got, err := startOf(c.after, c.since, now)
		if (err != nil) != c.wrong {
			t.Errorf("%s: %v", name, err)
		}
		if !got.Since.Equal(c.time) || got.After != nil && *got.After != c.at || (got.After == nil) != (c.at == 0) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
