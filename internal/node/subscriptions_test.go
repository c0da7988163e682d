package node

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatelog/gatelog/http/signature"
)

// A stream is served for as long as the node runs, and no longer: the node stops at once, and the client sees
// a proper end.
func TestALiveStreamEndsWithItsNode(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	s := d.start()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/gatelog/v1/projects/"+s.made.ProjectID+"/events?kind=group", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := signature.Sign(r, nil, s.made.AccessKey, s.made.SecretKey, time.Now()); err != nil {
		t.Fatal(err)
	}
	answer, err := asker.Do(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
	defer answer.Body.Close()
	group(t, s, "shop")
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "data: ") {
	}
	if !strings.Contains(lines.Text(), `"type":"apig.group.created"`) {
		t.Errorf("the stream has %q (%v)", lines.Text(), lines.Err())
	}
	began := time.Now()
	s.stop()
	if took := time.Since(began); took > drainTimeout {
		t.Errorf("the node took %s to stop", took)
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Errorf("the stream was cut off: %v", err)
	}
}

// group makes a group.
func group(t *testing.T, s *served, name string) {
	t.Helper()
	c := *s.made
	a, err := s.send(t.Context(), c, http.MethodPost, "/v2/"+c.ProjectID+"/apigw/instances/"+c.InstanceID+"/api-groups", `{"name":"`+name+`"}`)
	if err != nil || a.status != http.StatusCreated {
		t.Fatalf("make a group: %+v, %v", a, err)
	}
}

func TestANodeSendsWebhooks(t *testing.T) {
	t.Parallel()
	got := make(chan string, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		got <- string(text)
	}))
	t.Cleanup(receiver.Close)
	d := newDeployment(t)
	d.WebhookAllow = []string{"127.0.0.0/8"}
	s := d.start()
	body, err := json.Marshal(map[string]any{"name": "groups", "url": receiver.URL, "filter": map[string]any{"kinds": []string{"group"}}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.send(t.Context(), *s.made, http.MethodPost, "/gatelog/v1/projects/"+s.made.ProjectID+"/subscriptions", string(body))
	if err != nil || a.status != http.StatusCreated {
		t.Fatalf("%+v, %v", a, err)
	}
	group(t, s, "shop")
	select {
	case text := <-got:
		if !strings.Contains(text, `"type":"apig.group.created"`) || !strings.Contains(text, `"actorname":"`+s.made.User) {
			t.Errorf("received %s", text)
		}
	case <-time.After(soon):
		t.Fatal("nothing is sent")
	}
}
