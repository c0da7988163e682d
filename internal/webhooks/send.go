package webhooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/guardedhttp"
)

// Headers of a delivery.
const (
	// HeaderSignature is "t=<unix seconds>,v1=<hex HMAC-SHA256 of '<t>.<body>' with the secret>".
	HeaderSignature = "Gatelog-Signature"
	// HeaderSubscription is the id of the subscription.
	HeaderSubscription = "Gatelog-Subscription"
	// HeaderAttempt counts the tries of this event, from 1.
	HeaderAttempt = "Gatelog-Attempt"
)

// CloudEvent is an event as it is sent.
type CloudEvent interface {
	// Attributes returns the CloudEvents attributes by name, but for datacontenttype.
	Attributes() map[string]string
	// MarshalJSON returns the event in structured mode.
	MarshalJSON() ([]byte, error)
}

// Sign returns the value of HeaderSignature for a body.
func Sign(secret, body []byte, at time.Time) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// sender sends the events of one subscription.
type sender struct {
	client  *http.Client
	n       subscriptions.Subscription
	secret  []byte
	event   func(eventstore.Recorded) CloudEvent
	timeout time.Duration
	now     func() time.Time
}

// refused is a delivery that failed. Its text is for the owner of the subscription, and says nothing of the
// network that this node is in.
type refused struct {
	text       string
	retryAfter time.Duration // what the receiver asked for
	cause      error
}

// Error returns what the owner of the subscription may know.
func (r *refused) Error() string { return r.text }

// Unwrap returns the cause.
func (r *refused) Unwrap() error { return r.cause }

// send delivers an event, or returns why it did not arrive.
func (s *sender) send(ctx context.Context, r eventstore.Recorded, attempt int) *refused {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	request, err := s.request(ctx, r, attempt)
	if err != nil {
		return &refused{text: "the event cannot be written", cause: err}
	}
	response, err := s.client.Do(request)
	if err != nil {
		return s.spell(err)
	}
	// What the receiver says is of no interest, but a connection that is cut off would look like a failure there.
	if _, _, err := guardedhttp.ReadBounded(response, answerMost); err != nil && response.StatusCode < http.StatusMultipleChoices {
		return nil
	}
	if response.StatusCode >= http.StatusOK && response.StatusCode < http.StatusMultipleChoices {
		return nil
	}
	return &refused{text: fmt.Sprintf("the receiver answered %d", response.StatusCode), retryAfter: retryAfter(response.Header.Get("Retry-After"), s.now())}
}

// answerMost is how much of an answer is read.
const answerMost = 4 << 10

func (s *sender) request(ctx context.Context, r eventstore.Recorded, attempt int) (*http.Request, error) {
	event := s.event(r)
	body, media := []byte(r.Data), "application/json"
	if s.n.Mode == subscriptions.ModeStructured {
		var err error
		if body, err = json.Marshal(event); err != nil {
			return nil, err
		}
		media = "application/cloudevents+json; charset=UTF-8"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.n.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if s.n.Mode == subscriptions.ModeBinary {
		for name, value := range event.Attributes() {
			request.Header.Set("ce-"+name, encoded(value))
		}
	}
	request.Header.Set("Content-Type", media)
	request.Header.Set("User-Agent", "gatelog")
	request.Header.Set(HeaderSignature, Sign(s.secret, body, s.now()))
	request.Header.Set(HeaderSubscription, s.n.ID)
	request.Header.Set(HeaderAttempt, strconv.Itoa(attempt))
	return request, nil
}

// encoded returns the value of an attribute as headers have it (CloudEvents, HTTP Protocol Binding 3.1.3.2): what
// is not printable ASCII, spaces, double quotes and percent signs are percent-encoded.
func encoded(value string) string {
	var b strings.Builder
	for _, c := range []byte(value) {
		if c <= ' ' || c > '~' || c == '"' || c == '%' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// spell says why there was no answer.
func (s *sender) spell(err error) *refused {
	var timeout net.Error
	text := "the receiver cannot be reached"
	switch {
	case errors.Is(err, guardedhttp.ErrBlocked):
		text = "the receiver is at an address that must not be called: the operator can allow it"
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		text = fmt.Sprintf("the receiver did not answer within %s", s.timeout)
	}
	var called *url.Error
	if errors.As(err, &called) {
		err = called.Err // its own text has the whole address, in which many receivers have a token
	}
	return &refused{text: text, cause: err}
}

// retryAfter reads the header of that name: seconds or a date, at most mostWait.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, mostWait)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), mostWait)
	}
	return 0
}
