package contract

import (
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

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// pair is a certificate with its private key, both in PEM.
type pair struct{ content, key string }

// rsaKey is the RSA key of all certificates: making one takes a while.
var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// rsaPair is a certificate for names with an RSA key, valid for a year.
func rsaPair(t *testing.T, names ...string) pair {
	t.Helper()
	key, err := rsaKey()
	if err != nil {
		t.Fatal(err)
	}
	return selfSigned(t, key, &key.PublicKey, nil, names)
}

// eccPair is one with an ECC key of its own, changed before it is signed.
func eccPair(t *testing.T, change func(*x509.Certificate), names ...string) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return selfSigned(t, key, &key.PublicKey, change, names)
}

func selfSigned(t *testing.T, key, public any, change func(*x509.Certificate), names []string) pair {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(13010), DNSNames: names, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour),
		Subject: pkix.Name{
			CommonName: "apigtest.example.com", Organization: []string{"XX"}, OrganizationalUnit: []string{"IT"}, Locality: []string{"XX"},
			Province: []string{"XX"}, Country: []string{"XX"},
		},
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pair{pemOf("CERTIFICATE", der), pemOf("PRIVATE KEY", secret)}
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// authority makes a certificate one that issues others.
func authority(c *x509.Certificate) {
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
}

func certificateBody(p pair) doc {
	return doc{"name": unique("cert"), "cert_content": p.content, "private_key": p.key}
}

func (c *client) certificateRequest(t *testing.T, body doc) *model.CreateCertificateV2Request {
	t.Helper()
	return &model.CreateCertificateV2Request{Body: fromDoc[model.CertificateForm](t, body)}
}

func (c *client) newCertificate(t *testing.T, p pair) string {
	t.Helper()
	return text(t, call(t, c.api.CreateCertificateV2, c.certificateRequest(t, certificateBody(p))), "id")
}

func (c *client) showCertificate(t *testing.T, id string) doc {
	t.Helper()
	return call(t, c.api.ShowDetailsOfCertificateV2, &model.ShowDetailsOfCertificateV2Request{CertificateId: id})
}

func (c *client) listCertificates(t *testing.T, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListCertificatesV2, filter)
}

// domainName is a name that no other test uses, in a place that no certificate but one for it is for.
func domainName() string { return "host-" + unique("n")[2:] + ".example.com" }

func (c *client) bindDomainRequest(t *testing.T, group string, body doc) *model.AssociateDomainV2Request {
	t.Helper()
	return &model.AssociateDomainV2Request{InstanceId: c.instance, GroupId: group, Body: fromDoc[model.UrlDomainCreate](t, body)}
}

// bindDomain binds a domain name to a group and returns its id.
func (c *client) bindDomain(t *testing.T, group, name string) string {
	t.Helper()
	return text(t, call(t, c.api.AssociateDomainV2, c.bindDomainRequest(t, group, doc{"url_domain": name})), "id")
}

func (c *client) domainUpdate(t *testing.T, group, domain string, body doc) *model.UpdateDomainV2Request {
	t.Helper()
	return &model.UpdateDomainV2Request{InstanceId: c.instance, GroupId: group, DomainId: domain, Body: fromDoc[model.UrlDomainModify](t, body)}
}

func (c *client) unbindDomainRequest(group, domain string) *model.DisassociateDomainV2Request {
	return &model.DisassociateDomainV2Request{InstanceId: c.instance, GroupId: group, DomainId: domain}
}

func (c *client) secureRequest(group, domain, name string, p pair) *model.AssociateCertificateV2Request {
	return &model.AssociateCertificateV2Request{
		InstanceId: c.instance, GroupId: group, DomainId: domain, Body: &model.CertForm{Name: name, CertContent: p.content, PrivateKey: p.key},
	}
}

func (c *client) attachRequestOf(group, domain string, certificates ...string) *model.BatchAssociateCertsV2Request {
	return &model.BatchAssociateCertsV2Request{
		InstanceId: c.instance, GroupId: group, DomainId: domain, Body: &model.AttachOrDetachCertsReqBody{CertificateIds: certificates},
	}
}

func (c *client) detachRequestOf(group, domain string, certificates ...string) *model.BatchDisassociateCertsV2Request {
	return &model.BatchDisassociateCertsV2Request{
		InstanceId: c.instance, GroupId: group, DomainId: domain, Body: &model.AttachOrDetachCertsReqBody{CertificateIds: certificates},
	}
}

func domainsBody(t *testing.T, domains ...doc) *model.AttachOrDetachDomainsReqBody {
	t.Helper()
	return fromDoc[model.AttachOrDetachDomainsReqBody](t, doc{"domains": domains})
}

// domainsOf are the domain names that a group shows.
func (c *client) domainsOf(t *testing.T, group string) []doc {
	t.Helper()
	return list(t, c.showGroup(t, group), "url_domains")
}
