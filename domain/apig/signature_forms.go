package apig

import (
	"fmt"
	"regexp"
)

// SignatureBody is the body of APIG V2 §3.6.1 and §3.6.2. Key and secret are generated when they are left
// out.
type SignatureBody struct {
	Name      string `json:"name" minLength:"3" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_]*$" doc:"Name, unique in the instance."`
	Type      string `json:"sign_type,omitempty" enum:"hmac,basic,public_key,aes" doc:"hmac (default), basic, public_key or aes."`
	Key       string `json:"sign_key,omitempty" maxLength:"512" doc:"Key; its form depends on the type."`
	Secret    string `json:"sign_secret,omitempty" maxLength:"2048" doc:"Secret; its form depends on the type."`
	Algorithm string `json:"sign_algorithm,omitempty" enum:"aes-128-cfb,aes-256-cfb" doc:"Of type aes alone; aes-128-cfb when left out."`
}

// The types of signature keys, and the algorithms of type aes.
const (
	signHMAC      = "hmac"
	signBasic     = "basic"
	signPublicKey = "public_key"
	signAES       = "aes"
	signAES128    = "aes-128-cfb"
	signAES256    = "aes-256-cfb"
)

// Check holds the body against its rules, but for the forms of key and secret: these depend on a type that
// the body need not name. Errors: APIG.2001, 2011.
func (b SignatureBody) Check() error { return violated(b) }

func (b SignatureBody) typed() string {
	if b.Type == "" {
		return signHMAC
	}
	return b.Type
}

// formOf names what decides which keys and secrets a signature key can have: its type, or its algorithm.
func formOf(signType, algorithm string) string {
	if signType == signAES {
		return algorithm
	}
	return signType
}

// form is the form that a key would be generated in.
func (b SignatureBody) form() string {
	switch {
	case b.Algorithm != "":
		return b.Algorithm
	case b.Type == signAES:
		return signAES128
	}
	return b.typed()
}

// signForms are the forms of keys and secrets, as §3.6.1 describes them.
var signForms = []struct {
	form        string
	key, secret *regexp.Regexp
}{
	{signHMAC, regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{7,31}$`), regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_\-!@#$%]{15,63}$`)},
	{signBasic, regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{3,31}$`), regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_\-!@#$%]{7,63}$`)},
	{signPublicKey, longText(8, `[A-Za-z0-9_\-+/=]`), longText(16, `[A-Za-z0-9_\-!@#$%+/=]`)},
	{signAES128, regexp.MustCompile(`^[A-Za-z0-9+/][A-Za-z0-9_\-!@#$%+/=]{15}$`), aesVector},
	{signAES256, regexp.MustCompile(`^[A-Za-z0-9+/][A-Za-z0-9_\-!@#$%+/=]{31}$`), aesVector},
}

var aesVector = regexp.MustCompile(`^[A-Za-z0-9+/][A-Za-z0-9_\-!@#$%+/=]{15}$`)

// longText matches texts of at least that many of the characters which start well. The body bounds their
// length from above: a pattern cannot count so far.
func longText(least int, characters string) *regexp.Regexp {
	return regexp.MustCompile(fmt.Sprintf(`^[A-Za-z0-9+/]%s{%d,}$`, characters, least-1))
}

// KeyForms returns all forms that the key has.
func (b SignatureBody) KeyForms() []string {
	var all []string
	for _, f := range signForms {
		if f.key.MatchString(b.Key) {
			all = append(all, f.form)
		}
	}
	return all
}

// SecretForms returns all forms that the secret has.
func (b SignatureBody) SecretForms() []string {
	var all []string
	for _, f := range signForms {
		if f.secret.MatchString(b.Secret) {
			all = append(all, f.form)
		}
	}
	return all
}

// GeneratedLengths returns how many characters a generated key and secret have.
func (b SignatureBody) GeneratedLengths() (key, secret int) {
	switch b.form() {
	case signAES128:
		return 16, 16
	case signAES256:
		return 32, 16
	}
	return 32, 32
}
