package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gatelog/gatelog/internal/engine"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/internal/testenv"
)

// ledger is what clients know of the changes they asked for, by name.
type ledger struct {
	mu    sync.Mutex
	acked map[string]string // name -> id: the server said it happened
	maybe map[string]bool   // no answer came
}

func newLedger() *ledger { return &ledger{acked: map[string]string{}, maybe: map[string]bool{}} }

func (l *ledger) note(name string, r reply, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var made struct {
		ID string `json:"id"`
	}
	if err == nil && r.status == http.StatusCreated && json.Unmarshal(r.body, &made) == nil {
		l.acked[name] = made.ID
		return
	}
	if err != nil || r.status >= 500 {
		l.maybe[name] = true
	}
}

// mockAPI is a small API definition.
func mockAPI(group, name string) []byte {
	body, _ := json.Marshal(map[string]any{
		"name": name, "type": 1, "req_protocol": "HTTPS", "req_method": "GET", "req_uri": "/" + name, "auth_type": "NONE",
		"backend_type": "MOCK", "group_id": group, "mock_info": map[string]string{"result_content": "ok"},
	})
	return body
}

func (s *server) newGroup(name string) string {
	s.t.Helper()
	var g struct {
		ID string `json:"id"`
	}
	s.call(http.MethodPost, s.path("/api-groups"), map[string]string{"name": name}, &g)
	return g.ID
}

// check holds what is in the group against what clients know: everything acknowledged is there once,
// and nothing that nobody asked for.
func (s *server) check(l *ledger, group string) {
	s.t.Helper()
	found := map[string][]string{}
	for offset := 0; ; offset += 500 {
		var page struct {
			Total int                         `json:"total"`
			APIs  []struct{ ID, Name string } `json:"apis"`
		}
		s.call(http.MethodGet, s.path(fmt.Sprintf("/apis?group_id=%s&limit=500&offset=%d", group, offset)), nil, &page)
		for _, a := range page.APIs {
			found[a.Name] = append(found[a.Name], a.ID)
		}
		if len(page.APIs) < 500 {
			break
		}
	}
	for name, id := range l.acked {
		if ids := found[name]; len(ids) != 1 || ids[0] != id {
			s.t.Errorf("acknowledged API %s (%s) is there as %v", name, id, ids)
		}
	}
	for name, ids := range found {
		if _, acked := l.acked[name]; !acked && !l.maybe[name] {
			s.t.Errorf("API %s is there, and nobody was told so", name)
		}
		if len(ids) > 1 {
			s.t.Errorf("API %s is there %d times", name, len(ids))
		}
	}
	s.t.Logf("%d acknowledged, %d in doubt, %d found", len(l.acked), len(l.maybe), len(found))
}

const (
	writers = 16
	kills   = 20
)

// TestKilledUnderLoad kills the server under sixteen writers, again and again.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	dir := testenv.DataDir(t)
	s := start(t, dir)
	group := s.newGroup("killed_under_load")
	l := newLedger()
	for round := range kills {
		ctx, cancel := context.WithCancel(t.Context())
		var writing sync.WaitGroup
		for w := range writers {
			writing.Go(func() { s.writeUntil(ctx, l, group, fmt.Sprintf("r%dw%d", round, w)) })
		}
		<-time.After(time.Duration(20+rand.IntN(400)) * time.Millisecond)
		s.kill()
		cancel()
		writing.Wait()
		s = start(t, dir)
	}
	s.check(l, group)
	s.verify()
	s.stop()
}

// writeUntil creates APIs until ctx ends or the server is gone.
func (s *server) writeUntil(ctx context.Context, l *ledger, group, prefix string) {
	for n := 0; ctx.Err() == nil; n++ {
		name := fmt.Sprintf("%sn%d", prefix, n)
		r, err := s.send(context.WithoutCancel(ctx), http.MethodPost, s.path("/apis"), mockAPI(group, name), nil)
		l.note(name, r, err)
		if err != nil {
			return
		}
	}
}

// TestTwoNodesFightForATenant pauses one of two nodes in the middle of its work, again and again: the
// other takes over, and the paused one must do no harm when it wakes up.
func TestTwoNodesFightForATenant(t *testing.T) {
	t.Parallel()
	token := secret.NewToken()
	broker, err := engine.StartBroker(t.Context(), engine.BrokerOptions{DataDir: testenv.DataDir(t), Listen: "127.0.0.1:0", Token: token})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Shutdown)
	env := []string{
		"GATELOG_NATS_URL=" + withToken(broker.URL(), token), "GATELOG_DATABASE_URL=" + testenv.Postgres(t),
		"GATELOG_TRUST_BROKER_SYNC=true", "GATELOG_MASTER_KEY=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	}
	a := start(t, testenv.DataDir(t), env...)
	b := launch(t, testenv.DataDir(t), env...)
	b.Credentials = a.Credentials
	b.awaitReady()
	group := a.newGroup("fought_for")
	l := newLedger()
	ctx, cancel := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	for w := range 8 {
		// Both nodes are asked for the same names: of each, one may be made.
		writing.Go(func() { a.writeUntil(ctx, l, group, fmt.Sprintf("w%d", w)) })
		writing.Go(func() { b.writeUntil(ctx, l, group, fmt.Sprintf("w%d", w)) })
	}
	for round := range 3 {
		paused := []*server{a, b}[round%2]
		<-time.After(300 * time.Millisecond)
		paused.signal(syscall.SIGSTOP)
		<-time.After(5 * time.Second)
		paused.signal(syscall.SIGCONT)
	}
	<-time.After(500 * time.Millisecond)
	cancel()
	writing.Wait()
	if len(l.acked) < 100 {
		t.Errorf("only %d changes were acknowledged", len(l.acked))
	}
	a.check(l, group)
	b.check(l, group)
}

func withToken(url, token string) string {
	const scheme = "nats://"
	return scheme + token + "@" + url[len(scheme):]
}
