package apig

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// The building blocks of addresses and paths, as regular expressions.
const (
	refText   = `#[A-Za-z][A-Za-z0-9_-]{2,31}#`                                               // a variable, §3.3.1
	pcharText = `[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2}`                               // RFC 3986 §3.3
	slotText  = `\{[A-Za-z][A-Za-z0-9\-_.]{0,31}\+?\}`                                        // a path parameter
	labelText = `(?:\w|` + refText + `)(?:(?:[\w-]|` + refText + `)*(?:\w|` + refText + `))?` // of a domain name
)

var (
	// frontPath is a request path: segments of a URI that may hold path parameters, {name}, or
	// {name+} for one that takes several segments.
	frontPath = regexp.MustCompile(`^/(?:/|` + pcharText + `|` + slotText + `)*$`)
	// backPath is a backend path: it may hold variables too, and may begin with one, since a value may
	// begin with a slash.
	backPath = regexp.MustCompile(`^(?:/|` + refText + `)(?:/|` + pcharText + `|` + slotText + `|` + refText + `)*$`)
	pathSlot = regexp.MustCompile(slotText)
	// address is host[:port]; groups: a domain name or IPv4 address, an IPv6 address in brackets, a port.
	address = regexp.MustCompile(`^(?:(` + labelText + `(?:\.` + labelText + `)*)|\[([0-9A-Fa-f:.]+)\])(?::((?:[0-9]|` + refText + `)+))?$`)
)

// pathParams returns the names of the path parameters in a path, in their order.
func pathParams(path string) []string {
	var names []string
	for _, slot := range pathSlot.FindAllString(path, -1) {
		names = append(names, strings.TrimSuffix(slot[1:len(slot)-1], "+"))
	}
	return names
}

// validAddress reports whether text is host[:port] (APIG V2 §3.5.1, url_domain), where host is a
// domain name, an IPv4 address or an IPv6 address in brackets, and #variable# may stand anywhere in
// name and port. Every # must belong to such a reference.
func validAddress(text string) bool {
	groups := address.FindStringSubmatch(text)
	if groups == nil {
		return false
	}
	return validHost(groups[1], groups[2]) && validPort(groups[3])
}

func validHost(name, ipv6 string) bool {
	if ipv6 != "" {
		ip, err := netip.ParseAddr(ipv6)
		return err == nil && ip.Is6()
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	if strings.Trim(last, "0123456789") != "" {
		return true
	}
	// No top-level domain is a number, so what ends in one must be an address, or can become one.
	_, err := netip.ParseAddr(name)
	return err == nil || strings.Contains(name, "#")
}

func validPort(port string) bool {
	if port == "" || strings.Contains(port, "#") {
		return true
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 1 && n <= 65535
}
