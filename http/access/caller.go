// Package access finds out who sends a request: by the signature SDK-HMAC-SHA256 of an access key, or by
// a token that a password was exchanged for (APIG V2 §2.2). What callers may do, their policies say.
package access

import (
	"context"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
)

// Caller is who sends a request, proven.
type Caller struct {
	user    identity.User
	scope   string // the one tenant that a token is good for; empty: a signature is good for all
	actor   domain.Actor
	project func(id string) (identity.Project, bool)
}

var _ commands.Policy = (*Caller)(nil)

// User is the user that the caller is.
func (c *Caller) User() identity.User { return c.user }

// Scope is the tenant that the caller's token was issued for: the id of a project, or identity.Account.
// It is empty for a signed request, which may concern every tenant.
func (c *Caller) Scope() string { return c.scope }

// Actor says who the caller is and through what, for the log.
func (c *Caller) Actor() domain.Actor { return c.actor }

// Allows reports whether the caller may do an action in a tenant: an existing project, or
// identity.Account. It implements commands.Policy.
func (c *Caller) Allows(tenant, action string) bool {
	if c.scope != "" && c.scope != tenant {
		return false
	}
	if tenant != identity.Account {
		if _, exists := c.project(tenant); !exists {
			return false
		}
	}
	return identity.Allows(c.user.Policies, tenant, action)
}

type callerKey struct{}

// WithCaller returns a context of a request that c sends.
func WithCaller(ctx context.Context, c *Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom returns who sends the request of a context; nil when nobody was authenticated.
func CallerFrom(ctx context.Context) *Caller {
	c, _ := ctx.Value(callerKey{}).(*Caller)
	return c
}
