package secret

import "regexp"

// Masked is what a secret looks like in answers, logs and messages.
const Masked = "******"

// sealedForm is how a sealed text looks wherever it stands; the shortest has a nonce and an authenticator.
var sealedForm = regexp.MustCompile(`v1\.[0-9a-f]{16}\.[A-Za-z0-9_-]{54,}`)

// Mask returns text, of any format, with Masked in the place of every Sealed in it. Whether two of them were
// the same is not to be seen any more.
func Mask(text []byte) []byte { return sealedForm.ReplaceAll(text, []byte(Masked)) }
