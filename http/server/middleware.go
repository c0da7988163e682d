package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/http/web"
)

// Headers of all surfaces.
const (
	headerRequestID      = "X-Request-Id"
	headerReason         = "Gatelog-Reason"
	headerIdempotencyKey = "Idempotency-Key"
)

// Bounds of what a request says about itself; what is longer is cut, but for the idempotency key.
const (
	maxRequestID      = 64
	maxReason         = 1024
	maxIdempotencyKey = 255
)

// identify gives each request an id, the client's own if it is a plain word, and keeps what the
// request says about itself for the command it causes.
func identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		trace := commands.NewTrace()
		id := r.Header.Get(headerRequestID)
		if !plainWord(id, maxRequestID) {
			id = trace.ID()
		}
		c.Response().Header().Set(headerRequestID, id)
		c.Response().Header().Set(echo.HeaderXContentTypeOptions, "nosniff")
		meta := commands.Meta{
			RequestID: id, Reason: clean(r.Header.Get(headerReason), maxReason), IdempotencyKey: r.Header.Get(headerIdempotencyKey), Trace: trace,
		}
		c.SetRequest(r.WithContext(web.WithMeta(r.Context(), meta)))
		return next(c)
	}
}

// readable refuses, before anything else looks at them, keys and parameters that no database keeps or
// that would be passed over in silence: text that is not UTF-8 or holds NUL, a query that can't be read.
func (o *Options) readable(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if key := r.Header.Get(headerIdempotencyKey); len(key) > maxIdempotencyKey || !plainText(key) {
			return o.deny(c, about(headerIdempotencyKey, "a key has at most 255 bytes of UTF-8"))
		}
		query, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return o.deny(c, about("", "the query of the request cannot be read: %v", err))
		}
		for name, values := range query {
			if !plainText(name) || slices.ContainsFunc(values, func(v string) bool { return !plainText(v) }) {
				return o.deny(c, about(strings.ToValidUTF8(name, "?"), "query parameters are UTF-8 text without NUL"))
			}
		}
		return next(c)
	}
}

// about is the refusal of a parameter.
func about(param, format string, args ...any) *domain.Error {
	refusal := domain.Errorf(domain.CodeInvalid, format, args...)
	refusal.Param = param
	return refusal
}

// plainText reports whether s is UTF-8 without NUL.
func plainText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

func plainWord(s string, most int) bool {
	if s == "" || len(s) > most {
		return false
	}
	return !strings.ContainsFunc(s, func(c rune) bool {
		return c != '-' && c != '_' && c != '.' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	})
}

// clean makes a header's text safe to keep: valid UTF-8, no control characters, bounded.
func clean(s string, most int) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == utf8.RuneError {
			return -1
		}
		return c
	}, s)
	for len(s) > most {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// deadline bounds how long a request may take. A stream bounds itself, see web.Connection.
func deadline(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(web.WithConnection(c.Request().Context()), requestTimeout)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		return next(c)
	}
}

// recoverAndLog writes one line per request, and turns a panic into a 500 that says nothing.
func (o *Options) recoverAndLog(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		began := time.Now()
		defer func() {
			p := recover()
			late := p != nil && c.Response().Committed
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				o.logRequest(c, time.Since(began))
				panic(p) // the handler has said why
			}
			if p != nil {
				o.Logger.Error("panic in a handler", "panic", fmt.Sprint(p), "stack", string(debug.Stack()), "path", c.Path())
				o.fallback(echo.NewHTTPError(http.StatusInternalServerError), c)
			}
			o.logRequest(c, time.Since(began))
			if late {
				panic(http.ErrAbortHandler) // half an answer must not look like a whole one
			}
		}()
		if err := next(c); err != nil {
			c.Error(err)
		}
		return nil
	}
}

func (o *Options) logRequest(c echo.Context, took time.Duration) {
	r, status, level := c.Request(), c.Response().Status, slog.LevelDebug
	if status >= http.StatusInternalServerError && status != http.StatusNotImplemented && c.Path() != "/readyz" {
		level = slog.LevelWarn
	}
	o.Logger.Log(r.Context(), level, "request", "method", r.Method, "route", c.Path(), "status", status,
		"duration", took, "request_id", web.RequestID(r.Context()), "remote", c.RealIP())
}

type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newMetrics(r *prometheus.Registry) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatelog_http_requests_total", Help: "HTTP requests by route, method and status.",
		}, []string{"route", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "gatelog_http_request_duration_seconds", Help: "Time to answer an HTTP request.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route", "method"}),
	}
	return m, errors.Join(r.Register(m.requests), r.Register(m.duration))
}

// measure counts requests by route, never by path: a client can't make a new series.
func (m *metrics) measure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		defer func() { // an answer that broke off counts too
			route, method := c.Path(), c.Request().Method
			if !known[method] {
				method = "other"
			}
			m.requests.WithLabelValues(route, method, strconv.Itoa(c.Response().Status)).Inc()
			m.duration.WithLabelValues(route, method).Observe(time.Since(began).Seconds())
		}()
		return next(c)
	}
}

var known = map[string]bool{
	http.MethodGet: true, http.MethodPost: true, http.MethodPut: true, http.MethodDelete: true,
	http.MethodHead: true, http.MethodPatch: true, http.MethodOptions: true,
}
