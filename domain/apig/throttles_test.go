package apig

import (
	"math"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func TestCreateThrottle(t *testing.T) {
	t.Parallel()
	create := func(change func(*ThrottleBody)) decision {
		b := throttleBody("slow")
		if change != nil {
			change(&b)
		}
		return do((*State).CreateThrottle, CreateThrottle{gw, b})
	}
	want := throttleNamed(id(1), "slow")
	want.CreateTime = now
	all := want
	all.UserCallLimits, all.AppCallLimits, all.IPCallLimits, all.Type, all.Remark = 80, 60, 100, 2, "all"
	limits := func(user, app, ip int) decision {
		return create(func(b *ThrottleBody) { b.UserCallLimits, b.AppCallLimits, b.IPCallLimits = user, app, ip })
	}
	run(t, []scenario{
		{name: "§3.4.1: created, counting each API by itself", given: gateway(), when: create(nil),
			then: []domain.Event{ThrottleCreated{want}}, answer: ThrottleInfo{Throttle: want}},
		{name: "§3.4.1: with every limit", given: gateway(), then: []domain.Event{ThrottleCreated{all}}, when: create(func(b *ThrottleBody) {
			b.UserCallLimits, b.AppCallLimits, b.IPCallLimits, b.Type, b.Remark, b.EnableAdaptiveControl = 80, 60, 100, 2, "all", "FALSE"
		})},
		{name: "§3.4.1: names are unique", given: given(gateway(), aThrottle("t1", "slow")), when: create(nil), refused: "APIG.3204"},
		{name: "a name is unique in its instance only", when: do((*State).CreateThrottle, CreateThrottle{"gw2", throttleBody("slow")}),
			given: given(gateway(), instanceNamed("gw2", "second"), aThrottle("t1", "slow")),
			then: []domain.Event{ThrottleCreated{Throttle{
				ID: id(1), InstanceID: "gw2", ThrottleBody: throttleBody("slow").whole(), CreateTime: now,
			}}}},
		{name: "§5.4: quota THROTTLE_NUM_LIMIT", when: create(nil), refused: "APIG.3107",
			given: given(gateway(), aQuota("THROTTLE_NUM_LIMIT", 1), aThrottle("t1", "fast"))},
		{name: "§3.4.1: api_call_limits is required", given: gateway(), when: create(func(b *ThrottleBody) { b.APICallLimits = 0 }), refused: "APIG.2001"},
		{name: "§3.4.1: a limit is positive", given: gateway(), when: limits(-1, 0, 0), refused: "APIG.2011"},
		{name: "§3.4.1: a limit is at most 2147483647", given: gateway(), refused: "APIG.2011",
			when: create(func(b *ThrottleBody) { b.APICallLimits = math.MaxInt32 + 1 })},
		{name: "§3.4.1: the name starts with a letter", given: gateway(), when: create(func(b *ThrottleBody) { b.Name = "1st" }), refused: "APIG.2011"},
		{name: "§3.4.1: the name has 3 characters at least", given: gateway(), when: create(func(b *ThrottleBody) { b.Name = "ab" }), refused: "APIG.2011"},
		{name: "§3.4.1: units are known", given: gateway(), when: create(func(b *ThrottleBody) { b.TimeUnit = "WEEK" }), refused: "APIG.2011"},
		{name: "§3.4.1: adaptive control is not supported", given: gateway(), refused: "APIG.2011",
			when: create(func(b *ThrottleBody) { b.EnableAdaptiveControl = "TRUE" })},
		{name: "§3.4.1: user limit at most the API's", given: gateway(), when: limits(101, 0, 0), refused: "APIG.2011"},
		{name: "§3.4.1: app limit at most the user's", given: gateway(), when: limits(50, 51, 0), refused: "APIG.2011"},
		{name: "§3.4.1: app limit at most the API's, without one of users", given: gateway(), when: limits(0, 101, 0), refused: "APIG.2011"},
		{name: "§3.4.1: address limit at most the API's", given: gateway(), when: limits(0, 0, 101), refused: "APIG.2011"},
		{name: "unknown instance", when: create(nil), refused: "APIG.3030"},
	})
}

func TestThrottleRate(t *testing.T) {
	t.Parallel()
	rateLimit := func(on bool) history {
		return history{FeatureConfigured{Feature: Feature{
			ID: "f1", InstanceID: gw, Name: "ratelimit", Enable: on, Config: `{"api_limits":10}`, UpdateTime: past,
		}}}
	}
	create := func(calls, interval int, unit string) decision {
		return do((*State).CreateThrottle, CreateThrottle{gw, ThrottleBody{Name: "slow", APICallLimits: calls, TimeInterval: interval, TimeUnit: unit}})
	}
	created := func(calls, interval int, unit string) []domain.Event {
		b := ThrottleBody{Name: "slow", APICallLimits: calls, TimeInterval: interval, TimeUnit: unit}
		return []domain.Event{ThrottleCreated{Throttle{ID: id(1), InstanceID: gw, ThrottleBody: b.whole(), CreateTime: now}}}
	}
	run(t, []scenario{
		{name: "§3.4.1: the rate of the feature", given: given(gateway(), rateLimit(true)), when: create(10, 1, "SECOND"), then: created(10, 1, "SECOND")},
		{name: "§3.4.1: not above it", given: given(gateway(), rateLimit(true)), when: create(11, 1, "SECOND"), refused: "APIG.2003"},
		{name: "it is a rate: 600 a minute", given: given(gateway(), rateLimit(true)), when: create(600, 1, "MINUTE"), then: created(600, 1, "MINUTE")},
		{name: "601 a minute are too many", given: given(gateway(), rateLimit(true)), when: create(601, 1, "MINUTE"), refused: "APIG.2003"},
		{name: "the longest period", given: given(gateway(), rateLimit(true)), when: create(math.MaxInt32, math.MaxInt32, "DAY"),
			then: created(math.MaxInt32, math.MaxInt32, "DAY")},
		{name: "the feature switched off", given: given(gateway(), rateLimit(false)), when: create(800, 1, "SECOND"), then: created(800, 1, "SECOND")},
		{name: "the quota that an operator set", given: given(gateway(), aQuota("API_USER_CALL_LIMIT", 20)), when: create(21, 1, "SECOND"), refused: "APIG.2003"},
		{name: "§3.4.1 ex: 800 a second where nobody set a rate", given: gateway(), when: create(800, 1, "SECOND"), then: created(800, 1, "SECOND")},
		{name: "§3.4.2: a change is held to it", given: given(gateway(), aThrottle("t1", "fast"), rateLimit(true)), refused: "APIG.2003",
			when: do((*State).UpdateThrottle, UpdateThrottle{gw, "t1", throttleBody("fast")})},
	})
}

func TestUpdateThrottle(t *testing.T) {
	t.Parallel()
	update := func(id string, b ThrottleBody) decision {
		return do((*State).UpdateThrottle, UpdateThrottle{gw, id, b})
	}
	old := throttleNamed("t1", "slow")
	old.Remark, old.UserCallLimits, old.Type = "old", 10, 2
	two := given(gateway(), history{ThrottleCreated{old}}, aThrottle("t2", "fast"))
	renamed := throttleNamed("t1", "slower")
	run(t, []scenario{
		{name: "§3.4.2: all of it is replaced", given: two, when: update("t1", throttleBody("slower")), answer: ThrottleInfo{Throttle: renamed},
			then: []domain.Event{ThrottleUpdated{renamed, []string{"name", "remark", "type", "user_call_limits"}}}},
		{name: "its use is told", when: update("t1", throttleBody("slower")),
			given:  given(anAPIOnline(), history{ThrottleCreated{old}}, throttled("b1", "t1", "a1", ReleaseEnvID), aSpecial("s1", "t1", SpecialUser, "u1")),
			answer: ThrottleInfo{renamed, 1, true},
			then:   []domain.Event{ThrottleUpdated{renamed, []string{"name", "remark", "type", "user_call_limits"}}}},
		{name: "nothing new, nothing happens", given: two, when: update("t2", throttleBody("fast")), answer: ThrottleInfo{Throttle: throttleNamed("t2", "fast")}},
		{name: "§3.4.1: names are unique", given: two, when: update("t1", throttleBody("fast")), refused: "APIG.3204"},
		{name: "a name given up is free", given: given(two, history{ThrottleUpdated{renamed, []string{"name"}}}), when: update("t2", throttleBody("slow")),
			then: []domain.Event{ThrottleUpdated{throttleNamed("t2", "slow"), []string{"name"}}}},
		{name: "§3.4.2 ex: unknown", given: two, when: update("t3", throttleBody("slow")), refused: "APIG.3005"},
		{name: "the limits are held against each other", given: two, refused: "APIG.2011",
			when: update("t1", ThrottleBody{Name: "slow", TimeInterval: 1, TimeUnit: "SECOND", APICallLimits: 1, IPCallLimits: 2})},
	})
}

func TestDeleteThrottle(t *testing.T) {
	t.Parallel()
	del := do((*State).DeleteThrottle, DeleteThrottle{gw, "t1"})
	gone := []domain.Event{ThrottleDeleted{InstanceID: gw, ThrottleID: "t1", Name: "slow"}}
	run(t, []scenario{
		{name: "§3.4.3: it goes", given: given(gateway(), aThrottle("t1", "slow")), when: del, then: gone},
		{name: "§3.4.3: also while it is bound", when: del, then: gone,
			given: given(anAPIOnline(), aThrottle("t1", "slow"), throttled("b1", "t1", "a1", ReleaseEnvID))},
		{name: "§3.4.3 ex: unknown", given: gateway(), when: del, refused: "APIG.3005"},
	})
}

func TestDeletedThrottleLeavesNothing(t *testing.T) {
	t.Parallel()
	s := given(anAPIOnline(), aThrottle("t1", "slow"), throttled("b1", "t1", "a1", ReleaseEnvID), aSpecial("s1", "t1", SpecialUser, "u1"),
		history{ThrottleDeleted{InstanceID: gw, ThrottleID: "t1", Name: "slow"}}).state()
	th := s.instances[gw].throttling
	if n := len(th.policies) + len(th.names) + len(th.bound.all) + len(th.bound.slots) + len(th.bound.ofPolicy) + len(th.bound.at); n != 0 {
		t.Errorf("%d entries are left", n)
	}
}
