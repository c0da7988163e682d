package identityhttp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// passwordOf is the body that asks for a token with a password; scope is JSON or empty.
func passwordOf(user, password, scope string) string {
	return identityOf(fmt.Sprintf(`{"methods":["password"],"password":{"user":{"name":%q,"password":%q,"domain":{"name":"acme"}}}}`, user, password), scope)
}

func identityOf(identity, scope string) string {
	if scope == "" {
		return `{"auth":{"identity":` + identity + `}}`
	}
	return `{"auth":{"identity":` + identity + `,"scope":` + scope + `}}`
}

const cnNorth4 = `{"project":{"name":"cn-north-4"}}`

func (b *bundle) signIn(t *testing.T, body string) answered {
	t.Helper()
	return b.send(t, nobody, "POST", "/v3/auth/tokens", body)
}

func TestATokenForAPassword(t *testing.T) {
	t.Parallel()
	b := setup(t).withPassword(t)
	account, project := b.made.Account, b.made.Project
	byID := fmt.Sprintf(`{"methods":["password"],"password":{"user":{"id":%q,"password":%q}}}`, b.made.User.ID, adminPassword)
	inProject := fmt.Sprintf(`"project":{"id":%q,"name":"cn-north-4","domain":{"id":%q,"name":"acme"}}`, project.ID, account.ID)
	inAccount := fmt.Sprintf(`"domain":{"id":%q,"name":"acme"},"roles"`, account.ID)
	tests := map[string]struct{ body, says string }{
		"for a project by name":                {passwordOf("admin", adminPassword, cnNorth4), inProject},
		"for a project by name and domain":     {passwordOf("admin", adminPassword, `{"project":{"name":"cn-north-4","domain":{"name":"acme"}}}`), inProject},
		"for a project by id":                  {passwordOf("admin", adminPassword, `{"project":{"id":"`+project.ID+`"}}`), inProject},
		"for the account by name":              {passwordOf("admin", adminPassword, `{"domain":{"name":"acme"}}`), inAccount},
		"for the account by id":                {passwordOf("admin", adminPassword, `{"domain":{"id":"`+account.ID+`"}}`), inAccount},
		"without a scope":                      {passwordOf("admin", adminPassword, ""), inAccount},
		"by user id, without a domain":         {identityOf(byID, cnNorth4), inProject},
		"with members that other clients send": {strings.Replace(passwordOf("admin", adminPassword, cnNorth4), `{"auth":{`, `{"auth":{"extra":1,`, 1), inProject},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := b.signIn(t, tt.body).must(http.StatusCreated).
				says(tt.says, `"methods":["password"]`, `"catalog":[]`, `"name":"te_admin"`, `"password_expires_at":""`, `"user":{"id":"`+b.made.User.ID+`","name":"admin"`)
			var body struct {
				Token struct {
					IssuedAt  time.Time `json:"issued_at"`
					ExpiresAt time.Time `json:"expires_at"`
				}
			}
			a.into(&body)
			if life := body.Token.ExpiresAt.Sub(body.Token.IssuedAt); life != 24*time.Hour || time.Since(body.Token.IssuedAt) > time.Minute {
				t.Errorf("issued at %s for %s", body.Token.IssuedAt, life)
			}
			b.send(t, token(a.header.Get("X-Subject-Token")), "GET", "/v3/projects", "").must(http.StatusOK)
		})
	}
}

func TestATokenIsGoodForItsScopeOnly(t *testing.T) {
	t.Parallel()
	b := setup(t).withPassword(t)
	inProject := b.signIn(t, passwordOf("admin", adminPassword, cnNorth4)).must(http.StatusCreated).header.Get("X-Subject-Token")
	inAccount := b.signIn(t, passwordOf("admin", adminPassword, "")).must(http.StatusCreated).header.Get("X-Subject-Token")
	b.send(t, token(inProject), "GET", "/gatelog/v1/users", "").must(http.StatusForbidden)
	b.send(t, token(inAccount), "GET", "/gatelog/v1/users", "").must(http.StatusOK)
}

func TestNoTokenFor(t *testing.T) {
	t.Parallel()
	b := setup(t).withPassword(t)
	for _, user := range []string{"alice", "off"} {
		id := b.send(t, b.admin(), "POST", "/gatelog/v1/users", `{"name":"`+user+`","password":"`+adminPassword+`"}`).must(http.StatusCreated).member("id")
		if user == "off" {
			b.send(t, b.admin(), "PUT", "/gatelog/v1/users/"+id, `{"enabled":false}`).must(http.StatusOK)
		}
	}
	tests := map[string]struct {
		body   string
		status int
		says   string
	}{
		"a wrong password":              {passwordOf("admin", "wrong", ""), 401, "password is wrong"},
		"an unknown user":               {passwordOf("bob", adminPassword, ""), 401, "password is wrong"},
		"a disabled user":               {passwordOf("off", adminPassword, ""), 401, "password is wrong"},
		"another domain":                {strings.Replace(passwordOf("admin", adminPassword, ""), "acme", "other", 1), 401, "password is wrong"},
		"a project of nobody":           {passwordOf("admin", adminPassword, `{"project":{"name":"none"}}`), 401, "GET /v3/auth/projects"},
		"a project without a name":      {passwordOf("admin", adminPassword, `{"project":{}}`), 401, "GET /v3/auth/projects"},
		"the account as a project":      {passwordOf("admin", adminPassword, `{"project":{"id":"account"}}`), 401, "GET /v3/auth/projects"},
		"a project out of reach":        {passwordOf("alice", adminPassword, cnNorth4), 401, "GET /v3/auth/projects"},
		"a project of another domain":   {passwordOf("admin", adminPassword, `{"project":{"name":"cn-north-4","domain":{"id":"x"}}}`), 401, "another account"},
		"another domain as the scope":   {passwordOf("admin", adminPassword, `{"domain":{"name":"other"}}`), 401, "another account"},
		"project and domain":            {passwordOf("admin", adminPassword, `{"project":{"name":"cn-north-4"},"domain":{"name":"acme"}}`), 400, "not both"},
		"no password":                   {passwordOf("admin", "", ""), 400, "password"},
		"no user":                       {passwordOf("", adminPassword, ""), 400, "name or an id"},
		"a method that is not there":    {identityOf(`{"methods":["totp"]}`, ""), 400, "methods"},
		"two methods":                   {identityOf(`{"methods":["password","token"]}`, ""), 400, "methods"},
		"no method":                     {`{}`, 400, "methods"},
		"no JSON":                       {`{"auth":`, 400, "JSON"},
		"another shape":                 {`{"auth":[]}`, 400, "JSON"},
		"nothing":                       {``, 400, "JSON"},
		"more than anyone has to say":   {passwordOf("admin", strings.Repeat("x", 70_000), ""), 413, "65536"},
		"a token that is none":          {identityOf(`{"methods":["token"],"token":{"id":"v1.x"}}`, ""), 401, "POST /v3/auth/tokens"},
		"a token that is not there":     {identityOf(`{"methods":["token"]}`, ""), 401, "POST /v3/auth/tokens"},
		"a number where a name belongs": {identityOf(`{"methods":["password"],"password":{"user":{"name":7}}}`, ""), 400, "JSON"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := b.signIn(t, tt.body).must(tt.status).says(tt.says)
			var e keystoneError
			a.into(&e)
			if e.Error.Code != tt.status || e.Error.Title != http.StatusText(tt.status) || e.Error.Message != e.Message || e.Message == "" || !strings.HasPrefix(e.Code, "IAM.") {
				t.Errorf("refused with %s", a.body)
			}
			if a.header.Get("X-Subject-Token") != "" {
				t.Error("there is a token all the same")
			}
		})
	}
}

func TestGuessingAPasswordIsSlowedDown(t *testing.T) {
	t.Parallel()
	b := setup(t).withPassword(t)
	for range 5 {
		b.signIn(t, passwordOf("admin", "wrong", "")).must(http.StatusUnauthorized)
	}
	b.signIn(t, passwordOf("admin", adminPassword, "")).must(http.StatusTooManyRequests).says("try again in")
}

func TestATokenCanBeExchangedAndShown(t *testing.T) {
	t.Parallel()
	b := setup(t).withPassword(t)
	first := b.signIn(t, passwordOf("admin", adminPassword, "")).must(http.StatusCreated).header.Get("X-Subject-Token")
	second := b.signIn(t, identityOf(`{"methods":["token"],"token":{"id":"`+first+`"}}`, cnNorth4)).must(http.StatusCreated).
		says(`"methods":["token"]`, b.made.Project.ID).header.Get("X-Subject-Token")

	shown := b.send(t, with("X-Subject-Token", second, token(first)), "GET", "/v3/auth/tokens", "").must(http.StatusOK).says(b.made.Project.ID)
	if shown.header.Get("X-Subject-Token") != second {
		t.Error("the answer is about another token")
	}
	b.send(t, with("X-Subject-Token", second, b.admin()), "GET", "/v3/auth/tokens", "").must(http.StatusOK)
	b.send(t, with("X-Subject-Token", "none", token(first)), "GET", "/v3/auth/tokens", "").must(http.StatusNotFound).says("IAM.0004")
	b.send(t, with("X-Subject-Token", second, nobody), "GET", "/v3/auth/tokens", "").must(http.StatusUnauthorized).says("IAM.0001")
}

func TestListProjects(t *testing.T) {
	t.Parallel()
	b := setup(t)
	second := b.send(t, b.admin(), "POST", "/gatelog/v1/projects", `{"name":"ap-1"}`).must(http.StatusCreated).member("id")
	_, alice := b.user(t, "alice", second, "apig:apis:get")
	_, outsider := b.user(t, "outsider", "")
	account := b.made.Account.ID
	tests := map[string]struct {
		by    way
		query string
		want  []string
	}{
		"all, by name":                   {b.admin(), "", []string{"ap-1", "cn-north-4"}},
		"with a slash at the end":        {b.admin(), "/", []string{"ap-1", "cn-north-4"}},
		"by name, as SDKs ask":           {b.admin(), "?name=cn-north-4", []string{"cn-north-4"}},
		"by a name that nobody has":      {b.admin(), "?name=none", []string{}},
		"those of a user":                {alice, "", []string{"ap-1"}},
		"another's name":                 {alice, "?name=cn-north-4", []string{}},
		"of a user who may do nothing":   {outsider, "", []string{}},
		"enabled":                        {b.admin(), "?enabled=true", []string{"ap-1", "cn-north-4"}},
		"disabled":                       {b.admin(), "?enabled=false", []string{}},
		"of the account":                 {b.admin(), "?domain_id=" + account + "&parent_id=" + account, []string{"ap-1", "cn-north-4"}},
		"of another account":             {b.admin(), "?domain_id=x", []string{}},
		"of another parent":              {b.admin(), "?parent_id=x", []string{}},
		"accounts":                       {b.admin(), "?is_domain=true", []string{}},
		"a page":                         {b.admin(), "?page=2&per_page=1", []string{"cn-north-4"}},
		"a page behind the end":          {b.admin(), "?page=5000&per_page=5000", []string{}},
		"a page without a size":          {b.admin(), "?page=2", []string{"ap-1", "cn-north-4"}},
		"a parameter of nobody's making": {b.admin(), "?x=y", []string{"ap-1", "cn-north-4"}},
	}
	for _, path := range []string{"/v3/projects", "/v3/auth/projects"} {
		for name, tt := range tests {
			t.Run(path+" "+name, func(t *testing.T) {
				var body projectsBody
				b.send(t, tt.by, "GET", path+tt.query, "").must(http.StatusOK).into(&body)
				got := []string{}
				for _, p := range body.Projects {
					got = append(got, p.Name)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
	b.send(t, b.admin(), "GET", "/v3/projects?enabled=perhaps", "").must(http.StatusBadRequest).says("enabled", "IAM.0011")
	b.send(t, b.admin(), "GET", "/v3/projects?page=0&per_page=1", "").must(http.StatusBadRequest).says("page")
	b.send(t, nobody, "GET", "/v3/projects", "").must(http.StatusUnauthorized).says("IAM.0001")
}

// TestTheShapesOfV3 are what the public Go SDK and the Terraform provider read (APIG V2 §5.6).
func TestTheShapesOfV3(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id, account := b.made.Project.ID, b.made.Account.ID
	list := func(path string) string {
		return `"links":{"self":"http://gatelog.test` + path + `","previous":null,"next":null}`
	}
	tests := map[string]string{
		"/v3/projects": `{"projects":[{"id":"` + id + `","name":"cn-north-4","description":"","domain_id":"` + account + `","parent_id":"` + account +
			`","is_domain":false,"enabled":true,` + list("/v3/projects/"+id) + `}],` + list("/v3/projects") + `}`,
		"/v3/auth/domains": `{"domains":[{"id":"` + account + `","name":"acme","description":"","enabled":true,` + list("/v3/domains/"+account) + `}],` +
			list("/v3/auth/domains") + `}`,
		"/v3/auth/catalog": `{"catalog":[],` + list("/v3/auth/catalog") + `}`,
	}
	for path, want := range tests {
		t.Run(path, func(t *testing.T) {
			a := b.send(t, b.admin(), "GET", path, "").must(http.StatusOK)
			if got := strings.TrimSpace(a.body); got != want || !json.Valid([]byte(got)) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestManageProjects(t *testing.T) {
	t.Parallel()
	b := setup(t)
	made := b.send(t, b.admin(), "POST", "/gatelog/v1/projects", `{"name":"shop"}`).must(http.StatusCreated).says(`"name":"shop"`)
	if made.header.Get("Gatelog-Position") == "" {
		t.Error("no position")
	}
	b.send(t, b.admin(), "PUT", "/gatelog/v1/projects/"+made.member("id"), `{"name":"a-store"}`).must(http.StatusOK).says(`"name":"a-store"`)
	var list projectList
	b.send(t, b.admin(), "GET", "/gatelog/v1/projects?limit=1", "").must(http.StatusOK).into(&list)
	if list.Total != 2 || list.Size != 1 || list.Projects[0].Name != "a-store" {
		t.Errorf("listed %+v", list)
	}
}
