package apig

import (
	"fmt"
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/internal/certtest"
)

func textOf(name string, p *certtest.Pair) CertificateText {
	return CertificateText{Name: name, Content: p.Content}
}

func TestCreateCertificate(t *testing.T) {
	t.Parallel()
	pair := somePairs(t)
	create := func(change func(*CertificateText)) decision {
		b := textOf("cert_one", pair.rsa)
		change(&b)
		return do((*State).CreateCertificate, CreateCertificate{Body: b, Key: SealedSecret{Text: "sealed"}})
	}
	plain := create(func(*CertificateText) {})
	made := func(change func(*Certificate)) []domain.Event {
		c := certificateOf(t, id(1), "cert_one", pair.rsa)
		c.CreateTime, c.UpdateTime = now, now
		return []domain.Event{CertificateCreated{c.with(change)}}
	}
	many := history{}
	for n := range maxCertificates {
		many = append(many, CertificateCreated{Certificate{ID: fmt.Sprint(n), Name: fmt.Sprint(n)}})
	}
	both := pair.caRSA.Content + pair.caECC.Content
	run(t, []scenario{
		{name: "§3.26.2: global by default, of the instance common", when: plain, then: made(func(*Certificate) {})},
		{name: "§3.26.2: of an instance", given: gateway(), when: create(func(b *CertificateText) { b.Type, b.InstanceID = "instance", gw }),
			then: made(func(c *Certificate) { c.Type, c.InstanceID = "instance", gw })},
		{name: "§3.26.2: type=instance needs instance_id", given: gateway(), when: create(func(b *CertificateText) { b.Type = "instance" }), refused: "APIG.2001"},
		{name: "§3.26.2: of an unknown instance", when: create(func(b *CertificateText) { b.Type, b.InstanceID = "instance", gw }), refused: "APIG.3030"},
		{name: "§3.26.2: a global one has no instance", when: create(func(b *CertificateText) { b.Type, b.InstanceID = "global", gw }), then: made(func(*Certificate) {})},
		{name: "§3.26.2: with a trusted root CA", when: create(func(b *CertificateText) { b.TrustedRootCA = &pair.caECC.Content }),
			then: made(func(c *Certificate) { c.TrustedRootCA, c.CAAlgorithm = pair.caECC.Content, "ECC" })},
		{name: "§5.4: trusted root CAs of two kinds", when: create(func(b *CertificateText) { b.TrustedRootCA = &both }), refused: "APIG.3715"},
		{name: "SDK: of the algorithm that it has", when: create(func(b *CertificateText) { b.AlgorithmType = "RSA" }), then: made(func(*Certificate) {})},
		{name: "SDK: of another algorithm than it has", when: create(func(b *CertificateText) { b.AlgorithmType = "ECC" }), refused: "APIG.2011"},
		{name: "§3.26.2: names are unique", given: certificateOf(t, "k1", "cert_one", pair.other).exists(), when: plain, refused: "APIG.3325"},
		{name: "§3.26.2: a name has 4 characters at least", when: create(func(b *CertificateText) { b.Name = "abc" }), refused: "APIG.2011"},
		{name: "§3.26.2: a name starts with a letter", when: create(func(b *CertificateText) { b.Name = "1cert" }), refused: "APIG.2011"},
		{name: "§3.26.2: a name may be Chinese", when: create(func(b *CertificateText) { b.Name = "证书_一号" }), then: made(func(c *Certificate) { c.Name = "证书_一号" })},
		{name: "§3.26.2: types are known", when: create(func(b *CertificateText) { b.Type = "tenant" }), refused: "APIG.2011"},
		{name: "§3.26.2: cert_content is required", when: create(func(b *CertificateText) { b.Content = "" }), refused: "APIG.2001"},
		{name: "not a certificate", when: create(func(b *CertificateText) { b.Content = "x" }), refused: "APIG.2106"},
		{name: "more than a project can have", given: many, when: plain, refused: "APIG.3100"},
	})
}

func TestUpdateCertificate(t *testing.T) {
	t.Parallel()
	pair := somePairs(t)
	old := certificateOf(t, "k1", "cert_one", pair.rsa).with(func(c *Certificate) { c.TrustedRootCA, c.CAAlgorithm = pair.caRSA.Content, "RSA" })
	update := func(change func(*CertificateText)) decision {
		b := textOf("cert_one", pair.rsa)
		change(&b)
		return do((*State).UpdateCertificate, UpdateCertificate{"k1", b, SealedSecret{Text: "sealed anew"}})
	}
	replace := func(p *certtest.Pair) decision {
		return update(func(b *CertificateText) { b.Content = p.Content })
	}
	updated := func(changed string, change func(*Certificate)) []domain.Event {
		c := old.with(change)
		c.UpdateTime = now
		return []domain.Event{CertificateUpdated{c, []string{changed}}}
	}
	bound := given(twoGroups(), old.exists(), aDomain("d1", "g1", "www.example.com", "k1"))
	second := certificateOf(t, "k2", "cert_two", pair.ecc).with(func(c *Certificate) { c.TrustedRootCA, c.CAAlgorithm = pair.caRSA.Content, "RSA" })
	twice := given(twoGroups(), old.exists(), second.exists(), aDomain("d1", "g1", "www.example.com", "k1", "k2"))
	empty := ""
	run(t, []scenario{
		{name: "§3.26.7: renamed; its trusted root CA stays", given: old.exists(), when: update(func(b *CertificateText) { b.Name = "cert_new" }),
			then: updated("name", func(c *Certificate) { c.Name = "cert_new" })},
		{name: "§3.26.7: replaced, with another key", given: bound, when: replace(pair.wild), then: updated("cert_content", func(c *Certificate) {
			c.Content, c.CertificateFacts, c.PrivateKey = pair.wild.Content, certificateOf(t, "", "", pair.wild).CertificateFacts, "sealed anew"
		})},
		{name: "§3.26.7: nothing changes", given: old.exists(), when: update(func(*CertificateText) {}), answer: old},
		{name: "§3.26.7: of one instance from now on", given: bound, when: update(func(b *CertificateText) { b.Type, b.InstanceID = "instance", gw }),
			then: []domain.Event{CertificateUpdated{old.with(func(c *Certificate) { c.Type, c.InstanceID, c.UpdateTime = "instance", gw, now }), []string{"type", "instance_id"}}}},
		{name: "§3.26.7: not of an instance without its domain names", given: given(bound, instanceNamed("gw2", "second")), refused: "APIG.2011",
			when: update(func(b *CertificateText) { b.Type, b.InstanceID = "instance", "gw2" })},
		{name: "§3.26.7: without a trusted root CA from now on", given: old.exists(), when: update(func(b *CertificateText) { b.TrustedRootCA = &empty }),
			then: updated("trusted_root_ca", func(c *Certificate) { c.TrustedRootCA, c.CAAlgorithm = "", "" })},
		{name: "§5.4: it must be for the domain names that have it", given: bound, when: replace(pair.other), refused: "APIG.2103"},
		{name: "§5.4: it must stay the only one of its algorithm", given: twice, when: replace(pair.ecc), refused: "APIG.2051"},
		{name: "§5.4: trusted root CAs must stay of one kind", given: twice, when: update(func(b *CertificateText) { b.TrustedRootCA = &pair.caECC.Content }), refused: "APIG.3715"},
		{name: "§3.26.7: names are unique", given: twice, when: update(func(b *CertificateText) { b.Name = "cert_two" }), refused: "APIG.3325"},
		{name: "not a certificate", given: old.exists(), when: update(func(b *CertificateText) { b.Content = "x" }), refused: "APIG.2106"},
		{name: "§3.26.7: name is required", given: old.exists(), when: update(func(b *CertificateText) { b.Name = "" }), refused: "APIG.2001"},
		{name: "unknown certificate", when: update(func(*CertificateText) {}), refused: "APIG.3021"},
	})
}

func TestDeleteCertificate(t *testing.T) {
	t.Parallel()
	c := certificateOf(t, "k1", "cert_one", somePairs(t).rsa)
	remove := do((*State).DeleteCertificate, DeleteCertificate{"k1"})
	run(t, []scenario{
		{name: "§3.26.6: deleted", given: c.exists(), when: remove, then: []domain.Event{CertificateDeleted{CertificateID: "k1", Name: "cert_one"}}},
		{name: "§3.26.6: only without domain names", given: given(twoGroups(), c.exists(), aDomain("d1", "g1", "www.example.com", "k1")), when: remove, refused: "APIG.2011"},
		{name: "unknown certificate", when: remove, refused: "APIG.3021"},
	})
}

func TestBindCertificate(t *testing.T) {
	t.Parallel()
	pair := somePairs(t)
	bind := func(name string, p *certtest.Pair) decision {
		return do((*State).BindCertificate, BindCertificate{
			InstanceID: gw, GroupID: "g1", DomainID: "d1", Body: DomainCertificateText{name, p.Content}, Key: SealedSecret{Text: "sealed"},
		})
	}
	here := given(twoGroups(), aDomain("d1", "g1", "www.example.com"))
	made := certificateOf(t, id(1), "cert_one", pair.rsa).with(func(c *Certificate) {
		c.Type, c.InstanceID, c.OfDomain, c.CreateTime, c.UpdateTime = "instance", gw, true, now, now
	})
	with := domainNamed("d1", "g1", "www.example.com", id(1))
	run(t, []scenario{
		{name: "§3.12.2: brought in for one domain name", given: here, when: bind("cert_one", pair.rsa),
			then: []domain.Event{CertificateCreated{made}, CertificateAttached{with, id(1)}}, answer: SecuredDomain{with, id(1), "cert_one", "shop"}},
		{name: "§3.12.2: names are unique", given: given(here, certificateOf(t, "k1", "cert_one", pair.ecc).exists()), when: bind("cert_one", pair.rsa), refused: "APIG.3325"},
		{name: "§3.12.2: the domain name has an RSA certificate", refused: "APIG.2051", when: bind("cert_two", pair.rsa),
			given: given(twoGroups(), certificateOf(t, "k1", "cert_one", pair.wild).exists(), aDomain("d1", "g1", "www.example.com", "k1"))},
		{name: "§5.4: not for the domain name", given: here, when: bind("cert_one", pair.other), refused: "APIG.2103"},
		{name: "§3.12.2: a bad name", given: here, when: bind("a b", pair.rsa), refused: "APIG.2011"},
		{name: "not a certificate", given: here, when: bind("cert_one", &certtest.Pair{Content: "x"}), refused: "APIG.2106"},
		{name: "a domain name of another group", given: given(twoGroups(), aDomain("d1", "g2", "www.example.com")), when: bind("cert_one", pair.rsa), refused: "APIG.3474"},
		{name: "unknown domain name", given: twoGroups(), when: bind("cert_one", pair.rsa), refused: "APIG.3020"},
		{name: "unknown instance", when: bind("cert_one", pair.rsa), refused: "APIG.3030"},
	})
}

func TestUnbindCertificate(t *testing.T) {
	t.Parallel()
	unbind := do((*State).UnbindCertificate, UnbindCertificate{gw, "g1", "d1", "k1"})
	shared := certificateOf(t, "k1", "cert_one", somePairs(t).rsa)
	own := shared.with(func(c *Certificate) { c.OfDomain = true })
	detached := CertificateDetached{domainNamed("d1", "g1", "www.example.com"), "k1"}
	has := aDomain("d1", "g1", "www.example.com", "k1")
	run(t, []scenario{
		{name: "§3.12.6: a certificate that came for the domain name is deleted", given: given(twoGroups(), own.exists(), has), when: unbind,
			then: []domain.Event{detached, CertificateDeleted{CertificateID: "k1", Name: "cert_one"}}},
		{name: "§3.12.6: one that another domain name has stays", given: given(twoGroups(), own.exists(), has, aDomain("d2", "g2", "api.example.com", "k1")),
			when: unbind, then: []domain.Event{detached}},
		{name: "§3.12.6: one of the project stays", given: given(twoGroups(), shared.exists(), has), when: unbind, then: []domain.Event{detached}},
		{name: "APIG.3097: the domain name has it not", given: given(twoGroups(), own.exists(), aDomain("d1", "g1", "www.example.com")), when: unbind, refused: "APIG.3097"},
		{name: "unknown certificate", given: given(twoGroups(), has), when: unbind, refused: "APIG.3021"},
		{name: "§3.12.6: unknown domain name", given: twoGroups(), when: unbind, refused: "APIG.3020"},
		{name: "a domain name of another group", given: given(twoGroups(), aDomain("d1", "g2", "www.example.com")), when: unbind, refused: "APIG.3474"},
		{name: "unknown instance", when: unbind, refused: "APIG.3030"},
	})
}
