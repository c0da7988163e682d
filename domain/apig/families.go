package apig

import (
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// family is a family of policies that are bound to publications.
type family struct {
	name  string
	bound *bindings
	has   func(policyID string) bool
	// kind is the type of a policy, where a publication can have one of each type; else it is empty.
	kind   func(policyID string) string
	bind   func(now Binding, replaced string) domain.Event
	unbind func(Binding) domain.Event
}

func (in *instance) families() []family {
	noKind := func(string) string { return "" }
	return []family{
		{
			FamilyThrottle, &in.throttling.bound, func(id string) bool { return in.throttling.policies[id] != nil }, noKind,
			func(b Binding, replaced string) domain.Event { return ThrottleBound{b, replaced} },
			func(b Binding) domain.Event { return ThrottleUnbound{b} },
		},
		{
			FamilyACL, &in.access.bound, func(id string) bool { return in.access.policies[id].ID != "" },
			func(id string) string { return in.access.policies[id].EntityType },
			func(b Binding, replaced string) domain.Event { return ACLBound{b, replaced} },
			func(b Binding) domain.Event { return ACLUnbound{b} },
		},
		{
			FamilySignature, &in.signing.bound, func(id string) bool { return in.signing.keys[id].ID != "" }, noKind,
			func(b Binding, replaced string) domain.Event { return SignatureBound{b, replaced} },
			func(b Binding) domain.Event { return SignatureUnbound{b} },
		},
		{
			FamilyPlugin, &in.plugins.bound, func(id string) bool { return in.plugins.all[id] != nil },
			func(id string) string { return in.plugins.all[id].Type },
			func(b Binding, replaced string) domain.Event { return PluginAttached{b, replaced} },
			func(b Binding) domain.Event { return PluginDetached{b} },
		},
	}
}

// family returns the family of policies with that name.
func (in *instance) family(name string) family {
	all := in.families()
	return all[slices.IndexFunc(all, func(f family) bool { return f.name == name })]
}
