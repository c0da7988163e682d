package apig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

func throttleCalled(name string) apig.Throttle {
	return apig.Throttle{ID: "t-" + name, InstanceID: pastInstance, CreateTime: pastBegan, ThrottleBody: apig.ThrottleBody{
		Name: name, Type: 1, TimeInterval: 1, TimeUnit: "SECOND", APICallLimits: 100, EnableAdaptiveControl: "FALSE",
	}}
}

func bindingTo(id, policyID, envID string) apig.Binding {
	return apig.Binding{ID: id, InstanceID: pastInstance, PolicyID: policyID, APIID: "a1", EnvID: envID, BindTime: pastBegan}
}

func specialFor(id, kind, object string) apig.SpecialThrottle {
	return apig.SpecialThrottle{
		ID: id, InstanceID: pastInstance, ThrottleID: "t-slow", ObjectType: kind, ObjectID: object, CallLimits: 5, ApplyTime: pastBegan,
	}
}

// bindingIDs returns the ids of the bindings that the read models have, whatever they are of.
func (p *past) bindingIDs() []string {
	p.t.Helper()
	ids := []string{}
	if err := p.Queries.rows.Select(p.t.Context(), &ids, "SELECT id FROM apig.policy_bindings ORDER BY id"); err != nil {
		p.t.Fatal(err)
	}
	return ids
}

// §3.8.1: what is bound where, after everything that can happen to a binding, in one batch.
func TestThrottleBindingRows(t *testing.T) {
	t.Parallel()
	b1, dev := bindingTo("b1", "t-slow", apig.ReleaseEnvID), bindingTo("b2", "t-slow", "e1")
	for name, c := range map[string]struct {
		then []domain.Event
		want []string
	}{
		"bound":           {nil, []string{"b1", "b2"}},
		"unbound":         {[]domain.Event{apig.ThrottleUnbound{Binding: b1}}, []string{"b2"}},
		"replaced":        {[]domain.Event{apig.ThrottleBound{Binding: bindingTo("b3", "t-fast", apig.ReleaseEnvID), Replaced: "b1"}}, []string{"b2", "b3"}},
		"bound once more": {[]domain.Event{apig.ThrottleUnbound{Binding: b1}, apig.ThrottleBound{Binding: b1}}, []string{"b1", "b2"}},
		"policy deleted":  {[]domain.Event{apig.ThrottleDeleted{InstanceID: pastInstance, ThrottleID: "t-slow"}}, []string{}},
		"API offline":     {[]domain.Event{apig.APITakenOffline{Publication: record("v2", "e1", 5)}}, []string{"b1"}},
		"API deleted":     {[]domain.Event{apig.APIDeleted{InstanceID: pastInstance, APIID: "a1"}}, []string{}},
		"instance gone":   {[]domain.Event{apig.InstanceDeleted{InstanceID: pastInstance}}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t)
			at := p.has(created("one"))
			p.has(published("v1", apig.ReleaseEnvID, at), published("v2", "e1", at),
				apig.ThrottleCreated{Throttle: throttleCalled("slow")}, apig.ThrottleCreated{Throttle: throttleCalled("fast")},
				apig.ThrottleBound{Binding: b1}, apig.ThrottleBound{Binding: dev})
			p.has(c.then...)
			if diff := cmp.Diff(c.want, p.project().bindingIDs()); diff != "" {
				t.Errorf("bindings (-want +got):\n%s", diff)
			}
		})
	}
}

// §3.4.4, §3.9.4: a policy as it is after its changes, with what is counted of it.
func TestThrottleRows(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	changed := throttleCalled("slow")
	changed.Remark, changed.UserCallLimits = "all", 7
	at := p.has(created("one"))
	p.has(published("v1", apig.ReleaseEnvID, at), apig.ThrottleCreated{Throttle: throttleCalled("slow")}, apig.ThrottleUpdated{Throttle: changed},
		apig.ThrottleBound{Binding: bindingTo("b1", "t-slow", apig.ReleaseEnvID)},
		apig.SpecialThrottleCreated{Special: specialFor("s1", "USER", "u1")}, apig.SpecialThrottleCreated{Special: specialFor("s2", "APP", "app1")},
		apig.SpecialThrottleCreated{Special: specialFor("s3", "USER", "u3")}, apig.SpecialThrottleDeleted{Special: specialFor("s3", "USER", "u3")},
		apig.AppDeleted{InstanceID: pastInstance, AppID: "app1"})
	got, err := p.project().Throttle(t.Context(), pastIn, "t-slow")
	if err != nil {
		t.Fatal(err)
	}
	if got.Remark != "all" || got.UserCallLimits != 7 || got.BindNum != 1 || !got.HasSpecials || !got.CreateTime.Equal(pastBegan) {
		t.Errorf("the policy is %+v", got)
	}
	specials, total, err := p.SpecialThrottles(t.Context(), pastIn, "t-slow", SpecialThrottleFilter{}, Page{Limit: 10})
	if err != nil || total != 1 || specials[0].ID != "s1" {
		t.Errorf("special settings: %v, %d in all, %v", specials, total, err)
	}
}

// What a client gives is no part of a statement, whatever it is.
func TestThrottleQueriesWithOddTexts(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(apig.ThrottleCreated{Throttle: throttleCalled("slow")})
	p.project()
	for _, odd := range []string{"'", "\x00", "\xff", "%", `\`, "$1"} {
		f := BoundAPIFilter{EnvID: odd, GroupID: odd, APIID: odd, APIName: odd, Tags: []string{odd}}
		if _, total, err := p.ThrottledAPIs(t.Context(), pastIn, "t-slow", f, Page{Limit: 10}); err != nil || total != 0 {
			t.Errorf("%q: %d, %v", odd, total, err)
		}
		if _, total, err := p.UnthrottledAPIs(t.Context(), pastIn, "t-slow", f, Page{Limit: 10}); err != nil || total != 0 {
			t.Errorf("%q: %d, %v", odd, total, err)
		}
		if _, err := p.Throttle(t.Context(), pastIn, odd); domain.CodeOf(err) != "APIG.3005" {
			t.Errorf("%q: %v", odd, err)
		}
	}
}
