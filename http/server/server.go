// Package server puts the surfaces of Gatelog on one HTTP server, with what all of them share: request
// ids, authentication, metrics, the description of the API, health.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/http/web"
)

// Surface is a part of the API that has its own paths and its own way to refuse.
type Surface struct {
	// Name is what the audit trail calls it.
	Name string
	// Prefix is the beginning of its paths, e.g. "/v2/".
	Prefix string
	// Open, when not nil, tells which requests need no authentication.
	Open func(r *http.Request) bool
	// Deny answers a request that was refused before it reached an operation.
	Deny func(c echo.Context, err error) error
	// Register adds the operations.
	Register func(api huma.API, e *echo.Echo)
}

// Options of a Server.
type Options struct {
	Version  string
	Surfaces []Surface
	// Authenticate is the middleware that establishes the caller of the requests that need one.
	Authenticate func(needed func(r *http.Request) bool, deny func(c echo.Context, err error) error) echo.MiddlewareFunc
	// AsOf returns a context in which queries see the world as it was at a moment, which text names; of a
	// ReadOnly server an empty text is the moment that it shows.
	AsOf func(ctx context.Context, text string) (context.Context, error)
	// ReadOnly says that the server shows one moment: whatever is no GET is refused.
	ReadOnly bool
	// Ready returns nil when the log and the read models are; else why they are not.
	Ready func(ctx context.Context) error
	// Attempts keeps mutating requests that left nothing in the log: refused, failed, or without a change. It
	// returns when they are kept, or cannot be: the answer waits for it. Nil keeps none.
	Attempts func(ctx context.Context, a audit.Attempt)
	// Project reports whether a project exists. Nil: none does.
	Project func(id string) bool
	Metrics *prometheus.Registry
	Logger  *slog.Logger
}

// Bounds of one request.
const (
	requestTimeout = 75 * time.Second // debugging waits for a backend up to 60
	headerTimeout  = 10 * time.Second
	bodyTimeout    = 60 * time.Second
	answerTimeout  = 180 * time.Second // from the end of the header on: body, work, and a client that reads slowly
	idleTimeout    = 120 * time.Second
	maxHeaderBytes = 64 << 10
)

// New returns the handler of all surfaces.
func New(o Options) (*echo.Echo, error) {
	web.SetUp()
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = o.fallback
	e.IPExtractor = echo.ExtractIPDirect() // a header would say what the client likes
	metrics, err := newMetrics(o.Metrics)
	if err != nil {
		return nil, err
	}
	names := operationNames{ids: map[string]string{}, audited: map[string]web.Audited{}}
	e.Use(identify, names.tell(&o), metrics.measure, o.keepAttempts(names), o.recoverAndLog, deadline, o.readable, o.Authenticate(o.needed, o.deny), o.timeTravel)
	api := humaecho.New(e, config(o.Version))
	for _, s := range o.Surfaces {
		s.Register(api, e)
	}
	names.learn(api.OpenAPI(), e.Routes())
	offerAsOf(api.OpenAPI())
	describe(e, api.OpenAPI())
	e.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	e.GET("/readyz", o.readyz)
	e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(o.Metrics, promhttp.HandlerOpts{})))
	docs := v5emb.NewHandlerWithConfig(swgui.Config{Title: "Gatelog", SwaggerJSON: "/openapi.json", BasePath: "/docs/"})
	e.GET("/docs", func(c echo.Context) error { return c.Redirect(http.StatusMovedPermanently, "/docs/") })
	e.GET("/docs/*", echo.WrapHandler(docs))
	return e, nil
}

// HTTP returns a server for the handler with bounds on everything a client can make it wait for.
func HTTP(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, WriteTimeout: answerTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// surface returns the surface that a path belongs to, or nil.
func (o *Options) surface(path string) *Surface {
	for i := range o.Surfaces {
		if strings.HasPrefix(path, o.Surfaces[i].Prefix) {
			return &o.Surfaces[i]
		}
	}
	return nil
}

// needed tells whether a request must be authenticated.
func (o *Options) needed(r *http.Request) bool {
	s := o.surface(r.URL.Path)
	return s != nil && (s.Open == nil || !s.Open(r))
}

// deny refuses in the shape of the request's surface. Outside all of them nobody has to be known, and
// what is refused is malformed.
func (o *Options) deny(c echo.Context, err error) error {
	if s := o.surface(c.Request().URL.Path); s != nil {
		return s.Deny(c, err)
	}
	message := http.StatusText(http.StatusBadRequest)
	if refusal := (*domain.Error)(nil); errors.As(err, &refusal) {
		message = refusal.Message
	}
	return o.plain(c, http.StatusBadRequest, message)
}

// failure is the shape of errors outside all surfaces.
type failure struct {
	Code      string `json:"error_code"`
	Message   string `json:"error_msg"`
	RequestID string `json:"request_id"`
}

func (o *Options) plain(c echo.Context, status int, message string) error {
	return c.JSON(status, failure{fmt.Sprintf("GATELOG.%04d", status), message, web.RequestID(c.Request().Context())})
}

// fallback answers for what no handler answered: no such path, a panic.
func (o *Options) fallback(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	status, message := http.StatusInternalServerError, "internal error"
	var he *echo.HTTPError
	if errors.As(err, &he) {
		status, message = he.Code, http.StatusText(he.Code)
		if status == http.StatusNotFound {
			message = "no such path; /docs lists what is served"
		}
	}
	if err := o.plain(c, status, message); err != nil {
		o.Logger.Debug("could not answer", "error", err)
	}
}

func (o *Options) readyz(c echo.Context) error {
	if err := o.Ready(c.Request().Context()); err != nil {
		return c.String(http.StatusServiceUnavailable, "not ready: "+err.Error()+"\n")
	}
	return c.String(http.StatusOK, "ready\n")
}

func config(version string) huma.Config {
	c := huma.DefaultConfig("Gatelog", version)
	c.Info.Description = "A control plane for API gateways that keeps every change as an event. " +
		"Requests are signed (SDK-HMAC-SHA256) or carry X-Auth-Token."
	c.CreateHooks = nil // no $schema members and links in answers: clients know their shapes
	// The description is served by describe, the page for people by New.
	c.DocsPath, c.SchemasPath, c.OpenAPIPath = "", "", ""
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"signature": {Type: "apiKey", In: "header", Name: "Authorization", Description: "SDK-HMAC-SHA256 with an access key"},
		"token":     {Type: "apiKey", In: "header", Name: "X-Auth-Token", Description: "Token from POST /v3/auth/tokens"},
	}
	c.Security = []map[string][]string{{"signature": {}}, {"token": {}}}
	format := huma.Format{Marshal: marshal, Unmarshal: strict}
	c.Formats = map[string]huma.Format{"application/json": format, "json": format}
	return c
}

// module is the beginning of the paths of our packages.
const module = "github.com/gatelog/gatelog/"

// schemaName names a schema by package and type: surfaces may use the same word for different things.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	pkg, ours := strings.CutPrefix(t.PkgPath(), module)
	if !ours {
		return name
	}
	layer, surface, _ := strings.Cut(pkg, "/")
	if layer == "http" {
		layer = ""
	}
	return title(layer) + title(path.Base(surface)) + name
}

func title(word string) string {
	if word == "" || word == "." {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// marshal writes an answer as JSON. One that is kept ready writes itself: encoding/json would read
// through it twice again.
func marshal(w io.Writer, v any) error {
	if ready, ok := v.(io.WriterTo); ok {
		_, err := ready.WriteTo(w)
		return err
	}
	return huma.DefaultJSONFormat.Marshal(w, v)
}
