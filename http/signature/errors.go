package signature

import "errors"

// The causes for which a request is refused, one error each; returned errors wrap one of them and
// never contain a secret. All of them are answered 401 (APIG.1002), except ErrBodyTooLarge.
var (
	// ErrMissing: the request carries no signature of this scheme. It may still log in another way.
	ErrMissing = errors.New("no SDK-HMAC-SHA256 signature")
	// ErrMalformed: a part of the signature, or of the request it covers, breaks its format or bound.
	ErrMalformed = errors.New("malformed request signature")
	// ErrExpired: X-Sdk-Date is further than MaxSkew from now, in either direction.
	ErrExpired = errors.New("request signature is outside its time window")
	// ErrMismatch: the signature does not belong to this request and this secret.
	ErrMismatch = errors.New("request signature does not match")
	// ErrBodyTooLarge: the body is longer than MaxBody (answered 413).
	ErrBodyTooLarge = errors.New("body of a signed request is too large")
	// ErrReplayed: this node has already carried out a change with this very signature.
	ErrReplayed = errors.New("request signature was used before")
)
