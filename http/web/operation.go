package web

import "github.com/danielgtaylor/huma/v2"

// Prepared returns the operation for a server that has read the body before any handler runs. huma
// would give the connection a deadline for reading the body and leave it there; when it passed while
// the handler still works, net/http would take the client for gone and end the contexts of this and
// of every later request on the connection.
func Prepared(op huma.Operation) huma.Operation {
	op.BodyReadTimeout = -1 // no deadline
	op.MaxBodyBytes = -1    // bounded by the authentication
	return op
}
