package secret

import (
	"fmt"
	"regexp"
)

// sealedLeast is the length of the shortest ciphertext in a sealed text: a nonce of 24 bytes and a tag of
// 16, in base64url.
const sealedLeast = 54

var sealedForm = regexp.MustCompile(fmt.Sprintf(`%s\.[0-9a-f]{%d}\.[A-Za-z0-9_-]{%d,}`, sealedVersion, keyIDLength, sealedLeast))

// Mask returns the text with every sealed secret in it replaced by "[secret]", wherever it stands: alone, in
// JSON, or in JSON that is a text in JSON. What is shown to people needs no ciphertext.
func Mask(text string) string { return sealedForm.ReplaceAllLiteralString(text, redacted) }
