package main

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/gatelog"
)

// head is the newest position of the shop's log.
func (s *shop) head(t *testing.T) string {
	t.Helper()
	at, err := s.Log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return strconv.FormatUint(uint64(at), 10)
}

func TestRestoreGroupCommand(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	at := s.head(t)
	s.Rewrite(s.api, s.group, "orders", "three.example.com")
	more := s.API(s.group, "more", "one.example.com")

	o := s.tell(t, "restore-group", s.group, "--as-of", at, "--dry-run")
	wantParts(t, strings.Join(must(t, o), "\n"), "  changed   api "+s.api+" orders", `replace /backend_api/url_domain "two.example.com"`, "- deleted   api "+more+" more")
	wantParts(t, o.err, "it would take 2 events to restore position "+at, "nothing was changed")

	o = s.tell(t, "restore-group", s.group, "--as-of", at, "--reason", "undo")
	must(t, o)
	wantParts(t, o.err, "restored to position "+at+" with 2 events")
	wantParts(t, strings.Join(must(t, s.tell(t, "history", "api", more, "-n", "1")), "\n"), "api.deleted", "by apig.RestoreGroup")

	o = s.tell(t, "restore-group", s.group, "--as-of", at)
	must(t, o)
	wantParts(t, o.err, "everything is as it was at position "+at)
	o = s.tell(t, "diff", "group", s.group, "--whole", "--from", at)
	if must(t, o); o.out != "" {
		t.Errorf("differs from what was restored:\n%s", o.out)
	}
	failsWith(t, s.tell(t, "restore-group", s.group), "--as-of")
	failsWith(t, s.tell(t, "restore-group", "nothing", "--as-of", at), "APIG.3001", "nothing to restore")
	failsWith(t, s.tell(t, "diff", "api", s.api, "--whole", "--from", at), "group or an instance")
}

func TestRestoreResourceCommand(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	env, _, err := s.Commands.CreateEnv.Do(t.Context(), s.Bus, s.Call("an environment"), apig.CreateEnv{InstanceID: s.InstanceID, Body: apig.EnvBody{Name: "TEST"}})
	if err != nil {
		t.Fatal(err)
	}
	at := s.head(t)
	if _, _, err := s.Commands.DeleteEnv.Do(t.Context(), s.Bus, s.Call("by mistake"), apig.DeleteEnv{InstanceID: s.InstanceID, EnvID: env.ID}); err != nil {
		t.Fatal(err)
	}
	o := s.tell(t, "restore-resource", "env", env.ID, "--as-of", at, "--dry-run")
	wantParts(t, strings.Join(must(t, o), "\n"), "+ create environment TEST")
	wantParts(t, o.err, "nothing was changed")
	o = s.tell(t, "restore-resource", "env", env.ID, "--as-of", at, "--reason", "it is needed")
	must(t, o)
	wantParts(t, o.err, "made 1 change with 1 event")
	wantParts(t, strings.Join(must(t, s.tell(t, "history", "env", env.ID, "-n", "1")), "\n"), "env.created", "by apig.RestoreResource", "because: it is needed")
	o = s.tell(t, "restore-resource", "env", env.ID, "--as-of", at)
	must(t, o)
	wantParts(t, o.err, "everything is so already")
	failsWith(t, s.tell(t, "restore-resource", "env"), "a kind and an id")
	failsWith(t, s.tell(t, "restore-resource", "env", env.ID), "--as-of")
	failsWith(t, s.tell(t, "restore-resource", "task", env.ID, "--as-of", at), "cannot be restored by itself")
}

func TestRestoreAPICommand(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	at := s.head(t)
	s.Delete(s.api)
	var view gatelog.RestoreView
	text := strings.Join(must(t, s.tell(t, "restore-api", s.api, "--as-of", at, "-o", "json")), "\n")
	if err := json.Unmarshal([]byte(text), &view); err != nil || view.Events != 2 || view.Created[0].ID != s.api || view.Published[0].VersionID != s.second {
		t.Errorf("%v\n%s", err, text)
	}
	s.Delete(s.api)
	s.API(s.group, "orders", "other.example.com")
	o := s.tell(t, "restore-api", s.api, "--as-of", at, "--dry-run")
	must(t, o)
	wantParts(t, o.err, "in the way: api "+s.api+" (orders)", "it would be refused: 2 reasons")
	failsWith(t, s.tell(t, "restore-api", s.api, "--as-of", at), "gatelog.restore_refused")
}
