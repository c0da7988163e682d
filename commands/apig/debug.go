package apig

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/internal/guardedhttp"
)

// truncated marks a body that was cut (APIG V2 §3.5.8).
const truncated = "[TRUNCATED]"

// Doer makes one HTTP call: a client of internal/guardedhttp, or what a test puts in its place. It must
// follow no redirect, and reach only addresses that a tenant may make this server call.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Debugger carries out debugging requests. It is no command: it changes nothing and appends no event.
type Debugger struct {
	client Doer
	now    func() time.Time
}

// NewDebugger returns a Debugger that calls backends through client and measures with now. A call never
// takes longer than apig.MaxDebugTimeout; a client with a shorter timeout than that ends calls sooner.
func NewDebugger(client Doer, now func() time.Time) *Debugger {
	return &Debugger{client: client, now: now}
}

// NewDebugClient returns the client for NewDebugger: only public addresses, unless options allow more.
// It waits as long as debugging may.
func NewDebugClient(options guardedhttp.Options) (*http.Client, error) {
	options.Timeout = apig.MaxDebugTimeout
	options.MaxResponseBytes = apig.MaxDebugBody
	return guardedhttp.New(options)
}

// Run does with the request what a gateway that had the API d would do, and says what came of it (APIG
// V2 §3.5.8). d and dc are as in apig.PlanDebug. A backend that cannot be reached is a result, with the
// gateway's 502 or 504. Errors: those of apig.PlanDebug, and ctx's when the caller went away.
func (g *Debugger) Run(
	ctx context.Context, d apig.Definition, body apig.DebugBody, dc apig.DebugContext,
) (apig.DebugResult, error) {
	began := g.now()
	plan, err := apig.PlanDebug(d, body, dc)
	if err != nil {
		return apig.DebugResult{}, err
	}
	log, r := plan.Log, own(plan.Answer)
	if plan.Call != nil {
		var note string
		r, note = g.call(ctx, plan.Call, dc.RequestID)
		log = append(log, note)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return apig.DebugResult{}, fmt.Errorf("debug API %s: %w", dc.APIID, ctx.Err())
	}
	ended := g.now()
	latency := int(ended.Sub(began).Milliseconds())
	return apig.DebugResult{
		Request: plan.Request, Response: r.text(body.Method, dc.RequestID, ended, latency),
		Latency: latency, Log: strings.Join(log, "\n"),
	}, nil
}

// call makes the call and returns the response, with a line for the log. Causes are told in words of our
// own: the errors of a call hold the whole URL, or addresses of an internal network.
func (g *Debugger) call(ctx context.Context, call *apig.DebugCall, requestID string) (reply, string) {
	ctx, cancel := context.WithTimeout(ctx, call.Timeout)
	defer cancel()
	r, err := g.exchange(ctx, call)
	switch {
	case err == nil:
		return r, fmt.Sprintf("the backend answered with status %d", r.status)
	case isTimeout(err):
		return own(apig.BackendTimeout(requestID)), "the backend did not answer in time"
	default:
		return own(apig.BackendUnavailable(requestID)), cause(err)
	}
}

func (g *Debugger) exchange(ctx context.Context, call *apig.DebugCall) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, call.Method, call.URL, strings.NewReader(call.Body))
	if err != nil {
		return reply{}, fmt.Errorf("make request: %w", err)
	}
	req.Header = call.Header
	resp, err := g.client.Do(req)
	if err != nil {
		return reply{}, fmt.Errorf("call backend: %w", err)
	}
	text, cut, err := guardedhttp.ReadBounded(resp, apig.MaxDebugBody)
	if err != nil {
		return reply{}, fmt.Errorf("read backend's answer: %w", err)
	}
	header := maps.Clone(resp.Header)
	if len(resp.TransferEncoding) > 0 {
		header["Transfer-Encoding"] = resp.TransferEncoding
	}
	return reply{status: resp.StatusCode, header: header, body: bodyText(text, cut)}, nil
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// cause says why a call failed, without any address.
func cause(err error) string {
	var unknownHost *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, guardedhttp.ErrBlocked):
		return "the backend's address is not one that this server may call"
	case errors.As(err, &unknownHost):
		return "the name of the backend cannot be resolved"
	case errors.As(err, &certificate):
		return "the certificate of the backend is not valid"
	default:
		return "the backend cannot be reached, or its answer is not HTTP or breaks off"
	}
}

// reply is a response, of a backend or the gateway's own.
type reply struct {
	status int
	header http.Header
	body   string
}

// own is the gateway's own answer; the zero reply for nil.
func own(answer *apig.DebugAnswer) reply {
	if answer == nil {
		return reply{}
	}
	header := http.Header{
		"Content-Type": {"application/json"}, "Content-Length": {strconv.Itoa(len(answer.Body))},
	}
	return reply{status: answer.Status, header: header, body: answer.Body}
}

// text is the response as the gateway sends it to the request's sender: without what belongs to the
// connection with the backend, with the gateway's own headers.
func (r reply) text(method, requestID string, now time.Time, latency int) string {
	for _, name := range []string{"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Upgrade"} {
		r.header.Del(name)
	}
	r.header.Set("Date", now.UTC().Format(http.TimeFormat))
	r.header.Set("Server", "api-gateway")
	r.header.Set("X-Apig-Latency", strconv.Itoa(latency))
	if requestID != "" {
		r.header.Set("X-Request-Id", requestID)
	}
	if method == http.MethodHead {
		r.body = ""
	}
	start := strings.TrimSpace(fmt.Sprintf("HTTP/1.1 %d %s", r.status, http.StatusText(r.status)))
	return apig.DebugText(start, r.header, r.body)
}

// bodyText returns a body as the text of a JSON document can hold it: bytes that are not UTF-8 become
// U+FFFD. cut says that there was more; a character that the cut went through goes with the rest.
func bodyText(body []byte, cut bool) string {
	if !cut {
		return strings.ToValidUTF8(string(body), "\uFFFD")
	}
	return strings.ToValidUTF8(string(wholeRunes(body)), "\uFFFD") + truncated
}

// wholeRunes returns body without the beginning of a character at its end.
func wholeRunes(body []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(body); n++ {
		last := body[len(body)-n:]
		if utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return body[:len(body)-n]
			}
			break
		}
	}
	return body
}
