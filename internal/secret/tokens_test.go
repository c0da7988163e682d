package secret

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func tokens(t testing.TB, digit, purpose string) *Tokens {
	t.Helper()
	made, err := NewTokens(masterKey(t, digit), purpose)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func issue(t testing.TB, made *Tokens, claims string) string {
	t.Helper()
	token, err := made.Issue([]byte(claims))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestTokensCarryClaims(t *testing.T) {
	t.Parallel()
	login := tokens(t, "a", "login")
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.StringN(0, 100, MaxClaims).Draw(t, "claims")
		token, err := login.Issue([]byte(want))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
			t.Fatalf("token %q is not URL-safe", token)
		}
		got, err := login.Open(token)
		if err != nil || string(got) != want {
			t.Fatalf("Open = %q, %v, want %q", got, err, want)
		}
	})
}

func TestTokensOpenOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	login := tokens(t, "a", "login")
	token := issue(t, login, `{"user":"u"}`)
	foreign := map[string]string{
		"nothing":               "",
		"another purpose":       issue(t, tokens(t, "a", "download"), "x"),
		"another master key":    issue(t, tokens(t, "b", "login"), "x"),
		"no version":            token[len(tokenPrefix):],
		"another version":       "v2" + token[2:],
		"cut":                   token[:len(token)-2],
		"the prefix alone":      tokenPrefix,
		"padded":                token + "==",
		"with a line break":     token[:10] + "\n" + token[10:],
		"longer than any token": tokenPrefix + strings.Repeat("A", maxToken),
		"a sealed secret":       string(mustSeal(t, setup(t).Keyring, "t", "use", "x")),
	}
	for i := range len(token) {
		altered := []byte(token)
		altered[i] ^= 2
		foreign["byte "+string(rune('0'+i%10))+" changed: "+string(altered)] = string(altered)
	}
	for name, text := range foreign {
		if claims, err := login.Open(text); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: Open = %q, %v, want %v", name, claims, err, ErrInvalid)
		}
	}
}

func TestTokensBounds(t *testing.T) {
	t.Parallel()
	login := tokens(t, "a", "login")
	longest := issue(t, login, strings.Repeat("x", MaxClaims))
	if len(longest) > maxToken {
		t.Errorf("the longest token has %d characters, more than %d", len(longest), maxToken)
	}
	if claims, err := login.Open(longest); err != nil || len(claims) != MaxClaims {
		t.Errorf("Open of the longest token = %d bytes, %v", len(claims), err)
	}
	if _, err := login.Issue(make([]byte, MaxClaims+1)); !errors.Is(err, ErrOutOfBounds) {
		t.Errorf("Issue = %v, want %v", err, ErrOutOfBounds)
	}
	if _, err := NewTokens(MasterKey{}, "login"); !errors.Is(err, ErrOutOfBounds) {
		t.Errorf("NewTokens without a master key = %v, want %v", err, ErrOutOfBounds)
	}
}

func TestNewTokenIsRandom(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		token := NewToken()
		if len(token) != 43 || seen[token] {
			t.Fatalf("token of %d characters, seen before: %t", len(token), seen[token])
		}
		seen[token] = true
	}
}

func FuzzTokensOpen(f *testing.F) {
	login := tokens(f, "a", "login")
	f.Add("")
	f.Add("v1.")
	f.Add("v1." + strings.Repeat("A", 60))
	f.Add(issue(f, tokens(f, "b", "login"), "x"))
	f.Fuzz(func(t *testing.T, token string) {
		if claims, err := login.Open(token); !errors.Is(err, ErrInvalid) {
			t.Fatalf("Open(%q) = %q, %v", token, claims, err)
		}
	})
}
