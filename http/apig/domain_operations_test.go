package apig_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/certtest"
	"github.com/gatelog/gatelog/internal/nodetest"
)

// nameDomains gives $group two domain names: $domain has the certificate $owned, $bare has none but could have
// $cert. $port is a custom inbound port. $rsa_text, $rsa_key, $ecc_text and $ecc_key are certificates and keys
// for both, as JSON has them.
func nameDomains(t *testing.T, c *nodetest.Client) {
	t.Helper()
	names := []string{"www.example.com", "api.example.com"}
	for name, p := range map[string]*certtest.Pair{
		"rsa": certtest.New(t, certtest.RSA, nil, nil, names...), "ecc": certtest.New(t, certtest.ECC, nil, nil, names...),
	} {
		c.Set(name+"_text", inJSON(t, p.Content))
		c.Set(name+"_key", inJSON(t, p.Key))
	}
	c.Set("domain", c.Must(t, 201, post("api-groups/$group/domains", `{"url_domain":"www.example.com"}`)).Text(t, "id"))
	c.Set("bare", c.Must(t, 201, post("api-groups/$group/domains", `{"url_domain":"api.example.com"}`)).Text(t, "id"))
	c.Set("owned", c.Must(t, 201, post("api-groups/$group/domains/$domain/certificate", certificateBody("$mark_owned", "ecc"))).Text(t, "ssl_id"))
	c.Set("cert", c.Must(t, 200, post(certificates, certificateBody("$mark_cert", "rsa"))).Text(t, "id"))
	c.Set("port", c.Must(t, 201, post("custom-ingress-ports", `{"protocol":"HTTPS","ingress_port":8443}`)).Text(t, "ingress_port_id"))
}

const certificates = "/v2/$project/apigw/certificates"

// inJSON is a text as it stands between the quotes of JSON.
func inJSON(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Trim(string(quoted), `"`)
}

func certificateBody(name, kind string) string {
	return `{"name":"` + name + `","cert_content":"$` + kind + `_text","private_key":"$` + kind + `_key"}`
}

// domainOperations are those of §3.12 and §3.26, and of the SDK's on inbound ports. They are among operations.
var domainOperations = []operation{
	{id: "AssociateDomainV2", method: "POST", path: "api-groups/$group/domains", status: 201,
		body:    `{"url_domain":"new.example.com","min_ssl_version":"TLSv1.2","is_http_redirect_to_https":true,"ingress_http_port":-1,"ingress_https_port":443}`,
		needs:   "$port",
		actions: one("apig:domains:create"), events: one("apig.domain.bound")},
	{id: "AssociateCertificateV2", method: "POST", path: "api-groups/$group/domains/$bare/certificate", body: certificateBody("$new", "ecc"), status: 201,
		actions: one("apig:domains:bindCertificate"), events: []string{"apig.certificate.created", "apig.domain.certificate_attached"}},
	{id: "UpdateDomainV2", method: "PUT", path: "api-groups/$group/domains/$domain", status: 201,
		body:    `{"min_ssl_version":"TLSv1.2","is_http_redirect_to_https":true,"verified_client_certificate_enabled":true,"ingress_http_port":-1,"ingress_https_port":443}`,
		actions: one("apig:domains:create"), events: one("apig.domain.updated")},
	{id: "DisassociateDomainV2", method: "DELETE", path: "api-groups/$group/domains/$bare", status: 204,
		actions: one("apig:domains:delete"), events: one("apig.domain.unbound")},
	{id: "UpdateSlDomainSettingV2", method: "PUT", path: "api-groups/$group/sl-domain-access-settings", body: `{"sl_domain_access_enabled":false}`, status: 204,
		actions: one("apig:domains:updateSLDomainSetting"), events: one("apig.group.updated")},
	{id: "DisassociateCertificateV2", method: "DELETE", path: "api-groups/$group/domains/$domain/certificate/$owned", status: 204,
		actions: one("apig:domains:unbindCertificate"), events: []string{"apig.domain.certificate_detached", "apig.certificate.deleted"}},
	{id: "ShowDetailsOfDomainNameCertificateV2", method: "GET", path: "api-groups/$group/domains/$domain/certificate/$owned", status: 200,
		actions: one("apig:domains:getCertificate")},
	{id: "ListCertificatesV2", method: "GET", path: certificates + "?instance_id=$instance", status: 200, actions: one("apig:domains:getCertificate")},
	{id: "CreateCertificateV2", method: "POST", path: certificates, status: 200,
		body: `{"name":"$new","cert_content":"$rsa_text","private_key":"$rsa_key","type":"instance","instance_id":"$instance","trusted_root_ca":"","algorithm_type":"RSA",` +
			`"cert_content_sign":"","private_key_sign":""}`,
		actions: one("apig:domains:bindCertificate"), events: one("apig.certificate.created")},
	{id: "BatchAssociateCertsV2", method: "POST", path: "api-groups/$group/domains/$bare/certificates/attach", status: 204,
		body:    `{"certificate_ids":["$cert"],"verified_client_certificate_enabled":true}`,
		actions: one("apig:domains:bindCertificate"), events: one("apig.domain.certificate_attached")},
	{id: "BatchDisassociateCertsV2", method: "POST", path: "api-groups/$group/domains/$domain/certificates/detach", status: 204,
		body:    `{"certificate_ids":["$owned"],"verified_client_certificate_enabled":false}`,
		actions: one("apig:domains:unbindCertificate"), events: one("apig.domain.certificate_detached")},
	{id: "ShowDetailsOfCertificateV2", method: "GET", path: certificates + "/$cert", status: 200, actions: one("apig:domains:getCertificate")},
	{id: "DeleteCertificateV2", method: "DELETE", path: certificates + "/$cert", status: 204,
		actions: one("apig:domains:unbindCertificate"), events: one("apig.certificate.deleted")},
	{id: "UpdateCertificateV2", method: "PUT", path: certificates + "/$cert", body: certificateBody("$new", "rsa"), status: 200,
		actions: one("apig:domains:bindCertificate"), events: one("apig.certificate.updated")},
	{id: "BatchAssociateDomainsV2", method: "POST", path: certificates + "/$cert/domains/attach", status: 204,
		body:    `{"domains":[{"domain":"api.example.com","instance_ids":["$instance"],"verified_client_certificate_enabled":true}]}`,
		actions: one("apig:domains:bindCertificate"), events: one("apig.domain.certificate_attached")},
	{id: "BatchDisassociateDomainsV2", method: "POST", path: certificates + "/$owned/domains/detach", status: 204,
		body:    `{"domains":[{"domain":"www.example.com"}]}`,
		actions: one("apig:domains:unbindCertificate"), events: one("apig.domain.certificate_detached")},
	{id: "ListAttachedDomainsV2", method: "GET", path: certificates + "/$owned/attached-domains", status: 200, actions: one("apig:domains:getCertificate")},
	{id: "AddCustomIngressPort", method: "POST", path: "custom-ingress-ports", body: `{"protocol":"HTTP","ingress_port":8080}`, status: 201,
		actions: one("apigw:instances:update"), events: one("apig.port.added"), onInstances: true},
	{id: "ListCustomIngressPorts", method: "GET", path: "custom-ingress-ports", status: 200, actions: one("apigw:instances:get"), onInstances: true},
	{id: "DeleteCustomIngressPort", method: "DELETE", path: "custom-ingress-ports/$port", status: 204,
		actions: one("apigw:instances:update"), events: one("apig.port.deleted"), onInstances: true},
	{id: "ListCustomIngressPortDomains", method: "GET", path: "custom-ingress-ports/$port/domains", status: 200,
		actions: one("apigw:instances:get"), onInstances: true},
}

func init() { operations = append(operations, domainOperations...) }

// §3.1.4, §3.5.6, §3.12.5: what groups, and APIs with their groups, show of domain names. No answer shows a
// certificate or its key.
func TestGroupsShowTheirDomainNames(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	c.Must(t, 204, put("api-groups/$group/sl-domain-access-settings", `{"sl_domain_access_enabled":false}`))
	has := []string{
		`"sl_domain_access_enabled":false`, `"domain":"www.example.com"`, `"cname_status":1`, `"ssl_infos":[{"ssl_id":"$owned","ssl_name":"$mark_owned","algorithm_type":"ECC","type":1`,
		`"domain":"api.example.com"`, `"ssl_infos":[]`,
	}
	for _, path := range []string{"api-groups/$group", "api-groups?id=$group", "apis?return_data_mode=include_group"} {
		nodetest.Scenario{Path: path, Status: 200, Contains: has, Lacks: []string{"BEGIN", "private_key"}}.Run(t, c)
	}
	nodetest.Scenario{Method: "PUT", Path: "api-groups/$group", Body: `{"name":"$mark_other"}`, Status: 200, Contains: has, Events: one("apig.group.updated")}.Run(t, c)
	nodetest.Scenario{Path: "api-groups/$empty", Status: 200, Contains: []string{`"url_domains":[]`}}.Run(t, c)
	for _, path := range []string{certificates + "?instance_id=$instance", certificates + "/$cert", "api-groups/$group/domains/$domain/certificate/$owned"} {
		nodetest.Scenario{Path: path, Status: 200, Lacks: []string{"BEGIN", "private_key", "cert_content"}}.Run(t, c)
	}
}

// §3.5.8: a request to the group's domain names is for its APIs, one to others is not.
func TestDebuggingKnowsTheDomainNames(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	debug := func(domain string) string {
		return `{"mode":"DEVELOPER","scheme":"HTTPS","method":"GET","path":"/$mark_draft","domain":"` + domain + `"}`
	}
	nodetest.Scenario{Method: "POST", Path: "apis/debug/$draft", Body: debug("www.example.com"), Status: 200, Contains: []string{"HTTP/1.1 200"}}.Run(t, c)
	nodetest.Scenario{Method: "POST", Path: "apis/debug/$draft", Body: debug("other.example.com"), Status: 200, Contains: []string{"APIG.0101"}}.Run(t, c)
}

// §3.26.1: instance_id is required.
func TestCertificatesNeedAnInstance(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	for _, s := range []nodetest.Scenario{
		{Name: "without an instance", Path: certificates, Status: 400, Code: "APIG.2012", Contains: one("instance_id")},
		{Name: "of none", Path: certificates + "?instance_id=none", Status: 404, Code: "APIG.3030"},
		{Name: "global ones", Path: certificates + "?instance_id=common", Status: 200, Contains: []string{`"id":"$cert"`}, Lacks: []string{"$owned"}},
		{Name: "of an unknown type", Path: certificates + "?instance_id=common&type=tenant", Status: 400, Code: "APIG.2012"},
		{Name: "of an unknown algorithm", Path: certificates + "?instance_id=common&algorithm_type=DSA", Status: 400, Code: "APIG.2012"},
		{Name: "in a page", Path: certificates + "?instance_id=$instance&limit=1&offset=1", Status: 200, Contains: []string{`"size":1,"total":2`}},
	} {
		s.Run(t, c)
	}
}
