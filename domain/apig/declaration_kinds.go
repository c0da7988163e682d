package apig

import (
	"cmp"
	"maps"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// declaredKind is one kind of things that a declaration has a list of: how each of them is known, what it says,
// and the operation of the API that makes it, changes it or ends it. within is what it is in, by name: a group,
// a policy, or nothing.
type declaredKind[T any] struct {
	name   string
	known  func(in *instance, within string) map[string]string // names to ids
	nameOf func(T) string
	// shown is the thing with an id, as it is declared.
	shown  func(in *instance, id string) T
	create func(p *planning, within string, t T) ([]domain.Event, error)
	change func(p *planning, id string, t T) ([]domain.Event, error)
	remove func(p *planning, id string) ([]domain.Event, error) // nil: it is never removed
	// whole is shown with what is secret as it is, sealed; nil: there is nothing secret.
	whole func(in *instance, id string) T
	// again is the event that makes the thing with an id once more, under that id and with its secrets; nil: it
	// has no life of its own.
	again func(in *instance, id string) domain.Event
}

// all declares all things of a kind that an instance has, by name.
func (k declaredKind[T]) all(in *instance) []T { return k.allIn(in, "") }

func (k declaredKind[T]) allIn(in *instance, within string) []T {
	known := k.known(in, within)
	declared := make([]T, 0, len(known))
	for _, name := range sortedNames(known) {
		declared = append(declared, k.shown(in, known[name]))
	}
	return declared
}

// sortedNames returns the names in alphabetical order.
func sortedNames[V any](byName map[string]V) []string { return slices.Sorted(maps.Keys(byName)) }

// distinctSorted returns what is in a list, each once and in order.
func distinctSorted[T cmp.Ordered](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}

// events drops the answer of a decision.
func events[R any](_ R, events []domain.Event, err error) ([]domain.Event, error) { return events, err }

// said is the text behind a pointer, for members that a change would leave as they are when they are left out.
func said(text *string) *string {
	if text == nil {
		return new(string)
	}
	return text
}

// unlessEmpty is the opposite: nil for an empty text.
func unlessEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

var envKind = declaredKind[EnvBody]{
	name:   "environment",
	known:  func(in *instance, _ string) map[string]string { return in.envNames },
	nameOf: func(b EnvBody) string { return b.Name },
	shown: func(in *instance, id string) EnvBody {
		return EnvBody{Name: in.envs[id].Name, Remark: unlessEmpty(in.envs[id].Remark)}
	},
	create: func(p *planning, _ string, b EnvBody) ([]domain.Event, error) {
		return events(p.s.CreateEnv(p.m, CreateEnv{p.in.ID, b}))
	},
	change: func(p *planning, id string, b EnvBody) ([]domain.Event, error) {
		b.Remark = said(b.Remark)
		return events(p.s.UpdateEnv(p.m, UpdateEnv{p.in.ID, id, b}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteEnv(p.m, DeleteEnv{p.in.ID, id}))
	},
	again: func(in *instance, id string) domain.Event { return EnvCreated{in.envs[id].Environment} },
}

var featureKind = declaredKind[FeatureBody]{
	name: "feature",
	known: func(in *instance, _ string) map[string]string {
		byName := map[string]string{}
		for name := range in.features {
			byName[name] = name
		}
		return byName
	},
	nameOf: func(b FeatureBody) string { return b.Name },
	shown: func(in *instance, name string) FeatureBody {
		f := in.features[name]
		return FeatureBody{Name: name, Enable: &f.Enable, Config: maskedConfig(name, f.Config)}
	},
	whole: func(in *instance, name string) FeatureBody {
		f := in.features[name]
		return FeatureBody{Name: name, Enable: &f.Enable, Config: f.Config}
	},
	create: func(p *planning, _ string, b FeatureBody) ([]domain.Event, error) { return p.setFeature(b) },
	change: func(p *planning, _ string, b FeatureBody) ([]domain.Event, error) { return p.setFeature(b) },
}

func (p *planning) setFeature(b FeatureBody) ([]domain.Event, error) {
	return events(p.s.ConfigureFeature(p.m, ConfigureFeature{p.in.ID, b}))
}

var orchestrationKind = declaredKind[OrchestrationBody]{
	name:   "orchestration",
	known:  func(in *instance, _ string) map[string]string { return in.orchestrations.names },
	nameOf: func(b OrchestrationBody) string { return b.Name },
	shown:  func(in *instance, id string) OrchestrationBody { return in.orchestrations.all[id].OrchestrationBody },
	create: func(p *planning, _ string, b OrchestrationBody) ([]domain.Event, error) {
		return events(p.s.CreateOrchestration(p.m, CreateOrchestration{p.in.ID, b}))
	},
	change: func(p *planning, id string, b OrchestrationBody) ([]domain.Event, error) {
		return events(p.s.UpdateOrchestration(p.m, UpdateOrchestration{p.in.ID, id, b}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteOrchestration(p.m, DeleteOrchestration{p.in.ID, id}))
	},
	again: func(in *instance, id string) domain.Event { return OrchestrationCreated{in.orchestrations.all[id]} },
}

var authorizerKind = declaredKind[AuthorizerBody]{
	name:   "authorizer",
	known:  func(in *instance, _ string) map[string]string { return in.authorizers.names },
	nameOf: func(b AuthorizerBody) string { return b.Name },
	shown:  func(in *instance, id string) AuthorizerBody { return in.authorizers.all[id].AuthorizerBody },
	create: func(p *planning, _ string, b AuthorizerBody) ([]domain.Event, error) {
		return events(p.s.CreateAuthorizer(p.m, CreateAuthorizer{p.in.ID, b}))
	},
	change: func(p *planning, id string, b AuthorizerBody) ([]domain.Event, error) {
		return events(p.s.UpdateAuthorizer(p.m, UpdateAuthorizer{p.in.ID, id, b}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteAuthorizer(p.m, DeleteAuthorizer{p.in.ID, id}))
	},
	again: func(in *instance, id string) domain.Event { return AuthorizerCreated{*in.authorizers.all[id]} },
}

var aclKind = declaredKind[ACLBody]{
	name:   "acl",
	known:  func(in *instance, _ string) map[string]string { return in.access.names },
	nameOf: func(b ACLBody) string { return b.Name },
	shown:  func(in *instance, id string) ACLBody { return in.access.policies[id].ACLBody },
	create: func(p *planning, _ string, b ACLBody) ([]domain.Event, error) {
		return events(p.s.CreateACL(p.m, CreateACL{p.in.ID, b}))
	},
	change: func(p *planning, id string, b ACLBody) ([]domain.Event, error) {
		return events(p.s.UpdateACL(p.m, UpdateACL{p.in.ID, id, b}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteACL(p.m, DeleteACL{p.in.ID, id}))
	},
	again: func(in *instance, id string) domain.Event { return ACLCreated{in.access.policies[id]} },
}

var throttleKind = declaredKind[DeclaredThrottle]{
	name:   "throttle",
	known:  func(in *instance, _ string) map[string]string { return in.throttling.names },
	nameOf: func(d DeclaredThrottle) string { return d.Name },
	shown: func(in *instance, id string) DeclaredThrottle {
		t := in.throttling.policies[id]
		return DeclaredThrottle{ThrottleBody: t.ThrottleBody, Specials: specialKind.allIn(in, t.Name)}
	},
	create: func(p *planning, _ string, d DeclaredThrottle) ([]domain.Event, error) {
		return events(p.s.CreateThrottle(p.m, CreateThrottle{p.in.ID, d.ThrottleBody}))
	},
	change: func(p *planning, id string, d DeclaredThrottle) ([]domain.Event, error) {
		return events(p.s.UpdateThrottle(p.m, UpdateThrottle{p.in.ID, id, d.ThrottleBody}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteThrottle(p.m, DeleteThrottle{p.in.ID, id}))
	},
	again: func(in *instance, id string) domain.Event {
		return ThrottleCreated{in.throttling.policies[id].Throttle}
	},
}

// specialKind are the special settings of a throttling policy. Their names are those of what they are for.
var specialKind = declaredKind[SpecialThrottleBody]{
	name: "throttle_special",
	known: func(in *instance, throttle string) map[string]string {
		byName := map[string]string{}
		if t := in.throttling.policies[in.throttling.names[throttle]]; t != nil {
			for object, id := range t.objects {
				byName[object.kind+" "+in.objectName(object)] = id
			}
		}
		return byName
	},
	nameOf: func(b SpecialThrottleBody) string { return b.ObjectType + " " + b.ObjectID },
	shown: func(in *instance, id string) SpecialThrottleBody {
		sp := in.special(id)
		return SpecialThrottleBody{CallLimits: sp.CallLimits, ObjectType: sp.ObjectType, ObjectID: in.objectName(sp.object())}
	},
	create: func(p *planning, throttle string, b SpecialThrottleBody) ([]domain.Event, error) {
		if id := p.in.credentials.names[b.ObjectID]; b.ObjectType == SpecialApp && id != "" {
			b.ObjectID = id
		}
		return events(p.s.CreateSpecialThrottle(p.m, CreateSpecialThrottle{p.in.ID, p.in.throttling.names[throttle], b}))
	},
	change: func(p *planning, id string, b SpecialThrottleBody) ([]domain.Event, error) {
		body := SpecialThrottleUpdateBody{CallLimits: b.CallLimits}
		return events(p.s.UpdateSpecialThrottle(p.m, UpdateSpecialThrottle{p.in.ID, p.in.special(id).ThrottleID, id, body}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteSpecialThrottle(p.m, DeleteSpecialThrottle{p.in.ID, p.in.special(id).ThrottleID, id}))
	},
}

func (in *instance) special(id string) SpecialThrottle {
	for _, t := range in.throttling.policies {
		if sp, ok := t.specials[id]; ok {
			return sp
		}
	}
	return SpecialThrottle{}
}

// objectName is what a special setting is for, by name where it has one.
func (in *instance) objectName(object throttledObject) string {
	if a := in.credentials.apps[object.id]; a != nil && object.kind == SpecialApp {
		return a.Name
	}
	return object.id
}
