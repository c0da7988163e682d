package identity

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func TestBootstrap(t *testing.T) {
	t.Parallel()
	command := Bootstrap{AccountName: "acme", Project: "cn-north-4", UserName: "admin", Key: KeyParts{rootAK, "sealed"}}
	changed := func(change func(*Bootstrap)) decision {
		c := command
		change(&c)
		return do((*State).Bootstrap, c)
	}
	made := Bootstrapped{
		Account: AccountInfo{ID: id(1), Name: "acme", CreatedAt: now},
		Project: Project{ID: id(2), Name: "cn-north-4", CreatedAt: now, UpdatedAt: now},
		User:    User{ID: id(3), Name: "admin", Enabled: true, Policies: Everything(), CreatedAt: now, UpdatedAt: now},
		Key:     AccessKey{ID: rootAK, UserID: id(3), Secret: "sealed", CreatedAt: now},
	}
	run(t, []scenario{
		{name: "an account, a project, an administrator with a key", when: do((*State).Bootstrap, command), answer: made,
			then: []domain.Event{AccountCreated{made.Account}, ProjectCreated{made.Project}, UserCreated{made.User}, AccessKeyCreated{made.Key}}},
		{name: "once only", given: account(), when: do((*State).Bootstrap, command), refused: CodeBootstrapped},
		{name: "the account has a name", when: changed(func(c *Bootstrap) { c.AccountName = "" }), refused: domain.CodeInvalid, param: "account_name"},
		{name: "the project's name is valid", when: changed(func(c *Bootstrap) { c.Project = "a b" }), refused: domain.CodeInvalid, param: "project_name"},
		{name: "the user's name is valid", when: changed(func(c *Bootstrap) { c.UserName = "1" }), refused: domain.CodeInvalid, param: "user_name"},
		{name: "the key has its form", when: changed(func(c *Bootstrap) { c.Key.AccessKey = "short" }), refused: domain.CodeInvalid, param: "key.access_key"},
		{name: "the secret is there", when: changed(func(c *Bootstrap) { c.Key.Secret = "" }), refused: domain.CodeInvalid, param: "key.secret"},
	})
}

func TestSealedShowsNothing(t *testing.T) {
	t.Parallel()
	k := AccessKey{ID: rootAK, Secret: "v1.key.ciphertext"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(format, k); strings.Contains(got, "ciphertext") {
			t.Errorf("%s shows %s", format, got)
		}
	}
}
