package signature

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"
)

const (
	// MaxBody is the longest body of a signed request: 12 MB, in bytes (APIG V2 §2.2).
	MaxBody = 12 << 20
	// MaxSkew is how far X-Sdk-Date may be from the server's clock, either way (APIG V2 §2.2).
	MaxSkew = 15 * time.Minute
	// DateFormat is the layout of X-Sdk-Date, always UTC.
	DateFormat = "20060102T150405Z"
)

const emptyBodyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// ReadBody reads the body of r, at most MaxBody bytes, and puts it back for the handler. It returns
// ErrBodyTooLarge beyond that; call it after the cheap checks, for it is where memory is spent.
func ReadBody(r *http.Request) ([]byte, error) {
	if r.ContentLength > MaxBody {
		return nil, ErrBodyTooLarge
	}
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, MaxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, ErrBodyTooLarge
		}
		return nil, fmt.Errorf("reading the body of a signed request: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// CheckTime returns ErrExpired unless X-Sdk-Date of r is within MaxSkew of now, and ErrMalformed
// unless there is exactly one, in DateFormat. It needs no secret, so it can come before any look-up.
func (h Header) CheckTime(r *http.Request, now time.Time) error {
	date, err := signedAt(r)
	if err != nil {
		return err
	}
	if now.Sub(date).Abs() > MaxSkew {
		return fmt.Errorf("%w: %s is %s, more than %s from the server's clock",
			ErrExpired, HeaderDate, date.Format(DateFormat), MaxSkew)
	}
	return nil
}

// signedAt reads X-Sdk-Date. The length is compared because time.Parse would take a fraction of a
// second that the layout does not have.
func signedAt(r *http.Request) (time.Time, error) {
	values := r.Header[HeaderDate]
	if len(values) == 1 && len(values[0]) == len(DateFormat) {
		if date, err := time.Parse(DateFormat, values[0]); err == nil {
			return date, nil
		}
	}
	return time.Time{}, fmt.Errorf("%w: want one %s in the form %s", ErrMalformed, HeaderDate, DateFormat)
}

// Verify returns nil when h is the signature of r and body made with secret within MaxSkew of now.
// h must come from r's own Authorization header, body must be all of r's body. It returns ErrExpired,
// ErrMismatch, ErrBodyTooLarge or ErrMalformed otherwise. An empty secret matches nothing.
func (h Header) Verify(r *http.Request, body, secret []byte, now time.Time) error {
	if err := h.CheckTime(r, now); err != nil {
		return err
	}
	if len(body) > MaxBody {
		return ErrBodyTooLarge
	}
	payload, err := h.payload(r, body)
	if err != nil {
		return err
	}
	want, err := h.sign(r, payload, r.Header[HeaderDate][0], secret)
	if err != nil {
		return err
	}
	if !hmac.Equal(want[:], h.signature[:]) || len(secret) == 0 {
		return ErrMismatch
	}
	return nil
}

// BodySigned reports whether the signature of a verified request covers its body. It does not for
// uploads that the Go SDK signed, see the package comment.
func BodySigned(r *http.Request) bool {
	return r.Header.Get(HeaderContent) != UnsignedPayload
}

// payload returns what the canonical request has in place of the body: its hash, or UnsignedPayload.
func (h Header) payload(r *http.Request, body []byte) (string, error) {
	claims := r.Header[HeaderContent]
	if len(claims) == 0 {
		return hashBody(body), nil
	}
	if len(claims) > 1 || !h.Signs(HeaderContent) {
		return "", fmt.Errorf("%w: %s must come once and be signed", ErrMalformed, HeaderContent)
	}
	if claims[0] == UnsignedPayload {
		return UnsignedPayload, allowUnsigned(r)
	}
	hash := hashBody(body)
	if claims[0] != hash {
		return "", fmt.Errorf("%w: %s is not the hash of the body", ErrMismatch, HeaderContent)
	}
	return hash, nil
}

// allowUnsigned refuses an unsigned body wherever a client could have signed it.
func allowUnsigned(r *http.Request) error {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" {
		return fmt.Errorf("%w: %s is accepted for multipart/form-data only", ErrMalformed, UnsignedPayload)
	}
	return nil
}

func hashBody(body []byte) string {
	if len(body) == 0 {
		return emptyBodyHash
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
