// Package certtest makes certificates for tests.
package certtest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"sync"
	"testing"
	"time"
)

// Pair is a certificate with its private key.
type Pair struct {
	// Content is the certificate in PEM, and Key its private key in PKCS #8.
	Content, Key string
	certificate  *x509.Certificate
	signer       crypto.Signer
}

// The types of keys.
const (
	RSA = "RSA"
	ECC = "ECC"
)

// Making a key takes a while: tests share one of each type.
var (
	rsaKey = sync.OnceValues(func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) })
	eccKey = sync.OnceValues(func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) })
)

// New returns a certificate for some names with a key of a type, valid from yesterday for a year. change
// alters what it says before it is signed, by issuer or, without one, by itself.
func New(t testing.TB, algorithm string, issuer *Pair, change func(c *x509.Certificate), names ...string) *Pair {
	t.Helper()
	signer, err := rsaKey()
	if algorithm == ECC {
		signer, err = eccKey()
	}
	if err != nil {
		t.Fatal(err)
	}
	return sign(t, signer, issuer, change, names)
}

// Another returns what New does, with an ECC key that no other certificate has.
func Another(t testing.TB, issuer *Pair, change func(c *x509.Certificate), names ...string) *Pair {
	t.Helper()
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return sign(t, signer, issuer, change, names)
}

func sign(t testing.TB, signer crypto.Signer, issuer *Pair, change func(c *x509.Certificate), names []string) *Pair {
	t.Helper()
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(13010), DNSNames: names, NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(365 * 24 * time.Hour),
		Subject: pkix.Name{Organization: []string{"Shop"}, OrganizationalUnit: []string{"IT"}, Country: []string{"DE"}},
	}
	if len(names) > 0 {
		template.Subject.CommonName = names[0]
	}
	if change != nil {
		change(template)
	}
	by := &Pair{certificate: template, signer: signer}
	if issuer != nil {
		by = issuer
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.certificate, signer.Public(), by.signer)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(signer)
	if err != nil {
		t.Fatal(err)
	}
	return &Pair{Content: PEM("CERTIFICATE", der), Key: PEM("PRIVATE KEY", key), certificate: template, signer: signer}
}

// Authority makes a certificate one that issues others.
func Authority(c *x509.Certificate) {
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	c.SubjectKeyId = []byte(c.Subject.CommonName)
}

// Ends makes a certificate end at a time.
func Ends(at time.Time) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = at.Add(-365*24*time.Hour), at }
}

// Named gives a certificate a common name.
func Named(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.Subject.CommonName = name }
}

// PEM returns a block of a PEM text.
func PEM(kind string, der []byte) string {
	var b bytes.Buffer
	_ = pem.Encode(&b, &pem.Block{Type: kind, Bytes: der}) // a buffer takes everything
	return b.String()
}

// Signer is the private key itself.
func (p *Pair) Signer() crypto.Signer { return p.signer }
