package apig_test

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// mutations are the operations that append events.
func mutations() []operation {
	return slices.DeleteFunc(slices.Clone(operations), func(o operation) bool { return o.events == nil })
}

// withKey returns a request with an Idempotency-Key.
func withKey(r nodetest.Request, key string) nodetest.Request {
	r.Header = maps.Clone(r.Header)
	if r.Header == nil {
		r.Header = map[string]string{}
	}
	r.Header["Idempotency-Key"] = key
	return r
}

// Given a change with an Idempotency-Key, when it is sent again, then the answer and its position are
// those of the first, and nothing else happens. The same key for something else is refused; another user's
// key is another key.
func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	for _, o := range mutations() {
		t.Run(o.id+" "+o.actions[0], func(t *testing.T) {
			t.Parallel()
			c := o.world(t)
			before := c.Head(t)
			r := withKey(o.request(), "the-key")

			first := c.Send(t, r)
			again := c.Send(t, r)

			if first.Status != o.status || again.Status != o.status || first.Body != again.Body {
				t.Errorf("first %d %.500s, then %d %.500s", first.Status, first.Body, again.Status, again.Body)
			}
			if at := first.Header.Get("Gatelog-Position"); at == "" || at != again.Header.Get("Gatelog-Position") {
				t.Errorf("first at %q, then at %q", at, again.Header.Get("Gatelog-Position"))
			}
			if diff := cmp.Diff(o.events, c.Types(t, before)); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			other := withKey(post("envs", `{"name":"other_env"}`), "the-key")
			if o.id != "DeleteInstancesV2" {
				if a := c.Send(t, other); a.Status != 400 || a.Code() != "APIG.2011" || !strings.Contains(a.Body, "Idempotency-Key") {
					t.Errorf("the key for something else: %d %.300s", a.Status, a.Body)
				}
				u := c.NewUser(t, nodetest.Allow("*"))
				nodetest.Eventually(t, "another user has its own keys", func() bool { return u.Send(t, other).Status == 201 }) // a task may run
			}
		})
	}
}

// A refusal is not kept: what was refused can be tried again with the same key.
func TestIdempotencyKeyOfARefusal(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	r := withKey(remove("api-groups/$group"), "k")
	c.Must(t, 412, r)
	c.Must(t, 204, remove("apis/$draft"))
	c.Must(t, 201, post("apis/action", `{"action":"offline","api_id":"$api",`+inRelease+`}`))
	c.Must(t, 204, remove("apis/$api"))
	c.Must(t, 204, r)
	c.Must(t, 204, r)
}

// A key that came back with another body says so in the code of its operation.
func TestIdempotencyKeyUsedAgain(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	c.Must(t, 200, withKey(put(instances+"/$instance", `{"description":"one"}`), "k"))
	if a := c.Send(t, withKey(put(instances+"/$instance", `{"description":"two"}`), "k")); a.Status != 400 || a.Code() != "APIC.7211" {
		t.Errorf("%d %.300s", a.Status, a.Body)
	}
}

// What was acknowledged is seen by the next read, always.
func TestReadYourWrites(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	for i := range 40 {
		remark := "remark " + strconv.Itoa(i)
		c.Must(t, 200, put("api-groups/$group", `{"name":"$mark_group","remark":"`+remark+`"}`))
		if got := c.Must(t, 200, get("api-groups/$group")).Text(t, "remark"); got != remark {
			t.Fatalf("after %q was acknowledged, %q was read", remark, got)
		}
	}
}

// Paths and methods that are not served are told apart.
func TestOtherPathsAndMethods(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	for _, s := range []struct {
		method, path string
		status       int
		allow        []string
	}{
		{http.MethodGet, "nowhere", 404, nil},
		{http.MethodGet, "/v2/$project/apigw", 404, nil},
		{http.MethodGet, "/v2/$project", 404, nil},
		{http.MethodPatch, "api-groups/$group", 405, []string{"GET", "PUT", "DELETE"}},
		{http.MethodDelete, "api-groups", 405, []string{"GET", "POST"}},
		{http.MethodHead, "api-groups", 405, []string{"GET", "POST"}},
		{"PURGE", "api-groups", 405, []string{"GET", "POST"}},
		{http.MethodOptions, "api-groups", 204, []string{"GET", "POST"}},
		{http.MethodTrace, "api-groups", 405, []string{"GET"}},
	} {
		before := c.Head(t)
		a := c.Send(t, nodetest.Request{Method: s.method, Path: s.path})
		if a.Status != s.status {
			t.Errorf("%s %s: %d, want %d: %.300s", s.method, s.path, a.Status, s.status, a.Body)
		}
		for _, method := range s.allow {
			if !strings.Contains(a.Header.Get("Allow"), method) {
				t.Errorf("%s %s: allowed is %q, want %s in it", s.method, s.path, a.Header.Get("Allow"), method)
			}
		}
		if s.status >= 400 && s.method != http.MethodHead && (a.Code() == "" || !strings.Contains(a.Body, `"request_id":"`+a.Header.Get("X-Request-Id"))) {
			t.Errorf("%s %s: %.300s", s.method, s.path, a.Body)
		}
		if got := c.Types(t, before); got != nil {
			t.Errorf("%s %s: events %v", s.method, s.path, got)
		}
	}
}
