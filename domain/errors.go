package domain

import (
	"errors"
	"fmt"
)

// Error is a refusal by a rule: a value that travels unchanged from the rule that made it to the
// edge of a surface, where it is spelled in that surface's shape.
type Error struct {
	// Code is the documented code of the surface, e.g. "APIG.3202", or a kernel code such as
	// "gatelog.conflict".
	Code string `json:"code"`
	// Message says in English what was wrong, with which value, and what to do about it.
	Message string `json:"message"`
	// Param is the request parameter the refusal is about, as the client wrote it; empty when
	// it is about no single one.
	Param string `json:"param,omitempty"`
}

// Error returns code and message in one line.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Is reports whether target is an Error with the same code, so that errors.Is(err, &Error{Code: c})
// asks for a code.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code
}

// Errorf makes an Error with a formatted message.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// CodeOf returns the code of the first Error in err's chain, or "" when there is none.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Codes of refusals that every surface shares. A surface spells each of them with a code of its own
// reference.
const (
	// CodeConflict: another change got in between too often; the client may try again.
	CodeConflict = "gatelog.conflict"
	// CodeUnavailable: the log or the read models could not be reached in time; the client may
	// try again.
	CodeUnavailable = "gatelog.unavailable"
	// CodeForbidden: the caller's policies do not allow the action.
	CodeForbidden = "gatelog.forbidden"
	// CodeUnauthenticated: the caller did not prove who it is.
	CodeUnauthenticated = "gatelog.unauthenticated"
	// CodeKeyReused: an Idempotency-Key came back with a different request.
	CodeKeyReused = "gatelog.idempotency_key_reused"
	// CodeTooLarge: one command would cause more events, or larger ones, than one atomic append holds.
	CodeTooLarge = "gatelog.command_too_large"
	// CodeNotFound: the thing asked for does not exist in the log.
	CodeNotFound = "gatelog.not_found"
	// CodeInvalid: a parameter breaks its rule.
	CodeInvalid = "gatelog.invalid"
)
