package identity

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const bank = "00000000000000000000000000000a4c"

func TestAllows(t *testing.T) {
	t.Parallel()
	allow := func(projects string, actions ...string) Statement {
		return Statement{Allow, actions, strings.Fields(projects)}
	}
	deny := func(projects string, actions ...string) Statement {
		return Statement{Deny, actions, strings.Fields(projects)}
	}
	tests := map[string]struct {
		statements     []Statement
		tenant, action string
		want           bool
	}{
		"nothing is allowed by itself":          {nil, shop, "apig:apis:get", false},
		"an action by its name":                 {[]Statement{allow(shop, "apig:apis:get")}, shop, "apig:apis:get", true},
		"not another action":                    {[]Statement{allow(shop, "apig:apis:get")}, shop, "apig:apis:list", false},
		"case counts":                           {[]Statement{allow(shop, "apig:apis:get")}, shop, "apig:apis:Get", false},
		"any verb":                              {[]Statement{allow(shop, "apig:apis:*")}, shop, "apig:apis:get", true},
		"any verb of these things only":         {[]Statement{allow(shop, "apig:apis:*")}, shop, "apig:groups:get", false},
		"any thing":                             {[]Statement{allow(shop, "apig:*:get")}, shop, "apig:groups:get", true},
		"anything of a service":                 {[]Statement{allow(shop, "apig:*:*")}, shop, "apig:groups:get", true},
		"anything of a service, not of another": {[]Statement{allow(shop, "apig:*:*")}, shop, "gatelog:users:get", false},
		"a star is one segment":                 {[]Statement{allow(shop, "apig:*")}, shop, "apig:apis:get", false},
		"more segments than the action has":     {[]Statement{allow(shop, "apig:apis:get:*")}, shop, "apig:apis:get", false},
		"everything":                            {[]Statement{allow(shop, "*")}, shop, "apig:apis:get", true},
		"in another project":                    {[]Statement{allow(shop, "*")}, bank, "apig:apis:get", false},
		"in one of several":                     {[]Statement{allow(shop+" "+bank, "*")}, bank, "apig:apis:get", true},
		"in all":                                {[]Statement{allow("*", "*")}, bank, "apig:apis:get", true},
		"the account is no project":             {[]Statement{allow(shop, "*")}, Account, "gatelog:users:list", false},
		"the account takes a star":              {[]Statement{allow("*", "gatelog:*:*")}, Account, "gatelog:users:list", true},
		"deny wins":                             {[]Statement{deny(shop, "apig:apis:delete"), allow("*", "*")}, shop, "apig:apis:delete", false},
		"deny wins, also when it comes last":    {[]Statement{allow("*", "*"), deny(shop, "apig:apis:delete")}, shop, "apig:apis:delete", false},
		"deny concerns what it covers":          {[]Statement{allow("*", "*"), deny(shop, "apig:apis:delete")}, bank, "apig:apis:delete", true},
		"what is neither is no Allow":           {[]Statement{{"allow", []string{"*"}, []string{"*"}}}, shop, "apig:apis:get", false},
		"an action without a name":              {[]Statement{allow("*", "*:*")}, shop, ":", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Allows(tt.statements, tt.tenant, tt.action); got != tt.want {
				t.Errorf("Allows(%v, %s) = %t, want %t", tt.statements, tt.action, got, tt.want)
			}
		})
	}
}

func TestReaches(t *testing.T) {
	t.Parallel()
	some := Statement{Allow, []string{"apig:apis:get"}, []string{shop}}
	tests := map[string]struct {
		statements []Statement
		want       bool
	}{
		"nothing":                 {nil, false},
		"one action":              {[]Statement{some}, true},
		"elsewhere":               {[]Statement{{Allow, []string{"*"}, []string{bank}}}, false},
		"everywhere":              {Everything(), true},
		"some actions denied":     {[]Statement{some, {Deny, []string{"apig:apis:delete"}, []string{"*"}}}, true},
		"every action denied":     {[]Statement{some, {Deny, []string{"*"}, []string{shop}}}, false},
		"every action elsewhere":  {[]Statement{some, {Deny, []string{"*"}, []string{bank}}}, true},
		"denied, and not allowed": {[]Statement{{Deny, []string{"apig:apis:delete"}, []string{"*"}}}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Reaches(tt.statements, shop); got != tt.want {
				t.Errorf("Reaches = %t, want %t", got, tt.want)
			}
		})
	}
}

// --- Properties -------------------------------------------------------------------------------

var (
	segments = rapid.SampledFrom([]string{"a", "b", "*"})
	patterns = rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(segments, 1, 3).Draw(t, "segments"), ":")
	})
	actions = rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 3).Draw(t, "segments"), ":")
	})
	statements = rapid.Custom(func(t *rapid.T) Statement {
		return Statement{
			Effect:   rapid.SampledFrom([]Effect{Allow, Allow, Deny}).Draw(t, "effect"),
			Actions:  rapid.SliceOfN(patterns, 1, 3).Draw(t, "actions"),
			Projects: rapid.SliceOfN(rapid.SampledFrom([]string{shop, bank, "*"}), 1, 2).Draw(t, "projects"),
		}
	})
	policies = rapid.SliceOfN(statements, 0, 4)
	tenants  = rapid.SampledFrom([]string{shop, bank, Account})
)

// plainly is the rule of matches, written for the eye.
func plainly(pattern, action string) bool {
	if pattern == "*" {
		return true
	}
	p, a := strings.Split(pattern, ":"), strings.Split(action, ":")
	if len(p) != len(a) {
		return false
	}
	for i := range p {
		if p[i] != "*" && p[i] != a[i] {
			return false
		}
	}
	return true
}

func TestAPatternMatchesSegmentBySegment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pattern, action := patterns.Draw(t, "pattern"), actions.Draw(t, "action")
		if got, want := matches(pattern, action), plainly(pattern, action); got != want {
			t.Fatalf("matches(%q, %q) = %t, want %t", pattern, action, got, want)
		}
	})
}

func TestAPolicyNeverWidens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		policy, tenant, action := policies.Draw(t, "policy"), tenants.Draw(t, "tenant"), actions.Draw(t, "action")
		covering := func(effect Effect) bool {
			return slices.ContainsFunc(policy, func(s Statement) bool {
				return s.Effect == effect && (slices.Contains(s.Projects, "*") || slices.Contains(s.Projects, tenant)) &&
					slices.ContainsFunc(s.Actions, func(p string) bool { return plainly(p, action) })
			})
		}
		want := covering(Allow) && !covering(Deny)
		if got := Allows(policy, tenant, action); got != want {
			t.Fatalf("Allows = %t, want %t", got, want)
		}
		if Allows(policy, tenant, action) && tenant != Account && !Reaches(policy, tenant) {
			t.Fatal("allows an action in a project that it does not reach")
		}
	})
}

func TestADenyOnlyTakesAway(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		policy, extra := policies.Draw(t, "policy"), statements.Draw(t, "extra")
		tenant, action := tenants.Draw(t, "tenant"), actions.Draw(t, "action")
		extra.Effect = Deny
		at := rapid.IntRange(0, len(policy)).Draw(t, "at")
		with := slices.Insert(slices.Clone(policy), at, extra)
		if Allows(with, tenant, action) && !Allows(policy, tenant, action) {
			t.Fatalf("a Deny added at %d allows %s", at, action)
		}
		if extra.covers(tenant, action) && Allows(with, tenant, action) {
			t.Fatalf("%s is allowed although denied", action)
		}
	})
}

func TestTheOrderOfStatementsDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		policy := policies.Draw(t, "policy")
		shuffled := rapid.Permutation(policy).Draw(t, "shuffled")
		tenant, action := tenants.Draw(t, "tenant"), actions.Draw(t, "action")
		if Allows(policy, tenant, action) != Allows(shuffled, tenant, action) || Administers(policy) != Administers(shuffled) {
			t.Fatal("another order, another answer")
		}
	})
}

func TestAnAdministratorMayDoAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		policy := append(policies.Draw(t, "policy"), Everything()...)
		if Administers(policy) && !Allows(policy, tenants.Draw(t, "tenant"), actions.Draw(t, "action")) {
			t.Fatal("an administrator is refused")
		}
	})
}
