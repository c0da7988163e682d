package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"

	commandsaudit "github.com/gatelog/gatelog/commands/audit"
	domainaudit "github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/projections"
)

func TestAuditRetentionIsInDaysOrHours(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"400d": 400 * 24 * time.Hour, "1d": 24 * time.Hour, "36h": 36 * time.Hour, "1h": time.Hour, "36500d": maxRetention,
		"": 0, "0d": 0, "59m": 0, "-1d": 0, "36501d": 0, "99999999999999999999d": 0, "1.5d": 0, "d": 0, "forever": 0, "400": 0,
	} {
		c := Defaults()
		c.AuditRetention = text
		got, err := c.auditRetention()
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
		if (c.Check() == nil) != (want > 0) {
			t.Errorf("%q: the check says %v", text, c.Check())
		}
	}
}

// refusedBy sends a change that the node refuses to whoever it comes from.
func (s *served) refusedBy(c *Credentials, id string) {
	s.t.Helper()
	if r := s.asks(c, id, http.MethodPost, "instances/x/envs", `{}`); r.status < 400 {
		s.t.Fatalf("%+v", r)
	}
}

// asks sends a request under an id.
func (s *served) asks(c *Credentials, id, method, path, body string) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/v2/"+s.project()+"/apigw/"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("X-Request-Id", id)
	if c != nil {
		if err := signature.Sign(r, []byte(body), c.AccessKey, c.SecretKey, time.Now()); err != nil {
			s.t.Fatal(err)
		}
	}
	answer, err := asker.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		s.t.Fatal(err)
	}
	return reply{answer.StatusCode, string(text)}
}

// makesGroups makes groups, and changes each to what it is. It tells the outcomes that the trail must have, by
// request id.
func (s *served) makesGroups(c *Credentials, name string, n int, want map[string]domainaudit.Outcome) {
	s.t.Helper()
	for i := range n {
		body, path := fmt.Sprintf(`{"name":"%s_%d"}`, name, i), "instances/"+c.InstanceID+"/api-groups"
		made, same, taken := fmt.Sprint(name, "-made-", i), fmt.Sprint(name, "-same-", i), fmt.Sprint(name, "-taken-", i)
		r := s.asks(c, made, http.MethodPost, path, body)
		var group struct{ ID string }
		if err := json.Unmarshal([]byte(r.body), &group); err != nil || r.status != http.StatusCreated {
			s.t.Fatalf("%+v, %v", r, err)
		}
		if r := s.asks(c, same, http.MethodPut, path+"/"+group.ID, body); r.status != http.StatusOK {
			s.t.Fatalf("%+v", r)
		}
		if r := s.asks(c, taken, http.MethodPost, path, body); r.status < 400 {
			s.t.Fatalf("%+v", r)
		}
		want[made], want[same], want[taken] = domainaudit.Accepted, domainaudit.Unchanged, domainaudit.Refused
	}
}

// Whichever node is asked, and whichever decides: each request is one record. So it is when the trail is made again.
func TestEachRequestToSeveralNodesIsOneRecord(t *testing.T) {
	t.Parallel()
	d := elsewhere(t)
	one := d.start()
	two := d.beside().start()
	want := map[string]domainaudit.Outcome{}
	one.makesGroups(one.made, "one", 3, want)
	two.makesGroups(one.made, "two", 3, want) // the first node decides
	holds := func(s *served) {
		t.Helper()
		all := s.trail(one.made)
		for id, outcome := range want {
			if got := all[id]; len(got) != 1 || got[0] != outcome {
				t.Errorf("%s: the trail says %v, want %s once", id, got, outcome)
			}
		}
	}
	holds(two)
	one.stop()
	two.makesGroups(one.made, "three", 2, want) // now the second one does
	holds(two)
	if err := projections.Rebuild(t.Context(), two.reads, two.engines.Log, two.audit.records, nil); err != nil {
		t.Fatal(err)
	}
	holds(two)
}

func (s *served) project() string {
	p, _ := s.accounts.ProjectNamed("default")
	return p.ID
}

// trail returns the outcomes in the whole audit trail by request id.
func (s *served) trail(c *Credentials) map[string][]domainaudit.Outcome {
	s.t.Helper()
	answer, err := s.send(s.t.Context(), *c, http.MethodGet, "/gatelog/v1/audit/export", "")
	if err != nil || answer.status != http.StatusOK {
		s.t.Fatalf("%+v, %v", answer, err)
	}
	all := map[string][]domainaudit.Outcome{}
	for line := range strings.Lines(answer.body) {
		var r struct {
			Request string              `json:"request_id"`
			Outcome domainaudit.Outcome `json:"outcome"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			s.t.Fatal(err)
		}
		all[r.Request] = append(all[r.Request], r.Outcome)
	}
	return all
}

func (s *served) wantMetric(line string) {
	s.t.Helper()
	if all := s.get("/metrics").body; !slices.Contains(strings.Split(all, "\n"), line) {
		at := strings.Index(all, "gatelog_audit")
		s.t.Errorf("no %s in the metrics: %.300s", line, all[max(at, 0):])
	}
}

// Strangers cannot fill the disk, and take nothing away from users.
func TestAttemptsOfStrangersAreBounded(t *testing.T) {
	t.Parallel()
	s := newDeployment(t).start()
	s.audit.strangers = rate.NewLimiter(0, 3)
	for i := range 5 {
		s.refusedBy(nil, fmt.Sprint("stranger-", i))
	}
	s.refusedBy(s.made, "user-1")
	all := s.trail(s.made)
	if len(all["stranger-2"]) != 1 || len(all["stranger-3"]) != 0 || len(all["user-1"]) != 1 {
		t.Errorf("the trail has %+v", all)
	}
	s.wantMetric(`gatelog_audit_attempts_lost_total{why="strangers"} 2`)
	s.wantMetric(`gatelog_audit_attempts_lost_total{why="unreachable"} 0`)
}

// A refusal is answered even when it cannot be kept, and that is counted.
func TestRefusalsAreAnsweredWithoutTheJournal(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	s := d.start()
	if err := s.engines.Conn.Publish("$JS.API.STREAM.DELETE."+commandsaudit.Stream, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.engines.Conn.FlushTimeout(soon); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	s.refusedBy(s.made, "lost-1")
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("it took %s", took)
	}
	s.wantMetric(`gatelog_audit_attempts_lost_total{why="unreachable"} 1`)
}

// Whichever node refuses, and whichever is asked: one record each. A journal that was lost, and checkpoints of
// another log, do not keep a node from starting; what Postgres had of attempts stays.
func TestTheAuditTrailOfSeveralNodes(t *testing.T) {
	t.Parallel()
	d := elsewhere(t)
	one := d.start()
	two := d.beside().start()
	for i := range 4 {
		one.refusedBy(one.made, fmt.Sprint("one-", i))
		two.refusedBy(one.made, fmt.Sprint("two-", i))
	}
	if all := two.trail(one.made); len(all["one-3"]) != 1 || len(all["two-3"]) != 1 || len(all["bootstrap"]) == 0 {
		t.Errorf("the trail has %+v", all)
	}
	before := one.trail(one.made)
	two.stop()
	if _, err := one.reads.ExecContext(t.Context(), "UPDATE gatelog.checkpoints SET incarnation = 'another' WHERE name IN ('audit', 'attempts')"); err != nil {
		t.Fatal(err)
	}
	three := d.beside().start()
	three.refusedBy(one.made, "three-1")
	after := three.trail(one.made)
	if len(after) != len(before)+1 || len(after["one-3"]) != 1 || len(after["three-1"]) != 1 || len(after["bootstrap"]) != len(before["bootstrap"]) {
		t.Errorf("the trail had %d requests, and has %d: %+v", len(before), len(after), after)
	}
}
