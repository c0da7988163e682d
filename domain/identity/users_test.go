package identity

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func TestCreateUser(t *testing.T) {
	t.Parallel()
	create := func(name string) decision { return do((*State).CreateUser, CreateUser{name}) }
	made := User{ID: id(1), Name: "alice", Enabled: true, Policies: []Statement{}, CreatedAt: now, UpdatedAt: now}
	run(t, []scenario{
		{name: "enabled, and allowed nothing", given: account(), when: create("alice"), then: []domain.Event{UserCreated{made}}, answer: made},
		{name: "names are unique", given: account(), when: create("root"), refused: CodeNameTaken, param: "name"},
		{name: "the name of a deleted user is free", when: create("alice"), then: []domain.Event{UserCreated{made}},
			given: given(account(), aUser("alice"), history{UserDeleted{UserID: "alice", Name: "alice"}})},
		{name: "a name is given", given: account(), when: create(""), refused: domain.CodeInvalid, param: "name"},
		{name: "a name has at most 64 characters", given: account(), when: create(strings.Repeat("a", 65)), refused: domain.CodeInvalid, param: "name"},
		{name: "no line break in a name", given: account(), when: create("alice\n"), refused: domain.CodeInvalid, param: "name"},
		{name: "a name is UTF-8", given: account(), when: create("al\xffice"), refused: domain.CodeInvalid, param: "name"},
	})
}

func TestSetPassword(t *testing.T) {
	t.Parallel()
	set := func(user string, p Sealed) decision { return do((*State).SetPassword, SetPassword{user, p}) }
	alice := given(account(), aUser("alice"))
	changed := with(userNamed("alice"), func(u *User) { u.Password, u.Generation = "new", 1 })
	again := with(userNamed("alice"), func(u *User) { u.Password, u.Generation = "new", 2 })
	run(t, []scenario{
		{name: "a first password", given: alice, when: set("alice", "new"), then: []domain.Event{UserPasswordChanged{changed}}, answer: changed},
		{name: "a new one starts a new generation of tokens", when: set("alice", "new"), then: []domain.Event{UserPasswordChanged{again}},
			given: given(alice, aPassword(userNamed("alice")))},
		{name: "no user", given: alice, when: set("bob", "new"), refused: domain.CodeNotFound},
		{name: "no password", given: alice, when: set("alice", ""), refused: domain.CodeInvalid, param: "password"},
	})
}

func TestSetPolicies(t *testing.T) {
	t.Parallel()
	set := func(user string, statements ...Statement) decision {
		return do((*State).SetPolicies, SetPolicies{user, statements})
	}
	read := Statement{Allow, []string{"apig:*:get", "apig:*:list"}, []string{shop}}
	alice := given(account(), aUser("alice"))
	changed := with(userNamed("alice"), func(u *User) { u.Policies = []Statement{read} })
	project := func(id string) Statement { return Statement{Allow, []string{"*"}, []string{id}} }
	action := func(a string) Statement { return Statement{Allow, []string{a}, []string{"*"}} }
	run(t, []scenario{
		{name: "replaced", given: alice, when: set("alice", read), then: []domain.Event{UserPoliciesSet{changed}}, answer: changed},
		{name: "the same changes nothing", given: given(alice, history{UserPoliciesSet{changed}}), when: set("alice", read), answer: changed},
		{name: "an empty list takes all away", given: given(alice, history{UserPoliciesSet{changed}}), when: do((*State).SetPolicies, SetPolicies{"alice", []Statement{}}),
			then: []domain.Event{UserPoliciesSet{with(changed, func(u *User) { u.Policies = []Statement{} })}}},
		{name: "no list at all", given: alice, when: do((*State).SetPolicies, SetPolicies{UserID: "alice"}), refused: domain.CodeInvalid, param: "statements"},
		{name: "no user", given: alice, when: set("bob", read), refused: domain.CodeNotFound},
		{name: "a project that does not exist", given: alice, when: set("alice", project(strings.Repeat("a", 32))), refused: domain.CodeInvalid, param: "statements"},
		{name: "a project that is no id", given: alice, when: set("alice", project("shop")), refused: domain.CodeInvalid, param: "statements[0].projects[0]"},
		{name: "an effect that is none", given: alice, when: set("alice", Statement{"Maybe", []string{"*"}, []string{"*"}}), refused: domain.CodeInvalid, param: "statements[0].effect"},
		{name: "an action in one segment", given: alice, when: set("alice", action("apig")), refused: domain.CodeInvalid, param: "statements[0].actions[0]"},
		{name: "half a segment", given: alice, when: set("alice", action("apig:apis:li*")), refused: domain.CodeInvalid, param: "statements[0].actions[0]"},
		{name: "no actions", given: alice, when: set("alice", Statement{Allow, nil, []string{"*"}}), refused: domain.CodeInvalid, param: "statements[0].actions"},
		{name: "at most 20 statements", given: alice, when: set("alice", make([]Statement, 21)...), refused: domain.CodeInvalid, param: "statements"},
		{name: "at most 100 actions", given: alice, when: set("alice", Statement{Allow, strings.Split(strings.Repeat("a:b ", 101), " ")[:101], []string{"*"}}),
			refused: domain.CodeInvalid, param: "statements[0].actions"},
		{name: "the last administrator stays one", given: alice, when: set("root", read), refused: CodeLastAdministrator},
		{name: "a Deny makes no administrator", given: alice, when: set("root", Everything()[0], Statement{Deny, []string{"apig:apis:delete"}, []string{"*"}}),
			refused: CodeLastAdministrator},
		{name: "with another administrator, root may go", given: given(alice, anAdministrator("bob"), aKey("bob", aliceA)), when: set("root", read),
			then: []domain.Event{UserPoliciesSet{with(userNamed("root"), func(u *User) { u.Policies = []Statement{read} })}}},
	})
}

func TestDisableAndEnableUser(t *testing.T) {
	t.Parallel()
	disable := func(user string) decision { return do((*State).DisableUser, DisableUser{user}) }
	enable := func(user string) decision { return do((*State).EnableUser, EnableUser{user}) }
	alice := given(account(), aUser("alice"))
	off := with(userNamed("alice"), func(u *User) { u.Enabled, u.Generation = false, 1 })
	on := with(off, func(u *User) { u.Enabled = true })
	run(t, []scenario{
		{name: "disabled, and its tokens void", given: alice, when: disable("alice"), then: []domain.Event{UserDisabled{off}}, answer: off},
		{name: "disabled already", given: given(alice, history{UserDisabled{off}}), when: disable("alice"), answer: off},
		{name: "enabled, its old tokens still void", given: given(alice, history{UserDisabled{off}}), when: enable("alice"), then: []domain.Event{UserEnabled{on}}, answer: on},
		{name: "enabled already", given: alice, when: enable("alice"), answer: userNamed("alice")},
		{name: "disable nobody", given: alice, when: disable("bob"), refused: domain.CodeNotFound},
		{name: "enable nobody", given: alice, when: enable("bob"), refused: domain.CodeNotFound},
		{name: "the last administrator stays", given: alice, when: disable("root"), refused: CodeLastAdministrator},
		{name: "a disabled administrator is none", when: disable("root"), refused: CodeLastAdministrator,
			given: given(account(), anAdministrator("bob"), aPassword(with(userNamed("bob"), func(u *User) { u.Enabled, u.Policies = false, Everything() })))},
	})
}

func TestDeleteUser(t *testing.T) {
	t.Parallel()
	del := func(user string) decision { return do((*State).DeleteUser, DeleteUser{user}) }
	alice := given(account(), aUser("alice"))
	run(t, []scenario{
		{name: "gone", given: alice, when: del("alice"), then: []domain.Event{UserDeleted{UserID: "alice", Name: "alice"}}},
		{name: "gone with its keys", given: given(alice, aKey("alice", aliceA), aKey("alice", aliceB)), when: del("alice"),
			then: []domain.Event{AccessKeyDeleted{aliceA, "alice"}, AccessKeyDeleted{aliceB, "alice"}, UserDeleted{UserID: "alice", Name: "alice"}}},
		{name: "no user", given: alice, when: del("bob"), refused: domain.CodeNotFound},
		{name: "the last administrator stays", given: alice, when: del("root"), refused: CodeLastAdministrator},
		{name: "one who can't sign in does not count", given: given(alice, anAdministrator("bob")), when: del("root"), refused: CodeLastAdministrator},
		{name: "one with a password does", when: del("root"),
			given: given(alice, anAdministrator("bob"), aPassword(with(userNamed("bob"), func(u *User) { u.Policies = Everything() }))),
			then:  []domain.Event{AccessKeyDeleted{rootAK, "root"}, UserDeleted{UserID: "root", Name: "root"}}},
	})
}
