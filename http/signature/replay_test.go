package signature

import (
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// signedRequest returns a request signed at the given time, and its parsed header.
func signedRequest(t testing.TB, method, path string, at time.Time) (*http.Request, Header) {
	t.Helper()
	r := newRequest(t, method, "https://apig.example.com"+path, "")
	if err := Sign(r, nil, vectorAccessKey, vectorSecret, at); err != nil {
		t.Fatal(err)
	}
	h, err := Parse(r.Header.Get("Authorization"))
	if err != nil {
		t.Fatal(err)
	}
	return r, h
}

func TestReplayGuard(t *testing.T) {
	t.Parallel()
	const grace = 2 * time.Second
	tests := map[string]struct {
		method string
		resign time.Duration // how much later the second request is signed
		later  time.Duration // how much later it comes
		want   error
	}{
		"a change sent again":                 {"POST", 0, time.Minute, ErrReplayed},
		"a change sent again, another method": {"DELETE", 0, time.Minute, ErrReplayed},
		"at the end of the window":            {"PUT", 0, MaxSkew, ErrReplayed},
		"a retry, signed again":               {"PATCH", time.Second, time.Second, nil},
		"two equal changes in one second":     {"POST", 0, grace - 1, nil},
		"the clock was set back":              {"POST", 0, -time.Minute, ErrReplayed},
		"just after the grace":                {"POST", 0, grace, ErrReplayed},
		"a read sent again":                   {"GET", 0, time.Minute, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			guard := NewReplayGuard(100, grace)
			r, h := signedRequest(t, tt.method, "/a", vectorTime)
			if err := guard.Admit(h, r, vectorTime); err != nil {
				t.Fatalf("first use = %v", err)
			}
			r, h = signedRequest(t, tt.method, "/a", vectorTime.Add(tt.resign))
			if err := guard.Admit(h, r, vectorTime.Add(tt.later)); !errors.Is(err, tt.want) {
				t.Errorf("second use = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestReplayGuardWithoutGraceLetsNothingThrough(t *testing.T) {
	t.Parallel()
	guard := NewReplayGuard(10, 0)
	r, h := signedRequest(t, "POST", "/a", vectorTime)
	if err := guard.Admit(h, r, vectorTime); err != nil {
		t.Fatal(err)
	}
	if err := guard.Admit(h, r, vectorTime); !errors.Is(err, ErrReplayed) {
		t.Errorf("second use in the same instant = %v, want %v", err, ErrReplayed)
	}
}

// A client whose clock is ahead signs for the future: its signature must be remembered for as long as
// it verifies, which is longer than MaxSkew after its first use.
func TestReplayGuardRemembersAsLongAsTheSignatureVerifies(t *testing.T) {
	t.Parallel()
	guard := NewReplayGuard(100, 0)
	early, h := signedRequest(t, "POST", "/a", vectorTime.Add(MaxSkew))
	if err := guard.Admit(h, early, vectorTime); err != nil {
		t.Fatal(err)
	}
	for i := range 30 { // traffic that makes the guard forget what has expired
		at := vectorTime.Add(time.Duration(i) * time.Minute)
		r, other := signedRequest(t, "POST", "/b", at)
		if err := guard.Admit(other, r, at); err != nil {
			t.Fatal(err)
		}
	}
	last := vectorTime.Add(2 * MaxSkew)
	if err := h.Verify(early, nil, []byte(vectorSecret), last); err != nil {
		t.Fatalf("the signature should still verify: %v", err)
	}
	if err := guard.Admit(h, early, last); !errors.Is(err, ErrReplayed) {
		t.Errorf("Admit = %v, want %v", err, ErrReplayed)
	}
}

func TestReplayGuardForgetsWhatExpired(t *testing.T) {
	t.Parallel()
	guard := NewReplayGuard(1000, 0)
	for i := range 60 {
		at := vectorTime.Add(time.Duration(i) * time.Minute)
		r, h := signedRequest(t, "POST", "/a", at)
		if err := guard.Admit(h, r, at); err != nil {
			t.Fatal(err)
		}
	}
	if got := guard.Len(); got > 17 {
		t.Errorf("after an hour of one change a minute %d signatures are remembered, want at most 17", got)
	}
}

func TestReplayGuardIsBounded(t *testing.T) {
	t.Parallel()
	guard := NewReplayGuard(8, 0)
	var last *http.Request
	var lastHeader Header
	var at time.Time
	for i := range 100 {
		at = vectorTime.Add(time.Duration(i) * 10 * time.Second)
		last, lastHeader = signedRequest(t, "POST", "/"+strconv.Itoa(i), at)
		if err := guard.Admit(lastHeader, last, at); err != nil {
			t.Fatal(err)
		}
		if guard.Len() > 8 {
			t.Fatalf("%d signatures are remembered, want at most 8", guard.Len())
		}
	}
	if err := guard.Admit(lastHeader, last, at); !errors.Is(err, ErrReplayed) {
		t.Errorf("the newest signature was forgotten: Admit = %v", err)
	}
}

func TestReplayGuardAdmitsOneOfManyAtOnce(t *testing.T) {
	t.Parallel()
	guard := NewReplayGuard(10, 0)
	r, h := signedRequest(t, "POST", "/a", vectorTime)
	var admitted atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if guard.Admit(h, r, vectorTime) == nil {
				admitted.Add(1)
			}
		})
	}
	wg.Wait()
	if got := admitted.Load(); got != 1 {
		t.Errorf("%d of 16 equal requests were admitted, want 1", got)
	}
}
