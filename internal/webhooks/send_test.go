package webhooks

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatelog/gatelog/domain/subscriptions"
)

func TestSignature(t *testing.T) {
	t.Parallel()
	// printf '1714566600.{"a":1}' | openssl dgst -sha256 -hmac secret
	const want = "t=1714566600,v1=c3442ca4397da545eb607e758f65290cfb9839b5b4aa32ab85df1f99940da0ae"
	if got := Sign([]byte("secret"), []byte(`{"a":1}`), time.Unix(1714566600, 5)); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestEncodedAttributes(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"": "", "thing/x0": "thing/x0", "a b": "a%20b", `say "hi" 1%`: "say%20%22hi%22%201%25", "Zoë": "Zo%C3%AB", "a\r\nb: c": "a%0D%0Ab:%20c", "~!\x7f": "~!%7F",
	} {
		if got := encoded(value); got != want {
			t.Errorf("%q is sent as %s, want %s", value, got, want)
		}
	}
}

// The cause of a failure is logged; the token that many addresses have is not.
func TestACauseHasNoAddress(t *testing.T) {
	t.Parallel()
	unreachable := errors.New("connection refused")
	client := &http.Client{Transport: broken{unreachable}}
	s := &sender{client: client, timeout: time.Minute, n: subscriptions.Subscription{Body: subscriptions.Body{URL: "https://h.example/services/s3cret?token=s3cret"}}}
	_, err := client.Get(s.n.URL)
	if !strings.Contains(fmt.Sprint(err), "s3cret") {
		t.Fatalf("net/http does not show addresses any more: %v", err)
	}
	if got := s.spell(err); !errors.Is(got, unreachable) || strings.Contains(fmt.Sprint(got.text, got.cause), "s3cret") {
		t.Errorf("%q, caused by %v", got.text, got.cause)
	}
}

// broken is a network on which every call fails.
type broken struct{ err error }

func (b broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, b.err }

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, "999999": mostWait, "-1": 0, "soon": 0, "99999999999999999999": 0,
		"Wed, 01 May 2024 08:00:30 GMT": 30 * time.Second, "Wed, 01 May 2024 07:00:00 GMT": 0, "Wed, 01 May 2030 08:00:00 GMT": mostWait,
	} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("Retry-After: %s waits %s, want %s", text, got, want)
		}
	}
}
