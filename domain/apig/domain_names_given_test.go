package apig

import (
	"crypto/x509"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/internal/certtest"
)

func domainNamed(id, groupID, name string, certificates ...string) URLDomain {
	return URLDomain{
		ID: id, InstanceID: gw, GroupID: groupID, Name: name, MinSSLVersion: "TLSv1.1", HTTPPort: 80, HTTPSPort: 443,
		Certificates: certificates, BindTime: past,
	}
}

func aDomain(id, groupID, name string, certificates ...string) history {
	return history{URLDomainBound{domainNamed(id, groupID, name, certificates...)}}
}

func aPort(id, protocol string, port int) history {
	return history{IngressPortAdded{IngressPort{ID: id, InstanceID: gw, Protocol: protocol, Port: port, CreateTime: past}}}
}

// inTime makes a certificate valid around the moment in which commands are decided.
func inTime(c *x509.Certificate) { certtest.Ends(now.Add(100 * 24 * time.Hour))(c) }

// also does several things to a certificate, after making it valid.
func also(changes ...func(*x509.Certificate)) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		inTime(c)
		for _, change := range changes {
			change(c)
		}
	}
}

// pairs are certificates that many tests need. Making one is slow, and each is another one.
type pairs struct{ rsa, ecc, wild, other, caRSA, caECC *certtest.Pair }

var thePairs struct {
	once sync.Once
	pairs
}

func somePairs(t testing.TB) pairs {
	t.Helper()
	thePairs.once.Do(func() {
		thePairs.pairs = pairs{
			rsa: certtest.New(t, certtest.RSA, nil, inTime, "www.example.com", "api.example.com"),
			ecc: certtest.New(t, certtest.ECC, nil, inTime, "www.example.com", "api.example.com"), wild: certtest.New(t, certtest.RSA, nil, inTime, "*.example.com"),
			other: certtest.New(t, certtest.RSA, nil, inTime, "www.example.org"),
			caRSA: certtest.New(t, certtest.RSA, nil, also(certtest.Named("root"), certtest.Authority)),
			caECC: certtest.New(t, certtest.ECC, nil, also(certtest.Named("root"), certtest.Authority)),
		}
	})
	return thePairs.pairs
}

// certificateOf is a global certificate as it is brought in.
func certificateOf(t testing.TB, id, name string, p *certtest.Pair) Certificate {
	t.Helper()
	facts, err := examine(p.Content, now)
	if err != nil {
		t.Fatal(err)
	}
	return Certificate{
		ID: id, Name: name, Type: CertificateGlobal, InstanceID: CommonInstance, CertificateFacts: facts, Content: p.Content,
		PrivateKey: "sealed", CreateTime: past, UpdateTime: past,
	}
}

// with returns a certificate with other members.
func (c Certificate) with(change func(*Certificate)) Certificate {
	change(&c)
	return c
}

func (c Certificate) exists() history { return history{CertificateCreated{c}} }

// domainSamples has one event of every type about domain names and certificates, with every member set.
func domainSamples() []domain.Event {
	d := domainNamed("d1", "g1", "www.example.com", "k1", "k2")
	d.MinSSLVersion, d.RedirectHTTP, d.VerifyClients, d.HTTPPort, d.HTTPSPort = "TLSv1.2", true, true, 8080, 8443
	c := Certificate{
		ID: "k1", Name: "cert_demo", Type: CertificateInstance, InstanceID: gw, Content: "-----BEGIN CERTIFICATE-----", PrivateKey: "sealed",
		TrustedRootCA: "-----BEGIN CERTIFICATE-----", CAAlgorithm: AlgorithmRSA, OfDomain: true, CreateTime: past, UpdateTime: now,
		CertificateFacts: CertificateFacts{
			CommonName: "www.example.com", SAN: []string{"www.example.com", "192.0.2.1"}, Version: 3, Organization: []string{"Shop"},
			OrganizationalUnit: []string{"IT"}, Locality: []string{"Bonn"}, State: []string{"NRW"}, Country: []string{"DE"},
			NotBefore: past, NotAfter: now, SerialNumber: "13010", Issuer: []string{"Root"}, SignatureAlgorithm: "SHA256-RSA",
			AlgorithmType: AlgorithmRSA,
		},
	}
	p := IngressPort{ID: "n1", InstanceID: gw, Protocol: "HTTPS", Port: 8443, CreateTime: past}
	return []domain.Event{
		URLDomainBound{d}, URLDomainUpdated{d, []string{"min_ssl_version"}},
		URLDomainUnbound{InstanceID: gw, GroupID: "g1", DomainID: "d1", Name: "www.example.com"},
		CertificateAttached{d, "k1"}, CertificateDetached{d, "k3"},
		CertificateCreated{c}, CertificateUpdated{c, []string{"cert_content"}}, CertificateDeleted{CertificateID: "k1", Name: "cert_demo"},
		IngressPortAdded{p}, IngressPortDeleted{InstanceID: gw, PortID: "n1", Port: 8443},
	}
}

// drawNaming draws a command about domain names and certificates for the property of states.
func drawNaming(t *rapid.T, s *State) decision {
	in, pair := s.instances[gw], thePairs.pairs // made before
	pick := func(what string, known []string) string {
		slices.Sort(known)
		return rapid.SampledFrom(append(slices.Repeat(known, 10), "none")).Draw(t, what)
	}
	groupID := pick("group of a domain", slices.Collect(maps.Keys(in.groups)))
	domainID := pick("domain", slices.Collect(maps.Keys(in.naming.domains)))
	if d, ok := in.naming.domains[domainID]; ok {
		groupID = d.GroupID
	}
	certificateID := pick("certificate", slices.Collect(maps.Keys(s.certificates.all)))
	portID := pick("port", slices.Collect(maps.Keys(in.naming.ports)))
	name := rapid.SampledFrom([]string{"www.example.com", "api.example.com.", "WWW.example.com"}).Draw(t, "domain name")
	called := rapid.SampledFrom([]string{"cert_one", "cert_two"}).Draw(t, "certificate name")
	content := rapid.SampledFrom([]string{pair.rsa.Content, pair.ecc.Content, pair.wild.Content}).Draw(t, "content")
	at, none, yes := 8443, noPort, true
	list := DomainCertificateList{CertificateIDs: []string{certificateID}, VerifyClients: &yes}
	named := CertificateDomainList{Domains: []CertificateDomain{{Domain: name}}}
	bind := do((*State).BindURLDomain, BindURLDomain{gw, groupID, URLDomainBody{Name: name}})
	attach := do((*State).AttachCertificate, AttachCertificate{gw, groupID, domainID, list})
	return rapid.SampledFrom([]decision{
		bind, bind,
		do((*State).BindURLDomain, BindURLDomain{gw, groupID, URLDomainBody{Name: name, HTTPPort: &none, HTTPSPort: &at}}),
		do((*State).UpdateURLDomain, UpdateURLDomain{gw, groupID, domainID, URLDomainUpdateBody{MinSSLVersion: "TLSv1.2", HTTPSPort: &at}}),
		do((*State).UnbindURLDomain, UnbindURLDomain{gw, groupID, domainID}),
		do((*State).SetSLDomainAccess, SetSLDomainAccess{gw, groupID, SLDomainAccessBody{new(bool)}}),
		do((*State).CreateCertificate, CreateCertificate{Body: CertificateText{Name: called, Content: content}}),
		do((*State).UpdateCertificate, UpdateCertificate{certificateID, CertificateText{Name: called, Content: content}, SealedSecret{}}),
		do((*State).DeleteCertificate, DeleteCertificate{certificateID}),
		do((*State).BindCertificate, BindCertificate{InstanceID: gw, GroupID: groupID, DomainID: domainID, Body: DomainCertificateText{called, content}}),
		do((*State).UnbindCertificate, UnbindCertificate{gw, groupID, domainID, certificateID}),
		attach, attach,
		do((*State).DetachCertificate, DetachCertificate{gw, groupID, domainID, list}),
		do((*State).AttachDomains, AttachDomains{certificateID, named}),
		do((*State).DetachDomains, DetachDomains{certificateID, named}),
		do((*State).AddIngressPort, AddIngressPort{gw, IngressPortBody{portHTTPS, at}}),
		do((*State).DeleteIngressPort, DeleteIngressPort{gw, portID}),
	}).Draw(t, "naming")
}

// reindexNaming makes what an instance knows of domain names anew from what is no index.
func reindexNaming(fresh, in *instance) {
	for _, d := range in.naming.domains {
		if in.groups[d.GroupID] != nil {
			fresh.naming.putDomain(d)
		}
	}
	for _, p := range in.naming.ports {
		fresh.naming.putPort(p)
	}
}

// checkNaming holds domain names and certificates against the rules that must always hold.
func checkNaming(t *rapid.T, s *State) {
	ids := map[string]string{}
	for id, c := range s.certificates.all {
		ids[c.Name] = id
	}
	if diff := cmp.Diff(ids, s.certificates.names); diff != "" {
		t.Fatalf("names of certificates:\n%s", diff)
	}
	in := s.instances[gw]
	for _, d := range in.naming.domains {
		algorithms := map[string]bool{}
		for _, id := range d.Certificates {
			c, ok := s.certificates.all[id]
			if !ok || algorithms[c.AlgorithmType] {
				t.Fatalf("certificate %s of domain name %s is gone, or not the only %s one", id, d.Name, c.AlgorithmType)
			}
			algorithms[c.AlgorithmType] = true
		}
		if d.VerifyClients && len(d.Certificates) == 0 {
			t.Fatalf("domain name %s verifies clients without a certificate", d.Name)
		}
		for _, port := range []int{d.HTTPPort, d.HTTPSPort} {
			if _, open := in.naming.open[port]; port > 443 && !open {
				t.Fatalf("domain name %s uses port %d, which is closed", d.Name, port)
			}
		}
	}
}
