package apig

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain"
)

// SetAppACL decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3004.
func (s *State) SetAppACL(_ *domain.Moment, c SetAppACL) (AppACL, []domain.Event, error) {
	if err := c.Body.check(); err != nil {
		return AppACL{}, nil, err
	}
	in, a, err := s.changingCredential(c.InstanceID, c.AppID)
	if err != nil {
		return AppACL{}, nil, err
	}
	acl := AppACL{InstanceID: in.ID, AppID: a.ID, Type: c.Body.Type, Values: c.Body.Values}
	if a.acl != nil && a.acl.Type == acl.Type && slices.Equal(a.acl.Values, acl.Values) {
		return acl, nil, nil
	}
	return acl, []domain.Event{AppACLSet{acl}}, nil
}

func (b AppACLBody) check() error {
	if err := violated(b); err != nil {
		return err
	}
	for i, value := range b.Values {
		if !isAddresses(value) {
			return ErrInvalid(fmt.Sprintf("app_acl_values[%d]", i))
		}
	}
	return nil
}

// isAddresses reports whether value is an IP address, a range of them or a CIDR block (§3.28.14). A
// range is of one kind of addresses and does not run backwards; a block may name any address in it.
func isAddresses(value string) bool {
	if first, last, ok := strings.Cut(value, "-"); ok {
		from, errFrom := netip.ParseAddr(first)
		to, errTo := netip.ParseAddr(last)
		return errFrom == nil && errTo == nil && from.BitLen() == to.BitLen() && from.Zone()+to.Zone() == "" && !to.Less(from)
	}
	if strings.Contains(value, "/") {
		_, err := netip.ParsePrefix(value)
		return err == nil
	}
	addr, err := netip.ParseAddr(value)
	return err == nil && addr.Zone() == ""
}

// DeleteAppACL decides on the command of that name; an app without access control stays as it is.
// Errors: APIG.3030, 3718; APIG.3004.
func (s *State) DeleteAppACL(_ *domain.Moment, c DeleteAppACL) (None, []domain.Event, error) {
	in, a, err := s.changingCredential(c.InstanceID, c.AppID)
	if err != nil || a.acl == nil {
		return None{}, nil, err
	}
	return None{}, []domain.Event{AppACLDeleted{InstanceID: in.ID, AppID: a.ID}}, nil
}
