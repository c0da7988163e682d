package apig

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

// appSamples has one event of every type about apps, with every member set.
func appSamples() []domain.Event {
	a := appNamed("p1", "shop")
	a.Remark, a.RelatedDomainID, a.RelatedProjectID = "mobile", "d1", "t1"
	code := AppCode{ID: "c1", InstanceID: gw, AppID: "p1", Value: "sealed code", CreateTime: past}
	return []domain.Event{
		AppCreated{a},
		AppUpdated{a, []string{"remark"}},
		AppSecretReset{a},
		AppDeleted{InstanceID: gw, AppID: "p1", Name: "shop"},
		AppACLSet{AppACL{InstanceID: gw, AppID: "p1", Type: "PERMIT", Values: []string{"10.0.0.1"}}},
		AppACLDeleted{InstanceID: gw, AppID: "p1"},
		AppCodeCreated{code},
		AppCodeDeleted{InstanceID: gw, AppID: "p1", AppCodeID: "c1"},
		AppAuthGranted{authOf("h1", "p1", "a1", "e1")},
		AppAuthRevoked{authOf("h1", "p1", "a1", "e1")},
	}
}

func appNamed(id, name string) App {
	return App{ID: id, InstanceID: gw, Name: name, Key: "key-of-" + id, Secret: "sealed " + id, RegisterTime: past, UpdateTime: past}
}

func anApp(id, name string) history { return history{AppCreated{appNamed(id, name)}} }

func anAppCode(id, appID string) history {
	return history{AppCodeCreated{AppCode{ID: id, InstanceID: gw, AppID: appID, Value: "sealed " + id, CreateTime: past}}}
}

func TestCreateApp(t *testing.T) {
	t.Parallel()
	create := func(b AppBody, s SealedSecret) decision { return do((*State).CreateApp, CreateApp{gw, b, s}) }
	generated := SealedSecret{Text: "sealed"}
	own := SealedSecret{Text: "sealed", Own: true}
	want := App{
		ID: id(1), InstanceID: gw, Name: "shop", Remark: "mobile", Key: id(2), Secret: "sealed", RelatedDomainID: "d1", RelatedProjectID: "t1",
		RegisterTime: now, UpdateTime: now,
	}
	withKey := want
	withKey.Key = "own-key-1"
	full := AppBody{Name: "shop", Remark: "mobile", RelatedDomainID: "d1", RelatedProjectID: "t1"}
	ownKey := full
	ownKey.Key = "own-key-1"
	off := given(gateway(), aQuota(quotaOwnKeys, switchOff))
	run(t, []scenario{
		{name: "§3.28.1: created with a key of its own", given: gateway(), when: create(full, generated), then: []domain.Event{AppCreated{want}}, answer: want},
		{name: "§3.28.1: created with the client's key and secret", given: gateway(), when: create(ownKey, own), then: []domain.Event{AppCreated{withKey}}},
		{name: "§3.28.1: names are unique", given: given(gateway(), anApp("p1", "shop")), when: create(full, generated), refused: "APIG.3203"},
		{name: "§5.4: keys are unique", given: given(gateway(), anApp("p1", "other")), refused: "APIG.3310",
			when: create(AppBody{Name: "shop", Key: "key-of-p1"}, generated)},
		{name: "name and key of a deleted app are free", when: create(AppBody{Name: "shop", Key: "key-of-p1"}, generated),
			given: given(gateway(), anApp("p1", "shop"), history{AppDeleted{InstanceID: gw, AppID: "p1", Name: "shop"}}),
			then: []domain.Event{AppCreated{App{
				ID: id(1), InstanceID: gw, Name: "shop", Key: "key-of-p1", Secret: "sealed", RegisterTime: now, UpdateTime: now,
			}}}},
		{name: "§3.28.1: the name is required", given: gateway(), when: create(AppBody{}, generated), refused: "APIG.2001"},
		{name: "§3.28.1: a name starts with a letter", given: gateway(), when: create(AppBody{Name: "_shop"}, generated), refused: "APIG.2011"},
		{name: "§3.28.1: a key has 8 characters or more", given: gateway(), when: create(AppBody{Name: "shop", Key: "short"}, generated), refused: "APIG.2011"},
		{name: "§3.28.4: no own key while the switch is off", given: off, when: create(ownKey, generated), refused: "APIG.2011"},
		{name: "§3.28.4: no own secret while the switch is off", given: off, when: create(full, own), refused: "APIG.2011"},
		{name: "generated ones are always allowed", given: off, when: create(full, generated), then: []domain.Event{AppCreated{want}}},
		{name: "§3.28.1: quota APP_NUM_LIMIT", given: given(gateway(), aQuota("APP_NUM_LIMIT", 1), anApp("p1", "other")),
			when: create(full, generated), refused: "APIG.3103"},
		{name: "unknown instance", when: create(full, generated), refused: "APIG.3030"},
	})
}

// §3.28.1, §3.28.4, §3.28.8: the bounds of what the domain sees only sealed.
func TestBoundsOfSecrets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err     error
		refused string
	}{
		"a secret":                        {AppBody{Name: "shop", Secret: "a_-!@#$%"}.Check(), ""},
		"a secret of 128":                 {AppResetBody{strings.Repeat("a", 128)}.Check(), ""},
		"none":                            {AppResetBody{}.Check(), ""},
		"a short secret":                  {AppBody{Name: "shop", Secret: "short"}.Check(), "APIG.2011"},
		"a secret that starts with !":     {AppUpdateBody{Name: "shop", Secret: "!abcdefgh"}.Check(), "APIG.2011"},
		"a long secret":                   {AppResetBody{strings.Repeat("a", 129)}.Check(), "APIG.2011"},
		"an AppCode":                      {AppCodeBody{"/" + strings.Repeat("a", 63)}.Check(), ""},
		"no AppCode":                      {AppCodeBody{}.Check(), "APIG.2001"},
		"a short AppCode":                 {AppCodeBody{strings.Repeat("a", 63)}.Check(), "APIG.2011"},
		"a long AppCode":                  {AppCodeBody{strings.Repeat("a", 181)}.Check(), "APIG.2011"},
		"an AppCode that starts with a =": {AppCodeBody{"=" + strings.Repeat("a", 64)}.Check(), "APIG.2011"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := domain.CodeOf(c.err); got != c.refused || (c.err != nil && got == "") {
				t.Errorf("refused with %v, want %q", c.err, c.refused)
			}
		})
	}
}

func TestUpdateApp(t *testing.T) {
	t.Parallel()
	update := func(id string, b AppUpdateBody, s SealedSecret) decision {
		return do((*State).UpdateApp, UpdateApp{gw, id, b, s})
	}
	none, own, remark := SealedSecret{}, SealedSecret{Text: "another", Own: true}, "new"
	two := given(gateway(), anApp("p1", "shop"), anApp("p2", "bank"))
	all := App{ID: "p1", InstanceID: gw, Name: "store", Remark: "new", Key: "another-key", Secret: "another", RelatedDomainID: "new",
		RelatedProjectID: "new", RegisterTime: past, UpdateTime: now}
	off := given(two, aQuota(quotaOwnKeys, switchOff))
	run(t, []scenario{
		{name: "§3.28.2: everything changes", given: two, answer: all,
			when: update("p1", AppUpdateBody{Name: "store", Remark: &remark, Key: "another-key", RelatedDomainID: &remark, RelatedProjectID: &remark}, own),
			then: []domain.Event{AppUpdated{all, []string{"name", "remark", "app_key", "app_secret", "related_domain_id", "related_project_id"}}}},
		{name: "nothing new, nothing happens", given: two, when: update("p1", AppUpdateBody{Name: "shop"}, none), answer: appNamed("p1", "shop")},
		{name: "§3.28.1: names are unique", given: two, when: update("p1", AppUpdateBody{Name: "bank"}, none), refused: "APIG.3203"},
		{name: "§5.4: keys are unique", given: two, when: update("p1", AppUpdateBody{Name: "shop", Key: "key-of-p2"}, none), refused: "APIG.3310"},
		{name: "its own key is free to it", given: two, when: update("p1", AppUpdateBody{Name: "shop", Key: "key-of-p1"}, none), answer: appNamed("p1", "shop")},
		{name: "§3.28.2: no other key while the switch is off", given: off, when: update("p1", AppUpdateBody{Name: "shop", Key: "another-key"}, none), refused: "APIG.2011"},
		{name: "§3.28.2: no other secret while the switch is off", given: off, when: update("p1", AppUpdateBody{Name: "shop"}, own), refused: "APIG.2011"},
		{name: "§3.28.2 ex: unknown", given: two, when: update("p3", AppUpdateBody{Name: "shop"}, none), refused: "APIG.3002"},
		{name: "the name is required", given: two, when: update("p1", AppUpdateBody{}, none), refused: "APIG.2001"},
	})
}

func TestResetAppSecret(t *testing.T) {
	t.Parallel()
	reset := func(id string, s SealedSecret) decision {
		return do((*State).ResetAppSecret, ResetAppSecret{gw, id, s})
	}
	one := given(gateway(), anApp("p1", "shop"))
	want := appNamed("p1", "shop")
	want.Secret, want.UpdateTime = "another", now
	run(t, []scenario{
		{name: "§3.28.4: another secret", given: one, when: reset("p1", SealedSecret{Text: "another"}), then: []domain.Event{AppSecretReset{want}}, answer: want},
		{name: "§3.28.4: an own one", given: one, when: reset("p1", SealedSecret{"another", true}), then: []domain.Event{AppSecretReset{want}}},
		{name: "§3.28.4: no own one while the switch is off", given: given(one, aQuota(quotaOwnKeys, switchOff)),
			when: reset("p1", SealedSecret{"another", true}), refused: "APIG.2011"},
		{name: "§3.28.4 ex: unknown", given: one, when: reset("p2", SealedSecret{Text: "another"}), refused: "APIG.3002"},
	})
}

func TestDeleteApp(t *testing.T) {
	t.Parallel()
	del := do((*State).DeleteApp, DeleteApp{gw, "p1"})
	run(t, []scenario{
		{name: "§3.28.3: it goes with what it has", given: given(gateway(), anApp("p1", "shop"), anAppCode("c1", "p1")), when: del,
			then: []domain.Event{AppDeleted{InstanceID: gw, AppID: "p1", Name: "shop"}}},
		{name: "§3.28.3 ex: unknown", given: gateway(), when: del, refused: "APIG.3002"},
	})
}

func TestAppCodes(t *testing.T) {
	t.Parallel()
	create := func(app string) decision {
		return do((*State).CreateAppCode, CreateAppCode{gw, app, SealedSecret{Text: "sealed"}})
	}
	del := func(code string) decision { return do((*State).DeleteAppCode, DeleteAppCode{gw, "p1", code}) }
	one := given(gateway(), anApp("p1", "shop"), anApp("p2", "bank"), anAppCode("c1", "p1"), anAppCode("c2", "p2"))
	want := AppCode{ID: id(1), InstanceID: gw, AppID: "p1", Value: "sealed", CreateTime: now}
	run(t, []scenario{
		{name: "§3.28.8: created", given: one, when: create("p1"), then: []domain.Event{AppCodeCreated{want}}, answer: want},
		{name: "§3.28.8: quota APP_CODE_NUM_LIMIT", given: given(one, aQuota("APP_CODE_NUM_LIMIT", 1)), when: create("p1"), refused: "APIG.3131"},
		{name: "the quota counts what is there", when: create("p1"), then: []domain.Event{AppCodeCreated{want}},
			given: given(one, aQuota("APP_CODE_NUM_LIMIT", 1), history{AppCodeDeleted{gw, "p1", "c1"}})},
		{name: "§3.28.8 ex: unknown app", given: one, when: create("p3"), refused: "APIG.3004"},
		{name: "§3.28.10: deleted", given: one, when: del("c1"), then: []domain.Event{AppCodeDeleted{gw, "p1", "c1"}}},
		{name: "§3.28.10: that of another app is unknown", given: one, when: del("c2"), refused: "APIG.3082"},
		{name: "§3.28.10 ex: unknown app", given: gateway(), when: del("c1"), refused: "APIG.3004"},
	})
}

func TestAppACL(t *testing.T) {
	t.Parallel()
	set := func(kind string, values ...string) decision {
		return do((*State).SetAppACL, SetAppACL{gw, "p1", AppACLBody{kind, values}})
	}
	del := do((*State).DeleteAppACL, DeleteAppACL{gw, "p1"})
	one := given(gateway(), anApp("p1", "shop"))
	values := []string{"192.168.0.1", "192.168.0.5-192.168.0.10", "192.168.0.100/28", "fd00::1", "fd00::1-fd00::ff", "fd00::/8"}
	acl := AppACL{InstanceID: gw, AppID: "p1", Type: "PERMIT", Values: values}
	there := given(one, history{AppACLSet{acl}})
	run(t, []scenario{
		{name: "§3.28.14: addresses, ranges and blocks", given: one, when: set("PERMIT", values...), then: []domain.Event{AppACLSet{acl}}, answer: acl},
		{name: "the same again", given: there, when: set("PERMIT", values...), answer: acl},
		{name: "§3.28.14: another one", given: there, when: set("DENY", "10.0.0.1"),
			then: []domain.Event{AppACLSet{AppACL{InstanceID: gw, AppID: "p1", Type: "DENY", Values: []string{"10.0.0.1"}}}}},
		{name: "§3.28.14: another type", given: one, when: set("ALLOW", "10.0.0.1"), refused: "APIG.2011"},
		{name: "§3.28.14: the values are required", given: one, when: set("PERMIT"), refused: "APIG.2001"},
		{name: "§3.28.14: no name", given: one, when: set("PERMIT", "localhost"), refused: "APIG.2011"},
		{name: "§3.28.14: no range backwards", given: one, when: set("PERMIT", "10.0.0.2-10.0.0.1"), refused: "APIG.2011"},
		{name: "§3.28.14: no range of two kinds", given: one, when: set("PERMIT", "10.0.0.2-fd00::1"), refused: "APIG.2011"},
		{name: "§3.28.14: no block too narrow", given: one, when: set("PERMIT", "10.0.0.0/33"), refused: "APIG.2011"},
		{name: "§3.28.14 ex: unknown app", given: gateway(), when: set("PERMIT", "10.0.0.1"), refused: "APIG.3004"},
		{name: "§3.28.16: deleted", given: there, when: del, then: []domain.Event{AppACLDeleted{gw, "p1"}}},
		{name: "§3.28.16: there was none", given: one, when: del},
		{name: "§3.28.16 ex: unknown app", given: gateway(), when: del, refused: "APIG.3004"},
	})
}

// A command that was sent again, and sealed again, asks for the same as before.
func TestAskedLeavesTheSealOut(t *testing.T) {
	t.Parallel()
	asked := func(seal string) []any {
		s := SealedSecret{Text: seal, Own: true}
		return []any{
			CreateApp{gw, AppBody{Name: "shop"}, s}.Fingerprint(), UpdateApp{gw, "p1", AppUpdateBody{Name: "shop"}, s}.Fingerprint(),
			ResetAppSecret{gw, "p1", s}.Fingerprint(), CreateAppCode{gw, "p1", s}.Fingerprint(),
		}
	}
	if diff := cmp.Diff(asked("one"), asked("two")); diff != "" {
		t.Errorf("asked for differently:\n%s", diff)
	}
}

func TestDeletedAppLeavesNothing(t *testing.T) {
	t.Parallel()
	s := given(gateway(), anApp("p1", "shop"), anAppCode("c1", "p1"), history{AppDeleted{InstanceID: gw, AppID: "p1", Name: "shop"}}).state()
	if diff := cmp.Diff(gateway().state(), s, wholeState); diff != "" {
		t.Errorf("something is left:\n%s", diff)
	}
}
