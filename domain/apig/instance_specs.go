package apig

import (
	"maps"
	"slices"
	"strings"
)

// specRanks orders the specifications of APIG V2 §3.23.1, and those that only the SDK has, by what they
// can bear. Each of the first four has a twin with IPv6.
var specRanks = map[string]int{
	"BASIC": 1, "PROFESSIONAL": 2, "ENTERPRISE": 3, "PLATINUM": 4,
	"BASIC_IPV6": 1, "PROFESSIONAL_IPV6": 2, "ENTERPRISE_IPV6": 3, "PLATINUM_IPV6": 4,
	"PLATINUM_X2": 5, "PLATINUM_X3": 6, "PLATINUM_X4": 7, "PLATINUM_X5": 8, "PLATINUM_X6": 9, "PLATINUM_X7": 10, "PLATINUM_X8": 11,
}

const ipv6Suffix = "_IPV6"

// InstanceSpecs returns all specifications that an instance can have, by name.
func InstanceSpecs() []string { return slices.Sorted(maps.Keys(specRanks)) }

// isOffered reports whether an operator who offers these specifications (none: all of them) offers one.
func isOffered(spec string, offered []string) bool {
	return specRanks[spec] > 0 && (len(offered) == 0 || slices.Contains(offered, spec))
}

// checkResize refuses a specification that an instance cannot change to: one that is not offered
// (APIC.7301), the one that it has (APIC.7707), a smaller one, and one with IPv6 where it has none or the
// other way round (APIC.7243).
func checkResize(from, to string, offered []string) error {
	switch {
	case to == "":
		return ErrInstanceParam("spec_id")
	case !isOffered(to, offered):
		return ErrSpecNotFound()
	case to == from:
		return ErrSameSpec()
	case specRanks[to] < specRanks[from], strings.HasSuffix(to, ipv6Suffix) != strings.HasSuffix(from, ipv6Suffix):
		return ErrResizeUnsupported()
	default:
		return nil
	}
}

// leastIPv6Bandwidth is the smallest outbound bandwidth of an instance with IPv6, in Mbit/s (APIC.7313).
const leastIPv6Bandwidth = 5

// checkIPv6 refuses an outbound bandwidth that is too small for IPv6; 0 is none.
func (i Instance) checkIPv6(bandwidth int) error {
	ipv6 := i.IPv6Enable || strings.HasSuffix(i.SpecID, ipv6Suffix)
	if ipv6 && bandwidth > 0 && bandwidth < leastIPv6Bandwidth {
		return ErrIPv6Bandwidth(leastIPv6Bandwidth)
	}
	return nil
}
