package secret

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// cheap is the reference implementation's own hash of "password" with the salt "somesalt" at low cost.
const cheap = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"

func TestHashPasswordThenCheck(t *testing.T) {
	t.Parallel()
	phc, err := HashPassword(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash does not have the current costs: %.40s", phc)
	}
	if err := CheckPassword(t.Context(), phc, "correct horse"); err != nil {
		t.Errorf("the right password: %v", err)
	}
	if err := CheckPassword(t.Context(), phc, "correct horsE"); !errors.Is(err, ErrMismatch) {
		t.Errorf("a wrong password: %v, want %v", err, ErrMismatch)
	}
	if again, err := HashPassword(t.Context(), "correct horse"); err != nil || again == phc {
		t.Errorf("the same password hashed twice is equal, or fails: %v", err)
	}
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("p", MaxPassword+1)
	tests := map[string]struct {
		phc, password string
		want          error
	}{
		"another implementation's hash": {cheap, "password", nil},
		"a wrong password":              {cheap, "passwort", ErrMismatch},
		"no password":                   {cheap, "", ErrMismatch},
		"a password too long to be one": {cheap, long, ErrMismatch},
		"no such user":                  {"", "password", ErrMismatch},
		"no such user, no password":     {"", "", ErrMismatch},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := CheckPassword(t.Context(), tt.phc, tt.password); !errors.Is(err, tt.want) {
				t.Errorf("CheckPassword = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestCheckPasswordRefusesHashesOutOfBounds(t *testing.T) {
	t.Parallel()
	swap := func(old, new string) string { return strings.Replace(cheap, old, new, 1) }
	for name, phc := range map[string]string{
		"not a hash":        "password",
		"bcrypt":            "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"Argon2i":           swap("argon2id", "argon2i"),
		"another version":   swap("v=19", "v=16"),
		"a greedy one":      swap("m=256", "m=4294967295"),
		"too much memory":   swap("m=256", "m=65537"),
		"no memory":         swap("m=256", "m=0"),
		"no passes":         swap("t=2", "t=0"),
		"too many passes":   swap("t=2", "t=17"),
		"no threads":        swap("p=1", "p=0"),
		"too many threads":  swap("p=1", "p=256"),
		"a negative cost":   swap("t=2", "t=-2"),
		"costs out of turn": swap("m=256,t=2", "t=2,m=256"),
		"a cost missing":    swap(",p=1", ""),
		"a cost more":       swap(",p=1", ",p=1,x=1"),
		"a short salt":      swap("c29tZXNhbHQ", "c29t"),
		"a salt not base64": swap("c29tZXNhbHQ", "c29tZX!hbHQ"),
		"a short hash":      swap("nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "nf65"),
		"a long hash":       cheap + strings.Repeat("AAAA", 200),
		"a part more":       cheap + "$",
		"a hash missing":    cheap[:strings.LastIndex(cheap, "$")],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := CheckPassword(t.Context(), phc, "password"); !errors.Is(err, ErrInvalid) {
				t.Errorf("CheckPassword = %v, want %v", err, ErrInvalid)
			}
		})
	}
}

func TestHashPasswordBounds(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"", strings.Repeat("p", MaxPassword+1)} {
		if _, err := HashPassword(t.Context(), password); !errors.Is(err, ErrOutOfBounds) {
			t.Errorf("HashPassword of %d bytes = %v, want %v", len(password), err, ErrOutOfBounds)
		}
	}
}

func TestPHCRoundTrip(t *testing.T) {
	t.Parallel()
	params, salt, hash, err := parsePHC(cheap)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(cheap, formatPHC(params, salt, hash)); diff != "" {
		t.Errorf("written again (-want +got):\n%s", diff)
	}
}

func TestTurnstile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, twoInsideOneInLine)
}

func twoInsideOneInLine(t *testing.T) {
	gate := newTurnstile(2, 1)
	leaveFirst, err1 := gate.enter(t.Context())
	leaveSecond, err2 := gate.enter(t.Context())
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}

	// Given two are inside, when one who can't wait comes, then it is told so and leaves the line.
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := gate.enter(over); !errors.Is(err, ErrBusy) || !errors.Is(err, context.Canceled) {
		t.Errorf("enter without time = %v, want %v", err, ErrBusy)
	}

	// When one waits, the next is turned away at once; when one leaves, the one in line gets in.
	var wg sync.WaitGroup
	wg.Go(func() {
		leave, err := gate.enter(t.Context())
		if err != nil {
			t.Errorf("the one in line: %v", err)
			return
		}
		leave()
	})
	synctest.Wait() // until it stands in line
	if _, err := gate.enter(t.Context()); !errors.Is(err, ErrBusy) {
		t.Errorf("enter with a full line = %v, want %v", err, ErrBusy)
	}
	leaveFirst()
	wg.Wait()
	leaveSecond()
	if len(gate.inside) != 0 || len(gate.present) != 0 {
		t.Errorf("%d inside and %d present after all left", len(gate.inside), len(gate.present))
	}
}

func TestPasswordsAreHashedFewAtATime(t *testing.T) {
	t.Parallel()
	if worst := cap(hashing.inside) * maxMemory / 1024; worst > 256 {
		t.Errorf("hashes of the highest cost could take %d MiB at once", worst)
	}
	// More at once than places: all wait their turn and get their answer.
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if err := CheckPassword(t.Context(), cheap, "password"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func FuzzParsePHC(f *testing.F) {
	f.Add(cheap)
	f.Add("$argon2id$v=19$m=1,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, phc string) {
		params, salt, hash, err := parsePHC(phc)
		if err != nil {
			return
		}
		if params.memory > maxMemory || params.passes > maxPasses || params.threads > maxThreads || len(hash) > 64 || len(salt) > 64 {
			t.Fatalf("parsePHC(%q) is out of bounds: %+v", phc, params)
		}
	})
}

func BenchmarkHashPassword(b *testing.B) {
	for b.Loop() {
		if _, err := HashPassword(b.Context(), "correct horse"); err != nil {
			b.Fatal(err)
		}
	}
}
