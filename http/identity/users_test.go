package identityhttp

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/http/web"
)

func TestTheLifeOfAUser(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := b.admin()

	made := b.send(t, with("Gatelog-Reason", "joins us", admin), "POST", "/gatelog/v1/users", `{"name":"alice"}`).must(http.StatusCreated)
	path := "/gatelog/v1/users/" + made.member("id")
	made.says(`"name":"alice"`, `"enabled":true`, `"administrator":false`, `"password_set":false`)

	b.send(t, admin, "GET", path, "").must(http.StatusOK).says(`"name":"alice"`)
	b.send(t, admin, "PUT", path, `{"password":"open sesame"}`).must(http.StatusOK).says(`"password_set":true`)
	b.send(t, admin, "PUT", path, `{"enabled":false}`).must(http.StatusOK).says(`"enabled":false`)
	b.send(t, admin, "PUT", path, `{"enabled":true}`).must(http.StatusOK).says(`"enabled":true`)
	everything := `{"statements":[{"effect":"Allow","actions":["*"],"projects":["*"]}]}`
	b.send(t, admin, "PUT", path+"/policies", everything).must(http.StatusOK).says(everything)
	b.send(t, admin, "GET", path+"/policies", "").must(http.StatusOK).says(everything)
	b.send(t, admin, "GET", path, "").must(http.StatusOK).says(`"administrator":true`)
	b.send(t, admin, "DELETE", path, "").must(http.StatusNoContent)
	b.send(t, admin, "GET", path, "").must(http.StatusNotFound)
	if log := b.everything(t); !strings.Contains(log, "identity.user.deleted") {
		t.Errorf("log:\n%s", log)
	}
}

func TestAChangeTellsItsPositionAndSaysWhoAndWhy(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.send(t, with("Gatelog-Reason", "joins us", with("User-Agent", "curl", b.admin())), "POST", "/gatelog/v1/users", `{"name":"alice"}`)
	at, err := strconv.ParseUint(a.must(http.StatusCreated).header.Get("Gatelog-Position"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.log.Newest(t.Context(), "evt.identity.account.user."+a.member("id"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if uint64(r.Position) != at {
		t.Errorf("the event is at %d, the header says %d", r.Position, at)
	}
	got := []string{r.Extensions["actorname"], r.Extensions["accesskey"], r.Extensions["clientaddress"], r.Extensions["client"], r.Extensions["reason"], r.Extensions["correlationid"], r.Extensions["command"]}
	want := []string{"admin", b.made.Key.AccessKey, "192.0.2.7", "curl", "joins us", "r1", "identity.CreateUser"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("circumstances (-want +got):\n%s", diff)
	}
}

func TestARepeatedCallReturnsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	path := "/gatelog/v1/users/" + b.made.User.ID + "/access-keys"
	once := with("Idempotency-Key", "k1", b.admin())
	first := b.send(t, once, "POST", path, "").must(http.StatusCreated)
	if again := b.send(t, once, "POST", path, "").must(http.StatusCreated); again.body != first.body {
		t.Errorf("first %s then %s", first.body, again.body)
	}
	user := b.send(t, with("Idempotency-Key", "k2", b.admin()), "POST", "/gatelog/v1/users", `{"name":"alice","password":"open sesame"}`).must(http.StatusCreated)
	again := b.send(t, with("Idempotency-Key", "k2", b.admin()), "POST", "/gatelog/v1/users", `{"name":"alice","password":"open sesame"}`).must(http.StatusCreated)
	if user.member("id") != again.member("id") {
		t.Error("the same call made two users")
	}
	b.send(t, with("Idempotency-Key", "k2", b.admin()), "POST", "/gatelog/v1/users", `{"name":"bob"}`).must(http.StatusConflict).says(domain.CodeKeyReused)
}

func TestListUsersByPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for n := range 5 {
		b.send(t, b.admin(), "POST", "/gatelog/v1/users", fmt.Sprintf(`{"name":"user%d"}`, 4-n)).must(http.StatusCreated)
	}
	tests := map[string][]string{
		"":                  {"admin", "user0", "user1", "user2", "user3", "user4"},
		"?limit=2":          {"admin", "user0"},
		"?offset=2&limit=2": {"user1", "user2"},
		"?offset=5":         {"user4"},
		"?offset=6":         {},
	}
	for query, want := range tests {
		t.Run(query, func(t *testing.T) {
			var list userList
			b.send(t, b.admin(), "GET", "/gatelog/v1/users"+query, "").must(http.StatusOK).into(&list)
			got := []string{}
			for _, u := range list.Users {
				got = append(got, u.Name)
			}
			if diff := cmp.Diff(want, got); diff != "" || list.Total != 6 || list.Size != len(want) {
				t.Errorf("total %d, size %d, -want +got:\n%s", list.Total, list.Size, diff)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, _ := b.user(t, "alice", "")
	root, nobodys := "/gatelog/v1/users/"+b.made.User.ID, "/gatelog/v1/users/nobody"
	reader := `{"statements":[{"effect":"Allow","actions":["apig:*:get"],"projects":["*"]}]}`
	tests := map[string]struct {
		method, path, body string
		status             int
		code, says         string
	}{
		"a name that is taken":          {"POST", "/gatelog/v1/users", `{"name":"alice"}`, 409, identity.CodeNameTaken, "alice"},
		"no name":                       {"POST", "/gatelog/v1/users", `{}`, 400, domain.CodeInvalid, "name"},
		"a name that is none":           {"POST", "/gatelog/v1/users", `{"name":"a b"}`, 400, domain.CodeInvalid, "name"},
		"a member that nobody knows":    {"POST", "/gatelog/v1/users", `{"name":"bob","admin":true}`, 400, domain.CodeInvalid, "admin"},
		"a number for a name":           {"POST", "/gatelog/v1/users", `{"name":7}`, 400, domain.CodeInvalid, "body.name"},
		"no JSON":                       {"POST", "/gatelog/v1/users", `{"name"`, 400, domain.CodeInvalid, "body"},
		"no body":                       {"POST", "/gatelog/v1/users", ``, 400, domain.CodeInvalid, "required"},
		"a weak password":               {"POST", "/gatelog/v1/users", `{"name":"bob","password":"short"}`, 400, domain.CodeInvalid, "password"},
		"a page that is none":           {"GET", "/gatelog/v1/users?limit=0", ``, 400, domain.CodeInvalid, "limit"},
		"an offset that is no number":   {"GET", "/gatelog/v1/users?offset=x", ``, 400, domain.CodeInvalid, "offset"},
		"an unknown user":               {"GET", nobodys, ``, 404, domain.CodeNotFound, "user"},
		"change an unknown user":        {"PUT", nobodys, `{"enabled":false}`, 404, domain.CodeNotFound, "user"},
		"change nothing":                {"PUT", root, `{}`, 400, domain.CodeInvalid, "enabled"},
		"delete an unknown user":        {"DELETE", nobodys, ``, 404, domain.CodeNotFound, "user"},
		"policies of an unknown user":   {"GET", nobodys + "/policies", ``, 404, domain.CodeNotFound, "user"},
		"keys of an unknown user":       {"GET", nobodys + "/access-keys", ``, 404, domain.CodeNotFound, "user"},
		"a key for an unknown user":     {"POST", nobodys + "/access-keys", ``, 404, domain.CodeNotFound, "user"},
		"an unknown key":                {"DELETE", root + "/access-keys/NONE", ``, 404, domain.CodeNotFound, "access key"},
		"another user's key":            {"DELETE", "/gatelog/v1/users/" + alice + "/access-keys/" + b.made.Key.AccessKey, ``, 404, domain.CodeNotFound, "access key"},
		"disable the last admin":        {"PUT", root, `{"enabled":false}`, 409, identity.CodeLastAdministrator, ""},
		"delete the last admin":         {"DELETE", root, ``, 409, identity.CodeLastAdministrator, ""},
		"demote the last admin":         {"PUT", root + "/policies", reader, 409, identity.CodeLastAdministrator, ""},
		"lock the last admin out":       {"DELETE", root + "/access-keys/" + b.made.Key.AccessKey, ``, 409, identity.CodeLastAdministrator, ""},
		"statements without a list":     {"PUT", root + "/policies", `{"statements":null}`, 400, domain.CodeInvalid, "statements"},
		"an effect that is none":        {"PUT", root + "/policies", strings.Replace(reader, "Allow", "Let", 1), 400, domain.CodeInvalid, "effect"},
		"a project that does not exist": {"PUT", root + "/policies", strings.Replace(reader, `"*"]}`, `"`+strings.Repeat("0", 32)+`"]}`, 1), 400, domain.CodeInvalid, "does not exist"},
		"a project's name is taken":     {"POST", "/gatelog/v1/projects", `{"name":"cn-north-4"}`, 409, identity.CodeNameTaken, ""},
		"an unknown project":            {"PUT", "/gatelog/v1/projects/none", `{"name":"x"}`, 404, domain.CodeNotFound, "project"},
		"a project without a name":      {"POST", "/gatelog/v1/projects", `{"name":""}`, 400, domain.CodeInvalid, "name"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var e web.Error
			b.send(t, b.admin(), tt.method, tt.path, tt.body).must(tt.status).says(tt.says).into(&e)
			if e.Code != tt.code || e.RequestID != "r1" || e.Message == "" {
				t.Errorf("%+v, want %s", e, tt.code)
			}
		})
	}
}

func TestARefusalDoesNotRepeatAPassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, body := range []string{
		`{"name":"x","password":"hush"}`,
		`{"name":"x","password":["hushhush"]}`,
		`{"name":"x","password":"hushhush"`,
		`{"name":"x y","password":"hushhush"}`,
	} {
		a := b.send(t, b.admin(), "POST", "/gatelog/v1/users", body).must(http.StatusBadRequest)
		if strings.Contains(a.body, "hush") || strings.Contains(b.printed.String(), "hush") {
			t.Errorf("%s is answered with %s", body, a.body)
		}
	}
}

func TestEveryOperationNeedsItsAction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, _ := b.user(t, "alice", "")
	path := "/gatelog/v1/users/" + alice
	operations := []struct{ method, path, body, action string }{
		{"POST", "/gatelog/v1/users", `{"name":"bob"}`, "gatelog:users:create"},
		{"GET", "/gatelog/v1/users", ``, "gatelog:users:list"},
		{"GET", path, ``, "gatelog:users:get"},
		{"PUT", path, `{"enabled":true}`, "gatelog:users:update"},
		{"PUT", path + "/policies", `{"statements":[]}`, "gatelog:policies:set"},
		{"GET", path + "/policies", ``, "gatelog:policies:get"},
		{"POST", path + "/access-keys", ``, "gatelog:keys:create"},
		{"GET", path + "/access-keys", ``, "gatelog:keys:list"},
		{"DELETE", path + "/access-keys/X", ``, "gatelog:keys:delete"},
		{"POST", "/gatelog/v1/projects", `{"name":"p"}`, "gatelog:projects:create"},
		{"GET", "/gatelog/v1/projects", ``, "gatelog:projects:list"},
		{"PUT", "/gatelog/v1/projects/X", `{"name":"q"}`, "gatelog:projects:update"},
		{"DELETE", path, ``, "gatelog:users:delete"},
	}
	_, nothing := b.user(t, "nothing", "")
	_, inProject := b.user(t, "inProject", b.made.Project.ID, "*")
	for n, op := range operations {
		t.Run(op.action, func(t *testing.T) {
			_, allowed := b.user(t, fmt.Sprint("allowed", n), "*", op.action)
			for _, by := range []way{nothing, inProject} {
				b.send(t, by, op.method, op.path, op.body).must(http.StatusForbidden).says(domain.CodeForbidden, op.action)
			}
			b.send(t, nobody, op.method, op.path, op.body).must(http.StatusUnauthorized).says(domain.CodeUnauthenticated)
			if a := b.send(t, allowed, op.method, op.path, op.body); a.status >= 400 && a.status != http.StatusNotFound {
				t.Errorf("with %s: %d %s", op.action, a.status, a.body)
			}
		})
	}
}
