package apig

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// configRule says whether a member of a feature's configuration has an allowed value.
type configRule func(value json.RawMessage) bool

// whole allows whole numbers from low to high.
func whole(low, high int64) configRule {
	return func(value json.RawMessage) bool {
		n, err := strconv.ParseInt(string(value), 10, 64)
		return err == nil && n >= low && n <= high
	}
}

// text allows texts of at most most characters.
func text(most int) configRule {
	return func(value json.RawMessage) bool {
		s, ok := asText(value)
		return ok && utf8.RuneCountInString(s) <= most
	}
}

// oneOf allows the given words.
func oneOf(words ...string) configRule {
	return func(value json.RawMessage) bool {
		s, ok := asText(value)
		return ok && slices.Contains(words, s)
	}
}

// listOf allows lists of least to most entries that rule allows.
func listOf(rule configRule, least, most int) configRule {
	return func(value json.RawMessage) bool {
		var entries []json.RawMessage
		if json.Unmarshal(value, &entries) != nil || len(entries) < least || len(entries) > most {
			return false
		}
		return !slices.ContainsFunc(entries, func(entry json.RawMessage) bool { return !rule(entry) })
	}
}

// object allows objects with none but the given members.
func object(members map[string]configRule) configRule {
	return func(value json.RawMessage) bool {
		var given map[string]json.RawMessage
		if json.Unmarshal(value, &given) != nil || given == nil {
			return false
		}
		for name, v := range given {
			if rule, ok := members[name]; !ok || !rule(v) {
				return false
			}
		}
		return true
	}
}

// ipAddress allows IP addresses.
func ipAddress(value json.RawMessage) bool {
	s, ok := asText(value)
	_, err := netip.ParseAddr(s)
	return ok && err == nil
}

var authHeaderPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{2,63}$`)

// authHeader allows the names of headers that may carry a signature, or none (§5.5 custom_auth_header).
func authHeader(value json.RawMessage) bool {
	s, ok := asText(value)
	if s == "" {
		return ok
	}
	lower := strings.ToLower(s)
	reserved := strings.HasPrefix(lower, "x-apig") || strings.HasPrefix(lower, "x-sdk") ||
		lower == "x-stage" || lower == "authorization"
	return authHeaderPattern.MatchString(s) && !reserved
}

func asText(value json.RawMessage) (string, bool) {
	var s *string
	if json.Unmarshal(value, &s) != nil || s == nil {
		return "", false
	}
	return *s, true
}
