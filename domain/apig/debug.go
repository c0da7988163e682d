package apig

import (
	"log/slog"
	"time"

	"github.com/gatelog/gatelog/domain"
)

// The modes of debugging (APIG V2 §3.5.8). MARKET, which the reference calls not used, is refused.
const (
	DebugDeveloper = "DEVELOPER" // the draft
	DebugConsumer  = "CONSUMER"  // what is in effect in an environment
)

// Limits of debugging.
const (
	// MaxDebugBody is the longest body of a debugging request in bytes, and how much of a response's
	// body the result holds (APIG V2 §3.5.8).
	MaxDebugBody = 2097152
	// MaxDebugTimeout is how long a debugging request waits for a backend at most, whatever the
	// definition allows. (Not in the reference: the console's limit.)
	MaxDebugTimeout = 60 * time.Second
)

// DebugBody is the body of APIG V2 §3.5.8: a request that the gateway shall carry out.
type DebugBody struct {
	Body      string              `json:"body,omitempty" maxLength:"2097152" doc:"Request body, at most 2097152 bytes."`
	Header    map[string][]string `json:"header,omitempty" doc:"Headers. Names: letters, digits, . and -, first a letter, at most 32 bytes; not X-Apig-*, X-Sdk-*, X-Stage; in mode CONSUMER not X-Auth-Token, Authorization."`
	Method    string              `json:"method" enum:"GET,POST,PUT,DELETE,HEAD,PATCH,OPTIONS" doc:"Request method."`
	Mode      string              `json:"mode" enum:"DEVELOPER,CONSUMER" doc:"DEVELOPER debugs the draft, CONSUMER what is in effect in an environment."`
	Path      string              `json:"path" maxLength:"1024" doc:"Request path."`
	Query     map[string][]string `json:"query,omitempty" doc:"Query parameters. Names: letters, digits, ., _ and -, first a letter, at most 32 bytes; not X-Apig-*, X-Sdk-*, X-Stage."`
	Scheme    string              `json:"scheme" enum:"HTTP,HTTPS" doc:"Request protocol."`
	AppKey    string              `json:"app_key,omitempty" maxLength:"255" doc:"Key of the app that the request is made for."`
	AppSecret string              `json:"app_secret,omitempty" maxLength:"255" doc:"Secret of that app."`
	Domain    string              `json:"domain,omitempty" maxLength:"255" doc:"host[:port] of the request (default: the group's subdomain)."`
	Stage     string              `json:"stage,omitempty" maxLength:"64" pattern:"^[A-Za-z][A-Za-z0-9_]*$" doc:"Environment, effective in mode CONSUMER (default RELEASE)."`
}

// EnvName returns the name of the environment whose definition b debugs: RELEASE unless stage says
// otherwise in mode CONSUMER, "" in mode DEVELOPER, which has none.
func (b DebugBody) EnvName() string {
	switch {
	case b.Mode != DebugConsumer:
		return ""
	case b.Stage != "":
		return b.Stage
	default:
		return ReleaseEnvName
	}
}

// String returns mode and method alone: everything else in b may be or hold a secret.
func (b DebugBody) String() string { return "debug " + b.Mode + " " + b.Method }

// LogValue is String, for slog.
func (b DebugBody) LogValue() slog.Value { return slog.StringValue(b.String()) }

// DebugResult is the answer of APIG V2 §3.5.8.
type DebugResult struct {
	Request  string `json:"request" doc:"The request as text."`
	Response string `json:"response" doc:"The response as text; a body over 2097152 bytes is cut and [TRUNCATED] appended."`
	Latency  int    `json:"latency" doc:"Milliseconds that debugging took."`
	Log      string `json:"log" doc:"What the gateway did, one step a line."`
}

// DebugContext is what the gateway knows of a request besides what it says.
type DebugContext struct {
	APIID string
	// Domains are the names at which the API's group is reached, without port, the default one first;
	// *.example.com stands for all names below it. A request to another domain is not for this API.
	// Empty: the domain is not looked at.
	Domains []string
	// SourceIP is the address of the caller, as text; "" when it is not known.
	SourceIP string
	// AppID is the app whose key and secret the request has, when someone checked them; else "".
	AppID string
	// RequestID becomes the X-Request-Id of request and response.
	RequestID string
	// ServerAddr and ServerName are the gateway's own address and name.
	ServerAddr, ServerName string
	// Now is when the request is handled.
	Now time.Time
}

// DebugPlan is what the gateway does with a debugging request: it answers itself, or calls the backend.
// Just one of Answer and Call is given.
type DebugPlan struct {
	// Request is the request as text.
	Request string
	Answer  *DebugAnswer
	Call    *DebugCall
	// Log says how the gateway came to it, one step an entry. It names no value of a header, a query
	// parameter, a cookie or a constant: each could be a secret.
	Log []string
}

// DebugCall is a request to a backend.
type DebugCall struct {
	Method string
	URL    string // absolute
	// Header has canonical names and values that can be sent as they are. It lacks what frames the
	// message: Host and Content-Length follow from URL and Body.
	Header  map[string][]string
	Body    string
	Timeout time.Duration // at most MaxDebugTimeout
}

// ErrDebugVariable is APIG.2030: the API uses an environment variable in a backend address, so that it
// cannot be debugged (APIG V2 §3.3.1).
func ErrDebugVariable(name string) *domain.Error {
	return domain.Errorf("APIG.2030",
		"Bad request for debugging the API: a backend address uses the environment variable %s", shown(name))
}
