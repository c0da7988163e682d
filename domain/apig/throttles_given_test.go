package apig

import (
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
)

func throttleBody(name string) ThrottleBody {
	return ThrottleBody{Name: name, TimeInterval: 1, TimeUnit: "SECOND", APICallLimits: 100}
}

func throttleNamed(id, name string) Throttle {
	return Throttle{ID: id, InstanceID: gw, ThrottleBody: throttleBody(name).whole(), CreateTime: past}
}

func aThrottle(id, name string) history { return history{ThrottleCreated{throttleNamed(id, name)}} }

func bindingOf(id, policyID, apiID, envID string) Binding {
	return Binding{ID: id, InstanceID: gw, PolicyID: policyID, APIID: apiID, EnvID: envID, BindTime: past}
}

func throttled(id, throttleID, apiID, envID string) history {
	return history{ThrottleBound{Binding: bindingOf(id, throttleID, apiID, envID)}}
}

func aSpecial(id, throttleID, kind, objectID string) history {
	return history{SpecialThrottleCreated{specialOf(id, throttleID, kind, objectID)}}
}

func specialOf(id, throttleID, kind, objectID string) SpecialThrottle {
	return SpecialThrottle{
		ID: id, InstanceID: gw, ThrottleID: throttleID, ObjectType: kind, ObjectID: objectID, CallLimits: 50, ApplyTime: past,
	}
}

// throttleSamples has one event of every type about throttling policies, with every member set.
func throttleSamples() []domain.Event {
	t := Throttle{ID: "t1", InstanceID: gw, CreateTime: past, ThrottleBody: ThrottleBody{
		Name: "throttle_demo", Remark: "all", Type: 2, TimeInterval: 1, TimeUnit: "MINUTE", APICallLimits: 800, UserCallLimits: 500,
		AppCallLimits: 300, IPCallLimits: 600, EnableAdaptiveControl: "FALSE",
	}}
	b := bindingOf("b1", "t1", "a1", "e1")
	sp := specialOf("s1", "t1", SpecialApp, "app1")
	return []domain.Event{
		ThrottleCreated{t},
		ThrottleUpdated{t, []string{"name", "remark"}},
		ThrottleDeleted{InstanceID: gw, ThrottleID: "t1", Name: "throttle_demo"},
		ThrottleBound{b, "b0"},
		ThrottleUnbound{b},
		SpecialThrottleCreated{sp},
		SpecialThrottleUpdated{sp, []string{"call_limits"}},
		SpecialThrottleDeleted{sp},
	}
}

// drawThrottling draws a command about throttling policies for the property of states.
func drawThrottling(t *rapid.T, in *instance) decision {
	pick := func(what string, known []string) string {
		slices.Sort(known)
		return rapid.SampledFrom(append(slices.Repeat(known, 10), "none")).Draw(t, what)
	}
	policyID := pick("throttle", slices.Collect(maps.Keys(in.throttling.policies)))
	bindingID := pick("binding", slices.Collect(maps.Keys(in.throttling.bound.all)))
	publishID := pick("publication", slices.Collect(maps.Keys(in.published)))
	specialID := "none"
	if policy := in.throttling.policies[policyID]; policy != nil {
		specialID = pick("special", slices.Collect(maps.Keys(policy.specials)))
	}
	body := throttleBody(rapid.SampledFrom([]string{"slow", "fast"}).Draw(t, "throttle name"))
	special := SpecialThrottleBody{CallLimits: 5, ObjectType: SpecialUser, ObjectID: rapid.SampledFrom([]string{"u1", "u2"}).Draw(t, "user")}
	bind := do((*State).BindThrottle, BindThrottle{gw, BindThrottleBody{policyID, []string{publishID}}})
	return rapid.SampledFrom([]decision{
		do((*State).CreateThrottle, CreateThrottle{gw, body}), do((*State).CreateThrottle, CreateThrottle{gw, body}),
		do((*State).UpdateThrottle, UpdateThrottle{gw, policyID, body}),
		do((*State).DeleteThrottle, DeleteThrottle{gw, policyID}),
		bind, bind, bind,
		do((*State).UnbindThrottle, UnbindThrottle{gw, bindingID}),
		do((*State).UnbindThrottles, UnbindThrottles{gw, ActionDelete, UnbindThrottlesBody{[]string{bindingID, "none"}}}),
		do((*State).CreateSpecialThrottle, CreateSpecialThrottle{gw, policyID, special}),
		do((*State).UpdateSpecialThrottle, UpdateSpecialThrottle{gw, policyID, specialID, SpecialThrottleUpdateBody{7}}),
		do((*State).DeleteSpecialThrottle, DeleteSpecialThrottle{gw, policyID, specialID}),
	}).Draw(t, "throttling")
}

// reindexThrottles makes what an instance knows of throttling anew from what is no index. A binding to
// what is not published, or of a policy that is gone, is lost, and so shows as a difference.
func reindexThrottles(fresh, in *instance) {
	for _, t := range in.throttling.policies {
		ThrottleCreated{t.Throttle}.fold(fresh, domain.Recorded{})
		for _, sp := range t.specials {
			SpecialThrottleCreated{sp}.fold(fresh, domain.Recorded{})
		}
	}
	for _, b := range in.throttling.bound.all {
		a := in.apis[b.APIID]
		if a == nil || in.throttling.policies[b.PolicyID] == nil {
			continue
		}
		if _, published := a.inEffect[b.EnvID]; published {
			ThrottleBound{Binding: b}.fold(fresh, domain.Recorded{})
		}
	}
}
