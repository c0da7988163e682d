package apig

import (
	"fmt"

	"github.com/gatelog/gatelog/domain"
)

var tagKind = declaredKind[Tag]{
	name: "tag",
	known: func(in *instance, _ string) map[string]string {
		byName := map[string]string{}
		for _, t := range in.Tags {
			byName[t.Key] = t.Key
		}
		return byName
	},
	nameOf: func(t Tag) string { return t.Key },
	shown: func(in *instance, key string) Tag {
		for _, t := range in.Tags {
			if t.Key == key {
				return t
			}
		}
		return Tag{}
	},
	create: func(p *planning, _ string, t Tag) ([]domain.Event, error) { return p.tag("create", t) },
	change: func(p *planning, _ string, t Tag) ([]domain.Event, error) { return p.tag("create", t) },
	remove: func(p *planning, key string) ([]domain.Event, error) { return p.tag("delete", Tag{Key: key}) },
}

func (p *planning) tag(action string, t Tag) ([]domain.Event, error) {
	return events(p.s.ChangeInstanceTags(p.m, ChangeInstanceTags{p.in.ID, InstanceTagsBody{action, []Tag{t}}}))
}

var portKind = declaredKind[IngressPortBody]{
	name: "port",
	known: func(in *instance, _ string) map[string]string {
		byName := map[string]string{}
		for id, port := range in.naming.ports {
			byName[IngressPortBody{port.Protocol, port.Port}.name()] = id
		}
		return byName
	},
	nameOf: IngressPortBody.name,
	shown: func(in *instance, id string) IngressPortBody {
		port := in.naming.ports[id]
		return IngressPortBody{port.Protocol, port.Port}
	},
	create: func(p *planning, _ string, b IngressPortBody) ([]domain.Event, error) {
		return events(p.s.AddIngressPort(p.m, AddIngressPort{p.in.ID, b}))
	},
	change: func(*planning, string, IngressPortBody) ([]domain.Event, error) { return nil, nil }, // its name says all
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteIngressPort(p.m, DeleteIngressPort{p.in.ID, id}))
	},
}

func (b IngressPortBody) name() string { return fmt.Sprintf("%s %d", b.Protocol, b.Port) }

// domainKind are the domain names of a group. Where one is bound at other ports than the usual ones, they are part
// of its name, since it can be bound at several.
var domainKind = declaredKind[URLDomainBody]{
	name: "domain",
	known: func(in *instance, group string) map[string]string {
		byName := map[string]string{}
		for _, id := range in.naming.ofGroup.of(in.groupNames[group]) {
			byName[in.naming.domains[id].body().name()] = id
		}
		return byName
	},
	nameOf: URLDomainBody.name,
	shown:  func(in *instance, id string) URLDomainBody { return in.naming.domains[id].body() },
	create: func(p *planning, group string, b URLDomainBody) ([]domain.Event, error) {
		return events(p.s.BindURLDomain(p.m, BindURLDomain{p.in.ID, p.in.groupNames[group], b}))
	},
	change: func(p *planning, id string, b URLDomainBody) ([]domain.Event, error) {
		if b.MinSSLVersion == "" {
			b.MinSSLVersion = defaultSSLVersion
		}
		body := URLDomainUpdateBody{MinSSLVersion: b.MinSSLVersion, RedirectHTTP: &b.RedirectHTTP}
		return events(p.s.UpdateURLDomain(p.m, UpdateURLDomain{p.in.ID, p.in.naming.domains[id].GroupID, id, body}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.UnbindURLDomain(p.m, UnbindURLDomain{p.in.ID, p.in.naming.domains[id].GroupID, id}))
	},
}

// body is what binds the domain name as it is, but for its certificates, in the one writing that names have here.
func (d URLDomain) body() URLDomainBody {
	b := URLDomainBody{Name: sameDomain(d.Name), MinSSLVersion: d.MinSSLVersion, RedirectHTTP: d.RedirectHTTP}
	if d.HTTPPort != defaultHTTPPort || d.HTTPSPort != defaultHTTPSPort {
		b.HTTPPort, b.HTTPSPort = &d.HTTPPort, &d.HTTPSPort
	}
	return b
}

func (b URLDomainBody) name() string {
	name := sameDomain(b.Name)
	http, https, err := b.ports()
	if err == nil && (http != defaultHTTPPort || https != defaultHTTPSPort) {
		name += fmt.Sprintf(" at %d and %d", http, https)
	}
	return name
}
