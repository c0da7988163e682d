// Package web is what the surfaces share of HTTP.
package web

import (
	"context"

	"github.com/gatelog/gatelog/commands"
)

type metaKey struct{}

// WithMeta returns a context that says what a request says about itself.
func WithMeta(ctx context.Context, m commands.Meta) context.Context {
	return context.WithValue(ctx, metaKey{}, m)
}

// MetaFrom returns what the request of a context says about itself; empty when it says nothing.
func MetaFrom(ctx context.Context) commands.Meta {
	m, _ := ctx.Value(metaKey{}).(commands.Meta)
	return m
}

// RequestID returns the id of the request of a context; empty when it has none.
func RequestID(ctx context.Context) string { return MetaFrom(ctx).RequestID }
