package identityhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/commands"
	commandsidentity "github.com/gatelog/gatelog/commands/identity"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/http/access"
	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/http/web"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/internal/secret/secrettest"
	"github.com/gatelog/gatelog/projections"
	directory "github.com/gatelog/gatelog/projections/identity"
)

func TestMain(m *testing.M) {
	web.SetUp()
	m.Run()
}

// bundle is a server of this surface over a real bus and directory, on a log in memory, with an account
// in it.
type bundle struct {
	Deps
	log     *eventstore.Memory
	handler http.Handler
	made    commandsidentity.Bootstrapped
	printed *bytes.Buffer // what was logged
}

const adminPassword = "correct horse battery"

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{log: eventstore.NewMemory(), printed: &bytes.Buffer{}}
	b.Logger = slog.New(slog.NewTextHandler(b.printed, &slog.HandlerOptions{Level: slog.LevelDebug}))
	keyring := secrettest.Keyring(t)
	tokens, err := secret.NewTokens(secrettest.Master(t), "login")
	if err != nil {
		t.Fatal(err)
	}
	marks := projections.NewWatermarks()
	b.Bus = commands.New(commands.Options{Log: b.log, Waiter: marks, Sealer: keyring, Node: "test", Logger: b.Logger})
	t.Cleanup(b.Bus.Close)
	b.Commands = commandsidentity.New(keyring)
	b.Directory = directory.NewDirectory(b.log, keyring, marks, b.Logger)
	follow(t, b.Directory)
	b.Access = access.New(access.Options{Directory: b.Directory, Tokens: tokens, Logger: b.Logger})
	b.handler = b.serve()
	b.made, err = b.Commands.Bootstrap(t.Context(), b.Bus, commandsidentity.Bootstrap{Account: "acme", Project: "cn-north-4", User: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// withPassword gives the administrator a password: only tests that need one wait for its hash.
func (b *bundle) withPassword(t *testing.T) *bundle {
	t.Helper()
	call := commands.System(identity.Account, "r0", "test")
	if _, _, err := b.Commands.SetPassword(t.Context(), b.Bus, call, b.made.User.ID, adminPassword); err != nil {
		t.Fatal(err)
	}
	return b
}

// serve puts the surface on a server as the real one does.
func (b *bundle) serve() http.Handler {
	e := echo.New()
	identify := func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			meta := commands.Meta{RequestID: "r1", Reason: r.Header.Get("Gatelog-Reason"), IdempotencyKey: r.Header.Get("Idempotency-Key")}
			c.SetRequest(r.WithContext(web.WithMeta(r.Context(), meta)))
			return next(c)
		}
	}
	e.Use(identify, access.Middleware(b.Access, func(r *http.Request) bool { return !Open(r) }, Deny))
	config := huma.DefaultConfig("test", "1")
	config.CreateHooks = nil
	Register(humaecho.New(e, config), e, b.Deps)
	return e
}

func follow(t *testing.T, d *directory.Directory) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the directory ended with %v", err)
		}
	})
	<-d.Ready()
}

// --- Requests ---------------------------------------------------------------------------------

// way makes a request one of somebody.
type way func(t *testing.T, r *http.Request, body []byte)

func nobody(*testing.T, *http.Request, []byte) {}

func signedWith(accessKey, key string) way {
	return func(t *testing.T, r *http.Request, body []byte) {
		if err := signature.Sign(r, body, accessKey, key, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
}

func (b *bundle) admin() way { return signedWith(b.made.Key.AccessKey, b.made.Key.Secret) }

func with(name, value string, then way) way {
	return func(t *testing.T, r *http.Request, body []byte) {
		r.Header.Set(name, value)
		then(t, r, body)
	}
}

func token(text string) way { return with(access.HeaderToken, text, nobody) }

// answered is what came back.
type answered struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

func (b *bundle) send(t *testing.T, by way, method, path, body string) answered {
	t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, "http://gatelog.test"+path, content)
	r.RemoteAddr = "192.0.2.7:4711"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	by(t, r, []byte(body))
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return answered{t, w.Code, w.Header(), w.Body.String()}
}

// must fails unless the status is as said.
func (a answered) must(status int) answered {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// into reads the body.
func (a answered) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		a.t.Fatalf("%v: %s", err, a.body)
	}
}

// says fails unless the body has all the parts.
func (a answered) says(parts ...string) answered {
	a.t.Helper()
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			a.t.Errorf("the answer does not have %q: %s", part, a.body)
		}
	}
	return a
}

// member returns a member of the answer that is a string.
func (a answered) member(name string) string {
	a.t.Helper()
	var all map[string]any
	a.into(&all)
	text, ok := all[name].(string)
	if !ok {
		a.t.Fatalf("no text %q in %s", name, a.body)
	}
	return text
}

// user makes a user with one statement, and returns its id and the way of its new key.
func (b *bundle) user(t *testing.T, name, project string, actions ...string) (string, way) {
	t.Helper()
	id := b.send(t, b.admin(), "POST", "/gatelog/v1/users", `{"name":"`+name+`"}`).must(http.StatusCreated).member("id")
	if len(actions) > 0 {
		statement, err := json.Marshal(policies{[]identity.Statement{{Effect: identity.Allow, Actions: actions, Projects: []string{project}}}})
		if err != nil {
			t.Fatal(err)
		}
		b.send(t, b.admin(), "PUT", "/gatelog/v1/users/"+id+"/policies", string(statement)).must(http.StatusOK)
	}
	k := b.send(t, b.admin(), "POST", "/gatelog/v1/users/"+id+"/access-keys", "").must(http.StatusCreated)
	return id, signedWith(k.member("access_key"), k.member("secret_key"))
}

// everything returns all that is in the log, as text.
func (b *bundle) everything(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, r := range eventstoretest.All(t, b.log) {
		all.WriteString(r.Type + " " + string(r.Data) + "\n")
	}
	return all.String()
}
