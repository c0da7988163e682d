package e2e

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// A second server, on the same data directory, shows the world as it was and changes nothing; it goes on
// doing so when the first one is gone.
func TestAServerOfThePast(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := start(t, dir)
	group := now.newGroup("first_name")
	then, err := now.send(t.Context(), http.MethodGet, now.path("/api-groups/"+group), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	change := now.call(http.MethodPut, now.path("/api-groups/"+group), map[string]string{"name": "second_name"}, nil)
	changed, err := strconv.Atoi(change.header.Get("Gatelog-Position"))
	if err != nil {
		t.Fatal(err)
	}
	at := strconv.Itoa(changed - 1)

	past := launchWith(t, dir, []string{"--as-of", at})
	past.awaitReady()
	show := func() {
		t.Helper()
		got, err := past.send(t.Context(), http.MethodGet, now.path("/api-groups/"+group), nil, nil)
		if err != nil || got.status != http.StatusOK || string(got.body) != string(then.body) {
			t.Errorf("the past shows %d %s, %v; it was %s", got.status, got.body, err, then.body)
		}
	}
	show()
	refused, err := past.send(t.Context(), http.MethodPut, now.path("/api-groups/"+group), []byte(`{"name":"third_name"}`), nil)
	if err != nil || refused.status != http.StatusForbidden {
		t.Errorf("the past was changed: %d %s, %v", refused.status, refused.body, err)
	}
	past.stop()
	now.stop()
	past = launchWith(t, dir, []string{"--as-of", at})
	past.awaitReady()
	show()
	if out, err := past.gatelog("serve", "--as-of", "99999", "--http-addr", freeAddr(t)); err == nil || !strings.Contains(out, "no such position") {
		t.Errorf("a moment that has not come was taken: %v %s", err, out)
	}
}
