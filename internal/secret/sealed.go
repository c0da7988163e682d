package secret

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Sealed is a secret as it may be stored: "v1.<key id>.<base64url of nonce and ciphertext>", and that
// is its JSON form too. Printed or logged it shows nothing. The zero value means that there is none.
type Sealed string

// String hides the value.
func (s Sealed) String() string { return Masked }

// GoString hides the value from %#v.
func (s Sealed) GoString() string { return Masked }

// Format hides the value from every verb.
func (s Sealed) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Masked) }

// LogValue hides the value from slog.
func (s Sealed) LogValue() slog.Value { return slog.StringValue(Masked) }

const sealedVersion = "v1"

var base64url = base64.RawURLEncoding.Strict()

// decode takes one spelling only of what was encoded: no padding, no line breaks, no stray bits.
func decode(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, base64.CorruptInputError(0)
	}
	return base64url.DecodeString(text)
}

func newSealed(keyID string, ciphertext []byte) Sealed {
	return Sealed(sealedVersion + "." + keyID + "." + base64url.EncodeToString(ciphertext))
}

// parse returns the parts of a sealed text, or ErrInvalid.
func (s Sealed) parse() (keyID string, ciphertext []byte, err error) {
	if len(s) > maxSealed {
		return "", nil, fmt.Errorf("%w: longer than %d bytes", ErrInvalid, maxSealed)
	}
	version, rest, _ := strings.Cut(string(s), ".")
	keyID, text, _ := strings.Cut(rest, ".")
	if version != sealedVersion || len(keyID) != keyIDLength {
		return "", nil, fmt.Errorf("%w: not of the form %s.<key id>.<ciphertext>", ErrInvalid, sealedVersion)
	}
	ciphertext, err = decode(text)
	if err != nil {
		return "", nil, fmt.Errorf("%w: ciphertext is not base64url", ErrInvalid)
	}
	return keyID, ciphertext, nil
}
