package contract

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var (
	noDomain      = refusedAs(404, "APIG.3020")
	anotherGroup  = refusedAs(400, "APIG.3474")
	noCertificate = refusedAs(404, "APIG.3021")
	notAttached   = refusedAs(404, "APIG.3097")
)

// §3.12.1: the reference's own example, and what the group shows of it (§3.1.4, §3.1.5, §3.5.6).
func TestNewDomainIsShownByItsGroup(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	group := c.newGroup(t)

	made := call(t, c.api.AssociateDomainV2, c.bindDomainRequest(t, group, doc{"url_domain": "www.company.com"}))

	wantFields(t, made, doc{
		"url_domain": "www.company.com", "status": 1.0, "min_ssl_version": "TLSv1.1", "is_http_redirect_to_https": false,
		"verified_client_certificate_enabled": false, "ingress_http_port": 80.0, "ingress_https_port": 443.0,
	})
	shown := c.domainsOf(t, group)
	if len(shown) != 1 {
		t.Fatalf("the group shows %v", shown)
	}
	wantFields(t, shown[0], doc{
		"id": made["id"], "domain": "www.company.com", "cname_status": 1.0, "min_ssl_version": "TLSv1.1", "is_has_trusted_root_ca": false,
		"verified_client_certificate_enabled": false, "ingress_http_port": 80.0, "ingress_https_port": 443.0, "ssl_infos": []any{},
	})
	wantAbsent(t, shown[0], "ssl_id", "ssl_name")
	c.newAPI(t, group)
	groups := list(t, call(t, c.api.ListApiGroupsV2, &model.ListApiGroupsV2Request{InstanceId: c.instance}), "groups")
	apis := list(t, c.listAPIs(t, doc{"return_data_mode": "include_group"}), "apis")
	for name, listed := range map[string][]doc{"group": list(t, groups[0], "url_domains"), "API": list(t, apis[0], "api_group_info.url_domains")} {
		if diff := cmp.Diff(shown, listed); diff != "" {
			t.Errorf("as the group shows it and as the list of %ss does:\n%s", name, diff)
		}
	}
}

// §3.12.1, §5.4
func TestDomainsAreRefused(t *testing.T) {
	t.Parallel()
	group, name := admin.newGroup(t), domainName()
	admin.bindDomain(t, group, name)
	bind := func(body doc) *model.AssociateDomainV2Request { return admin.bindDomainRequest(t, group, body) }
	for what, c := range map[string]struct {
		request *model.AssociateDomainV2Request
		want    refusal
	}{
		"§3.12.1: exists":                  {admin.bindDomainRequest(t, admin.newGroup(t), doc{"url_domain": name}), refusedAs(400, "APIG.3305")},
		"§3.12.1: invalid":                 {bind(doc{"url_domain": "-x.example.com"}), refusedAs(400, "APIG.2024")},
		"§3.12.1: url_domain is required":  {bind(doc{"min_ssl_version": "TLSv1.1"}), badParameter("url_domain")},
		"§3.12.1: versions of TLS":         {bind(doc{"url_domain": domainName(), "min_ssl_version": "TLSv1.3"}), badParameter("min_ssl_version")},
		"SDK: one port alone":              {bind(doc{"url_domain": domainName(), "ingress_http_port": 80}), badParameter("ingress_https_port")},
		"SDK: a port that nobody can have": {bind(doc{"url_domain": domainName(), "ingress_http_port": 1, "ingress_https_port": 443}), refusedAs(400, "APIG.2025")},
		"SDK: a port that is not opened":   {bind(doc{"url_domain": domainName(), "ingress_http_port": 1111, "ingress_https_port": 443}), refusedAs(400, "APIG.2049")},
		"§3.12.1: unknown group":           {admin.bindDomainRequest(t, unknownID, doc{"url_domain": domainName()}), noGroup},
		"§5.4: unknown instance":           {admin.in(t, admin.project, unknownID).bindDomainRequest(t, group, doc{"url_domain": domainName()}), noInstance},
	} {
		t.Run(what, func(t *testing.T) { refuse(t, admin.api.AssociateDomainV2, c.request, c.want) })
	}
}

// §3.12.1: a group has 5 domain names at most, as APIGROUP_DOMAIN_NUM_LIMIT says.
func TestDomainsOfAGroupAreLimited(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	group := c.newGroup(t)
	for range 5 {
		c.bindDomain(t, group, domainName())
	}
	refuse(t, c.api.AssociateDomainV2, c.bindDomainRequest(t, group, doc{"url_domain": domainName()}), refusedAs(403, "APIG.3108"))
	c.bindDomain(t, c.newGroup(t), domainName())
	c.setQuota(t, "APIGROUP_DOMAIN_NUM_LIMIT", 6)
	c.bindDomain(t, group, domainName())
}

// §3.12.3
func TestDomainIsChanged(t *testing.T) {
	t.Parallel()
	group, other := admin.newGroup(t), admin.newGroup(t)
	domain := admin.bindDomain(t, group, domainName())

	after := call(t, admin.api.UpdateDomainV2, admin.domainUpdate(t, group, domain, doc{
		"min_ssl_version": "TLSv1.2", "is_http_redirect_to_https": true, "verified_client_certificate_enabled": true, "ingress_http_port": -1,
	}))

	// §3.12.2: without a certificate there is nothing that clients could be verified by.
	want := doc{"id": domain, "min_ssl_version": "TLSv1.2", "verified_client_certificate_enabled": false, "ingress_http_port": -1.0, "ingress_https_port": 443.0}
	wantFields(t, after, merged(want, doc{"is_http_redirect_to_https": true}))
	wantFields(t, admin.domainsOf(t, group)[0], want)
	tls := doc{"min_ssl_version": "TLSv1.2"}
	refuse(t, admin.api.UpdateDomainV2, admin.domainUpdate(t, other, domain, tls), anotherGroup)
	refuse(t, admin.api.UpdateDomainV2, admin.domainUpdate(t, group, unknownID, tls), noDomain)
	refuse(t, admin.api.UpdateDomainV2, admin.domainUpdate(t, unknownID, domain, tls), noGroup)
	refuse(t, admin.api.UpdateDomainV2, admin.domainUpdate(t, group, domain, doc{"min_ssl_version": "SSLv3"}), badParameter("min_ssl_version"))
	refuse(t, admin.api.UpdateDomainV2, admin.in(t, admin.project, unknownID).domainUpdate(t, group, domain, tls), noInstance)
}

// §3.12.4, §3.1.3: a domain name that is released, by itself or with its group, can be bound again.
func TestDomainIsReleased(t *testing.T) {
	t.Parallel()
	group, other, name := admin.newGroup(t), admin.newGroup(t), domainName()
	domain := admin.bindDomain(t, group, name)
	refuse(t, admin.api.DisassociateDomainV2, admin.unbindDomainRequest(other, domain), anotherGroup)

	call(t, admin.api.DisassociateDomainV2, admin.unbindDomainRequest(group, domain))

	refuse(t, admin.api.DisassociateDomainV2, admin.unbindDomainRequest(group, domain), noDomain)
	if shown := admin.domainsOf(t, group); len(shown) > 0 {
		t.Errorf("the group still shows %v", shown)
	}
	admin.bindDomain(t, other, name)
	call(t, admin.api.DeleteApiGroupV2, &model.DeleteApiGroupV2Request{InstanceId: admin.instance, GroupId: other})
	admin.bindDomain(t, group, name)
}

// §3.12.5
func TestSubdomainIsSwitchedOffAndOn(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	set := func(group string, enabled bool) *model.UpdateSlDomainSettingV2Request {
		return &model.UpdateSlDomainSettingV2Request{
			InstanceId: admin.instance, GroupId: group, Body: &model.SlDomainAccessSetting{SlDomainAccessEnabled: enabled},
		}
	}
	for _, enabled := range []bool{false, true} {
		call(t, admin.api.UpdateSlDomainSettingV2, set(group, enabled))
		wantFields(t, admin.showGroup(t, group), doc{"sl_domain_access_enabled": enabled})
	}
	refuse(t, admin.api.UpdateSlDomainSettingV2, set(unknownID, true), noDomain)
	admin.send(t, message{method: http.MethodPut, path: below("/api-groups/%s/sl-domain-access-settings", group), body: "{}"}).
		refused(t, badParameter("sl_domain_access_enabled"))
}

// §3.12.2, §3.12.7, §3.12.6: a certificate of one domain name, from its beginning to its end.
func TestCertificateOfADomain(t *testing.T) {
	t.Parallel()
	group, name, called := admin.newGroup(t), domainName(), unique("cert")
	domain := admin.bindDomain(t, group, name)

	made := call(t, admin.api.AssociateCertificateV2, admin.secureRequest(group, domain, called, rsaPair(t, name)))

	wantFields(t, made, doc{
		"url_domain": name, "id": domain, "status": 1.0, "ssl_name": called, "min_ssl_version": "TLSv1.1", "verified_client_certificate_enabled": false,
		"instance_id": admin.instance, "api_group_id": group, "api_group_name": admin.showGroup(t, group)["name"],
	})
	id := text(t, made, "ssl_id")
	wantFields(t, admin.domainsOf(t, group)[0], doc{
		"ssl_id": id, "ssl_name": called, "is_has_trusted_root_ca": false,
		"ssl_infos": []doc{{"ssl_id": id, "ssl_name": called, "algorithm_type": "RSA", "type": 1, "is_has_trusted_root_ca": false}},
	})
	show := &model.ShowDetailsOfDomainNameCertificateV2Request{InstanceId: admin.instance, GroupId: group, DomainId: domain, CertificateId: id}
	wantFields(t, call(t, admin.api.ShowDetailsOfDomainNameCertificateV2, show), doc{
		"id": id, "name": called, "type": "instance", "instance_id": admin.instance, "san": []string{name}, "version": 3, "serial_number": "13010",
		"organization": []string{"XX"}, "organizational_unit": []string{"IT"}, "signature_algorithm": "SHA256-RSA", "issuer": []string{"XX"},
	})
	remove := &model.DisassociateCertificateV2Request{InstanceId: admin.instance, GroupId: group, DomainId: domain, CertificateId: id}
	call(t, admin.api.DisassociateCertificateV2, remove)
	refuse(t, admin.api.DisassociateCertificateV2, remove, noCertificate)
	refuse(t, admin.api.ShowDetailsOfDomainNameCertificateV2, show, noCertificate)
	refuse(t, admin.api.ShowDetailsOfCertificateV2, &model.ShowDetailsOfCertificateV2Request{CertificateId: id}, noCertificate)
	wantAbsent(t, admin.domainsOf(t, group)[0], "ssl_id")
}

// §3.12.2, §3.12.6, §3.12.7, §5.4
func TestCertificatesOfDomainsAreRefused(t *testing.T) {
	t.Parallel()
	group, other, name := admin.newGroup(t), admin.newGroup(t), domainName()
	domain, bare := admin.bindDomain(t, group, name), admin.bindDomain(t, group, domainName())
	fits := rsaPair(t, name)
	id := text(t, call(t, admin.api.AssociateCertificateV2, admin.secureRequest(group, domain, unique("cert"), fits)), "ssl_id")
	for what, c := range map[string]struct {
		request *model.AssociateCertificateV2Request
		want    refusal
	}{
		"§3.12.2: a bad name":            {admin.secureRequest(group, domain, "a b", fits), badParameter("name")},
		"§5.4: a second RSA certificate": {admin.secureRequest(group, domain, unique("cert"), fits), refusedAs(400, "APIG.2051")},
		"§5.4: for another domain name":  {admin.secureRequest(group, bare, unique("cert"), fits), refusedAs(400, "APIG.2103")},
		"§5.4: another key":              {admin.secureRequest(group, bare, unique("cert"), pair{fits.content, eccPair(t, nil, name).key}), refusedAs(400, "APIG.2101")},
		"§5.4: domain of another group":  {admin.secureRequest(other, bare, unique("cert"), fits), anotherGroup},
		"§3.12.2: unknown domain name":   {admin.secureRequest(group, unknownID, unique("cert"), fits), noDomain},
		"§3.12.2: unknown group":         {admin.secureRequest(unknownID, domain, unique("cert"), fits), noGroup},
	} {
		t.Run(what, func(t *testing.T) { refuse(t, admin.api.AssociateCertificateV2, c.request, c.want) })
	}
	show := func(group, domain, id string) *model.ShowDetailsOfDomainNameCertificateV2Request {
		return &model.ShowDetailsOfDomainNameCertificateV2Request{InstanceId: admin.instance, GroupId: group, DomainId: domain, CertificateId: id}
	}
	refuse(t, admin.api.ShowDetailsOfDomainNameCertificateV2, show(group, bare, id), notAttached)
	refuse(t, admin.api.ShowDetailsOfDomainNameCertificateV2, show(group, unknownID, id), noDomain)
	refuse(t, admin.api.ShowDetailsOfDomainNameCertificateV2, show(other, domain, id), anotherGroup)
	remove := func(domain, id string) *model.DisassociateCertificateV2Request {
		return &model.DisassociateCertificateV2Request{InstanceId: admin.instance, GroupId: group, DomainId: domain, CertificateId: id}
	}
	refuse(t, admin.api.DisassociateCertificateV2, remove(bare, id), notAttached)
	refuse(t, admin.api.DisassociateCertificateV2, remove(unknownID, id), noDomain)
	refuse(t, admin.api.DisassociateCertificateV2, remove(domain, unknownID), noCertificate)
}

// SDK: custom inbound ports, and the domain names at them.
func TestCustomIngressPorts(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	group, name := c.newGroup(t), domainName()
	add := func(protocol string, port int) *model.AddCustomIngressPortRequest {
		return &model.AddCustomIngressPortRequest{InstanceId: c.instance, Body: fromDoc[model.IngressPortCreate](t, doc{"protocol": protocol, "ingress_port": port})}
	}
	remove := func(id string) *model.DeleteCustomIngressPortRequest {
		return &model.DeleteCustomIngressPortRequest{InstanceId: c.instance, IngressPortId: id}
	}
	made := call(t, c.api.AddCustomIngressPort, add("HTTPS", 8443))
	wantFields(t, made, doc{"protocol": "HTTPS", "ingress_port": 8443.0, "status": "normal"})
	id := text(t, made, "ingress_port_id")
	refuse(t, c.api.AddCustomIngressPort, add("HTTP", 8443), refusedAs(400, "APIC.9224"))
	refuse(t, c.api.AddCustomIngressPort, add("HTTP", 80), badInstanceParameter())
	call(t, c.api.AddCustomIngressPort, add("HTTP", 8080))

	// The same name at another port is another domain name; at the same one it exists.
	at := doc{"url_domain": name, "ingress_http_port": -1, "ingress_https_port": 8443}
	call(t, c.api.AssociateDomainV2, c.bindDomainRequest(t, group, at))
	c.bindDomain(t, group, name)
	refuse(t, c.api.AssociateDomainV2, c.bindDomainRequest(t, group, at), refusedAs(400, "APIG.2050"))

	ports := call(t, c.api.ListCustomIngressPorts, &model.ListCustomIngressPortsRequest{InstanceId: c.instance})
	wantPage(t, ports, "ingress_port_infos", 2, 2)
	one := query(t, c, c.api.ListCustomIngressPorts, doc{"protocol": "HTTPS", "ingress_port": 8443})
	if diff := cmp.Diff([]string{id}, column(t, list(t, one, "ingress_port_infos"), "ingress_port_id")); diff != "" {
		t.Errorf("the HTTPS port (-want +got):\n%s", diff)
	}
	domains := call(t, c.api.ListCustomIngressPortDomains, &model.ListCustomIngressPortDomainsRequest{InstanceId: c.instance, IngressPortId: id})
	wantPage(t, domains, "domain_infos", 1, 1)
	wantFields(t, list(t, domains, "domain_infos")[0], doc{"group_id": group, "domain_name": name})
	refuse(t, c.api.DeleteCustomIngressPort, remove(id), refusedAs(400, "APIC.7257"))
	call(t, c.api.DeleteApiGroupV2, &model.DeleteApiGroupV2Request{InstanceId: c.instance, GroupId: group})
	call(t, c.api.DeleteCustomIngressPort, remove(id))
	refuse(t, c.api.DeleteCustomIngressPort, remove(id), badInstanceParameter())
	refuse(t, c.api.ListCustomIngressPortDomains, &model.ListCustomIngressPortDomainsRequest{InstanceId: c.instance, IngressPortId: id}, badInstanceParameter())
	refuse(t, c.api.ListCustomIngressPorts, &model.ListCustomIngressPortsRequest{InstanceId: unknownID}, unknownInstance)
}
