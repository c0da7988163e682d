package apig

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/internal/certtest"
)

// attachments is what the tests of attaching have: four certificates and a domain name.
type attachments struct{ rsa, ecc, wild, rooted, local Certificate }

func someAttachments(t *testing.T) attachments {
	t.Helper()
	pair := somePairs(t)
	return attachments{
		rsa: certificateOf(t, "k1", "cert_rsa", pair.rsa), ecc: certificateOf(t, "k2", "cert_ecc", pair.ecc), wild: certificateOf(t, "k3", "cert_wild", pair.wild),
		rooted: certificateOf(t, "k4", "cert_rooted", pair.rsa).with(func(c *Certificate) { c.TrustedRootCA, c.CAAlgorithm = pair.caRSA.Content, "RSA" }),
		local:  certificateOf(t, "k5", "cert_local", pair.rsa).with(func(c *Certificate) { c.Type, c.InstanceID = CertificateInstance, "gw2" }),
	}
}

func (a attachments) exist() history {
	return given(twoGroups(), instanceNamed("gw2", "second"), a.rsa.exists(), a.ecc.exists(), a.wild.exists(), a.rooted.exists(), a.local.exists())
}

func verifying(d URLDomain) URLDomain {
	d.VerifyClients = true
	return d
}

func TestAttachCertificate(t *testing.T) {
	t.Parallel()
	a, pair := someAttachments(t), somePairs(t)
	yes, no := true, false
	attach := func(id string, verify *bool) decision {
		return do((*State).AttachCertificate, AttachCertificate{gw, "g1", "d1", DomainCertificateList{[]string{id}, verify}})
	}
	here := func(certificates ...string) history {
		return given(a.exist(), aDomain("d1", "g1", "www.example.com", certificates...))
	}
	attached := func(id string, all ...string) []domain.Event {
		return []domain.Event{CertificateAttached{domainNamed("d1", "g1", "www.example.com", all...), id}}
	}
	rooted := func(id string, ca *certtest.Pair, algorithm string) history {
		c := certificateOf(t, id, "name_of_"+id, pair.ecc)
		c.TrustedRootCA, c.CAAlgorithm = ca.Content, algorithm
		return c.exists()
	}
	expired := a.rsa.with(func(c *Certificate) {
		c.ID, c.Name, c.Content = "k9", "cert_old", certtest.New(t, certtest.RSA, nil, certtest.Ends(now.Add(-time.Hour)), "www.example.com").Content
	})
	run(t, []scenario{
		{name: "§3.26.3: attached", given: here(), when: attach("k1", nil), then: attached("k1", "k1")},
		{name: "§3.26.3: one of each algorithm", given: here("k1"), when: attach("k2", nil), then: attached("k2", "k1", "k2")},
		{name: "§3.26.3: a trusted root CA turns verification on", given: here(), when: attach("k4", nil),
			then: []domain.Event{CertificateAttached{verifying(domainNamed("d1", "g1", "www.example.com", "k4")), "k4"}}},
		{name: "§3.26.3: unless it is told not to", given: here(), when: attach("k4", &no), then: attached("k4", "k4")},
		{name: "§3.26.3: without one it is off unless told", given: here(), when: attach("k1", &yes),
			then: []domain.Event{CertificateAttached{verifying(domainNamed("d1", "g1", "www.example.com", "k1")), "k1"}}},
		{name: "§3.26.3: off when one of two has no trusted root CA", given: here("k4"), when: attach("k2", nil), then: attached("k2", "k4", "k2")},
		{name: "attached once more: nothing", given: here("k1"), when: attach("k1", nil)},
		{name: "attached once more, with verification", given: here("k1"), when: attach("k1", &yes), then: []domain.Event{
			URLDomainUpdated{verifying(domainNamed("d1", "g1", "www.example.com", "k1")), []string{"verified_client_certificate_enabled"}}}},
		{name: "§5.4: a domain name cannot have different certificates", given: here("k1"), when: attach("k3", nil), refused: "APIG.2051"},
		{name: "§5.4: not at another port either", given: given(here(), aDomain("d2", "g2", "WWW.example.com.", "k1")), when: attach("k3", nil), refused: "APIG.2051"},
		{name: "§5.4: the same one at another port", given: given(here(), aDomain("d2", "g2", "www.example.com", "k1")), when: attach("k1", nil), then: attached("k1", "k1")},
		{name: "§5.4: trusted root CAs of one kind", given: given(here("k4"), rooted("k6", pair.caRSA, "RSA")), when: attach("k6", nil),
			then: []domain.Event{CertificateAttached{verifying(domainNamed("d1", "g1", "www.example.com", "k4", "k6")), "k6"}}},
		{name: "§5.4: not of two kinds", given: given(here("k4"), rooted("k6", pair.caECC, "ECC")), when: attach("k6", nil), refused: "APIG.3715"},
		{name: "§5.4: not for the domain name", given: given(a.exist(), aDomain("d1", "g1", "www.example.org")), when: attach("k1", nil), refused: "APIG.2103"},
		{name: "§5.4: a wildcard certificate is for names below", given: here(), when: attach("k3", nil), then: attached("k3", "k3")},
		{name: "§5.4: not for two levels below", given: given(a.exist(), aDomain("d1", "g1", "a.b.example.com")), when: attach("k3", nil), refused: "APIG.2103"},
		{name: "§5.4: a wildcard domain name needs a wildcard certificate", given: given(a.exist(), aDomain("d1", "g1", "*.example.com")), when: attach("k1", nil), refused: "APIG.2103"},
		{name: "§5.4: and takes it", given: given(a.exist(), aDomain("d1", "g1", "*.Example.com.")), when: attach("k3", nil),
			then: []domain.Event{CertificateAttached{domainNamed("d1", "g1", "*.Example.com.", "k3"), "k3"}}},
		{name: "§5.4: expired meanwhile", given: given(here(), expired.exists()), when: attach("k9", nil), refused: "APIG.2102"},
		{name: "§3.26.2: of another instance", given: here(), when: attach("k5", nil), refused: "APIG.2011"},
		{name: "§3.26.3: not two at once", given: here(), refused: "APIG.2011",
			when: do((*State).AttachCertificate, AttachCertificate{gw, "g1", "d1", DomainCertificateList{CertificateIDs: []string{"k1", "k2"}}})},
		{name: "§3.26.3: not none", given: here(), when: do((*State).AttachCertificate, AttachCertificate{gw, "g1", "d1", DomainCertificateList{CertificateIDs: []string{}}}), refused: "APIG.2011"},
		{name: "certificate_ids is required", given: here(), when: do((*State).AttachCertificate, AttachCertificate{InstanceID: gw, GroupID: "g1", DomainID: "d1"}), refused: "APIG.2001"},
		{name: "unknown certificate", given: here(), when: attach("none", nil), refused: "APIG.3021"},
		{name: "§3.26.3: unknown domain name", given: a.exist(), when: attach("k1", nil), refused: "APIG.3020"},
		{name: "a domain name of another group", given: given(a.exist(), aDomain("d1", "g2", "www.example.com")), when: attach("k1", nil), refused: "APIG.3474"},
		{name: "unknown instance", when: attach("k1", nil), refused: "APIG.3030"},
	})
}

func TestDetachCertificate(t *testing.T) {
	t.Parallel()
	a := someAttachments(t)
	no := false
	detach := func(id string, verify *bool) decision {
		return do((*State).DetachCertificate, DetachCertificate{gw, "g1", "d1", DomainCertificateList{[]string{id}, verify}})
	}
	verified := given(a.exist(), history{URLDomainBound{verifying(domainNamed("d1", "g1", "www.example.com", "k4", "k2"))}})
	last := given(a.exist(), history{URLDomainBound{verifying(domainNamed("d1", "g1", "www.example.com", "k4"))}})
	detached := func(id string, d URLDomain) []domain.Event { return []domain.Event{CertificateDetached{d, id}} }
	run(t, []scenario{
		{name: "§3.26.4: detached", given: verified, when: detach("k2", nil), then: detached("k2", verifying(domainNamed("d1", "g1", "www.example.com", "k4")))},
		{name: "§3.26.4: with verification off", given: verified, when: detach("k2", &no), then: detached("k2", domainNamed("d1", "g1", "www.example.com", "k4"))},
		{name: "§3.12.2: without a certificate nobody is verified", given: last, when: detach("k4", nil), then: detached("k4", domainNamed("d1", "g1", "www.example.com"))},
		{name: "APIG.3097: not attached", given: last, when: detach("k1", nil), refused: "APIG.3097"},
		{name: "unknown certificate", given: last, when: detach("none", nil), refused: "APIG.3021"},
		{name: "§3.26.4: not none", given: last, when: do((*State).DetachCertificate, DetachCertificate{InstanceID: gw, GroupID: "g1", DomainID: "d1"}), refused: "APIG.2001"},
		{name: "§3.26.4: unknown domain name", given: a.exist(), when: detach("k1", nil), refused: "APIG.3020"},
		{name: "unknown instance", when: detach("k1", nil), refused: "APIG.3030"},
	})
}

func TestAttachAndDetachDomains(t *testing.T) {
	t.Parallel()
	a := someAttachments(t)
	list := func(all ...CertificateDomain) CertificateDomainList { return CertificateDomainList{all} }
	attach := func(id string, all ...CertificateDomain) decision {
		return do((*State).AttachDomains, AttachDomains{id, list(all...)})
	}
	detach := func(id string, all ...CertificateDomain) decision {
		return do((*State).DetachDomains, DetachDomains{id, list(all...)})
	}
	www, api := CertificateDomain{Domain: "www.example.com"}, CertificateDomain{Domain: "API.example.com"}
	second := domainNamed("d3", "g3", "www.example.com")
	second.InstanceID, second.GroupID = "gw2", "g3"
	other := history{GroupCreated{Group{ID: "g3", InstanceID: "gw2", Name: "shop"}}, URLDomainBound{second}}
	bare := given(a.exist(), aDomain("d1", "g1", "www.example.com"), aDomain("d2", "g2", "api.example.com"), other)
	attached := func(d URLDomain, id string) domain.Event {
		d.Certificates = []string{id}
		return CertificateAttached{d, id}
	}
	d1, d2 := domainNamed("d1", "g1", "www.example.com"), domainNamed("d2", "g2", "api.example.com")
	bound := given(a.exist(), aDomain("d1", "g1", "www.example.com", "k1"), aDomain("d2", "g2", "api.example.com", "k1"))
	run(t, []scenario{
		{name: "§3.26.8: several domain names, in all instances", given: bare, when: attach("k1", www, api),
			then: []domain.Event{attached(d1, "k1"), attached(second, "k1"), attached(d2, "k1")}},
		{name: "§3.26.8: in the instances named", given: bare, when: attach("k1", CertificateDomain{Domain: "www.example.com", InstanceIDs: []string{"gw2"}}),
			then: []domain.Event{attached(second, "k1")}},
		{name: "§3.26.8: of an instance's certificate, there only", given: bare, when: attach("k5", www), then: []domain.Event{attached(second, "k5")}},
		{name: "§3.26.8: given twice counts once", given: bare, when: attach("k1", api, api), then: []domain.Event{attached(d2, "k1")}},
		{name: "§3.26.2: not in another instance than the certificate's", given: bare, refused: "APIG.2011",
			when: attach("k5", CertificateDomain{Domain: "www.example.com", InstanceIDs: []string{gw}})},
		{name: "§3.26.8: all of them or none", given: given(bare, aDomain("d4", "g1", "www.example.org")), when: attach("k1", www, CertificateDomain{Domain: "www.example.org"}), refused: "APIG.2103"},
		{name: "§3.26.8: unknown domain name", given: bare, when: attach("k1", CertificateDomain{Domain: "none.example.com"}), refused: "APIG.3020"},
		{name: "§3.26.8: not in that instance", given: bare, when: attach("k1", CertificateDomain{Domain: "api.example.com", InstanceIDs: []string{"gw2"}}), refused: "APIG.3020"},
		{name: "§3.26.8: unknown instance", given: bare, when: attach("k1", CertificateDomain{Domain: "api.example.com", InstanceIDs: []string{"gw3"}}), refused: "APIG.3030"},
		{name: "§3.26.8: unknown certificate", given: bare, when: attach("none", www), refused: "APIG.3021"},
		{name: "§3.26.8: domains is required", given: bare, when: do((*State).AttachDomains, AttachDomains{CertificateID: "k1"}), refused: "APIG.2001"},
		{name: "§3.26.8: a domain is required", given: bare, when: attach("k1", CertificateDomain{}), refused: "APIG.2001"},
		{name: "§3.26.8: at most 100", given: bare, when: attach("k1", make([]CertificateDomain, 101)...), refused: "APIG.2011"},
		{name: "§3.26.9: detached", given: bound, when: detach("k1", www, api), then: []domain.Event{CertificateDetached{d1, "k1"}, CertificateDetached{d2, "k1"}}},
		{name: "§3.26.9: all of them or none", given: given(bound, aDomain("d4", "g1", "api2.example.com")), when: detach("k1", www, CertificateDomain{Domain: "api2.example.com"}), refused: "APIG.3097"},
		{name: "§3.26.9: unknown domain name", given: bound, when: detach("k1", CertificateDomain{Domain: "none.example.com"}), refused: "APIG.3020"},
		{name: "§3.26.9: unknown certificate", given: bound, when: detach("none", www), refused: "APIG.3021"},
	})
}

// §3.26.2: what can be wrong with a certificate, and with its key.
func TestExamineCertificates(t *testing.T) {
	t.Parallel()
	pair := somePairs(t)
	issued := certtest.New(t, certtest.ECC, pair.caRSA, inTime, "www.example.com")
	until := func(at time.Time) string {
		return certtest.New(t, certtest.ECC, nil, certtest.Ends(at), "www.example.com").Content
	}
	text := func(change func(*x509.Certificate), names ...string) string {
		return certtest.New(t, certtest.ECC, nil, also(change), names...).Content
	}
	for name, c := range map[string]struct{ content, refused string }{
		"alone":                 {pair.rsa.Content, ""},
		"with its issuer":       {issued.Content + pair.caRSA.Content, ""},
		"without its issuer":    {issued.Content, ""},
		"with text around":      {"subject=www\n" + pair.rsa.Content + "\n \n", ""},
		"with another issuer":   {issued.Content + pair.caECC.Content, "APIG.2104"},
		"issuer first":          {pair.caRSA.Content + issued.Content, "APIG.2104"},
		"issuer is none":        {issued.Content + pair.rsa.Content, "APIG.2104"},
		"until now":             {until(now), ""},
		"expired":               {until(now.Add(-time.Second)), "APIG.2102"},
		"until 2038":            {until(endOfTime.Add(-time.Second)), ""},
		"over 2038":             {until(endOfTime), "APIG.3148"},
		"without SAN":           {text(certtest.Named("www.example.com")), "APIG.2109"},
		"NUL in a name":         {text(certtest.Named("www\x00.example.com"), "www.example.com"), "APIG.2106"},
		"no PEM":                {"MIIB", "APIG.2106"},
		"a key for one":         {pair.rsa.Key, "APIG.2106"},
		"text behind":           {pair.rsa.Content + "x", "APIG.2106"},
		"broken":                {certtest.PEM("CERTIFICATE", []byte("x")), "APIG.2106"},
		"eleven certificates":   {repeat(pair.rsa.Content, 11), "APIG.2106"},
		"an example, shortened": {"-----BEGIN CERTIFICATE-----THIS IS YOUR CERT CONTENT-----END CERTIFICATE-----\n", "APIG.2106"},
	} {
		_, err := examine(c.content, now)
		if got := domain.CodeOf(err); got != c.refused || err != nil && got == "" {
			t.Errorf("%s: %v, want %q", name, err, c.refused)
		}
	}
	for name, c := range map[string]struct{ content, refused string }{
		"a CA": {pair.caRSA.Content, ""}, "no CA": {pair.rsa.Content, "APIG.2106"}, "nothing": {"x", "APIG.2106"},
		"expired": {certtest.New(t, certtest.RSA, nil, also(certtest.Authority, certtest.Ends(now.Add(-time.Hour)))).Content, "APIG.2102"},
	} {
		if _, err := examineCAs(c.content, now); domain.CodeOf(err) != c.refused {
			t.Errorf("trusted root, %s: %v, want %q", name, err, c.refused)
		}
	}
}

func repeat(text string, n int) string {
	all := ""
	for range n {
		all += text
	}
	return all
}
