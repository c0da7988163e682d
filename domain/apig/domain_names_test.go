package apig

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func twoGroups() history { return given(gateway(), aGroup("g1", "shop"), aGroup("g2", "bank")) }

func number(n int) *int { return &n }

func TestBindURLDomain(t *testing.T) {
	t.Parallel()
	bind := func(b URLDomainBody) decision {
		return do((*State).BindURLDomain, BindURLDomain{gw, "g1", b})
	}
	called := func(name string) decision { return bind(URLDomainBody{Name: name}) }
	ports := func(http, https int) decision {
		return bind(URLDomainBody{Name: "www.example.com", HTTPPort: &http, HTTPSPort: &https})
	}
	bound := func(name string, change func(*URLDomain)) []domain.Event {
		d := domainNamed(id(1), "g1", name)
		d.BindTime = now
		if change != nil {
			change(&d)
		}
		return []domain.Event{URLDomainBound{d}}
	}
	open := given(twoGroups(), aPort("n1", "HTTP", 8080), aPort("n2", "HTTPS", 8443))
	custom := domainNamed("d1", "g2", "www.example.com")
	custom.HTTPPort, custom.HTTPSPort = noPort, 8443
	full := twoGroups()
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		full = given(full, aDomain(name, "g1", name+".example.com"))
	}
	run(t, []scenario{
		{name: "§3.12.1: bound with the defaults", given: twoGroups(), when: called("www.example.com"), then: bound("www.example.com", nil)},
		{name: "§3.12.1: bound as told", given: twoGroups(), when: bind(URLDomainBody{Name: "www.example.com", MinSSLVersion: "TLSv1.2", RedirectHTTP: true}),
			then: bound("www.example.com", func(d *URLDomain) { d.MinSSLVersion, d.RedirectHTTP = "TLSv1.2", true })},
		{name: "a wildcard is a domain name", given: twoGroups(), when: called("*.example.com"), then: bound("*.example.com", nil)},
		{name: "the wildcard of a bound name is another name", given: given(twoGroups(), aDomain("d1", "g1", "www.example.com")),
			when: called("*.example.com"), then: bound("*.example.com", nil)},
		{name: "§3.12.1: a group has 5 domain names at most", given: full, when: called("www.example.com"), refused: "APIG.3108"},
		{name: "§3.12.1: each group has its own 5", given: full, when: do((*State).BindURLDomain, BindURLDomain{gw, "g2", URLDomainBody{Name: "www.example.com"}}),
			then: bound("www.example.com", func(d *URLDomain) { d.GroupID = "g2" })},
		{name: "§5.4: quota APIGROUP_DOMAIN_NUM_LIMIT", given: given(full, aQuota("APIGROUP_DOMAIN_NUM_LIMIT", 6)), when: called("www.example.com"),
			then: bound("www.example.com", nil)},
		{name: "§3.12.1: the domain name exists", given: given(twoGroups(), aDomain("d1", "g2", "www.example.com")), when: called("www.example.com"), refused: "APIG.3305"},
		{name: "§3.12.1: it exists in another spelling", given: given(twoGroups(), aDomain("d1", "g2", "www.example.com")), when: called("WWW.Example.com."), refused: "APIG.3305"},
		{name: "a domain name is unique in its instance only", when: called("www.example.com"), then: bound("www.example.com", nil),
			given: given(twoGroups(), instanceNamed("gw2", "second"), history{
				GroupCreated{Group{ID: "g3", InstanceID: "gw2", Name: "shop"}},
				URLDomainBound{URLDomain{ID: "d1", InstanceID: "gw2", GroupID: "g3", Name: "www.example.com", HTTPPort: 80, HTTPSPort: 443}},
			})},
		{name: "§3.12.1: url_domain is required", given: twoGroups(), when: called(""), refused: "APIG.2001"},
		{name: "§3.12.1: versions of TLS are known", given: twoGroups(), when: bind(URLDomainBody{Name: "www.example.com", MinSSLVersion: "TLSv1.3"}), refused: "APIG.2011"},
		{name: "unknown group", given: gateway(), when: called("www.example.com"), refused: "APIG.3001"},
		{name: "unknown instance", when: called("www.example.com"), refused: "APIG.3030"},
		{name: "SDK: at custom ports", given: open, when: ports(8080, 8443), then: bound("www.example.com", func(d *URLDomain) { d.HTTPPort, d.HTTPSPort = 8080, 8443 })},
		{name: "SDK: without HTTP", given: twoGroups(), when: ports(-1, 443), then: bound("www.example.com", func(d *URLDomain) { d.HTTPPort = noPort })},
		{name: "SDK: a name at another port is another one", given: given(open, history{URLDomainBound{custom}}), when: called("www.example.com"), then: bound("www.example.com", nil)},
		{name: "APIG.2050: name and port exist", given: given(open, history{URLDomainBound{custom}}), when: ports(8080, 8443), refused: "APIG.2050"},
		{name: "SDK: one port alone", given: open, when: bind(URLDomainBody{Name: "www.example.com", HTTPPort: number(8080)}), refused: "APIG.2001"},
		{name: "SDK: the other port alone", given: open, when: bind(URLDomainBody{Name: "www.example.com", HTTPSPort: number(8443)}), refused: "APIG.2001"},
		{name: "SDK: no port at all", given: open, when: ports(-1, -1), refused: "APIG.2025"},
		{name: "SDK: a port below 1024", given: open, when: ports(1023, 443), refused: "APIG.2025"},
		{name: "SDK: a port over 49151", given: open, when: ports(80, 49152), refused: "APIG.2025"},
		{name: "SDK: the other protocol's default port", given: open, when: ports(443, 80), refused: "APIG.2025"},
		{name: "APIG.2049: a port that is not open", given: open, when: ports(8081, 443), refused: "APIG.2049"},
		{name: "APIG.2049: a port of the other protocol", given: open, when: ports(8443, 8443), refused: "APIG.2049"},
	})
}

func TestURLDomainNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 62)
	for name, valid := range map[string]bool{
		"example.com": true, "a-b.example.com.": true, "a_b.example.com": true, "*.example.com": true, "9.example.com": true, long + ".com": true,
		"example": false, ".example.com": false, "-a.example.com": false, "a-.example.com": false, "*example.com": false, "a.*.com": false,
		"*.com": false, "example.c": false, "example.c0m": false, "192.0.2.1": false, "example.com/": false, "example.com:80": false, "exa mple.com": false,
		"bücher.example.com": false, long + "aa.com": false, strings.Repeat("a.", 8) + "com": false, strings.Repeat(long+".", 5) + "com": false, "a\x00.com": false, "\xff.com": false,
	} {
		err := URLDomainBody{Name: name}.check()
		if got := domain.CodeOf(err); got != map[bool]string{true: "", false: "APIG.2024"}[valid] {
			t.Errorf("§3.12.1: %q: %v", name, err)
		}
	}
}

func TestUpdateURLDomain(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	pair := somePairs(t)
	update := func(change func(*URLDomainUpdateBody)) decision {
		b := URLDomainUpdateBody{MinSSLVersion: "TLSv1.1"}
		change(&b)
		return do((*State).UpdateURLDomain, UpdateURLDomain{gw, "g1", "d1", b})
	}
	tls12 := update(func(b *URLDomainUpdateBody) { b.MinSSLVersion = "TLSv1.2" })
	here := given(twoGroups(), aPort("n1", "HTTP", 8080), aDomain("d1", "g1", "www.example.com"))
	secured := given(twoGroups(), certificateOf(t, "k1", "cert_one", pair.rsa).exists(), aDomain("d1", "g1", "www.example.com", "k1"))
	updated := func(changed string, change func(*URLDomain), certificates ...string) []domain.Event {
		d := domainNamed("d1", "g1", "www.example.com", certificates...)
		change(&d)
		return []domain.Event{URLDomainUpdated{d, []string{changed}}}
	}
	atPort := domainNamed("d2", "g2", "www.example.com")
	atPort.HTTPPort, atPort.HTTPSPort = 8080, noPort
	run(t, []scenario{
		{name: "§3.12.3: another version of TLS", given: here, when: tls12, then: updated("min_ssl_version", func(d *URLDomain) { d.MinSSLVersion = "TLSv1.2" })},
		{name: "§3.12.3: redirected", given: here, when: update(func(b *URLDomainUpdateBody) { b.RedirectHTTP = &yes }),
			then: updated("is_http_redirect_to_https", func(d *URLDomain) { d.RedirectHTTP = true })},
		{name: "SDK: another port", given: here, when: update(func(b *URLDomainUpdateBody) { b.HTTPPort = number(8080) }),
			then: updated("ingress_http_port", func(d *URLDomain) { d.HTTPPort = 8080 })},
		{name: "nothing changes", given: here, when: update(func(b *URLDomainUpdateBody) { b.RedirectHTTP = &no })},
		{name: "§3.12.2: clients are verified with a certificate", given: secured, when: update(func(b *URLDomainUpdateBody) { b.VerifyClients = &yes }),
			then: updated("verified_client_certificate_enabled", func(d *URLDomain) { d.VerifyClients = true }, "k1")},
		{name: "§3.12.2: without a certificate nobody is verified", given: here, when: update(func(b *URLDomainUpdateBody) { b.VerifyClients = &yes })},
		{name: "§3.12.3: min_ssl_version is required", given: here, when: update(func(b *URLDomainUpdateBody) { b.MinSSLVersion = "" }), refused: "APIG.2001"},
		{name: "§3.12.3: versions of TLS are known", given: here, when: update(func(b *URLDomainUpdateBody) { b.MinSSLVersion = "SSLv3" }), refused: "APIG.2011"},
		{name: "a port that is not open", given: here, when: update(func(b *URLDomainUpdateBody) { b.HTTPPort = number(8081) }), refused: "APIG.2049"},
		{name: "a port at which the name exists", given: given(here, history{URLDomainBound{atPort}}), refused: "APIG.2050",
			when: update(func(b *URLDomainUpdateBody) { b.HTTPPort = number(8080) })},
		{name: "§3.12.3: a domain name of another group", given: given(twoGroups(), aDomain("d1", "g2", "www.example.com")), when: tls12, refused: "APIG.3474"},
		{name: "§3.12.3: unknown domain name", given: twoGroups(), when: tls12, refused: "APIG.3020"},
		{name: "unknown group", given: gateway(), when: tls12, refused: "APIG.3001"},
		{name: "unknown instance", when: tls12, refused: "APIG.3030"},
	})
}

func TestUnbindURLDomain(t *testing.T) {
	t.Parallel()
	pair := somePairs(t)
	own := certificateOf(t, "k1", "cert_one", pair.rsa).with(func(c *Certificate) { c.OfDomain = true })
	shared := certificateOf(t, "k1", "cert_one", pair.rsa)
	unbind := do((*State).UnbindURLDomain, UnbindURLDomain{gw, "g1", "d1"})
	unbound := URLDomainUnbound{InstanceID: gw, GroupID: "g1", DomainID: "d1", Name: "www.example.com"}
	deleted := CertificateDeleted{CertificateID: "k1", Name: "cert_one"}
	run(t, []scenario{
		{name: "§3.12.4: unbound", given: given(twoGroups(), aDomain("d1", "g1", "www.example.com")), when: unbind, then: []domain.Event{unbound}},
		{name: "§3.12.4: a certificate stays", given: given(twoGroups(), shared.exists(), aDomain("d1", "g1", "www.example.com", "k1")), when: unbind, then: []domain.Event{unbound}},
		{name: "§3.12.2: a certificate that came for it goes", given: given(twoGroups(), own.exists(), aDomain("d1", "g1", "www.example.com", "k1")),
			when: unbind, then: []domain.Event{unbound, deleted}},
		{name: "§3.12.2: but not while another domain name has it", when: unbind, then: []domain.Event{unbound},
			given: given(twoGroups(), own.exists(), aDomain("d1", "g1", "www.example.com", "k1"), aDomain("d2", "g2", "api.example.com", "k1"))},
		{name: "§3.12.4: a domain name of another group", given: given(twoGroups(), aDomain("d1", "g2", "www.example.com")), when: unbind, refused: "APIG.3474"},
		{name: "§3.12.4: unknown domain name", given: twoGroups(), when: unbind, refused: "APIG.3020"},
		{name: "unknown instance", when: unbind, refused: "APIG.3030"},
		{name: "§3.1.3: a group goes with its domain names and their certificates", when: do((*State).DeleteGroup, DeleteGroup{gw, "g1"}),
			given: given(twoGroups(), own.exists(), aDomain("d1", "g1", "www.example.com", "k1"), aDomain("d2", "g1", "api.example.com", "k1")),
			then:  []domain.Event{GroupDeleted{InstanceID: gw, GroupID: "g1", Name: "shop"}, deleted}},
		{name: "§3.1.3: a certificate that another group's domain name has stays", when: do((*State).DeleteGroup, DeleteGroup{gw, "g1"}),
			given: given(twoGroups(), own.exists(), aDomain("d1", "g1", "www.example.com", "k1"), aDomain("d2", "g2", "api.example.com", "k1")),
			then:  []domain.Event{GroupDeleted{InstanceID: gw, GroupID: "g1", Name: "shop"}}},
	})
}

// §3.1.3, §3.12.4: what is released can be bound again, and certificates deleted.
func TestReleasedNames(t *testing.T) {
	t.Parallel()
	cert := certificateOf(t, "k1", "cert_one", somePairs(t).rsa)
	begin := given(twoGroups(), cert.exists(), aDomain("d1", "g1", "www.example.com", "k1"))
	for name, gone := range map[string]domain.Event{
		"domain name": URLDomainUnbound{InstanceID: gw, GroupID: "g1", DomainID: "d1", Name: "www.example.com"},
		"group":       GroupDeleted{InstanceID: gw, GroupID: "g1", Name: "shop"},
	} {
		s := given(begin, history{gone}).state()
		if diff := cmp.Diff(newNaming(), s.instances[gw].naming, wholeState); diff != "" {
			t.Errorf("after the end of a %s:\n%s", name, diff)
		}
		if _, _, err := s.DeleteCertificate(moment(), DeleteCertificate{"k1"}); err != nil {
			t.Errorf("after the end of a %s: %v", name, err)
		}
	}
	local := cert.with(func(c *Certificate) { c.Type, c.InstanceID = CertificateInstance, gw })
	for c, left := range map[*Certificate]int{&cert: 1, &local: 0} {
		s := given(gateway(), c.exists(), history{InstanceDeleted{InstanceID: gw, Name: "gateway"}}).state()
		if len(s.certificates.all) != left || len(s.certificates.names) != left {
			t.Errorf("§3.23.15: an instance goes with its certificates, not with others: %v", s.certificates.names)
		}
	}
}

func TestSetSLDomainAccess(t *testing.T) {
	t.Parallel()
	set := func(enabled *bool) decision {
		return do((*State).SetSLDomainAccess, SetSLDomainAccess{gw, "g1", SLDomainAccessBody{enabled}})
	}
	yes, no := true, false
	off := groupNamed("g1", "shop")
	off.SLDomainAccessEnabled, off.UpdateTime = false, now
	on := off
	on.SLDomainAccessEnabled = true
	changed := []string{"sl_domain_access_enabled"}
	run(t, []scenario{
		{name: "§3.12.5: switched off", given: twoGroups(), when: set(&no), then: []domain.Event{GroupUpdated{off, changed}}},
		{name: "§3.12.5: switched on", given: given(twoGroups(), history{GroupUpdated{off, changed}}), when: set(&yes), then: []domain.Event{GroupUpdated{on, changed}}},
		{name: "§3.12.5: as it was", given: twoGroups(), when: set(&yes)},
		{name: "§3.12.5: sl_domain_access_enabled is required", given: twoGroups(), when: set(nil), refused: "APIG.2011"},
		{name: "§3.12.5: unknown group", given: gateway(), when: set(&no), refused: "APIG.3020"},
		{name: "unknown instance", when: set(&no), refused: "APIG.3030"},
	})
}

func TestIngressPorts(t *testing.T) {
	t.Parallel()
	add := func(protocol string, port int) decision {
		return do((*State).AddIngressPort, AddIngressPort{gw, IngressPortBody{protocol, port}})
	}
	remove := do((*State).DeleteIngressPort, DeleteIngressPort{gw, "n1"})
	open := given(twoGroups(), aPort("n1", "HTTPS", 8443))
	used := domainNamed("d1", "g1", "www.example.com")
	used.HTTPSPort = 8443
	full := gateway()
	for n := range maxIngressPorts {
		full = given(full, aPort(id(n+1), "HTTP", 2000+n))
	}
	run(t, []scenario{
		{name: "SDK: opened", given: gateway(), when: add("HTTP", 1024), then: []domain.Event{IngressPortAdded{IngressPort{id(1), gw, "HTTP", 1024, now}}}},
		{name: "SDK: ports are 1024 to 49151", given: gateway(), when: add("HTTP", 49152), refused: "APIC.7211"},
		{name: "SDK: not below 1024", given: gateway(), when: add("HTTP", 443), refused: "APIC.7211"},
		{name: "SDK: protocols are known", given: gateway(), when: add("TCP", 1024), refused: "APIC.7211"},
		{name: "APIC.9224: opened once only", given: open, when: add("HTTP", 8443), refused: "APIC.9224"},
		{name: "APIC.7403: too many", given: full, when: add("HTTP", 1024), refused: "APIC.7403"},
		{name: "unknown instance", when: add("HTTP", 1024), refused: "APIC.7302"},
		{name: "SDK: closed", given: open, when: remove, then: []domain.Event{IngressPortDeleted{gw, "n1", 8443}}},
		{name: "APIC.7257: a domain name uses it", given: given(open, history{URLDomainBound{used}}), when: remove, refused: "APIC.7257"},
		{name: "unknown port", given: gateway(), when: remove, refused: "APIC.7211"},
		{name: "no port of an unknown instance", when: remove, refused: "APIC.7302"},
	})
}
