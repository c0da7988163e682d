package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Algorithm is the scheme's name in the Authorization header.
const Algorithm = "SDK-HMAC-SHA256"

// Names of the headers that the scheme gives a meaning to.
const (
	// HeaderDate carries the time of signing in DateFormat.
	HeaderDate = "X-Sdk-Date"
	// HeaderContent carries the SHA-256 of the body in lower-case hexadecimal, or UnsignedPayload.
	HeaderContent = "X-Sdk-Content-Sha256"
	// UnsignedPayload as the value of HeaderContent says that the signature leaves the body out.
	UnsignedPayload = "UNSIGNED-PAYLOAD"
)

// Bounds of the Authorization header; beyond them it is ErrMalformed.
const (
	maxAuthorization = 4096 // bytes
	maxAccessKey     = 128  // bytes
	maxSignedHeaders = 64   // names
)

// Header is a parsed Authorization header. The zero Header verifies nothing.
type Header struct {
	// AccessKey is what the client says it is, not verified: 1 to 128 visible ASCII characters
	// without a comma.
	AccessKey string

	signed    string // names of the signed headers: lower case, ascending, joined by ';'
	signature [sha256.Size]byte
}

// Parse reads the value of an Authorization header. It returns ErrMissing when the value is empty or
// of another scheme, ErrMalformed when a part is missing, out of its bounds or out of order: the
// signed headers must be 1 to 64 different names in ascending order with X-Sdk-Date among them.
func Parse(authorization string) (Header, error) {
	rest, ok := strings.CutPrefix(authorization, Algorithm+" ")
	if !ok {
		return Header{}, ErrMissing
	}
	if len(authorization) > maxAuthorization {
		return Header{}, fmt.Errorf("%w: Authorization is longer than %d bytes", ErrMalformed, maxAuthorization)
	}
	access, rest, okAccess := field(rest, "Access=")
	signed, rest, okSigned := field(rest, "SignedHeaders=")
	sig, rest, okSig := field(rest, "Signature=")
	if !okAccess || !okSigned || !okSig || rest != "" {
		return Header{}, fmt.Errorf("%w: want Access=…, SignedHeaders=…, Signature=…", ErrMalformed)
	}
	h := Header{AccessKey: access, signed: strings.ToLower(signed)}
	if err := h.check(); err != nil {
		return Header{}, err
	}
	if !decodeSignature(h.signature[:], sig) {
		return Header{}, fmt.Errorf("%w: Signature is not 64 lower-case hexadecimal digits", ErrMalformed)
	}
	return h, nil
}

// field takes the value of one part off the front of s, up to the next comma or the end.
func field(s, name string) (value, rest string, ok bool) {
	s, ok = strings.CutPrefix(strings.TrimLeft(s, " "), name)
	if !ok {
		return "", "", false
	}
	value, rest, _ = strings.Cut(s, ",")
	return value, rest, true
}

// decodeSignature accepts one spelling only, so that equal signatures are equal texts.
func decodeSignature(dst []byte, text string) bool {
	if len(text) != hex.EncodedLen(len(dst)) || strings.ToLower(text) != text {
		return false
	}
	_, err := hex.Decode(dst, []byte(text))
	return err == nil
}

func (h Header) check() error {
	if !isAccessKey(h.AccessKey) {
		return fmt.Errorf("%w: Access is not 1 to %d visible ASCII characters", ErrMalformed, maxAccessKey)
	}
	previous, n := "", 0
	for name := range strings.SplitSeq(h.signed, ";") {
		n++
		if !isToken(name) || name <= previous || n > maxSignedHeaders {
			return fmt.Errorf("%w: SignedHeaders is not 1 to %d different header names in ascending order",
				ErrMalformed, maxSignedHeaders)
		}
		previous = name
	}
	if !h.Signs(HeaderDate) {
		return fmt.Errorf("%w: %s is not signed", ErrMalformed, HeaderDate)
	}
	return nil
}

// Signs reports whether the header with this name, in any case, is covered by the signature. Ask
// before a header decides anything: one that is not covered may have been put in by anyone.
func (h Header) Signs(name string) bool {
	for n := range strings.SplitSeq(h.signed, ";") {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// String returns the header as it is sent. It contains no secret.
func (h Header) String() string {
	return Algorithm + " Access=" + h.AccessKey + ", SignedHeaders=" + h.signed +
		", Signature=" + hex.EncodeToString(h.signature[:])
}

func isAccessKey(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || s[i] == ',' {
			return false
		}
	}
	return s != "" && len(s) <= maxAccessKey
}

// isToken reports whether s is a lower-case header name (RFC 9110 §5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}
