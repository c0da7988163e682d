package guardedhttp

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
)

// level is what it takes to be allowed to call an address.
type level int

const (
	public   level = iota // always allowed
	private               // with AllowPrivate, or for an allowed host name
	loopback              // for an allowed host name
	never                 // only when the address itself is listed
)

// special are the ranges that are not simply public (IANA's special-purpose registries), the first
// that fits counts. The single addresses are where clouds hand credentials to their machines.
var special = []struct {
	prefix netip.Prefix
	kind   string
	level  level
}{
	{netip.MustParsePrefix("168.63.129.16/32"), "metadata", never},
	{netip.MustParsePrefix("100.100.100.200/32"), "metadata", never},
	{netip.MustParsePrefix("fd00:ec2::254/128"), "metadata", never},
	{netip.MustParsePrefix("fd20:ce::254/128"), "metadata", never},

	{netip.MustParsePrefix("0.0.0.0/8"), "unspecified", never},
	{netip.MustParsePrefix("10.0.0.0/8"), "private", private},
	{netip.MustParsePrefix("100.64.0.0/10"), "carrier-grade NAT", private},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback", loopback},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local", never},
	{netip.MustParsePrefix("172.16.0.0/12"), "private", private},
	{netip.MustParsePrefix("192.0.0.0/24"), "reserved", never},
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation", never},
	{netip.MustParsePrefix("192.88.99.0/24"), "reserved", never},
	{netip.MustParsePrefix("192.168.0.0/16"), "private", private},
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmarking", never},
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation", never},
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation", never},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast", never},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved", never},

	{netip.MustParsePrefix("::/128"), "unspecified", never},
	{netip.MustParsePrefix("::1/128"), "loopback", loopback},
	{netip.MustParsePrefix("fc00::/7"), "private", private},
	{netip.MustParsePrefix("fe80::/10"), "link-local", never},
	{netip.MustParsePrefix("ff00::/8"), "multicast", never},
	{netip.MustParsePrefix("2001:db8::/32"), "documentation", never},
	{netip.MustParsePrefix("2001::/23"), "reserved", never},      // Teredo, ORCHID, benchmarking
	{netip.MustParsePrefix("2002::/16"), "6to4 tunnel", never},   // carries any IPv4 address
	{netip.MustParsePrefix("3fff::/20"), "documentation", never}, // RFC 9637
}

var (
	globalIPv6 = netip.MustParsePrefix("2000::/3")
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
)

// classify returns what an address is and what it takes to be allowed. An address that stands for an
// IPv4 address is what that one is.
func classify(addr netip.Addr) (string, level) {
	addr = addr.Unmap().WithZone("")
	if nat64.Contains(addr) {
		b := addr.As16()
		return classify(netip.AddrFrom4([4]byte(b[12:])))
	}
	for _, s := range special {
		if s.prefix.Contains(addr) {
			return s.kind, s.level
		}
	}
	if addr.Is6() && !globalIPv6.Contains(addr) {
		return "reserved", never
	}
	return "public", public
}

// policy says which addresses may be called.
type policy struct {
	private bool
	hosts   map[string]bool
	nets    []netip.Prefix
}

var hostName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

func newPolicy(allowPrivate bool, allowHosts []string) (*policy, error) {
	p := &policy{private: allowPrivate, hosts: map[string]bool{}}
	for _, entry := range allowHosts {
		if prefix, ok := parseNet(entry); ok {
			p.nets = append(p.nets, prefix)
			continue
		}
		name := normalName(entry)
		if len(name) > 253 || !hostName.MatchString(name) {
			return nil, fmt.Errorf("allowed host %q is no host name, IP address or CIDR", entry)
		}
		p.hosts[name] = true
	}
	return p, nil
}

func parseNet(entry string) (netip.Prefix, bool) {
	if addr, err := netip.ParseAddr(entry); err == nil {
		addr = addr.Unmap().WithZone("")
		return netip.PrefixFrom(addr, addr.BitLen()), true
	}
	prefix, err := netip.ParsePrefix(entry)
	return prefix.Masked(), err == nil && !prefix.Addr().Is4In6()
}

func normalName(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// blocks returns the kind of the address when it must not be called for the host, "" when it may.
func (p *policy) blocks(host string, addr netip.Addr) string {
	kind, needs := classify(addr)
	addr = addr.Unmap().WithZone("")
	for _, n := range p.nets {
		if n.Contains(addr) {
			return ""
		}
	}
	switch {
	case needs == public,
		needs == private && p.private,
		needs <= loopback && p.hosts[normalName(host)]:
		return ""
	}
	return kind
}
