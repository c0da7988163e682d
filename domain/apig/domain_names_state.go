package apig

import (
	"maps"
	"slices"
)

// naming is what an instance knows of custom domain names, and of the inbound ports that they can use.
type naming struct {
	domains map[string]URLDomain // by id
	ofGroup idSets               // ids of domain names by group
	named   idSets               // by name, see sameDomain
	secured idSets               // by certificate
	ports   map[string]IngressPort
	open    map[int]IngressPort // by port
}

// idSets are sets of ids by what they have in common. There are no empty ones.
type idSets map[string]map[string]struct{}

func (s idSets) add(key, id string) {
	if s[key] == nil {
		s[key] = map[string]struct{}{}
	}
	s[key][id] = struct{}{}
}

func (s idSets) remove(key, id string) {
	delete(s[key], id)
	if len(s[key]) == 0 {
		delete(s, key)
	}
}

// of returns the ids of a set in order.
func (s idSets) of(key string) []string { return slices.Sorted(maps.Keys(s[key])) }

func newNaming() naming {
	return naming{
		domains: map[string]URLDomain{}, ofGroup: idSets{}, named: idSets{}, secured: idSets{},
		ports: map[string]IngressPort{}, open: map[int]IngressPort{},
	}
}

// putDomain enters a domain name in place of what it was.
func (n *naming) putDomain(d URLDomain) {
	n.dropDomain(d.ID)
	n.domains[d.ID] = d
	n.ofGroup.add(d.GroupID, d.ID)
	n.named.add(sameDomain(d.Name), d.ID)
	for _, certificate := range d.Certificates {
		n.secured.add(certificate, d.ID)
	}
}

// replaceDomain enters a change of a domain name that is there.
func (n *naming) replaceDomain(d URLDomain) {
	if _, ok := n.domains[d.ID]; ok {
		n.putDomain(d)
	}
}

func (n *naming) dropDomain(id string) {
	d, ok := n.domains[id]
	if !ok {
		return
	}
	delete(n.domains, id)
	n.ofGroup.remove(d.GroupID, id)
	n.named.remove(sameDomain(d.Name), id)
	for _, certificate := range d.Certificates {
		n.secured.remove(certificate, id)
	}
}

// dropGroup releases the domain names of a group.
func (n *naming) dropGroup(groupID string) {
	for _, id := range n.ofGroup.of(groupID) {
		n.dropDomain(id)
	}
}

func (n *naming) putPort(p IngressPort) { n.ports[p.ID], n.open[p.Port] = p, p }

func (n *naming) dropPort(id string) {
	delete(n.open, n.ports[id].Port)
	delete(n.ports, id)
}

// uses reports whether a domain name is reached at a port.
func (n *naming) uses(port int) bool {
	for _, d := range n.domains {
		if d.HTTPPort == port || d.HTTPSPort == port {
			return true
		}
	}
	return false
}
