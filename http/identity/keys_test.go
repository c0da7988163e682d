package identityhttp

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func TestTheLifeOfAnAccessKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id, _ := b.user(t, "alice", "*", "gatelog:users:list")
	path := "/gatelog/v1/users/" + id + "/access-keys"

	made := b.send(t, b.admin(), "POST", path, "").must(http.StatusCreated)
	alice := signedWith(made.member("access_key"), made.member("secret_key"))
	b.send(t, alice, "GET", "/gatelog/v1/users", "").must(http.StatusOK)

	list := b.send(t, b.admin(), "GET", path, "").must(http.StatusOK).says(made.member("access_key"))
	if strings.Contains(list.body, "secret") || strings.Contains(list.body, made.member("secret_key")) {
		t.Errorf("the list shows secrets: %s", list.body)
	}
	b.send(t, b.admin(), "DELETE", path+"/"+made.member("access_key"), "").must(http.StatusNoContent)
	b.send(t, alice, "GET", "/gatelog/v1/users", "").must(http.StatusUnauthorized)
	b.send(t, b.admin(), "DELETE", path+"/"+made.member("access_key"), "").must(http.StatusNotFound)
}

func TestAtMostFiveKeys(t *testing.T) {
	t.Parallel()
	b := setup(t)
	path := "/gatelog/v1/users/" + b.made.User.ID + "/access-keys"
	for range 4 {
		b.send(t, b.admin(), "POST", path, "").must(http.StatusCreated)
	}
	b.send(t, b.admin(), "POST", path, "").must(http.StatusConflict).says("at most 5")
}

func TestADisabledOrDeletedUserIsOutAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, lock := range map[string]struct{ method, body string }{"off": {"PUT", `{"enabled":false}`}, "gone": {"DELETE", ``}} {
		id, by := b.user(t, name, "*", "gatelog:users:list")
		b.send(t, by, "GET", "/gatelog/v1/users", "").must(http.StatusOK)
		if a := b.send(t, b.admin(), lock.method, "/gatelog/v1/users/"+id, lock.body); a.status >= 300 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		b.send(t, by, "GET", "/gatelog/v1/users", "").must(http.StatusUnauthorized)
	}
}

// TestSecretsAreNowhere makes every kind of secret and looks for it in the log, in what was printed, and
// in all answers but the one that shows it.
func TestSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const first, second = "open sesame once", "open sesame twice"
	id := b.send(t, b.admin(), "POST", "/gatelog/v1/users", `{"name":"alice","password":"`+first+`"}`).must(http.StatusCreated).member("id")
	path := "/gatelog/v1/users/" + id
	made := b.send(t, with("Idempotency-Key", "k1", b.admin()), "POST", path+"/access-keys", "").must(http.StatusCreated)
	answers := b.send(t, b.admin(), "PUT", path, `{"password":"`+second+`"}`).must(http.StatusOK).body
	signIn := b.send(t, nobody, "POST", "/v3/auth/tokens", passwordOf("alice", second, "")).must(http.StatusCreated)
	issued := signIn.header.Get("X-Subject-Token")
	answers += signIn.body + b.send(t, nobody, "POST", "/v3/auth/tokens", passwordOf("alice", first, "")).must(http.StatusUnauthorized).body
	for _, read := range []string{"/gatelog/v1/users", path, path + "/policies", path + "/access-keys", "/v3/projects"} {
		answers += b.send(t, b.admin(), "GET", read, "").must(http.StatusOK).body
	}
	user, _ := b.Directory.User(id)

	for _, hidden := range []string{first, second, made.member("secret_key"), b.made.Key.Secret, issued, "argon2id"} {
		for where, text := range map[string]string{"the log": b.everything(t), "what was printed": b.printed.String(), "the answers": answers} {
			if strings.Contains(text, hidden) || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(hidden))) {
				t.Errorf("%q is in %s", hidden, where)
			}
		}
	}
	for _, sealed := range []string{string(user.Password), string(b.Directory.KeysOf(id)[0].Secret)} {
		if !strings.Contains(b.everything(t), sealed) || strings.Contains(answers, sealed) {
			t.Error("a sealed secret belongs into the log, and nowhere else")
		}
	}
}

func TestWhatIsSignedCannotBeForged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	// The request is signed for one user, and sent for another.
	forged := func(t *testing.T, r *http.Request, body []byte) {
		b.admin()(t, r, []byte(`{"name":"alice"}`))
	}
	b.send(t, forged, "POST", "/gatelog/v1/users", `{"name":"mallory"}`).must(http.StatusUnauthorized).says(domain.CodeUnauthenticated)
	if _, known := b.Directory.ByName("mallory"); known {
		t.Error("mallory is in")
	}
	large := strings.Repeat(" ", 12<<20) + `{"name":"large"}`
	b.send(t, b.admin(), "POST", "/gatelog/v1/users", large).must(http.StatusRequestEntityTooLarge).says(domain.CodeTooLarge)
}
