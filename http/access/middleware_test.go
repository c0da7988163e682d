package access

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/http/web"
)

// seen is what came out of the middleware.
type seen struct {
	caller *Caller
	meta   commands.Meta
	body   string
	denied error
}

func (b *bundle) through(t *testing.T, r *http.Request) seen {
	t.Helper()
	var s seen
	needed := func(r *http.Request) bool { return r.URL.Path != "/open" }
	deny := func(c echo.Context, err error) error {
		s.denied, s.meta = err, web.MetaFrom(c.Request().Context())
		return nil
	}
	handler := func(c echo.Context) error {
		body, err := io.ReadAll(c.Request().Body)
		s.caller, s.meta, s.body = CallerFrom(c.Request().Context()), web.MetaFrom(c.Request().Context()), string(body)
		return err
	}
	r = r.WithContext(web.WithMeta(r.Context(), commands.Meta{RequestID: "r1", Reason: "because"}))
	if err := Middleware(b.Access, needed, deny)(handler)(echo.New().NewContext(r, httptest.NewRecorder())); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMiddlewareLetsACallerThrough(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token, _, err := b.Issue(b.made.User, b.made.Project.ID)
	if err != nil {
		t.Fatal(err)
	}
	withToken := request("POST", "/x", aBody)
	withToken.Header.Set(HeaderToken, token)
	for name, r := range map[string]*http.Request{"a signature": b.signed(t, b.made.Key, "POST", "/x", aBody), "a token": withToken} {
		s := b.through(t, r)
		if s.denied != nil || s.caller == nil || s.caller.User().Name != "admin" || s.body != aBody {
			t.Errorf("%s: denied %v, caller %v, body %q", name, s.denied, s.caller, s.body)
		}
		if s.meta.Actor.UserName != "admin" || s.meta.RequestID != "r1" || s.meta.Reason != "because" {
			t.Errorf("%s: meta %+v", name, s.meta)
		}
	}
}

// Who sends a body that is too large, or breaks off, is known by a token, and not by a signature that covers it.
func TestMiddlewareTellsWhoWasRefusedForTheBody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token, _, err := b.Issue(b.made.User, b.made.Project.ID)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		body io.Reader
		code string
	}{
		"too large":  {strings.NewReader(strings.Repeat("x", signature.MaxBody+1)), domain.CodeTooLarge},
		"broken off": {iotest.ErrReader(io.ErrUnexpectedEOF), domain.CodeInvalid},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/x", c.body)
		r.Header.Set(HeaderToken, token)
		if s := b.through(t, r); domain.CodeOf(s.denied) != c.code || s.meta.Actor.UserName != "admin" || s.caller != nil {
			t.Errorf("%s: denied %v to %+v", name, s.denied, s.meta.Actor)
		}
		r = b.signed(t, b.made.Key, "POST", "/x", aBody)
		r.Body = io.NopCloser(c.body)
		if s := b.through(t, r); s.denied == nil || s.meta.Actor.UserName != "" {
			t.Errorf("%s, signed: denied %v to %+v", name, s.denied, s.meta.Actor)
		}
	}
}

func TestMiddlewareLeavesOpenRequestsAlone(t *testing.T) {
	t.Parallel()
	s := setup(t).through(t, request("POST", "/open", aBody))
	if s.denied != nil || s.caller != nil || s.body != aBody || s.meta.Actor.UserID != "" {
		t.Errorf("%+v", s)
	}
}

func TestMiddlewareRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	large := strings.Repeat("x", signature.MaxBody+1)
	chunked := b.signed(t, b.made.Key, "POST", "/x", large)
	chunked.ContentLength = -1
	broken := b.signed(t, b.made.Key, "POST", "/x", aBody)
	broken.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
	unread := request("POST", "/x", "")
	unread.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
	tests := map[string]struct {
		request *http.Request
		code    string
	}{
		"a body over 12 MB":                  {b.signed(t, b.made.Key, "POST", "/x", large), domain.CodeTooLarge},
		"a body over 12 MB, length not told": {chunked, domain.CodeTooLarge},
		"a body that breaks off":             {broken, domain.CodeInvalid},
		"a stranger, before its body":        {unread, domain.CodeUnauthenticated},
		"a forged signature": {func() *http.Request {
			r := b.signed(t, b.made.Key, "POST", "/x", aBody)
			r.Header.Set("Authorization", r.Header.Get("Authorization")[:len(r.Header.Get("Authorization"))-4]+"beef")
			return r
		}(), domain.CodeUnauthenticated},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := b.through(t, tt.request)
			refused(t, s.denied, tt.code)
			if s.caller != nil {
				t.Error("the handler was reached")
			}
		})
	}
}

func TestABodyOfTwelveMegabytesPasses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.through(t, b.signed(t, b.made.Key, "POST", "/x", strings.Repeat("x", signature.MaxBody)))
	if s.denied != nil || len(s.body) != signature.MaxBody {
		t.Errorf("denied %v, body of %d bytes", s.denied, len(s.body))
	}
}
