package subscriptions

import (
	"net/url"
	"time"

	"github.com/gatelog/gatelog/domain"
)

// Surface is the name of this surface in the log.
const Surface = "subscriptions"

// MaxPerTenant is how many subscriptions a tenant can have.
const MaxPerTenant = 50

// Forms in which events are sent: CloudEvents 1.0 §HTTP Protocol Binding 3.1, 3.2.
const (
	// ModeBinary: the attributes are headers, the body is the data.
	ModeBinary = "binary"
	// ModeStructured: the body is one JSON object with attributes and data.
	ModeStructured = "structured"
)

// Subscription is a webhook: events of a tenant that are sent to an address.
type Subscription struct {
	ID     string `json:"id"`
	Tenant string `json:"tenant"`
	Body
	// Secret signs what is sent. It is sealed.
	Secret string `json:"secret"`
	Paused bool   `json:"paused"`
	// Start is the position after which sending began, or began again when it was last rewound. Rewinds
	// counts how often that happened, so that progress made before is told apart from progress since.
	Start   domain.Position `json:"start"`
	Rewinds int             `json:"rewinds"`
	// CreatedAt and UpdatedAt are in UTC.
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Body is what a client says of a subscription.
type Body struct {
	Name        string `json:"name" minLength:"1" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9_.-]*$" doc:"Name, unique in the project."`
	Description string `json:"description,omitempty" maxLength:"255" doc:"What it is for."`
	URL         string `json:"url" minLength:"8" maxLength:"2048" doc:"Where events are sent, http or https. Private addresses are called only where the operator allows it."`
	Mode        string `json:"mode,omitempty" enum:"binary,structured" doc:"Form of the CloudEvents. Default structured."`
	Filter      Filter `json:"filter,omitempty" required:"false" doc:"Which events are sent. Default all of the project."`
	MaxAttempts int    `json:"max_attempts,omitempty" minimum:"1" maximum:"50" doc:"How often an event is tried before it becomes a dead letter. Default 16, which takes two to five hours."`
}

// Default of Body.MaxAttempts.
const defaultAttempts = 16

// settled returns the body with what is not given made plain, or what is wrong with it.
func (b Body) settled() (Body, error) {
	if b.Mode == "" {
		b.Mode = ModeStructured
	}
	if b.MaxAttempts == 0 {
		b.MaxAttempts = defaultAttempts
	}
	return b, b.Check()
}

// Check returns domain.CodeInvalid when the body breaks a rule.
func (b Body) Check() error {
	if bad := domain.Check(b); bad != nil {
		return invalid(bad.Path, "%s", bad.Error())
	}
	at, err := url.Parse(b.URL)
	switch {
	case err != nil || at.Scheme != "https" && at.Scheme != "http" || at.Hostname() == "":
		return invalid("url", "url must be an address that begins with https:// or http://")
	case at.User != nil:
		return invalid("url", "url must not hold a name or a password: what is sent is signed")
	case at.Fragment != "":
		return invalid("url", "url must have no fragment")
	}
	return nil
}

// Codes of refusals that only this surface has.
const (
	// CodeNameTaken: another subscription of the tenant has the name.
	CodeNameTaken = "gatelog.name_taken"
	// CodeLimitReached: the tenant has MaxPerTenant subscriptions.
	CodeLimitReached = "gatelog.limit_reached"
)

func invalid(param, format string, args ...any) *domain.Error {
	e := domain.Errorf(domain.CodeInvalid, format, args...)
	e.Param = param
	return e
}

// ErrNotFound is domain.CodeNotFound: the tenant has no such subscription.
func ErrNotFound() *domain.Error {
	return domain.Errorf(domain.CodeNotFound, "there is no subscription with this id: list the subscriptions to find it")
}
