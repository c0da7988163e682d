package contract

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

var notSignedIn = refusedAs(401, "APIG.1002", "APIG.1000", "APIG.1001")

// sdkDate is the X-Sdk-Date of a time.
func sdkDate(when time.Time) string { return when.UTC().Format("20060102T150405Z") }

// login asks for a token of the client's project.
func (c *client) login(t *testing.T, user, password string) answer {
	t.Helper()
	domains := list(t, c.send(t, message{method: "GET", path: "/v3/auth/domains"}).want(t, 200).doc(t), "domains")
	if len(domains) == 0 {
		t.Fatal("the caller belongs to no domain")
	}
	body := jsonOf(t, doc{"auth": doc{
		"identity": doc{"methods": []string{"password"}, "password": doc{"user": doc{
			"name": user, "password": password, "domain": doc{"name": text(t, domains[0], "name")},
		}}},
		"scope": doc{"project": doc{"id": c.project}},
	}})
	return c.send(t, message{method: "POST", path: "/v3/auth/tokens", body: body, unsigned: true})
}

// §2.2: a token of a login opens what a signature opens, for 24 hours.
func TestTokenOpensWhatASignatureOpens(t *testing.T) {
	t.Parallel()
	signedIn := admin.login(t, admin.user, admin.password).want(t, http.StatusCreated)

	token := signedIn.header.Get("X-Subject-Token")
	if token == "" {
		t.Fatal("no X-Subject-Token")
	}
	expires, err := time.Parse(time.RFC3339, text(t, signedIn.doc(t), "token.expires_at"))
	if left := time.Until(expires); err != nil || left < 23*time.Hour || left > 25*time.Hour {
		t.Errorf("the token lives %s (%v), want 24 hours", left, err)
	}
	withToken := message{method: "GET", path: below("/api-groups"), unsigned: true, header: map[string]string{"X-Auth-Token": token}}
	admin.send(t, withToken).want(t, 200)
	create := withToken
	create.method, create.body = "POST", jsonOf(t, doc{"name": unique("group")})
	id := text(t, admin.send(t, create).want(t, 201).doc(t), "id")
	admin.showGroup(t, id)
}

func TestBadTokenIsRefused(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{"nonsense": "nonsense", "long": strings.Repeat("A", 8000), "almost a JWT": "e30.e30."} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admin.send(t, message{
				method: "GET", path: below("/api-groups"), unsigned: true, header: map[string]string{"X-Auth-Token": token},
			}).refused(t, refusedAs(401, "APIG.1002"))
		})
	}
}

// The user is one of this test's own: wrong passwords may shut its door for a while.
func TestLoginIsRefused(t *testing.T) {
	t.Parallel()
	user, password := unique("user"), "correct-horse-battery-42"
	body := jsonOf(t, doc{"name": user, "password": password})
	admin.send(t, message{method: "POST", path: "/gatelog/v1/users", body: body}).want(t, http.StatusCreated)
	for name, who := range map[string][2]string{
		"wrong password": {user, "wrong"}, "no password": {user, ""}, "unknown user": {unique("nobody"), password},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := admin.login(t, who[0], who[1])
			if got.status != 401 && got.status != 400 {
				t.Errorf("status %d, want 401: %s", got.status, got.body)
			}
			if got.header.Get("X-Subject-Token") != "" {
				t.Error("a refused login got a token")
			}
		})
	}
}

func TestProjectsOfTheCallerAreListed(t *testing.T) {
	t.Parallel()

	found := list(t, admin.send(t, message{method: "GET", path: "/v3/projects"}).want(t, 200).doc(t), "projects")

	for _, p := range found {
		if text(t, p, "id") == admin.project {
			text(t, p, "name")
			return
		}
	}
	t.Errorf("the projects %v lack the caller's", found)
}

// §2.2: what was signed is what counts, within 15 minutes.
func TestSignatureIsVerified(t *testing.T) {
	t.Parallel()
	body := func() string { return jsonOf(t, doc{"name": unique("group")}) }
	replaceBody := func(r *http.Request) {
		other := body()
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(other)), int64(len(other))
	}
	late := func(by time.Duration) map[string]string {
		return map[string]string{"X-Sdk-Date": sdkDate(time.Now().Add(by))}
	}
	create := func(tamper func(*http.Request)) message {
		return message{method: "POST", path: below("/api-groups"), body: body(), tamper: tamper}
	}
	read := func(header map[string]string) message {
		return message{method: "GET", path: below("/api-groups"), query: map[string]string{"limit": "1"}, header: header}
	}
	tampered := func(tamper func(*http.Request)) message {
		m := read(nil)
		m.tamper = tamper
		return m
	}
	cases := map[string]message{
		"no signature":      {method: "GET", path: below("/api-groups"), unsigned: true},
		"another body":      create(replaceBody),
		"another method":    {method: "GET", path: below("/api-groups/%s", unknownID), tamper: func(r *http.Request) { r.Method = http.MethodDelete }},
		"another query":     tampered(func(r *http.Request) { r.URL.RawQuery = "limit=2" }),
		"more query":        tampered(func(r *http.Request) { r.URL.RawQuery += "&name=x" }),
		"another path":      tampered(func(r *http.Request) { r.URL.Path = strings.Replace(r.URL.Path, "api-groups", "envs", 1) }),
		"another project":   tampered(func(r *http.Request) { r.Header.Set("X-Project-Id", unknownID) }),
		"another date":      tampered(func(r *http.Request) { r.Header.Set("X-Sdk-Date", sdkDate(time.Now().Add(time.Minute))) }),
		"no date":           tampered(func(r *http.Request) { r.Header.Del("X-Sdk-Date") }),
		"forged signature":  tampered(forgeSignature),
		"shorter signature": tampered(func(r *http.Request) { edit(r, func(s string) string { return s[:len(s)-2] }) }),
		"unknown key": tampered(func(r *http.Request) {
			edit(r, func(s string) string { return strings.Replace(s, admin.accessKey, "NOSUCHKEY", 1) })
		}),
		"unknown algorithm": tampered(func(r *http.Request) {
			edit(r, func(s string) string { return strings.Replace(s, "SDK-HMAC-SHA256", "NONE", 1) })
		}),
		"no signed headers": tampered(func(r *http.Request) {
			edit(r, func(s string) string { return strings.Replace(s, "SignedHeaders=", "Signed=", 1) })
		}),
		"nothing but a name": tampered(func(r *http.Request) { r.Header.Set("Authorization", "SDK-HMAC-SHA256") }),
		"too late":           read(late(-16 * time.Minute)),
		"too early":          read(late(16 * time.Minute)),
	}
	for name, m := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admin.send(t, m).refused(t, notSignedIn)
		})
	}
	admin.send(t, read(nil)).want(t, 200)
	admin.send(t, read(late(-14*time.Minute))).want(t, 200)
	admin.send(t, read(late(14*time.Minute))).want(t, 200)
}

func edit(r *http.Request, change func(string) string) {
	r.Header.Set("Authorization", change(r.Header.Get("Authorization")))
}

// forgeSignature changes the last digit of a signature.
func forgeSignature(r *http.Request) {
	edit(r, func(s string) string {
		digit := "0"
		if strings.HasSuffix(s, "0") {
			digit = "1"
		}
		return s[:len(s)-1] + digit
	})
}

func TestSecretOfAnotherUserDoesNotSign(t *testing.T) {
	t.Parallel()
	u := admin.newUser(t, allow("*", "*"))
	u.secretKey = admin.secretKey
	u.send(t, message{method: "GET", path: below("/api-groups")}).refused(t, notSignedIn)
}

// Names, paths and values that need escaping are signed as the SDK escapes them.
func TestSignatureOfOddCharactersIsVerified(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b", "a+b", "ä€🙂", "a&b=c", "%41", "~-_.!*'()", "a/b?c#d", `"\`} {
		got := admin.send(t, message{method: "GET", path: below("/api-groups"), query: map[string]string{"name": name}})
		if got.status != 200 && got.status != 400 {
			t.Errorf("name=%s: status %d: %s", name, got.status, got.body)
		}
	}
}
