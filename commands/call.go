// Package commands runs use cases: it loads the state, asks the domain, appends what it decided, and
// waits until the read models have it. It knows no surface; each surface lists its use cases in a
// package below.
package commands

import (
	"unicode/utf8"

	"github.com/gatelog/gatelog/domain"
)

// Bounds of what a request says about itself, in bytes.
const (
	maxReason = 1024
	maxKey    = 255
	maxName   = 256 // of all that names the request and its actor
)

// Meta is what a request says about itself.
type Meta struct {
	// Actor is who makes the change; its texts have at most 256 bytes, and Client is cut to that.
	Actor domain.Actor `json:"actor"`
	// RequestID has at most 256 bytes.
	RequestID string `json:"request_id"`
	// Operation is '<surface>/<operation id>' of the HTTP API that was called, at most 256 bytes; empty for
	// none.
	Operation string `json:"operation,omitempty"`
	// Reason is why the caller makes the change, in its own words; at most 1024 bytes.
	Reason string `json:"reason,omitempty"`
	// IdempotencyKey makes a repeated call return the first answer; empty for none, at most 255
	// bytes.
	IdempotencyKey string `json:"idempotency_key,omitempty"`
	// Asks says that the command changes nothing: its answer is not recorded, and it may be decided twice.
	Asks bool `json:"asks,omitempty"`
	// Trace follows the request; nil for what is no request of a client. It stays on the node that was asked.
	Trace *Trace `json:"-"`
}

// Policy answers whether its owner may do an action in a tenant.
type Policy interface {
	Allows(tenant, action string) bool
}

// Call is a request that was authorised. Only Authorize and System make one, so that nothing else
// reaches a command.
type Call struct {
	tenant string
	meta   Meta
}

// Tenant is the tenant that the call was authorised for.
func (c Call) Tenant() string { return c.tenant }

// Meta is what the request says about itself.
func (c Call) Meta() Meta { return c.meta }

// Asking returns the call for a command that changes nothing: without the Idempotency-Key, which stands for the
// one command of the request that does.
func (c Call) Asking() Call {
	c.meta.IdempotencyKey, c.meta.Asks = "", true
	return c
}

// Authorize returns the call when p allows one of the actions in the tenant, else an error with
// domain.CodeForbidden that names the first action. A request that says too much about itself gets
// domain.CodeInvalid.
func Authorize(p Policy, tenant string, meta Meta, actions ...string) (Call, error) {
	for _, action := range actions {
		if !p.Allows(tenant, action) {
			continue
		}
		if err := meta.check(); err != nil {
			return Call{}, err
		}
		meta.Actor.Client = cut(meta.Actor.Client)
		return Call{tenant: tenant, meta: meta}, nil
	}
	name := "an action that nobody is granted"
	if len(actions) > 0 {
		name = actions[0]
	}
	return Call{}, domain.Errorf(domain.CodeForbidden, "the policies of the caller do not allow %s", name)
}

// System returns a call that Gatelog makes itself: at its first start, and in reactions to events.
// reason says why.
func System(tenant, requestID, reason string) Call {
	return Call{tenant: tenant, meta: Meta{
		Actor:     domain.Actor{UserID: "gatelog", UserName: "gatelog"},
		RequestID: requestID, Reason: reason,
	}}
}

// check holds the request's words about itself against their bounds.
func (m Meta) check() error {
	for _, field := range []struct {
		name, value string
		most        int
	}{
		{"reason", m.Reason, maxReason}, {"idempotency key", m.IdempotencyKey, maxKey},
		{"request id", m.RequestID, maxName}, {"user id", m.Actor.UserID, maxName},
		{"user name", m.Actor.UserName, maxName}, {"access key", m.Actor.Key, maxName},
		{"client address", m.Actor.Address, maxName}, {"operation", m.Operation, maxName},
	} {
		if len(field.value) > field.most {
			return domain.Errorf(domain.CodeInvalid, "the %s of the request has %d bytes; at most %d are allowed", field.name, len(field.value), field.most)
		}
	}
	return nil
}

// cut returns at most maxName bytes of s, without half a character at its end.
func cut(s string) string {
	if len(s) <= maxName {
		return s
	}
	end := maxName
	for end > maxName-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
