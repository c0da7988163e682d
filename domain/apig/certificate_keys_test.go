package apig

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/internal/certtest"
)

// §3.26.2: the key must be there, in the clear, and that of the first certificate.
func TestCertificateKeys(t *testing.T) {
	t.Parallel()
	pair := somePairs(t)
	issued := certtest.Another(t, pair.caECC, inTime, "www.example.com")
	rsaKey, _ := pair.rsa.Signer().(*rsa.PrivateKey)
	eccKey, _ := pair.ecc.Signer().(*ecdsa.PrivateKey)
	ecc, err := x509.MarshalECPrivateKey(eccKey)
	if err != nil {
		t.Fatal(err)
	}
	ed, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	sealed := strings.Replace(pair.rsa.Key, "-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n", 1)
	for name, c := range map[string]struct{ content, key, refused string }{
		"PKCS #8, RSA":                {pair.rsa.Content, pair.rsa.Key, ""},
		"PKCS #8, ECC":                {pair.ecc.Content, pair.ecc.Key, ""},
		"PKCS #1":                     {pair.rsa.Content, certtest.PEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey)), ""},
		"SEC 1":                       {pair.ecc.Content, certtest.PEM("EC PRIVATE KEY", ecc), ""},
		"SEC 1, behind parameters":    {pair.ecc.Content, certtest.PEM("EC PARAMETERS", []byte{6, 0}) + certtest.PEM("EC PRIVATE KEY", ecc), ""},
		"of another":                  {issued.Content, pair.ecc.Key, "APIG.2101"},
		"of another algorithm":        {pair.ecc.Content, pair.rsa.Key, "APIG.2101"},
		"of the issuer":               {issued.Content + pair.caECC.Content, pair.caECC.Key, "APIG.2104"},
		"encrypted":                   {pair.rsa.Content, certtest.PEM("ENCRYPTED PRIVATE KEY", []byte("x")), "APIG.2105"},
		"encrypted in the old manner": {pair.rsa.Content, sealed, "APIG.2105"},
		"broken":                      {pair.rsa.Content, certtest.PEM("PRIVATE KEY", []byte("x")), "APIG.2106"},
		"of an unknown kind":          {pair.rsa.Content, certtest.PEM("DSA PRIVATE KEY", []byte("x")), "APIG.2106"},
		"Ed25519":                     {pair.rsa.Content, certtest.PEM("PRIVATE KEY", ed), "APIG.2106"},
		"two keys":                    {pair.rsa.Content, pair.rsa.Key + pair.rsa.Key, "APIG.2106"},
		"a certificate for a key":     {pair.rsa.Content, pair.rsa.Content, "APIG.2106"},
		"no PEM":                      {pair.rsa.Content, "secret", "APIG.2106"},
		"no certificate":              {"x", pair.rsa.Key, "APIG.2106"},
	} {
		b := CertificateBody{CertificateText: CertificateText{Name: "cert_one", Content: c.content}, PrivateKey: c.key}
		own := DomainCertificateBody{DomainCertificateText: DomainCertificateText{Name: "cert_one", Content: c.content}, PrivateKey: c.key}
		for _, err := range []error{b.Check(), own.Check()} {
			if got := domain.CodeOf(err); got != c.refused || err != nil && got == "" {
				t.Errorf("%s: %v, want %q", name, err, c.refused)
			}
		}
	}
}

func TestCertificateBodies(t *testing.T) {
	t.Parallel()
	pair := somePairs(t)
	for name, c := range map[string]struct {
		change  func(*CertificateBody)
		refused string
	}{
		"whole":                       {func(*CertificateBody) {}, ""},
		"§3.26.2: without a key":      {func(b *CertificateBody) { b.PrivateKey = "" }, "APIG.2001"},
		"§3.26.2: without content":    {func(b *CertificateBody) { b.Content = "" }, "APIG.2001"},
		"§3.26.2: without a name":     {func(b *CertificateBody) { b.Name = "" }, "APIG.2001"},
		"a long key":                  {func(b *CertificateBody) { b.PrivateKey = strings.Repeat("x", 8193) }, "APIG.2011"},
		"long content":                {func(b *CertificateBody) { b.Content = strings.Repeat("x", 65536) }, "APIG.2011"},
		"SDK: SM2":                    {func(b *CertificateBody) { b.AlgorithmType = "SM2" }, "APIG.2011"},
		"SDK: a content for SM2":      {func(b *CertificateBody) { b.ContentSign = "x" }, "APIG.2011"},
		"SDK: a key for SM2":          {func(b *CertificateBody) { b.PrivateKeySign = "x" }, "APIG.2011"},
		"SDK: an unknown algorithm":   {func(b *CertificateBody) { b.AlgorithmType = "DSA" }, "APIG.2011"},
		"SDK: the right algorithm":    {func(b *CertificateBody) { b.AlgorithmType = "RSA" }, ""},
		"content that is not for key": {func(b *CertificateBody) { b.Content = pair.ecc.Content }, "APIG.2101"},
	} {
		b := CertificateBody{CertificateText: textOf("cert_one", pair.rsa), PrivateKey: pair.rsa.Key}
		c.change(&b)
		err := b.Check()
		if got := domain.CodeOf(err); got != c.refused || err != nil && got == "" {
			t.Errorf("%s: %v, want %q", name, err, c.refused)
		}
		if err != nil && strings.Contains(err.Error(), "PRIVATE KEY") {
			t.Errorf("%s: the refusal shows the key", name)
		}
	}
}

// The same request counts as the same, however its key was sealed.
func TestFingerprintsOfCertificates(t *testing.T) {
	t.Parallel()
	one, two := SealedSecret{Text: "one", Own: true}, SealedSecret{Text: "two", Own: true}
	for name, pair := range map[string][2]any{
		"create": {CreateCertificate{Key: one}.Fingerprint(), CreateCertificate{Key: two}.Fingerprint()},
		"update": {UpdateCertificate{Key: one}.Fingerprint(), UpdateCertificate{Key: two}.Fingerprint()},
		"bind":   {BindCertificate{Key: one}.Fingerprint(), BindCertificate{Key: two}.Fingerprint()},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s (-one sending +another):\n%s", name, diff)
		}
	}
}
