package apig

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func appQuotaNamed(id, name string) AppQuota {
	return AppQuota{ID: id, InstanceID: gw, Name: name, CallLimits: 1000, TimeUnit: "DAY", Interval: 1, CreateTime: past}
}

func anAppQuota(id, name string) history { return history{AppQuotaCreated{appQuotaNamed(id, name)}} }

func quotaBinding(quotaID, appID string) AppQuotaBinding {
	return AppQuotaBinding{QuotaID: quotaID, AppID: appID, BoundTime: past}
}

func boundTo(quotaID string, appIDs ...string) history {
	ev := AppQuotaBound{InstanceID: gw, QuotaID: quotaID}
	for _, id := range appIDs {
		ev.Bindings = append(ev.Bindings, quotaBinding(quotaID, id))
	}
	return history{ev}
}

// appQuotaSamples has one event of every type about credential quotas, with every member set.
func appQuotaSamples() []domain.Event {
	q := appQuotaNamed("q1", "daily")
	q.ResetTime, q.Remark = "2020-09-20 00:00:00", "for all"
	return []domain.Event{
		AppQuotaCreated{q},
		AppQuotaUpdated{q, []string{"remark"}},
		AppQuotaDeleted{InstanceID: gw, QuotaID: "q1", Name: "daily"},
		AppQuotaBound{InstanceID: gw, QuotaID: "q1", Bindings: []AppQuotaBinding{quotaBinding("q1", "p1")}},
		AppQuotaUnbound{InstanceID: gw, QuotaID: "q1", AppID: "p1"},
	}
}

func quotaBody(change func(b *AppQuotaBody)) AppQuotaBody {
	b := AppQuotaBody{Name: "daily", CallLimits: 1000, TimeUnit: "DAY", Interval: 1}
	change(&b)
	return b
}

func asItIs(*AppQuotaBody) {}

func TestCreateAppQuota(t *testing.T) {
	t.Parallel()
	create := func(change func(b *AppQuotaBody)) decision {
		return do((*State).CreateAppQuota, CreateAppQuota{gw, quotaBody(change)})
	}
	want := appQuotaNamed(id(1), "daily")
	want.CreateTime = now
	full := want
	full.ResetTime, full.Remark = "2020-09-20 00:00:00", "for all"
	text := func(s string) *string { return &s }
	many := given(gateway())
	for n := range maxAppQuotas {
		many = append(many, anAppQuota(fmt.Sprint("q", n), fmt.Sprint("quota", n))...)
	}
	run(t, []scenario{
		{name: "§3.29.1: created", given: gateway(), when: create(asItIs), then: []domain.Event{AppQuotaCreated{want}}, answer: want},
		{name: "§3.29.1: with all that it can have", given: gateway(), answer: full, then: []domain.Event{AppQuotaCreated{full}},
			when: create(func(b *AppQuotaBody) { b.ResetTime, b.Remark = text("2020-09-20 00:00:00"), text("for all") })},
		{name: "§3.29.1: names are unique", given: given(gateway(), anAppQuota("q1", "daily")), when: create(asItIs), refused: "APIG.3325"},
		{name: "§3.29.1: a name starts with a letter", given: gateway(), when: create(func(b *AppQuotaBody) { b.Name = "1day" }), refused: "APIG.2011"},
		{name: "§3.29.1: the limit is required", given: gateway(), when: create(func(b *AppQuotaBody) { b.CallLimits = 0 }), refused: "APIG.2001"},
		{name: "§3.29.1: no negative limit", given: gateway(), when: create(func(b *AppQuotaBody) { b.CallLimits = -1 }), refused: "APIG.2011"},
		{name: "§3.29.1: no limit over 2147483647", given: gateway(), when: create(func(b *AppQuotaBody) { b.CallLimits = 1 << 31 }), refused: "APIG.2011"},
		{name: "§3.29.1: no negative interval", given: gateway(), when: create(func(b *AppQuotaBody) { b.Interval = -1 }), refused: "APIG.2011"},
		{name: "§3.29.1: another unit", given: gateway(), when: create(func(b *AppQuotaBody) { b.TimeUnit = "WEEK" }), refused: "APIG.2011"},
		{name: "§3.29.1: no time", given: gateway(), when: create(func(b *AppQuotaBody) { b.ResetTime = text("tomorrow") }), refused: "APIG.2011"},
		{name: "§3.29.1: no markup in the remark", given: gateway(), when: create(func(b *AppQuotaBody) { b.Remark = text("<b>") }), refused: "APIG.2011"},
		{name: "more than an instance can have", given: many, when: create(asItIs), refused: "APIG.3100"},
		{name: "§3.29.1 ex: unknown instance", when: create(asItIs), refused: "APIG.3030"},
	})
}

func TestUpdateAppQuota(t *testing.T) {
	t.Parallel()
	update := func(id string, change func(b *AppQuotaBody)) decision {
		return do((*State).UpdateAppQuota, UpdateAppQuota{gw, id, quotaBody(change)})
	}
	two := given(gateway(), anAppQuota("q1", "daily"), anAppQuota("q2", "hourly"))
	changed := appQuotaNamed("q1", "weekly")
	changed.CallLimits, changed.Interval = 5, 7
	run(t, []scenario{
		{name: "§3.29.4: changed", given: two, answer: changed, then: []domain.Event{AppQuotaUpdated{changed, []string{"name", "call_limits", "time_interval"}}},
			when: update("q1", func(b *AppQuotaBody) { b.Name, b.CallLimits, b.Interval = "weekly", 5, 7 })},
		{name: "nothing new, nothing happens", given: two, when: update("q1", asItIs), answer: appQuotaNamed("q1", "daily")},
		{name: "§3.29.4 ex: names are unique", given: two, when: update("q2", asItIs), refused: "APIG.3325"},
		{name: "§3.29.4 ex: unknown", given: two, when: update("q3", asItIs), refused: "APIG.3093"},
		{name: "§3.29.4: the unit is required", given: two, when: update("q1", func(b *AppQuotaBody) { b.TimeUnit = "" }), refused: "APIG.2001"},
	})
}

func TestBindAppQuota(t *testing.T) {
	t.Parallel()
	bind := func(quota string, apps ...string) decision {
		return do((*State).BindAppQuota, BindAppQuota{gw, quota, AppQuotaBindBody{apps}})
	}
	unbind := func(quota, app string) decision { return do((*State).UnbindAppQuota, UnbindAppQuota{gw, quota, app}) }
	there := given(gateway(), anApp("p1", "mobile"), anApp("p2", "web"), anAppQuota("q1", "daily"), anAppQuota("q2", "hourly"))
	bound := given(there, boundTo("q1", "p1"))
	fresh := func(quota, app string) AppQuotaBinding { return AppQuotaBinding{quota, app, now} }
	run(t, []scenario{
		{name: "§3.29.7: several, each once", given: there, when: bind("q1", "p1", "p2", "p1"), answer: []AppQuotaBinding{fresh("q1", "p1"), fresh("q1", "p2")},
			then: []domain.Event{AppQuotaBound{gw, "q1", []AppQuotaBinding{fresh("q1", "p1"), fresh("q1", "p2")}}}},
		{name: "what is bound stays so", given: bound, when: bind("q1", "p1", "p2"), answer: []AppQuotaBinding{quotaBinding("q1", "p1"), fresh("q1", "p2")},
			then: []domain.Event{AppQuotaBound{gw, "q1", []AppQuotaBinding{fresh("q1", "p2")}}}},
		{name: "nothing new, nothing happens", given: bound, when: bind("q1", "p1"), answer: []AppQuotaBinding{quotaBinding("q1", "p1")}},
		{name: "§3.28.13: an app leaves its other quota", given: bound, when: bind("q2", "p1"),
			then: []domain.Event{AppQuotaBound{gw, "q2", []AppQuotaBinding{fresh("q2", "p1")}}}},
		{name: "unknown app", given: there, when: bind("q1", "p1", "p9"), refused: "APIG.3004"},
		{name: "§3.29.7 ex: unknown quota", given: there, when: bind("q9", "p1"), refused: "APIG.3093"},
		{name: "§3.29.7: no apps", given: there, when: bind("q1"), refused: "APIG.2001"},
		{name: "§3.29.8: unbound", given: bound, when: unbind("q1", "p1"), then: []domain.Event{AppQuotaUnbound{gw, "q1", "p1"}}},
		{name: "§3.29.8: not from another quota", given: bound, when: unbind("q2", "p1"), refused: "APIG.3004"},
		{name: "§3.29.8 ex: unknown quota", given: bound, when: unbind("q9", "p1"), refused: "APIG.3093"},
		{name: "§3.29.5: deleted with its bindings", given: bound, when: do((*State).DeleteAppQuota, DeleteAppQuota{gw, "q1"}),
			then: []domain.Event{AppQuotaDeleted{gw, "q1", "daily"}}},
		{name: "§3.29.5 ex: unknown", given: bound, when: do((*State).DeleteAppQuota, DeleteAppQuota{gw, "q9"}), refused: "APIG.3093"},
	})
}

// A binding ends with its app, with its quota and with another binding of the app.
func TestQuotaBindingsEnd(t *testing.T) {
	t.Parallel()
	there := given(gateway(), anApp("p1", "mobile"), anAppQuota("q1", "daily"), anAppQuota("q2", "hourly"))
	bound := given(there, boundTo("q1", "p1"))
	for name, c := range map[string]struct{ got, want history }{
		"unbound": {given(bound, history{AppQuotaUnbound{gw, "q1", "p1"}}), there},
		"moved":   {given(bound, boundTo("q2", "p1")), given(there, boundTo("q2", "p1"))},
		"quota deleted": {given(bound, history{AppQuotaDeleted{gw, "q1", "daily"}}),
			given(gateway(), anApp("p1", "mobile"), anAppQuota("q2", "hourly"))},
		"app deleted": {given(bound, history{AppDeleted{InstanceID: gw, AppID: "p1", Name: "mobile"}}),
			given(gateway(), anAppQuota("q1", "daily"), anAppQuota("q2", "hourly"))},
		"unknown app":   {given(bound, boundTo("q1", "p9")), bound},
		"unknown quota": {given(bound, boundTo("q9", "p1")), bound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want.state(), c.got.state(), wholeState); diff != "" {
				t.Errorf("the state (-want +got):\n%s", diff)
			}
		})
	}
}
