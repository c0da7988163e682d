package apig

import (
	"regexp"
	"strings"
	"time"

	"github.com/gatelog/gatelog/domain"
)

// URLDomain is a custom domain name of an API group (APIG V2 §3.12).
type URLDomain struct {
	ID            string `json:"id"`
	InstanceID    string `json:"instance_id"`
	GroupID       string `json:"group_id"`
	Name          string `json:"url_domain"`
	MinSSLVersion string `json:"min_ssl_version"`
	RedirectHTTP  bool   `json:"is_http_redirect_to_https"`
	// VerifyClients says whether clients must show a certificate; never without a certificate of its own.
	VerifyClients bool      `json:"verified_client_certificate_enabled"`
	HTTPPort      int       `json:"ingress_http_port"`  // noPort for none
	HTTPSPort     int       `json:"ingress_https_port"` // noPort for none
	Certificates  []string  `json:"certificates"`       // ids, in the order of attachment
	BindTime      time.Time `json:"bind_time"`
}

// IngressPort is a custom inbound port of an instance (SDK: AddCustomIngressPort).
type IngressPort struct {
	ID         string    `json:"id"`
	InstanceID string    `json:"instance_id"`
	Protocol   string    `json:"protocol"`
	Port       int       `json:"ingress_port"`
	CreateTime time.Time `json:"create_time"`
}

// What a domain name is without being told (APIG V2 §3.12.1).
const (
	defaultSSLVersion = "TLSv1.1"
	defaultHTTPPort   = 80
	defaultHTTPSPort  = 443
	noPort            = -1
)

// The protocols of inbound ports.
const (
	portHTTP  = "HTTP"
	portHTTPS = "HTTPS"
)

// The custom inbound ports that there can be.
const (
	leastPort = 1024
	mostPort  = 49151
)

// BindURLDomain gives a group a domain name (APIG V2 §3.12.1).
type BindURLDomain struct {
	InstanceID string        `json:"instance_id"`
	GroupID    string        `json:"group_id"`
	Body       URLDomainBody `json:"body"`
}

// URLDomainBody is the body of APIG V2 §3.12.1. Ports are both given, or both left out.
type URLDomainBody struct {
	Name          string `json:"url_domain" maxLength:"255" doc:"Domain name, or *.domain for all names below a domain."`
	MinSSLVersion string `json:"min_ssl_version,omitempty" enum:"TLSv1.1,TLSv1.2" doc:"Lowest version of TLS; TLSv1.1 by default."`
	RedirectHTTP  bool   `json:"is_http_redirect_to_https,omitempty" doc:"Whether HTTP is redirected to HTTPS."`
	HTTPPort      *int   `json:"ingress_http_port,omitempty" doc:"80, a custom inbound port of the instance, or -1 for none."`
	HTTPSPort     *int   `json:"ingress_https_port,omitempty" doc:"443, a custom inbound port of the instance, or -1 for none."`
}

// UpdateURLDomain changes how a domain name is served (APIG V2 §3.12.3).
type UpdateURLDomain struct {
	InstanceID string              `json:"instance_id"`
	GroupID    string              `json:"group_id"`
	DomainID   string              `json:"domain_id"`
	Body       URLDomainUpdateBody `json:"body"`
}

// URLDomainUpdateBody is the body of APIG V2 §3.12.3. What is left out stays as it is.
type URLDomainUpdateBody struct {
	MinSSLVersion string `json:"min_ssl_version" enum:"TLSv1.1,TLSv1.2" doc:"Lowest version of TLS."`
	RedirectHTTP  *bool  `json:"is_http_redirect_to_https,omitempty" doc:"Whether HTTP is redirected to HTTPS."`
	VerifyClients *bool  `json:"verified_client_certificate_enabled,omitempty" doc:"Whether clients must show a certificate; without effect while the domain name has none."`
	HTTPPort      *int   `json:"ingress_http_port,omitempty" doc:"80, a custom inbound port of the instance, or -1 for none."`
	HTTPSPort     *int   `json:"ingress_https_port,omitempty" doc:"443, a custom inbound port of the instance, or -1 for none."`
}

// UnbindURLDomain takes a domain name from its group (APIG V2 §3.12.4).
type UnbindURLDomain struct {
	InstanceID string `json:"instance_id"`
	GroupID    string `json:"group_id"`
	DomainID   string `json:"domain_id"`
}

// SetSLDomainAccess says whether a group is reached at its subdomain (APIG V2 §3.12.5).
type SetSLDomainAccess struct {
	InstanceID string             `json:"instance_id"`
	GroupID    string             `json:"group_id"`
	Body       SLDomainAccessBody `json:"body"`
}

// SLDomainAccessBody is the body of APIG V2 §3.12.5.
type SLDomainAccessBody struct {
	Enabled *bool `json:"sl_domain_access_enabled" doc:"Whether the group is reached at its subdomain."`
}

// AddIngressPort opens a custom inbound port (SDK: AddCustomIngressPort).
type AddIngressPort struct {
	InstanceID string          `json:"instance_id"`
	Body       IngressPortBody `json:"body"`
}

// IngressPortBody is the body of AddCustomIngressPort.
type IngressPortBody struct {
	Protocol string `json:"protocol" enum:"HTTP,HTTPS" doc:"What is spoken at the port."`
	Port     int    `json:"ingress_port" minimum:"1024" maximum:"49151" doc:"The port."`
}

// DeleteIngressPort closes a custom inbound port (SDK: DeleteCustomIngressPort).
type DeleteIngressPort struct {
	InstanceID string `json:"instance_id"`
	PortID     string `json:"ingress_port_id"`
}

// The forms of domain names (SDK). Underscores stand in some, so these are not quite host names.
var (
	plainDomain    = regexp.MustCompile(`^([a-zA-Z0-9]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?\.){1,7}[a-zA-Z]{2,64}\.?$`)
	wildcardDomain = regexp.MustCompile(`^\*(\.[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?){1,6}\.[a-zA-Z]{2,64}\.?$`)
)

// check refuses a body that breaks a rule of its members: APIG.2001, 2011, and 2024 for the name.
func (b URLDomainBody) check() error {
	bad := domain.Check(b)
	switch {
	case bad != nil && (bad.Path != "url_domain" || bad.Keyword == "required"):
		return FromViolation(bad)
	case bad != nil, !plainDomain.MatchString(b.Name) && !wildcardDomain.MatchString(b.Name):
		return ErrURLDomainInvalid()
	}
	return nil
}

// sameDomain is what two spellings of one domain name have in common.
func sameDomain(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

func (d URLDomain) differences(now URLDomain) []string {
	return names(
		difference{"min_ssl_version", d.MinSSLVersion != now.MinSSLVersion},
		difference{"is_http_redirect_to_https", d.RedirectHTTP != now.RedirectHTTP},
		difference{"verified_client_certificate_enabled", d.VerifyClients != now.VerifyClients},
		difference{"ingress_http_port", d.HTTPPort != now.HTTPPort},
		difference{"ingress_https_port", d.HTTPSPort != now.HTTPSPort},
	)
}
