package secret

import "errors"

// Causes that callers tell apart. Returned errors wrap one of them and never contain a secret.
var (
	// ErrErased: the key that a value was sealed with does not exist (any more) for this tenant.
	ErrErased = errors.New("the secret was erased")
	// ErrInvalid: a sealed value or token was not made by this server for this tenant and context, or
	// was altered since.
	ErrInvalid = errors.New("not a value sealed for this use")
	// ErrOutOfBounds: an argument is empty where it must not be, or longer than its limit.
	ErrOutOfBounds = errors.New("argument is empty or too long")
	// ErrWrongMasterKey: a tenant's key was wrapped with another master key than the server runs with.
	ErrWrongMasterKey = errors.New("the master key is not the one that the keys were wrapped with")
	// ErrConflict: Store.Create found a key for the tenant.
	ErrConflict = errors.New("the tenant has a key already")
	// ErrMismatch: the password is not the one that was hashed.
	ErrMismatch = errors.New("wrong password")
	// ErrBusy: too many passwords are being checked; try again later.
	ErrBusy = errors.New("too many password checks at once")
)
