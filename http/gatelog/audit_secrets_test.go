package gatelog_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
	"github.com/gatelog/gatelog/projections"
)

// vault makes secrets of every kind over HTTP, and knows them.
type vault struct {
	*nodetest.Client
	t       *testing.T
	secrets []string
}

// own is a secret that a client brings.
func (v *vault) own(kind string) string {
	s := fmt.Sprintf("Plain4711Secret%s0%d", kind, len(v.secrets))
	v.secrets = append(v.secrets, s)
	return s
}

func (v *vault) must(status int, method, path, body string) nodetest.Answer {
	v.t.Helper()
	return v.Must(v.t, status, nodetest.Request{Method: method, Path: path, Body: body})
}

// made takes a secret out of an answer.
func (v *vault) made(a nodetest.Answer, member string) {
	v.t.Helper()
	s := a.Text(v.t, member)
	if len(s) < 8 || s == "******" {
		v.t.Errorf("the answer has no secret as %s: %s", member, a.Body)
	}
	v.secrets = append(v.secrets, s)
}

// fill makes secrets, changes them, and has as many refused.
func (v *vault) fill() {
	v.t.Helper()
	app := v.must(201, "POST", "apps", fmt.Sprintf(`{"name":"shop","app_secret":%q}`, v.own("app")))
	path := "apps/" + app.Text(v.t, "id")
	v.made(v.must(201, "POST", "apps", `{"name":"other_app"}`), "app_secret")
	v.made(v.must(200, "PUT", "apps/secret/"+app.Text(v.t, "id"), `{}`), "app_secret")
	v.must(200, "PUT", "apps/secret/"+app.Text(v.t, "id"), fmt.Sprintf(`{"app_secret":%q}`, v.own("reset")))
	v.must(201, "POST", path+"/app-codes", fmt.Sprintf(`{"app_code":%q}`, v.own("code")+strings.Repeat("c", 50)))
	v.made(v.must(201, "PUT", path+"/app-codes", `{}`), "app_code")
	sign := v.must(201, "POST", "signs", fmt.Sprintf(`{"name":"red","sign_key":%q,"sign_secret":%q}`, v.own("key"), v.own("sign"))).Text(v.t, "id")
	v.must(200, "PUT", "signs/"+sign, fmt.Sprintf(`{"name":"red","sign_secret":%q}`, v.own("again")))
	v.must(201, "POST", "vpc-channels", fmt.Sprintf(`{"name":"pool","port":80,"balance_strategy":1,"member_type":"ip","vpc_channel_type":"microservice",
		"microservice_info":{"service_type":"NACOS","nacos_info":{"service_name":"shop","server_config":[{"ip_address":"10.0.0.9","port":8848}],
		"user_info":{"user_name":"reader","password":%q}}}}`, v.own("nacos")))
	v.must(201, "POST", "features", fmt.Sprintf(`{"name":"app_token","enable":true,"config":"{\"enable\":\"on\",\"app_token_expire_time\":3600,\"refresh_token_expire_time\":7200,\"app_token_uri\":\"/token\",\"app_token_key\":\"%s\"}"}`, v.own("token")))
	user := v.must(201, "POST", "/gatelog/v1/users", fmt.Sprintf(`{"name":%q,"password":%q}`, nodetest.Unique("vault"), v.own("password"))).Text(v.t, "id")
	v.must(200, "PUT", "/gatelog/v1/users/"+user, fmt.Sprintf(`{"password":%q}`, v.own("new")))
	v.made(v.must(201, "POST", "/gatelog/v1/users/"+user+"/access-keys", ``), "secret_key")

	// What is refused has secrets too: too long ones, on things that there are not, in bodies that cannot be read.
	for _, try := range []struct{ method, path, body string }{
		{"POST", "apps", `{"name":"shop","app_secret":"%s"}`},
		{"POST", "apps", `{"name":"third_app","app_secret":"%s !!"}`},
		{"POST", "apps", `{"name":"fourth_app","app_secret":"%s","unknown":1}`},
		{"POST", "apps", `{"name":"fifth_app","app_secret":["%s"]}`},
		{"POST", "apps", `{"app_secret":"%s`},
		{"PUT", "apps/secret/nowhere", `{"app_secret":"%s"}`},
		{"POST", path + "/app-codes", `{"app_code":"%s"}`},
		{"POST", "signs", `{"name":"!","sign_key":"%s"}`},
		{"POST", "signs", `{"name":"blue","sign_secret":"%s ` + strings.Repeat("x", 100) + `"}`},
		{"POST", "features", `{"name":"app_token","enable":true,"config":"{\"enable\":\"perhaps\",\"app_token_key\":\"%s\"}"}`},
		{"POST", "vpc-channels", `{"name":"pool","microservice_info":{"nacos_info":{"user_info":{"password":"%s"}}}}`},
		{"POST", "/gatelog/v1/users", `{"name":"!","password":"%s"}`},
		{"POST", "/gatelog/v1/users", `{"name":"x","password":{"%s":1}}`},
		{"PUT", "/gatelog/v1/users/" + user, `{"password":"%s","enabled":"perhaps"}`},
		{"PUT", "/gatelog/v1/users/nowhere", `{"password":"%s"}`},
		{"POST", "/v3/auth/tokens", `{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"nobody","password":"%s","domain":{"name":"gatelog"}}}}}}`},
		{"POST", "/v3/auth/tokens", `{"auth":{"identity":{"methods":["token"],"token":{"id":"%s"}}}}`},
	} {
		if a := v.Send(v.t, nodetest.Request{Method: try.method, Path: try.path, Body: fmt.Sprintf(try.body, v.own("try"))}); a.Status < 400 {
			v.t.Errorf("%s %s %s = %d %s", try.method, try.path, try.body, a.Status, a.Body)
		}
	}
}

// Of all kinds of secrets, none is in any column of the audit trail: not in what was made, nor in what was refused.
func TestSecretsAreInNoRecord(t *testing.T) {
	t.Parallel()
	v := &vault{Client: nodetest.NewTenant(t), t: t}
	v.fill()
	all := auditOf(t, v.Client, "")
	if len(all) < 20 {
		t.Errorf("only %d records", len(all))
	}
	db, err := projections.OpenDB(v.Node.DatabaseURL, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, table := range []string{"audit.records", "audit.changes", "attempts.records"} {
		var rows []string
		if err := db.SelectContext(t.Context(), &rows, "SELECT lower(r::text) FROM "+table+" r"); err != nil || len(rows) == 0 {
			t.Fatalf("%d rows of %s: %v", len(rows), table, err)
		}
		text := strings.Join(rows, "\n")
		for _, secret := range v.secrets {
			if strings.Contains(text, strings.ToLower(secret)) {
				t.Errorf("%s has %q", table, secret)
			}
		}
		if table == "audit.changes" && (!strings.Contains(text, "******") || strings.Contains(text, "v1.")) {
			t.Error("sealed secrets are not masked")
		}
	}
	answer := v.Must(t, http.StatusOK, nodetest.Request{Path: "/gatelog/v1/audit/export"}).Body
	for _, secret := range v.secrets {
		if strings.Contains(answer, secret) {
			t.Errorf("an export has %q", secret)
		}
	}
}
