package contract

import (
	"crypto/x509"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// §3.26.2, §3.26.5: what a certificate says of itself is shown; the certificate and its key never are.
func TestNewCertificateIsShown(t *testing.T) {
	t.Parallel()
	root := eccPair(t, authority)
	body := merged(certificateBody(rsaPair(t, "apigtest.example.com", "*.san.com")), doc{
		"type": "instance", "instance_id": admin.instance, "trusted_root_ca": root.content, "algorithm_type": "RSA",
	})

	made := call(t, admin.api.CreateCertificateV2, admin.certificateRequest(t, body))

	wantFields(t, made, doc{
		"name": body["name"], "type": "instance", "instance_id": admin.instance, "project_id": admin.project, "common_name": "apigtest.example.com",
		"san": []string{"apigtest.example.com", "*.san.com"}, "version": 3, "organization": []string{"XX"}, "organizational_unit": []string{"IT"},
		"locality": []string{"XX"}, "state": []string{"XX"}, "country": []string{"XX"}, "serial_number": "13010", "issuer": []string{"XX"},
		"signature_algorithm": "SHA256-RSA", "algorithm_type": "RSA", "is_has_trusted_root_ca": true,
	})
	wantRecent(t, made, "create_time", "update_time")
	if diff := cmp.Diff(made, admin.showCertificate(t, text(t, made, "id"))); diff != "" {
		t.Errorf("the certificate as created and as shown (-created +shown):\n%s", diff)
	}
	plain := call(t, admin.api.CreateCertificateV2, admin.certificateRequest(t, certificateBody(eccPair(t, nil, "www.example.com"))))
	wantFields(t, plain, doc{"type": "global", "instance_id": "common", "algorithm_type": "ECC", "is_has_trusted_root_ca": false})
	shown := admin.send(t, message{method: "GET", path: "/v2/" + admin.project + "/apigw/certificates/" + text(t, made, "id")})
	for _, secret := range []string{"BEGIN", "private_key", "cert_content"} {
		if strings.Contains(string(shown.body), secret) {
			t.Errorf("the answer tells too much: %s", shown.body)
		}
	}
}

// §3.26.2, §5.4: what is checked of a certificate and its key.
func TestCertificatesAreRefused(t *testing.T) {
	t.Parallel()
	good, other := rsaPair(t, "www.example.com"), eccPair(t, nil, "www.example.com")
	ends := func(at time.Time) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = at.Add(-24*time.Hour), at }
	}
	until2038 := time.Date(2038, 1, 19, 3, 14, 7, 0, time.UTC)
	taken := certificateBody(good)
	call(t, admin.api.CreateCertificateV2, admin.certificateRequest(t, taken))
	change := func(more doc) doc { return merged(certificateBody(good), more) }
	for name, c := range map[string]struct {
		body doc
		want refusal
	}{
		"another key":                 {change(doc{"private_key": other.key}), refusedAs(400, "APIG.2101")},
		"expired":                     {certificateBody(eccPair(t, ends(time.Now().Add(-time.Hour)), "a.example.com")), refusedAs(400, "APIG.2102")},
		"a chain that is none":        {change(doc{"cert_content": good.content + other.content}), refusedAs(400, "APIG.2104")},
		"an encrypted key":            {change(doc{"private_key": pemOf("ENCRYPTED PRIVATE KEY", []byte("x"))}), refusedAs(400, "APIG.2105")},
		"no certificate":              {change(doc{"cert_content": "-----BEGIN CERTIFICATE-----THIS IS YOUR CERT CONTENT-----END CERTIFICATE-----\n"}), refusedAs(400, "APIG.2106")},
		"no key":                      {change(doc{"private_key": "-----BEGIN PRIVATE KEY-----THIS IS YOUR PRIVATE KEY-----END PRIVATE KEY-----\n"}), refusedAs(400, "APIG.2106")},
		"no SAN":                      {certificateBody(eccPair(t, nil)), refusedAs(400, "APIG.2109")},
		"over 2038":                   {certificateBody(eccPair(t, ends(until2038), "a.example.com")), refusedAs(400, "APIG.3148")},
		"a name that exists":          {change(doc{"name": taken["name"]}), refusedAs(400, "APIG.3325")},
		"a short name":                {change(doc{"name": "abc"}), badParameter("name")},
		"an unknown type":             {change(doc{"type": "tenant"}), badParameter("type")},
		"no instance":                 {change(doc{"type": "instance"}), badParameter("instance_id")},
		"an unknown instance":         {change(doc{"type": "instance", "instance_id": unknownID}), noInstance},
		"a root CA that is none":      {change(doc{"trusted_root_ca": other.content}), refusedAs(400, "APIG.2106")},
		"root CAs of two kinds":       {change(doc{"trusted_root_ca": eccPair(t, authority).content + rsaRoot(t)}), refusedAs(400, "APIG.3715")},
		"SDK: SM2":                    {change(doc{"algorithm_type": "SM2", "cert_content_sign": "x", "private_key_sign": "y"}), badParameter("algorithm_type")},
		"SDK: another algorithm_type": {change(doc{"algorithm_type": "ECC"}), badParameter("algorithm_type")},
		"SDK: a part for SM2":         {change(doc{"cert_content_sign": "x"}), badParameter("cert_content_sign")},
	} {
		t.Run(name, func(t *testing.T) {
			refuse(t, admin.api.CreateCertificateV2, admin.certificateRequest(t, c.body), c.want)
		})
	}
}

// rsaRoot is a root CA with an RSA key.
func rsaRoot(t *testing.T) string {
	t.Helper()
	key, err := rsaKey()
	if err != nil {
		t.Fatal(err)
	}
	return selfSigned(t, key, &key.PublicKey, authority, nil).content
}

// §3.26.7
func TestCertificateIsReplaced(t *testing.T) {
	t.Parallel()
	group, name := admin.newGroup(t), domainName()
	domain := admin.bindDomain(t, group, name)
	id := admin.newCertificate(t, rsaPair(t, name))
	call(t, admin.api.BatchAssociateCertsV2, admin.attachRequestOf(group, domain, id))
	update := func(id string, body doc) *model.UpdateCertificateV2Request {
		return &model.UpdateCertificateV2Request{CertificateId: id, Body: fromDoc[model.CertificateForm](t, body)}
	}
	next := certificateBody(eccPair(t, nil, name))

	after := call(t, admin.api.UpdateCertificateV2, update(id, next))

	wantFields(t, after, doc{"id": id, "name": next["name"], "type": "global", "algorithm_type": "ECC", "san": []string{name}})
	if diff := cmp.Diff(after, admin.showCertificate(t, id)); diff != "" {
		t.Errorf("the certificate as changed and as shown (-changed +shown):\n%s", diff)
	}
	wantFields(t, admin.domainsOf(t, group)[0], doc{"ssl_infos": []doc{{"ssl_id": id, "ssl_name": next["name"], "algorithm_type": "ECC", "type": 2}}})
	wantAbsent(t, admin.domainsOf(t, group)[0], "ssl_id") // SDK: of an RSA certificate only
	refuse(t, admin.api.UpdateCertificateV2, update(id, certificateBody(rsaPair(t, "other.example.com"))), refusedAs(400, "APIG.2103"))
	refuse(t, admin.api.UpdateCertificateV2, update(unknownID, next), noCertificate)
	taken := certificateBody(rsaPair(t, name))
	call(t, admin.api.CreateCertificateV2, admin.certificateRequest(t, taken))
	refuse(t, admin.api.UpdateCertificateV2, update(id, merged(next, doc{"name": taken["name"]})), refusedAs(400, "APIG.3325"))
}

// §3.26.6: only a certificate without domain names can be deleted.
func TestCertificateIsDeleted(t *testing.T) {
	t.Parallel()
	group, name := admin.newGroup(t), domainName()
	domain := admin.bindDomain(t, group, name)
	id := admin.newCertificate(t, rsaPair(t, name))
	remove := &model.DeleteCertificateV2Request{CertificateId: id}
	call(t, admin.api.BatchAssociateCertsV2, admin.attachRequestOf(group, domain, id))
	refuse(t, admin.api.DeleteCertificateV2, remove, badParameter("certificate_id"))

	call(t, admin.api.BatchDisassociateCertsV2, admin.detachRequestOf(group, domain, id))
	call(t, admin.api.DeleteCertificateV2, remove)

	refuse(t, admin.api.DeleteCertificateV2, remove, noCertificate)
	refuse(t, admin.api.ShowDetailsOfCertificateV2, &model.ShowDetailsOfCertificateV2Request{CertificateId: id}, noCertificate)
}

// §3.26.1
func TestCertificatesAreListed(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	var ids []string
	for _, body := range []doc{
		merged(certificateBody(rsaPair(t, "a.example.com")), doc{"name": "cert_global"}),
		merged(certificateBody(eccPair(t, nil, "b.example.com")), doc{"name": "cert_local", "type": "instance", "instance_id": c.instance}),
	} {
		ids = append(ids, text(t, call(t, c.api.CreateCertificateV2, c.certificateRequest(t, body)), "id"))
	}
	for name, l := range map[string]struct {
		filter doc
		want   []string // newest first
	}{
		"all": {doc{}, []string{ids[1], ids[0]}}, "common": {doc{"instance_id": "common"}, ids[:1]}, "name": {doc{"name": "_loc"}, ids[1:]},
		"common name": {doc{"common_name": "apigtest"}, []string{ids[1], ids[0]}}, "no common name": {doc{"common_name": "none"}, []string{}},
		"signature": {doc{"signature_algorithm": "SHA256-RSA"}, ids[:1]}, "type": {doc{"type": "instance"}, ids[1:]}, "global": {doc{"type": "global"}, ids[:1]},
		"SDK: algorithm": {doc{"algorithm_type": "ECC"}, ids[1:]}, "SDK: SM2": {doc{"algorithm_type": "SM2"}, []string{}},
	} {
		t.Run("§3.26.1: "+name, func(t *testing.T) {
			page := c.listCertificates(t, l.filter)
			wantPage(t, page, "certs", len(l.want), len(l.want))
			if diff := cmp.Diff(l.want, column(t, list(t, page, "certs"), "id")); diff != "" {
				t.Errorf("certificates (-want +got):\n%s", diff)
			}
		})
	}
	wantPage(t, c.listCertificates(t, doc{"limit": 1, "offset": 1}), "certs", 1, 2)
	wantFields(t, list(t, c.listCertificates(t, doc{"type": "global"}), "certs")[0], doc{
		"name": "cert_global", "type": "global", "instance_id": "common", "project_id": c.project, "san": []string{"a.example.com"}, "is_has_trusted_root_ca": false,
	})
	refuse(t, c.api.ListCertificatesV2, &model.ListCertificatesV2Request{InstanceId: unknownID}, noInstance)
	c.send(t, message{method: "GET", path: "/v2/" + c.project + "/apigw/certificates"}).refused(t, badParameter("instance_id"))
}

// §3.26.3, §3.26.4: one certificate of each algorithm, and what they mean for the verification of clients.
func TestCertificatesAreAttachedToADomain(t *testing.T) {
	t.Parallel()
	group, other, name := admin.newGroup(t), admin.newGroup(t), domainName()
	domain := admin.bindDomain(t, group, name)
	rsa, ecc, wild := admin.newCertificate(t, rsaPair(t, name)), admin.newCertificate(t, eccPair(t, nil, name)), admin.newCertificate(t, eccPair(t, nil, "*.example.com"))
	rooted := text(t, call(t, admin.api.CreateCertificateV2, admin.certificateRequest(t, merged(certificateBody(rsaPair(t, name)), doc{"trusted_root_ca": rsaRoot(t)}))), "id")
	verified := func() any { return admin.domainsOf(t, group)[0]["verified_client_certificate_enabled"] }
	attach, detach := admin.api.BatchAssociateCertsV2, admin.api.BatchDisassociateCertsV2

	call(t, attach, admin.attachRequestOf(group, domain, rooted))
	if verified() != true {
		t.Error("§3.26.3: with a trusted root CA clients are verified")
	}
	call(t, detach, admin.detachRequestOf(group, domain, rooted))
	if verified() != false {
		t.Error("§3.12.2: without a certificate clients are not verified")
	}
	call(t, attach, admin.attachRequestOf(group, domain, rsa))
	call(t, attach, admin.attachRequestOf(group, domain, ecc))

	wantFields(t, admin.domainsOf(t, group)[0], doc{
		"ssl_id": rsa, "verified_client_certificate_enabled": false, "ssl_infos": []doc{{"ssl_id": rsa, "algorithm_type": "RSA"}, {"ssl_id": ecc, "algorithm_type": "ECC"}},
	})
	refuse(t, attach, admin.attachRequestOf(group, domain, wild), refusedAs(400, "APIG.2051"))
	refuse(t, attach, admin.attachRequestOf(group, domain, rsa, ecc), badParameter("certificate_ids"))
	refuse(t, attach, admin.attachRequestOf(group, domain), badParameter("certificate_ids"))
	refuse(t, attach, admin.attachRequestOf(group, domain, unknownID), noCertificate)
	refuse(t, attach, admin.attachRequestOf(group, unknownID, rsa), noDomain)
	refuse(t, attach, admin.attachRequestOf(other, domain, rsa), anotherGroup)
	refuse(t, attach, admin.attachRequestOf(other, admin.bindDomain(t, other, domainName()), rsa), refusedAs(400, "APIG.2103"))
	call(t, detach, admin.detachRequestOf(group, domain, rsa))
	refuse(t, detach, admin.detachRequestOf(group, domain, rsa), notAttached)
	refuse(t, detach, admin.detachRequestOf(group, domain, unknownID), noCertificate)
	refuse(t, detach, admin.detachRequestOf(group, unknownID, ecc), noDomain)
	wantAbsent(t, admin.domainsOf(t, group)[0], "ssl_id")
}

// §5.4: trusted root CAs of one domain name are of one algorithm (APIG.3715).
func TestRootCAsOfADomain(t *testing.T) {
	t.Parallel()
	group, name := admin.newGroup(t), domainName()
	domain := admin.bindDomain(t, group, name)
	with := func(p pair, root string) string {
		body := merged(certificateBody(p), doc{"trusted_root_ca": root})
		return text(t, call(t, admin.api.CreateCertificateV2, admin.certificateRequest(t, body)), "id")
	}
	call(t, admin.api.BatchAssociateCertsV2, admin.attachRequestOf(group, domain, with(rsaPair(t, name), rsaRoot(t))))
	refuse(t, admin.api.BatchAssociateCertsV2, admin.attachRequestOf(group, domain, with(eccPair(t, nil, name), eccPair(t, authority).content)), refusedAs(400, "APIG.3715"))
	call(t, admin.api.BatchAssociateCertsV2, admin.attachRequestOf(group, domain, with(eccPair(t, nil, name), rsaRoot(t))))
	wantFields(t, admin.domainsOf(t, group)[0], doc{"is_has_trusted_root_ca": true, "verified_client_certificate_enabled": true})
}

// §3.26.8, §3.26.9, §3.26.10: the other direction, over several domain names and instances.
func TestDomainsAreAttachedToACertificate(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	second := c.in(t, c.project, c.newInstance(t))
	group, elsewhere := c.newGroup(t), second.newGroup(t)
	first, other, third := c.bindDomain(t, group, "www.example.com"), c.bindDomain(t, group, "api.example.com"), second.bindDomain(t, elsewhere, "www.example.com")
	id := c.newCertificate(t, rsaPair(t, "*.example.com"))
	attach := func(id string, domains ...doc) *model.BatchAssociateDomainsV2Request {
		return &model.BatchAssociateDomainsV2Request{CertificateId: id, Body: domainsBody(t, domains...)}
	}
	detach := func(id string, domains ...doc) *model.BatchDisassociateDomainsV2Request {
		return &model.BatchDisassociateDomainsV2Request{CertificateId: id, Body: domainsBody(t, domains...)}
	}
	attached := func(filter doc) doc {
		return query(t, c, c.api.ListAttachedDomainsV2, filter, doc{"certificate_id": id})
	}
	bound := func(filter doc) []string {
		ids := column(t, list(t, attached(filter), "bound_domains"), "id")
		slices.Sort(ids)
		return ids
	}
	sorted := func(ids ...string) []string { slices.Sort(ids); return ids }
	want := func(what string, got []string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(sorted(append([]string{}, want...)...), got); diff != "" {
			t.Errorf("§3.26.10: %s (-want +got):\n%s", what, diff)
		}
	}

	call(t, c.api.BatchAssociateDomainsV2, attach(id, doc{"domain": "www.example.com", "instance_ids": []string{c.instance}}))
	want("in the instance named", bound(doc{}), first)
	call(t, c.api.BatchAssociateDomainsV2, attach(id, doc{"domain": "www.example.com"}, doc{"domain": "api.example.com", "verified_client_certificate_enabled": true}))
	want("everywhere", bound(doc{}), first, other, third)
	want("by part of the name", bound(doc{"url_domain": "api"}), other)
	wantPage(t, attached(doc{"limit": 1, "offset": 2}), "bound_domains", 1, 3)
	wantFields(t, list(t, attached(doc{"url_domain": "api"}), "bound_domains")[0], doc{
		"url_domain": "api.example.com", "id": other, "status": 1, "min_ssl_version": "TLSv1.1", "ssl_id": id, "ssl_name": c.showCertificate(t, id)["name"],
		"instance_id": c.instance, "api_group_id": group, "api_group_name": c.showGroup(t, group)["name"], "verified_client_certificate_enabled": true,
	})

	call(t, c.api.BatchDisassociateDomainsV2, detach(id, doc{"domain": "www.example.com", "instance_ids": []string{second.instance}}))
	want("after detaching", bound(doc{}), first, other)
	refuse(t, c.api.BatchDisassociateDomainsV2, detach(id, doc{"domain": "www.example.com"}), notAttached)
	refuse(t, c.api.BatchDisassociateDomainsV2, detach(id, doc{"domain": "none.example.com"}), noDomain)
	refuse(t, c.api.BatchAssociateDomainsV2, attach(id, doc{"domain": "none.example.com"}), noDomain)
	refuse(t, c.api.BatchAssociateDomainsV2, attach(id, doc{"domain": "www.example.com", "instance_ids": []string{unknownID}}), noInstance)
	refuse(t, c.api.BatchAssociateDomainsV2, attach(unknownID, doc{"domain": "www.example.com"}), noCertificate)
	refuse(t, c.api.BatchAssociateDomainsV2, attach(id), badParameter("domains"))
	refuse(t, c.api.ListAttachedDomainsV2, &model.ListAttachedDomainsV2Request{CertificateId: unknownID}, noCertificate)
}

// §3.1.3, §3.23.15: groups and instances take along what came for them, and nothing else.
func TestCertificatesOutliveTheirDomains(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	group, name := c.newGroup(t), domainName()
	domain := c.bindDomain(t, group, name)
	shared := c.newCertificate(t, rsaPair(t, name))
	call(t, c.api.BatchAssociateCertsV2, c.attachRequestOf(group, domain, shared))
	own := text(t, call(t, c.api.AssociateCertificateV2, c.secureRequest(group, domain, unique("cert"), eccPair(t, nil, name))), "ssl_id")

	call(t, c.api.DeleteApiGroupV2, &model.DeleteApiGroupV2Request{InstanceId: c.instance, GroupId: group})

	refuse(t, c.api.ShowDetailsOfCertificateV2, &model.ShowDetailsOfCertificateV2Request{CertificateId: own}, noCertificate)
	c.showCertificate(t, shared)
	call(t, c.api.DeleteCertificateV2, &model.DeleteCertificateV2Request{CertificateId: shared})
}

// Another tenant's certificates are not there.
func TestCertificatesOfAnotherTenant(t *testing.T) {
	t.Parallel()
	id := admin.newCertificate(t, rsaPair(t, "www.example.com"))
	s := stranger(t)
	wantPage(t, s.listCertificates(t, doc{}), "certs", 0, 0)
	refuse(t, s.api.ListCertificatesV2, &model.ListCertificatesV2Request{InstanceId: admin.instance}, noInstance)
	refuse(t, s.api.ShowDetailsOfCertificateV2, &model.ShowDetailsOfCertificateV2Request{CertificateId: id}, noCertificate)
	refuse(t, s.api.DeleteCertificateV2, &model.DeleteCertificateV2Request{CertificateId: id}, noCertificate)
	refuse(t, s.api.ListAttachedDomainsV2, &model.ListAttachedDomainsV2Request{CertificateId: id}, noCertificate)
	refuse(t, s.api.UpdateCertificateV2, &model.UpdateCertificateV2Request{
		CertificateId: id, Body: fromDoc[model.CertificateForm](t, certificateBody(rsaPair(t, "www.example.com"))),
	}, noCertificate)
	domain, group := domainName(), s.newGroup(t)
	bound := s.bindDomain(t, group, domain)
	refuse(t, s.api.BatchAssociateCertsV2, s.attachRequestOf(group, bound, id), noCertificate)
	refuse(t, s.api.BatchAssociateDomainsV2, &model.BatchAssociateDomainsV2Request{CertificateId: id, Body: domainsBody(t, doc{"domain": domain})}, noCertificate)
}
