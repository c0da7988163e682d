package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// What was acknowledged while the node was asked to stop is there after the next start, and stopping does
// not take longer than promised.
func TestANodeStopsUnderLoad(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	s := d.start()
	c := s.works(d)
	path := "/v2/" + c.ProjectID + "/apigw/instances/" + c.InstanceID + "/api-groups"
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	var acknowledged []string
	var clients sync.WaitGroup
	enough := make(chan struct{})
	for client := range 8 {
		clients.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				name := fmt.Sprintf("group-%d-%d", client, i)
				r, err := s.send(ctx, c, "POST", path, `{"name":"`+name+`"}`)
				if err != nil || r.status != http.StatusCreated {
					return
				}
				mu.Lock()
				if acknowledged = append(acknowledged, name); len(acknowledged) == 40 {
					close(enough)
				}
				mu.Unlock()
				if _, err = s.send(ctx, c, "GET", path+"?limit=500", ""); err != nil {
					return
				}
			}
		})
	}
	select {
	case <-enough:
	case <-time.After(soon):
		t.Fatal("the node does no work")
	}
	began := time.Now()
	s.stop()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("stopped after %s", took)
	}
	cancel()
	clients.Wait()

	s = d.start()
	there, _, err := s.queries.Groups(t.Context(), in(c), projectionsapig.GroupFilter{}, projectionsapig.Page{Limit: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range acknowledged {
		if !slices.ContainsFunc(there, func(g projectionsapig.GroupRow) bool { return g.Name == name }) {
			t.Errorf("%s was acknowledged, and is gone", name)
		}
	}
}

// A request that is being sent when the node is asked to stop is answered.
func TestANodeAnswersWhatItHasBegun(t *testing.T) {
	t.Parallel()
	s := newDeployment(t).start()
	body, write := io.Pipe()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v3/auth/tokens", body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Expect", "100-continue") // nothing is sent before the node wants to read it
	client := &http.Client{Timeout: soon, Transport: &http.Transport{ExpectContinueTimeout: soon}}
	defer client.CloseIdleConnections()
	answered := make(chan error, 1)
	go func() {
		r, err := client.Do(request)
		if err == nil {
			err = r.Body.Close()
		}
		answered <- err
	}()
	if _, err := write.Write([]byte(`{"auth":`)); err != nil {
		t.Fatal(err)
	}
	s.end()
	eventually(t, "the node stops", s.stopping.Load)
	_, err = write.Write([]byte(`{}}`))
	if err := errors.Join(err, write.Close(), <-answered); err != nil {
		t.Errorf("the request was cut off: %v", err)
	}
}

// Two nodes on one log: what one has acknowledged the other shows at once, and either can be stopped.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	d := elsewhere(t)
	one, other := d.start(), d.beside().start()
	c := *one.made
	path := "/v2/" + c.ProjectID + "/apigw/instances/" + c.InstanceID + "/api-groups"
	create := func(s *served, name string) {
		t.Helper()
		if r, err := s.send(t.Context(), c, "POST", path, `{"name":"`+name+`"}`); err != nil || r.status != http.StatusCreated {
			t.Fatalf("create %s: %+v, %v", name, r, err)
		}
	}
	sees := func(s *served, name string) {
		t.Helper()
		r, err := s.send(t.Context(), c, "GET", path+"?name="+name, "")
		if err != nil || !strings.Contains(r.body, `"total":1`) {
			t.Errorf("list: %+v, %v; want %s", r, err, name)
		}
	}
	for i := range 10 {
		name := fmt.Sprint("group-", i)
		create([]*served{one, other}[i%2], name)
		sees([]*served{other, one}[i%2], name)
	}
	one.stop()
	create(other, "afterwards")
	sees(other, "afterwards")
}
