package access

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/internal/secret"
	directory "github.com/gatelog/gatelog/projections/identity"
)

// HeaderToken carries a token.
const HeaderToken = "X-Auth-Token"

// Options of an Access. Directory and Tokens are required.
type Options struct {
	Directory *directory.Directory
	// Tokens makes and opens the tokens of users; nothing else may use their purpose.
	Tokens *secret.Tokens
	// Address returns the IP address of a request's sender. Default: that of the connection. Set it
	// behind a proxy that can be trusted to name the client.
	Address func(r *http.Request) string
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Logger. Default slog.Default().
	Logger *slog.Logger
}

// Bounds of what is remembered, in entries.
const (
	maxReplays  = 200_000 // signatures, for as long as they could be sent again
	maxGuessers = 20_000  // failed sign-ins, by user and address
)

// replayGrace lets two equal changes within one second through: their signatures are equal too.
const replayGrace = 2 * time.Second

// Access authenticates requests. It is safe for concurrent use.
type Access struct {
	Options
	replays *signature.ReplayGuard
	guesses *throttle
	dummy   []byte // what the signatures of unknown keys are held against
}

// New returns an Access.
func New(o Options) *Access {
	if o.Address == nil {
		o.Address = peer
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Access{
		Options: o, dummy: []byte(secret.NewToken()),
		replays: signature.NewReplayGuard(maxReplays, replayGrace), guesses: newThrottle(maxGuessers),
	}
}

func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// Authenticate returns who sends r; body must be all of its body. A request with a signature is taken
// by that, any other by its token. Errors: domain.CodeUnauthenticated, which tells what to do but not
// which access keys or users exist; domain.CodeTooLarge for a body over signature.MaxBody;
// domain.CodeUnavailable when it can't be told now.
func (a *Access) Authenticate(r *http.Request, body []byte) (*Caller, error) {
	h, err := signature.Parse(r.Header.Get("Authorization"))
	switch {
	case err == nil:
		return a.bySignature(r, h, body)
	case !errors.Is(err, signature.ErrMissing):
		return nil, spell(err)
	case r.Header.Get(HeaderToken) != "":
		return a.byToken(r)
	}
	return nil, domain.Errorf(domain.CodeUnauthenticated,
		"sign the request (SDK-HMAC-SHA256) or send the header %s with a token from POST /v3/auth/tokens", HeaderToken)
}

// bySignature treats an unknown access key as a wrong secret: it takes as long, and the answer is the
// same.
func (a *Access) bySignature(r *http.Request, h signature.Header, body []byte) (*Caller, error) {
	now := a.Now()
	if err := h.CheckTime(r, now); err != nil {
		return nil, spell(err)
	}
	owner, found, err := a.Directory.ByAccessKey(r.Context(), h.AccessKey)
	if err != nil {
		return nil, err
	}
	key := owner.Secret
	if !found {
		key = a.dummy
	}
	if err := h.Verify(r, body, key, now); err != nil {
		return nil, spell(err)
	}
	if !found || !owner.User.Enabled {
		return nil, spell(signature.ErrMismatch)
	}
	if err := a.replays.Admit(h, r, now); err != nil {
		return nil, spell(err)
	}
	return a.caller(r, owner.User, "", h.AccessKey), nil
}

func (a *Access) byToken(r *http.Request) (*Caller, error) {
	s, err := a.Session(r.Header.Get(HeaderToken))
	if err != nil {
		return nil, err
	}
	return a.caller(r, s.User, s.Scope, ""), nil
}

func (a *Access) caller(r *http.Request, u identity.User, scope, key string) *Caller {
	return &Caller{user: u, scope: scope, project: a.Directory.Project, actor: domain.Actor{
		UserID: u.ID, UserName: u.Name, Key: key, Address: a.Address(r), Client: clip(r.UserAgent()),
	}}
}

// maxClient is how much of a User-Agent is kept, in bytes.
const maxClient = 256

// clip makes a User-Agent safe to keep: UTF-8 without control characters, cut between characters.
func clip(agent string) string {
	agent = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == utf8.RuneError {
			return -1
		}
		return c
	}, agent[:min(len(agent), 2*maxClient)])
	if len(agent) <= maxClient {
		return agent
	}
	cut := maxClient
	for !utf8.RuneStart(agent[cut]) {
		cut--
	}
	return agent[:cut]
}

// spell turns an error of the signature into a refusal that says what to do.
func spell(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, signature.ErrBodyTooLarge):
		return domain.Errorf(domain.CodeTooLarge, "a request body has at most %d bytes", signature.MaxBody)
	case errors.Is(err, signature.ErrMismatch):
		return domain.Errorf(domain.CodeUnauthenticated,
			"the access key is not valid or the signature does not match: check both keys, and that nothing changes the request after it is signed")
	case errors.Is(err, signature.ErrExpired), errors.Is(err, signature.ErrMalformed), errors.Is(err, signature.ErrReplayed):
		return domain.Errorf(domain.CodeUnauthenticated, "%v", err)
	}
	return err
}
