package apig

import (
	"testing"

	"github.com/gatelog/gatelog/domain"
)

// anAPIOnline is the API a1 of the group g1, published to RELEASE with the publish_id 'publish of v1'. Its
// definition is the fourth event.
func anAPIOnline() history {
	return given(gateway(), aGroup("g1", "shop"), anAPI("a1", "g1", "list", "GET /list"), published("v1", "a1", "g1", ReleaseEnvID, 4))
}

func TestBindThrottle(t *testing.T) {
	t.Parallel()
	bind := func(policy string, publishIDs ...string) decision {
		return do((*State).BindThrottle, BindThrottle{gw, BindThrottleBody{policy, publishIDs}})
	}
	ready := given(anAPIOnline(), aThrottle("t1", "slow"), aThrottle("t2", "fast"))
	bound := given(ready, throttled("b1", "t1", "a1", ReleaseEnvID))
	fresh := func(policy string) Binding {
		b := bindingOf(id(1), policy, "a1", ReleaseEnvID)
		b.BindTime = now
		return b
	}
	told := func(b Binding, publishID string) []Bound {
		return []Bound{{
			Binding: b, PublishID: publishID, APIName: "list", APIType: 1, ReqMethod: "GET", GroupName: "shop", EnvName: "RELEASE",
		}}
	}
	run(t, []scenario{
		{name: "§3.8.1: bound to a publication", given: ready, when: bind("t1", "publish of v1"),
			then: []domain.Event{ThrottleBound{Binding: fresh("t1")}}, answer: told(fresh("t1"), "publish of v1")},
		{name: "a publication named twice counts once", given: ready, when: bind("t1", "publish of v1", "publish of v1"),
			then: []domain.Event{ThrottleBound{Binding: fresh("t1")}}, answer: told(fresh("t1"), "publish of v1")},
		{name: "§3.8.1: one policy an environment, the newest counts", given: bound, when: bind("t2", "publish of v1"),
			then: []domain.Event{ThrottleBound{fresh("t2"), "b1"}}},
		{name: "bound already, nothing happens", given: bound, when: bind("t1", "publish of v1"),
			answer: told(bindingOf("b1", "t1", "a1", ReleaseEnvID), "publish of v1")},
		{name: "a binding is of what is published now", given: given(bound, published("v2", "a1", "g1", ReleaseEnvID, 4)), when: bind("t1", "publish of v2"),
			answer: told(bindingOf("b1", "t1", "a1", ReleaseEnvID), "publish of v2")},
		{name: "§3.8.1: a publication that is over", given: given(bound, published("v2", "a1", "g1", ReleaseEnvID, 4)), when: bind("t2", "publish of v1"), refused: "APIG.3015"},
		{name: "§3.8.1: an API that is offline", given: given(ready, offline("v1", "a1", "g1", ReleaseEnvID, 4)), when: bind("t1", "publish of v1"), refused: "APIG.3015"},
		{name: "one unknown publication refuses all", given: ready, when: bind("t1", "publish of v1", "none"), refused: "APIG.3015"},
		{name: "§3.8.1 ex: unknown policy", given: ready, when: bind("t3", "publish of v1"), refused: "APIG.3005"},
		{name: "§3.8.1: publish_ids is required", given: ready, when: bind("t1"), refused: "APIG.2001"},
		{name: "§3.8.1: so is strategy_id", given: ready, when: bind("", "publish of v1"), refused: "APIG.2001"},
		{name: "at most 1000 publications", given: ready, when: bind("t1", make([]string, 1001)...), refused: "APIG.2011"},
	})
}

// §3.8.1: different environments may have different policies; §3.8.5: each has one.
func TestThrottlesOfEnvironments(t *testing.T) {
	t.Parallel()
	s := given(anAPIOnline(), anEnv("e1", "DEV"), published("v2", "a1", "g1", "e1", 4), aThrottle("t1", "slow"), aThrottle("t2", "fast"),
		throttled("b1", "t1", "a1", ReleaseEnvID), throttled("b2", "t2", "a1", "e1"), throttled("b3", "t1", "a1", "e1")).state()
	bound := s.instances[gw].throttling.bound
	if len(bound.all) != 2 || bound.all["b1"].EnvID != ReleaseEnvID || bound.all["b3"].EnvID != "e1" || len(bound.ofPolicy["t2"]) != 0 {
		t.Errorf("bound: %v", bound.all)
	}
}

func TestBindingsEndWithThePublication(t *testing.T) {
	t.Parallel()
	bound := given(anAPIOnline(), aThrottle("t1", "slow"), throttled("b1", "t1", "a1", ReleaseEnvID))
	for _, c := range []struct {
		name string
		then history
		want int
	}{
		{"published again, it stays", published("v2", "a1", "g1", ReleaseEnvID, 4), 1},
		{"switched, it stays", given(published("v2", "a1", "g1", ReleaseEnvID, 4), history{APIVersionSwitched{publication("v1", "a1", "g1", ReleaseEnvID, 4)}}), 1},
		{"offline, it is gone", offline("v1", "a1", "g1", ReleaseEnvID, 4), 0},
		{"offline and published anew, it is gone", given(offline("v1", "a1", "g1", ReleaseEnvID, 4), published("v2", "a1", "g1", ReleaseEnvID, 4)), 0},
		{"unbound, it is gone", history{ThrottleUnbound{bindingOf("b1", "t1", "a1", ReleaseEnvID)}}, 0},
		{"the API deleted, it is gone", history{APIDeleted{InstanceID: gw, APIID: "a1", GroupID: "g1", Name: "list"}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if b := given(bound, c.then).state().instances[gw].throttling.bound; len(b.all) != c.want || len(b.slots) != c.want || len(b.at) != c.want {
				t.Errorf("bindings: %v", b)
			}
		})
	}
}

func TestUnbindThrottle(t *testing.T) {
	t.Parallel()
	bound := given(anAPIOnline(), aThrottle("t1", "slow"), throttled("b1", "t1", "a1", ReleaseEnvID))
	unbound := []domain.Event{ThrottleUnbound{bindingOf("b1", "t1", "a1", ReleaseEnvID)}}
	many := func(action string, ids ...string) decision {
		return do((*State).UnbindThrottles, UnbindThrottles{gw, action, UnbindThrottlesBody{ids}})
	}
	unknown := UnbindFailure{"b2", "APIG.3012", "The request throttling policy binding record does not exist"}
	run(t, []scenario{
		{name: "§3.8.2: unbound", given: bound, when: do((*State).UnbindThrottle, UnbindThrottle{gw, "b1"}), then: unbound},
		{name: "§3.8.2 ex: unknown", given: bound, when: do((*State).UnbindThrottle, UnbindThrottle{gw, "b2"}), refused: "APIG.3012"},
		{name: "§3.8.6: some are there, some are not", given: bound, when: many("delete", "b2", "b1", "b1"), then: unbound,
			answer: UnbindResult{1, []UnbindFailure{unknown}}},
		{name: "§3.8.6: none", given: bound, when: many("delete"), answer: UnbindResult{}},
		{name: "§3.8.6: the action is delete", given: bound, when: many("remove", "b1"), refused: "APIG.2011"},
		{name: "at most 1000 bindings", given: bound, when: many("delete", make([]string, 1001)...), refused: "APIG.2011"},
	})
}
