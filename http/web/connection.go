package web

import "context"

type connectionKey struct{}

// WithConnection remembers ctx as the context that ends with the connection alone: requests get a deadline
// on top of it, and streams, which have none, find it again with Connection.
func WithConnection(ctx context.Context) context.Context {
	return context.WithValue(ctx, connectionKey{}, ctx)
}

// Connection returns the context that ends with the connection of a request, and not before. Without one it
// returns ctx.
func Connection(ctx context.Context) context.Context {
	if connection, ok := ctx.Value(connectionKey{}).(context.Context); ok {
		return connection
	}
	return ctx
}
