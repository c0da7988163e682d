package apig

import (
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func TestCreateSpecialThrottle(t *testing.T) {
	t.Parallel()
	create := func(kind, object string, limit int) decision {
		return do((*State).CreateSpecialThrottle, CreateSpecialThrottle{gw, "t1", SpecialThrottleBody{limit, object, kind}})
	}
	created := func(kind, object string, limit int) []domain.Event {
		sp := specialOf(id(1), "t1", kind, object)
		sp.CallLimits, sp.ApplyTime = limit, now
		return []domain.Event{SpecialThrottleCreated{sp}}
	}
	limited := throttleNamed("t1", "slow")
	limited.UserCallLimits, limited.AppCallLimits = 10, 5
	ready := given(gateway(), anApp("app1", "mobile"), history{ThrottleCreated{limited}})
	run(t, []scenario{
		{name: "§3.9.1: for an app, above the policy's app limit", given: ready, when: create("APP", "app1", 100), then: created("APP", "app1", 100)},
		{name: "§3.9.1: for a tenant, below the policy's user limit", given: ready, when: create("USER", "u1", 1), then: created("USER", "u1", 1)},
		{name: "§3.9.1: not above the API's limit", given: ready, when: create("USER", "u1", 101), refused: "APIG.2003"},
		{name: "§3.9.1: positive", given: ready, when: create("USER", "u1", -1), refused: "APIG.2011"},
		{name: "§3.9.1: object_type is APP or USER", given: ready, when: create("GROUP", "u1", 1), refused: "APIG.2011"},
		{name: "§3.9.1: object_id is required", given: ready, when: create("USER", "", 1), refused: "APIG.2001"},
		{name: "§3.9.1 ex: unknown app", given: ready, when: create("APP", "app2", 1), refused: "APIG.3004"},
		{name: "§5.4: one for each object", given: given(ready, aSpecial("s1", "t1", "USER", "u1")), when: create("USER", "u1", 1), refused: "APIG.3308"},
		{name: "an app and a tenant may have the same id", given: given(ready, aSpecial("s1", "t1", "USER", "app1")),
			when: create("APP", "app1", 1), then: created("APP", "app1", 1)},
		{name: "once deleted, free again", when: create("USER", "u1", 1), then: created("USER", "u1", 1),
			given: given(ready, aSpecial("s1", "t1", "USER", "u1"), history{SpecialThrottleDeleted{specialOf("s1", "t1", "USER", "u1")}})},
		{name: "another policy, another setting", given: given(ready, aThrottle("t2", "fast"), aSpecial("s1", "t2", "USER", "u1")),
			when: create("USER", "u1", 1), then: created("USER", "u1", 1)},
		{name: "§5.4: quota USER_THROTTLE_LIMIT", given: given(ready, aQuota("USER_THROTTLE_LIMIT", 1), aSpecial("s1", "t1", "USER", "u1")),
			when: create("USER", "u2", 1), refused: "APIG.3100"},
		{name: "§5.4: quota APP_THROTTLE_LIMIT counts apps alone", given: given(ready, aQuota("APP_THROTTLE_LIMIT", 1), aSpecial("s1", "t1", "USER", "u1")),
			when: create("APP", "app1", 1), then: created("APP", "app1", 1)},
		{name: "§5.4: quota APP_THROTTLE_LIMIT", refused: "APIG.3100", when: create("APP", "app1", 1),
			given: given(ready, anApp("app2", "web"), aQuota("APP_THROTTLE_LIMIT", 1), aSpecial("s1", "t1", "APP", "app2"))},
		{name: "unknown policy", given: gateway(), when: create("USER", "u1", 1), refused: "APIG.3005"},
	})
}

func TestChangeSpecialThrottle(t *testing.T) {
	t.Parallel()
	ready := given(gateway(), aThrottle("t1", "slow"), aThrottle("t2", "fast"), aSpecial("s1", "t1", "USER", "u1"))
	update := func(policy, special string, limit int) decision {
		return do((*State).UpdateSpecialThrottle, UpdateSpecialThrottle{gw, policy, special, SpecialThrottleUpdateBody{limit}})
	}
	del := func(policy, special string) decision {
		return do((*State).DeleteSpecialThrottle, DeleteSpecialThrottle{gw, policy, special})
	}
	more := specialOf("s1", "t1", "USER", "u1")
	more.CallLimits = 60
	run(t, []scenario{
		{name: "§3.9.2: another limit", given: ready, when: update("t1", "s1", 60), answer: more,
			then: []domain.Event{SpecialThrottleUpdated{more, []string{"call_limits"}}}},
		{name: "nothing new, nothing happens", given: ready, when: update("t1", "s1", 50), answer: specialOf("s1", "t1", "USER", "u1")},
		{name: "§3.9.2 ex: too large", given: ready, when: update("t1", "s1", 101), refused: "APIG.2003"},
		{name: "required", given: ready, when: update("t1", "s1", 0), refused: "APIG.2001"},
		{name: "§3.9.2 ex: unknown", given: ready, when: update("t1", "s2", 1), refused: "APIG.3013"},
		{name: "§3.9.2: of another policy", given: ready, when: update("t2", "s1", 1), refused: "APIG.3013"},
		{name: "§3.9.3: deleted", given: ready, when: del("t1", "s1"), then: []domain.Event{SpecialThrottleDeleted{specialOf("s1", "t1", "USER", "u1")}}},
		{name: "§3.9.3 ex: unknown", given: ready, when: del("t1", "s2"), refused: "APIG.3013"},
		{name: "§3.9.3: unknown policy", given: ready, when: del("t3", "s1"), refused: "APIG.3005"},
	})
}

func TestSpecialThrottlesEndWithTheirApp(t *testing.T) {
	t.Parallel()
	s := given(gateway(), anApp("app1", "mobile"), aThrottle("t1", "slow"), aSpecial("s1", "t1", "APP", "app1"), aSpecial("s2", "t1", "USER", "app1"),
		history{AppDeleted{InstanceID: gw, AppID: "app1", Name: "mobile"}}).state()
	policy := s.instances[gw].throttling.policies["t1"]
	if len(policy.specials) != 1 || policy.specials["s2"].ObjectType != "USER" || len(policy.objects) != 1 {
		t.Errorf("special settings: %v, %v", policy.specials, policy.objects)
	}
}
