package guardedhttp

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func TestPolicy(t *testing.T) {
	t.Parallel()
	const (
		blocked   = iota // by every policy that does not list the address itself
		byPrivate        // allowed with AllowPrivate and for an allowed name
		byName           // allowed for an allowed name
		allowed          // by every policy
	)
	tests := map[string]int{
		"93.184.216.34": allowed, "1.1.1.1": allowed, "100.63.255.255": allowed, "172.32.0.1": allowed,
		"2606:4700:4700::1111": allowed, "2001:4860:4860::8888": allowed, "::ffff:1.1.1.1": allowed,
		"64:ff9b::101:101": allowed,

		"10.0.0.1": byPrivate, "172.16.0.1": byPrivate, "172.31.255.255": byPrivate, "192.168.1.1": byPrivate,
		"100.64.0.1": byPrivate, "100.127.255.255": byPrivate, "fd12:3456::1": byPrivate, "fc00::1": byPrivate,
		"::ffff:10.0.0.1": byPrivate, "64:ff9b::a00:1": byPrivate,

		"127.0.0.1": byName, "127.255.255.254": byName, "::1": byName, "::ffff:127.0.0.1": byName,
		"64:ff9b::7f00:1": byName,

		"0.0.0.0": blocked, "0.1.2.3": blocked, "::": blocked, "::ffff:0.0.0.0": blocked,
		"169.254.169.254": blocked, "169.254.0.1": blocked, "::ffff:169.254.169.254": blocked,
		"64:ff9b::a9fe:a9fe": blocked, "fe80::1": blocked, "fe80::1%eth0": blocked, "febf::1": blocked,
		"fd00:ec2::254": blocked, "fd20:ce::254": blocked, "100.100.100.200": blocked, "168.63.129.16": blocked,
		"224.0.0.1": blocked, "239.255.255.255": blocked, "ff02::1": blocked,
		"240.0.0.1": blocked, "255.255.255.255": blocked, "192.0.0.1": blocked, "192.0.2.1": blocked,
		"198.18.0.1": blocked, "198.19.255.255": blocked, "198.51.100.1": blocked, "203.0.113.1": blocked,
		"2001:db8::1": blocked, "2001::1": blocked, "2002:7f00:1::": blocked, "3fff::1": blocked,
		"::127.0.0.1": blocked, "::ffff:0:127.0.0.1": blocked, "fec0::1": blocked, "100::1": blocked,
		"64:ff9b:1::7f00:1": blocked, "4000::1": blocked,
	}
	for text, least := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			addr := netip.MustParseAddr(text)
			policies := []struct {
				name         string
				allowPrivate bool
				hosts        []string
				allowed      bool
			}{
				{"default", false, nil, least == allowed},
				{"another name allowed", false, []string{"other.example"}, least == allowed},
				{"AllowPrivate", true, nil, least == allowed || least == byPrivate},
				{"the name allowed", false, []string{"Backend.Example."}, least != blocked},
				{"the address allowed", false, []string{text}, true},
			}
			for _, p := range policies {
				made, err := newPolicy(p.allowPrivate, p.hosts)
				if err != nil {
					t.Fatal(err)
				}
				if kind := made.blocks("backend.example", addr); (kind == "") != p.allowed {
					t.Errorf("%s: blocked as %q, want allowed %t", p.name, kind, p.allowed)
				}
			}
		})
	}
}

func TestAllowedNetworks(t *testing.T) {
	t.Parallel()
	p, err := newPolicy(false, []string{"10.1.0.0/16", "fd12::5/16", "169.254.169.254"})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"10.1.2.3": true, "10.2.0.1": false, "::ffff:10.1.2.3": true, "fd12::9": true, "fd13::9": false,
		"169.254.169.254": true, "169.254.169.253": false, "127.0.0.1": false, "1.1.1.1": true,
	} {
		if kind := p.blocks("x.example", netip.MustParseAddr(text)); (kind == "") != want {
			t.Errorf("%s is blocked as %q, want allowed %t", text, kind, want)
		}
	}
}

// However an IPv4 address is written as an IPv6 one, it does not become easier to reach.
func TestEmbeddedAddressesGainNothing(t *testing.T) {
	t.Parallel()
	p, err := newPolicy(true, nil)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		v4 := [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address"))
		direct := p.blocks("h", netip.AddrFrom4(v4))
		prefix := rapid.SampledFrom([]string{"::ffff:0:0", "64:ff9b::", "64:ff9b:1::", "::", "::ffff:0:0:0", "2002::"}).Draw(t, "prefix")
		b := netip.MustParseAddr(prefix).As16()
		at := 12
		if prefix == "2002::" {
			at = 2
		}
		copy(b[at:], v4[:])
		if embedded := p.blocks("h", netip.AddrFrom16(b)); direct != "" && embedded == "" {
			t.Fatalf("%v is blocked as %s, but %v is allowed", v4, direct, netip.AddrFrom16(b))
		}
	})
}

func TestNewPolicyRefusesWhatIsNoHost(t *testing.T) {
	t.Parallel()
	for _, entry := range []string{"", ".", "10.0.0.0/33", "http://a", "a b", "*.example", "a..b", "-a", "a/8", "[::1]", "a:80", "::ffff:10.0.0.0/104"} {
		if _, err := newPolicy(false, []string{entry}); err == nil {
			t.Errorf("%q was taken", entry)
		}
	}
}
