package apig

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

func domainCalled(id, groupID, name string, certificates ...string) apig.URLDomain {
	return apig.URLDomain{
		ID: id, InstanceID: pastInstance, GroupID: groupID, Name: name, MinSSLVersion: "TLSv1.1", HTTPPort: 80, HTTPSPort: 443,
		Certificates: certificates, BindTime: pastBegan,
	}
}

func certificateCalled(id, algorithm, ca string) apig.Certificate {
	return apig.Certificate{
		ID: id, Name: "cert_" + id, Type: apig.CertificateGlobal, InstanceID: apig.CommonInstance, Content: "CONTENT", PrivateKey: "SEALED",
		TrustedRootCA: ca, CreateTime: pastBegan, UpdateTime: pastBegan,
		CertificateFacts: apig.CertificateFacts{
			CommonName: id + ".example.com", SAN: []string{"www.example.com"}, Version: 3, NotBefore: pastBegan, NotAfter: pastBegan.Add(time.Hour),
			SerialNumber: "1", SignatureAlgorithm: "SHA256-" + algorithm, AlgorithmType: algorithm,
		},
	}
}

func portAt(id, protocol string, port int) apig.IngressPort {
	return apig.IngressPort{ID: id, InstanceID: pastInstance, Protocol: protocol, Port: port, CreateTime: pastBegan}
}

// namingIDs are the ids of everything about domain names that the read models have.
func (p *past) namingIDs() string {
	p.t.Helper()
	ids := []string{}
	const query = `SELECT id FROM apig.domains UNION ALL SELECT domain_id || '+' || certificate_id FROM apig.domain_certificates
		UNION ALL SELECT id FROM apig.certificates UNION ALL SELECT id FROM apig.ingress_ports ORDER BY 1`
	if err := p.Queries.rows.Select(p.t.Context(), &ids, query); err != nil {
		p.t.Fatal(err)
	}
	return strings.Join(ids, " ")
}

// named is a past with two groups, three domain names, three certificates and a port.
func named(t *testing.T) *past {
	t.Helper()
	p := newPast(t)
	local := certificateCalled("k3", "RSA", "")
	local.Type, local.InstanceID = apig.CertificateInstance, pastInstance
	d1, d2, d3 := domainCalled("d1", "g1", "www.example.com"), domainCalled("d2", "g1", "api.example.com"), domainCalled("d3", "g2", "www.example.org")
	d2.HTTPPort, d2.BindTime = 8080, pastBegan.Add(time.Second)
	one, two := d1, d1
	one.Certificates, two.Certificates = []string{"k1"}, []string{"k1", "k2"}
	two.VerifyClients = true
	p.has(apig.GroupCreated{Group: apig.Group{ID: "g2", InstanceID: pastInstance, Name: "bank"}},
		apig.IngressPortAdded{Port: portAt("n1", "HTTP", 8080)},
		apig.CertificateCreated{Certificate: certificateCalled("k1", "ECC", "CA")}, apig.CertificateCreated{Certificate: certificateCalled("k2", "RSA", "CA")},
		apig.CertificateCreated{Certificate: local},
		apig.URLDomainBound{Domain: d1}, apig.URLDomainBound{Domain: d2}, apig.URLDomainBound{Domain: d3},
		apig.CertificateAttached{Domain: one, CertificateID: "k1"}, apig.CertificateAttached{Domain: two, CertificateID: "k2"})
	return p
}

// §3.12, §3.26: what is left of names, certificates and ports after everything that can end one.
func TestDomainRows(t *testing.T) {
	t.Parallel()
	const all = "d1 d1+k1 d1+k2 d2 d3 k1 k2 k3 n1"
	for name, c := range map[string]struct {
		then domain.Event
		want string
	}{
		"unbound":              {apig.URLDomainUnbound{InstanceID: pastInstance, GroupID: "g1", DomainID: "d1"}, "d2 d3 k1 k2 k3 n1"},
		"changed":              {apig.URLDomainUpdated{Domain: domainCalled("d1", "g1", "www.example.com", "k1", "k2")}, all},
		"detached":             {apig.CertificateDetached{Domain: domainCalled("d1", "g1", "www.example.com", "k1"), CertificateID: "k2"}, "d1 d1+k1 d2 d3 k1 k2 k3 n1"},
		"attached once more":   {apig.CertificateAttached{Domain: domainCalled("d3", "g2", "www.example.org", "k1"), CertificateID: "k1"}, "d1 d1+k1 d1+k2 d2 d3 d3+k1 k1 k2 k3 n1"},
		"certificate replaced": {apig.CertificateUpdated{Certificate: certificateCalled("k1", "ECC", "")}, all},
		"certificate deleted":  {apig.CertificateDeleted{CertificateID: "k3"}, "d1 d1+k1 d1+k2 d2 d3 k1 k2 n1"},
		"port closed":          {apig.IngressPortDeleted{InstanceID: pastInstance, PortID: "n1"}, "d1 d1+k1 d1+k2 d2 d3 k1 k2 k3"},
		"group deleted":        {apig.GroupDeleted{InstanceID: pastInstance, GroupID: "g1"}, "d3 k1 k2 k3 n1"},
		"instance deleted":     {apig.InstanceDeleted{InstanceID: pastInstance}, "k1 k2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := named(t)
			p.has(c.then)
			if diff := cmp.Diff(c.want, p.project().namingIDs()); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// §3.1.4: a group shows its domain names with their certificates; the RSA one comes first and alone in ssl_id.
func TestDomainsOfGroups(t *testing.T) {
	t.Parallel()
	p := named(t).project()
	got, err := p.Domains(t.Context(), pastIn, []string{"g1", "g2", "none"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]DomainView{
		"g1": {
			{
				ID: "d1", Domain: "www.example.com", CNAMEStatus: 1, SSLID: "k2", SSLName: "cert_k2", MinSSLVersion: "TLSv1.1", VerifyClients: true,
				HasCA: true, HTTPPort: 80, HTTPSPort: 443,
				SSLInfos: []SSLInfoView{{"k2", "cert_k2", "RSA", 2, true}, {"k1", "cert_k1", "ECC", 2, true}},
			},
			{ID: "d2", Domain: "api.example.com", CNAMEStatus: 1, MinSSLVersion: "TLSv1.1", HTTPPort: 8080, HTTPSPort: 443, SSLInfos: []SSLInfoView{}},
		},
		"g2": {{ID: "d3", Domain: "www.example.org", CNAMEStatus: 1, MinSSLVersion: "TLSv1.1", HTTPPort: 80, HTTPSPort: 443, SSLInfos: []SSLInfoView{}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("domain names (-want +got):\n%s", diff)
	}
}

func TestListsOfCertificates(t *testing.T) {
	t.Parallel()
	p := named(t).project()
	common := In{pastTenant, apig.CommonInstance}
	for name, c := range map[string]struct {
		in     In
		filter CertificateFilter
		page   Page
		want   string
		total  int
	}{
		"all":                  {pastIn, CertificateFilter{}, everything, "k1 k2 k3", 3},
		"global ones":          {common, CertificateFilter{}, everything, "k1 k2", 2},
		"a page":               {pastIn, CertificateFilter{}, Page{1, 1}, "k2", 3},
		"by type":              {pastIn, CertificateFilter{Type: "instance"}, everything, "k3", 1},
		"by part of the name":  {pastIn, CertificateFilter{Name: "_k2"}, everything, "k2", 1},
		"by common name":       {pastIn, CertificateFilter{CommonName: "k3.ex"}, everything, "k3", 1},
		"by signature":         {pastIn, CertificateFilter{SignatureAlgorithm: "SHA256-RSA"}, everything, "k2 k3", 2},
		"by algorithm":         {pastIn, CertificateFilter{AlgorithmType: "ECC"}, everything, "k1", 1},
		"none of an algorithm": {pastIn, CertificateFilter{AlgorithmType: "SM2"}, everything, "", 0},
		"a name of no row":     {pastIn, CertificateFilter{Name: "\x00"}, everything, "", 0},
	} {
		t.Run("§3.26.1: "+name, func(t *testing.T) {
			t.Parallel()
			all, total, err := p.Certificates(t.Context(), c.in, c.filter, c.page)
			ids := make([]string, len(all))
			for i, one := range all {
				ids[i] = one.ID
			}
			if got := strings.Join(ids, " "); err != nil || got != c.want || total != c.total {
				t.Errorf("%q of %d, %v; want %q of %d", got, total, err, c.want, c.total)
			}
		})
	}
}

// Neither the certificate nor its key is anywhere in the read models.
func TestReadModelsHaveNoKeys(t *testing.T) {
	t.Parallel()
	p := named(t).project()
	var rows []string
	if err := p.Queries.rows.Select(t.Context(), &rows, "SELECT to_json(c)::text FROM apig.certificates c"); err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		if strings.Contains(row, "SEALED") || strings.Contains(row, "CONTENT") {
			t.Errorf("a row tells too much: %s", row)
		}
	}
	view, err := p.Certificate(t.Context(), pastTenant, "k1")
	text, _ := json.Marshal(view)
	if err != nil || !strings.Contains(string(text), `"organization":[]`) || !strings.Contains(string(text), `"is_has_trusted_root_ca":true`) {
		t.Errorf("§3.26.5: %s, %v", text, err)
	}
}

// asksNaming asks every query about domain names, and returns how much it found and which code it got.
func asksNaming(t *testing.T, q *Queries, in In) map[string]string {
	t.Helper()
	found := map[string]string{}
	note := func(name string, n int, err error) {
		if code := domain.CodeOf(err); err != nil {
			found[name] = code
		} else if n > 0 {
			found[name] = "found"
		}
	}
	domains, err := q.Domains(t.Context(), in, []string{"g1"})
	note("Domains", len(domains), err)
	names, err := q.DomainNames(t.Context(), in, "g1")
	note("DomainNames", len(names), err)
	_, err = q.Domain(t.Context(), in, "g1", "d1")
	note("Domain", 1, err)
	_, err = q.Certificate(t.Context(), in.Tenant, "k1")
	note("Certificate", 1, err)
	_, err = q.DomainCertificate(t.Context(), in, "g1", "d1", "k1")
	note("DomainCertificate", 1, err)
	_, n, err := q.Certificates(t.Context(), in, CertificateFilter{}, everything)
	note("Certificates", n, err)
	_, n, err = q.AttachedDomains(t.Context(), in.Tenant, "k1", "", everything)
	note("AttachedDomains", n, err)
	_, n, err = q.IngressPorts(t.Context(), in, IngressPortFilter{}, everything)
	note("IngressPorts", n, err)
	_, n, err = q.PortDomains(t.Context(), in, "n1", "", everything)
	note("PortDomains", n, err)
	return found
}

func TestATenantSeesNoNamesOfAnother(t *testing.T) {
	t.Parallel()
	p := named(t).project()
	owner := map[string]string{}
	for _, name := range []string{
		"Domains", "DomainNames", "Domain", "Certificate", "DomainCertificate", "Certificates", "AttachedDomains", "IngressPorts", "PortDomains",
	} {
		owner[name] = "found"
	}
	unknown := map[string]string{
		"Domain": "APIG.3030", "DomainCertificate": "APIG.3030", "Certificates": "APIG.3030", "IngressPorts": "APIC.7302", "PortDomains": "APIC.7302",
	}
	stranger := map[string]string{"Certificate": "APIG.3021", "AttachedDomains": "APIG.3021"}
	for name, code := range unknown {
		stranger[name] = code
	}
	elsewhere := map[string]string{"Certificate": "found", "AttachedDomains": "found"}
	for name, code := range unknown {
		elsewhere[name] = code
	}
	for name, c := range map[string]struct {
		in   In
		want map[string]string
	}{
		"owner": {pastIn, owner}, "another tenant": {In{"t2", pastInstance}, stranger}, "nobody": {In{"", pastInstance}, stranger},
		"another instance": {In{pastTenant, "gw2"}, elsewhere}, "what no row can hold": {In{"\x00", "\xff"}, stranger},
	} {
		if diff := cmp.Diff(c.want, asksNaming(t, p.Queries, c.in)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for code, err := range map[string]error{
		"APIG.3001": failure(p.Domain(t.Context(), pastIn, "none", "d1")), "APIG.3020": failure(p.Domain(t.Context(), pastIn, "g1", "none")),
		"APIG.3474": failure(p.Domain(t.Context(), pastIn, "g2", "d1")), "APIG.3097": failure(p.DomainCertificate(t.Context(), pastIn, "g1", "d2", "k1")),
		"APIG.3021": failure(p.DomainCertificate(t.Context(), pastIn, "g1", "d1", "none")),
	} {
		if domain.CodeOf(err) != code {
			t.Errorf("§3.12.7: %v, want %s", err, code)
		}
	}
}

func failure[R any](_ R, err error) error { return err }

func TestIngressPortLists(t *testing.T) {
	t.Parallel()
	p := named(t).project()
	for name, c := range map[string]struct {
		filter IngressPortFilter
		want   int
	}{
		"all": {IngressPortFilter{}, 1}, "of a protocol": {IngressPortFilter{Protocol: "HTTP"}, 1}, "of another": {IngressPortFilter{Protocol: "HTTPS"}, 0},
		"one": {IngressPortFilter{Port: 8080}, 1}, "another one": {IngressPortFilter{Port: 8081}, 0},
	} {
		if rows, total, err := p.IngressPorts(t.Context(), pastIn, c.filter, everything); err != nil || total != c.want || len(rows) != c.want {
			t.Errorf("%s: %d of %d, %v; want %d", name, len(rows), total, err, c.want)
		}
	}
	got, _, err := p.PortDomains(t.Context(), pastIn, "n1", "api", everything)
	if diff := cmp.Diff([]PortDomain{{"g1", "shop", "api.example.com"}}, got); err != nil || diff != "" {
		t.Errorf("domain names of a port: %v (-want +got):\n%s", err, diff)
	}
	if _, total, err := p.PortDomains(t.Context(), pastIn, "n1", "none", everything); err != nil || total != 0 {
		t.Errorf("%d domain names of another name, %v", total, err)
	}
	if _, _, err := p.PortDomains(t.Context(), pastIn, "none", "", everything); domain.CodeOf(err) != "APIC.7211" {
		t.Errorf("an unknown port: %v", err)
	}
}
