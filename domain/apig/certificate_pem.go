package apig

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The types of a certificate's key (SDK: algorithm_type).
const (
	AlgorithmRSA = "RSA"
	AlgorithmECC = "ECC"
	AlgorithmSM2 = "SM2"
)

// Bounds of what a certificate can bring: they keep the time that it takes to look at one short.
const (
	maxChain   = 10   // certificates in a text
	maxRSABits = 8192 // of a key
)

// endOfTime is when gateways count no further (APIG V2 §5.4, APIG.3148).
var endOfTime = time.Date(2038, 1, 19, 3, 14, 7, 0, time.UTC)

// CertificateFacts is what a certificate says of itself (APIG V2 §3.26.5).
type CertificateFacts struct {
	CommonName         string    `json:"common_name"`
	SAN                []string  `json:"san"`
	Version            int       `json:"version"`
	Organization       []string  `json:"organization"`
	OrganizationalUnit []string  `json:"organizational_unit"`
	Locality           []string  `json:"locality"`
	State              []string  `json:"state"`
	Country            []string  `json:"country"`
	NotBefore          time.Time `json:"not_before"`
	NotAfter           time.Time `json:"not_after"`
	SerialNumber       string    `json:"serial_number"`
	Issuer             []string  `json:"issuer"`
	SignatureAlgorithm string    `json:"signature_algorithm"`
	AlgorithmType      string    `json:"algorithm_type"`
}

// readCertificates reads the certificates of a PEM text; APIG.2106 about param.
func readCertificates(param, text string) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for rest := []byte(text); ; {
		block, behind := pem.Decode(rest)
		if block == nil {
			if len(all) == 0 || len(bytes.TrimSpace(rest)) > 0 {
				return nil, ErrCertificateInvalid(param)
			}
			return all, nil
		}
		rest = behind
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" || len(all) == maxChain || algorithmOf(certificate.PublicKey) == "" {
			return nil, ErrCertificateInvalid(param)
		}
		all = append(all, certificate)
	}
}

// algorithmOf returns the type of a public key; empty for one that is not supported.
func algorithmOf(key crypto.PublicKey) string {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() <= maxRSABits {
			return AlgorithmRSA
		}
	case *ecdsa.PublicKey:
		return AlgorithmECC
	}
	return ""
}

// checkPair refuses a private key that is not that of the first certificate of the content: APIG.2105,
// 2106, 2101, and 2104 when it is that of a later one.
func checkPair(content, key string) error {
	chain, err := readCertificates("cert_content", content)
	if err != nil {
		return err
	}
	public, err := readKey(key)
	if err != nil {
		return err
	}
	for i, certificate := range chain {
		switch {
		case !public.Equal(certificate.PublicKey):
		case i == 0:
			return nil
		default:
			return ErrCertificateChain()
		}
	}
	return ErrKeyMismatch()
}

// comparableKey is what all public keys of the standard library are.
type comparableKey interface{ Equal(crypto.PublicKey) bool }

// readKey returns the public half of the private key of a PEM text.
func readKey(text string) (comparableKey, error) {
	for rest := []byte(text); ; {
		block, behind := pem.Decode(rest)
		switch {
		case block == nil:
			return nil, ErrCertificateInvalid("private_key")
		case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
			return nil, ErrKeyEncrypted()
		case block.Type == "EC PARAMETERS": // names the curve, as the key behind it does
			rest = behind
			continue
		case len(bytes.TrimSpace(behind)) > 0:
			return nil, ErrCertificateInvalid("private_key")
		}
		return parseKey(block)
	}
}

func parseKey(block *pem.Block) (comparableKey, error) {
	var key any
	err := error(ErrCertificateInvalid("private_key"))
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	}
	signer, ok := key.(crypto.Signer)
	if err != nil || !ok || algorithmOf(signer.Public()) == "" {
		return nil, ErrCertificateInvalid("private_key") // and not why: that could tell of the key
	}
	public, _ := signer.Public().(comparableKey)
	return public, nil
}

// examine holds the certificates of a text against the rules of APIG V2 §3.26.2 and returns what the first
// of them says. Errors: APIG.2106, 2104, 2102, 3148, 2109.
func examine(content string, now time.Time) (CertificateFacts, error) {
	chain, err := readCertificates("cert_content", content)
	if err != nil {
		return CertificateFacts{}, err
	}
	for i, certificate := range chain[1:] {
		if chain[i].CheckSignatureFrom(certificate) != nil {
			return CertificateFacts{}, ErrCertificateChain()
		}
	}
	first := chain[0]
	facts := factsOf(first)
	switch {
	case !facts.readable():
		err = ErrCertificateInvalid("cert_content")
	case now.After(first.NotAfter):
		err = ErrCertificateExpired("cert_content")
	case !first.NotAfter.Before(endOfTime):
		err = ErrCertificateTooLong()
	case len(facts.SAN) == 0:
		err = ErrSANMissing()
	}
	if err != nil {
		return CertificateFacts{}, err
	}
	return facts, nil
}

func factsOf(c *x509.Certificate) CertificateFacts {
	san := slices.Clone(c.DNSNames)
	for _, address := range c.IPAddresses {
		san = append(san, address.String())
	}
	issuer := c.Issuer.Organization
	if len(issuer) == 0 && c.Issuer.CommonName != "" {
		issuer = []string{c.Issuer.CommonName}
	}
	s := c.Subject
	return CertificateFacts{
		CommonName: s.CommonName, SAN: san, Version: c.Version, Organization: s.Organization, OrganizationalUnit: s.OrganizationalUnit,
		Locality: s.Locality, State: s.Province, Country: s.Country, NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(),
		SerialNumber: c.SerialNumber.String(), Issuer: issuer, SignatureAlgorithm: c.SignatureAlgorithm.String(),
		AlgorithmType: algorithmOf(c.PublicKey),
	}
}

// readable reports whether the names are text that a database can keep.
func (f CertificateFacts) readable() bool {
	for _, list := range [][]string{{f.CommonName}, f.SAN, f.Organization, f.OrganizationalUnit, f.Locality, f.State, f.Country, f.Issuer} {
		for _, text := range list {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				return false
			}
		}
	}
	return true
}

// examineCAs holds trusted root CAs against their rules and returns the type of their keys. Errors:
// APIG.2106, 2102, 3715.
func examineCAs(text string, now time.Time) (string, error) {
	all, err := readCertificates("trusted_root_ca", text)
	if err != nil {
		return "", err
	}
	algorithm := algorithmOf(all[0].PublicKey)
	for _, ca := range all {
		switch {
		case !ca.IsCA:
			return "", ErrCertificateInvalid("trusted_root_ca")
		case now.After(ca.NotAfter):
			return "", ErrCertificateExpired("trusted_root_ca")
		case algorithmOf(ca.PublicKey) != algorithm:
			return "", ErrCAAlgorithms()
		}
	}
	return algorithm, nil
}

// fits refuses a certificate that is not for a domain name, or not any more: APIG.2103, 2102. A wildcard
// domain name needs a certificate that has the same wildcard among its SANs.
func fits(content, name string, now time.Time) error {
	block, _ := pem.Decode([]byte(content)) // the first one is what is shown to clients
	if block == nil {
		return ErrCertificateInvalid("cert_content")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	switch {
	case err != nil:
		return ErrCertificateInvalid("cert_content")
	case now.After(certificate.NotAfter):
		return ErrCertificateExpired("cert_content")
	case certificate.VerifyHostname(name) != nil:
		return ErrCertificateDomain(name)
	}
	return nil
}
