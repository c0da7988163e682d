package identity

import (
	"fmt"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func TestCreateAccessKey(t *testing.T) {
	t.Parallel()
	create := func(user, ak string) decision {
		return do((*State).CreateAccessKey, CreateAccessKey{user, KeyParts{ak, "sealed"}})
	}
	alice := given(account(), aUser("alice"))
	made := AccessKey{ID: aliceA, UserID: "alice", Secret: "sealed", CreatedAt: now}
	five := alice
	for n := range MaxKeysPerUser {
		five = given(five, aKey("alice", fmt.Sprintf("KEY%017d", n)))
	}
	run(t, []scenario{
		{name: "made", given: alice, when: create("alice", aliceA), then: []domain.Event{AccessKeyCreated{made}}, answer: made},
		{name: "a user has at most five", given: five, when: create("alice", aliceA), refused: CodeLimitReached},
		{name: "one deleted, there is room", given: given(five, history{AccessKeyDeleted{fmt.Sprintf("KEY%017d", 2), "alice"}}),
			when: create("alice", aliceA), then: []domain.Event{AccessKeyCreated{made}}},
		{name: "no user", given: alice, when: create("bob", aliceA), refused: domain.CodeNotFound},
		{name: "an access key is unique", given: alice, when: create("alice", rootAK), refused: domain.CodeConflict},
		{name: "an access key has its form", given: alice, when: create("alice", "alice"), refused: domain.CodeInvalid},
	})
}

func TestDeleteAccessKey(t *testing.T) {
	t.Parallel()
	del := func(user, ak string) decision {
		return do((*State).DeleteAccessKey, DeleteAccessKey{user, ak})
	}
	alice := given(account(), aUser("alice"), aKey("alice", aliceA))
	run(t, []scenario{
		{name: "gone", given: alice, when: del("alice", aliceA), then: []domain.Event{AccessKeyDeleted{aliceA, "alice"}}},
		{name: "no such key", given: alice, when: del("alice", aliceB), refused: domain.CodeNotFound, param: "access_key"},
		{name: "another user's key is none", given: alice, when: del("alice", rootAK), refused: domain.CodeNotFound},
		{name: "no user", given: alice, when: del("bob", aliceA), refused: domain.CodeNotFound, param: "user_id"},
		{name: "the last administrator keeps a way in", given: alice, when: del("root", rootAK), refused: CodeLastAdministrator},
		{name: "a second key is a way in", given: given(alice, aKey("root", aliceB)), when: del("root", rootAK),
			then: []domain.Event{AccessKeyDeleted{rootAK, "root"}}},
		{name: "a password is a way in", when: del("root", rootAK), then: []domain.Event{AccessKeyDeleted{rootAK, "root"}},
			given: given(alice, aPassword(with(userNamed("root"), func(u *User) { u.Policies = Everything() })))},
	})
}
