package domain_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

type renamed struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Tags []int  `json:"tags,omitempty"`
}

func (renamed) EventType() string      { return "toy.renamed" }
func (r renamed) Of() domain.Aggregate { return domain.Aggregate{Kind: "toy", ID: r.ID} }

type listEvent []string

func (listEvent) EventType() string    { return "toy.list" }
func (listEvent) Of() domain.Aggregate { return domain.Aggregate{} }

// rename lifts an event from a field's old name to its new one.
func rename(from, to string) domain.Upcast {
	return func(old json.RawMessage) (json.RawMessage, error) {
		if !bytes.Contains(old, []byte(`"`+from+`"`)) {
			return nil, fmt.Errorf("no field %s", from)
		}
		return bytes.Replace(old, []byte(`"`+from+`"`), []byte(`"`+to+`"`), 1), nil
	}
}

func toyCodec() *domain.Codec {
	c := domain.NewCodec()
	c.Register(renamed{}, rename("n", "title"), rename("title", "name"))
	return c
}

func TestCodecGivesBackWhatItTook(t *testing.T) {
	t.Parallel()
	codec := toyCodec()
	want := renamed{ID: "1", Name: "Größe \u2028 <&>", Tags: []int{1, 2}}
	data, version, err := codec.Encode(want)
	if err != nil || version != 3 {
		t.Fatalf("encode: version %d, %v; want 3", version, err)
	}
	got, err := codec.Decode("toy.renamed", version, data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(domain.Event(want), got); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"toy.renamed": 3}, codec.Types()); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
}

func TestCodecLiftsOldVersions(t *testing.T) {
	t.Parallel()
	for version, data := range map[int]string{1: `{"id":"1","n":"x"}`, 2: `{"id":"1","title":"x"}`, 3: ` {"id":"1","name":"x"}`} {
		got, err := toyCodec().Decode("toy.renamed", version, []byte(data))
		if err != nil {
			t.Fatalf("version %d: %v", version, err)
		}
		if diff := cmp.Diff(domain.Event(renamed{ID: "1", Name: "x"}), got); diff != "" {
			t.Errorf("version %d (-want +got):\n%s", version, diff)
		}
	}
}

func TestCodecRefusesWhatItCannotKnow(t *testing.T) {
	t.Parallel()
	codec := toyCodec()
	for name, c := range map[string]struct {
		kind    string
		version int
		data    string
	}{
		"unknown type":          {"toy.other", 1, `{}`},
		"version from tomorrow": {"toy.renamed", 4, `{}`},
		"version zero":          {"toy.renamed", 0, `{}`},
		"negative version":      {"toy.renamed", -1, `{}`},
		"upcast that fails":     {"toy.renamed", 1, `{}`},
		"null":                  {"toy.renamed", 3, `null`},
		"null with space":       {"toy.renamed", 3, "\n null"},
		"list":                  {"toy.renamed", 3, `[]`},
		"nothing":               {"toy.renamed", 3, ``},
		"half":                  {"toy.renamed", 3, `{"id":`},
		"two":                   {"toy.renamed", 3, `{} {}`},
		"wrong kind of field":   {"toy.renamed", 3, `{"id":7}`},
	} {
		if got, err := codec.Decode(c.kind, c.version, []byte(c.data)); err == nil {
			t.Errorf("%s: decoded %+v", name, got)
		}
	}
	for name, ev := range map[string]domain.Event{"not registered": listEvent{}, "a pointer": &renamed{}} {
		if data, _, err := codec.Encode(ev); err == nil {
			t.Errorf("%s: encoded %s", name, data)
		}
	}
}

func TestCodecPanicsAtMistakesOfTheProgram(t *testing.T) {
	t.Parallel()
	for name, sample := range map[string]domain.Event{"twice": renamed{}, "pointer": &renamed{}, "no struct": listEvent{}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			toyCodec().Register(sample)
		}()
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("toy.renamed", 1, []byte(`{"id":"1","n":"x"}`))
	f.Add("toy.renamed", 3, []byte(`{"id":"1","name":"x","tags":[1]}`))
	f.Add("toy.renamed", 3, []byte("null"))
	f.Add("", -7, []byte("{"))
	codec := toyCodec()
	f.Fuzz(func(t *testing.T, kind string, version int, data []byte) {
		ev, err := codec.Decode(kind, version, data)
		if err != nil {
			return
		}
		again, current, err := codec.Encode(ev)
		if err != nil {
			t.Fatalf("%+v was decoded and cannot be encoded: %v", ev, err)
		}
		same, err := codec.Decode(kind, current, again)
		if err != nil {
			t.Fatalf("%s was encoded and cannot be decoded: %v", again, err)
		}
		if a, b := fmt.Sprintf("%+v", ev), fmt.Sprintf("%+v", same); a != b {
			t.Fatalf("first %s, then %s", a, b)
		}
	})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("create: %w", domain.Errorf("APIG.3202", "name %q is taken", "x"))
	if got := domain.CodeOf(err); got != "APIG.3202" {
		t.Errorf("code %q", got)
	}
	if domain.CodeOf(errors.New("x")) != "" || domain.CodeOf(nil) != "" {
		t.Error("an error without a code has one")
	}
	if !errors.Is(err, &domain.Error{Code: "APIG.3202"}) || errors.Is(err, &domain.Error{Code: "APIG.3203"}) {
		t.Error("errors.Is does not go by the code")
	}
	if err.Error() != `create: APIG.3202: name "x" is taken` {
		t.Errorf("message %q", err)
	}
}

func TestMomentIsTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 1, 1, 1, 0, 0, 123456789, time.FixedZone("", 3600))
	a, b, other := domain.NewMoment(now, "c1"), domain.NewMoment(now, "c1"), domain.NewMoment(now, "c2")
	if want := time.Date(2024, 1, 1, 0, 0, 0, 123456000, time.UTC); a.Now != want {
		t.Errorf("now %v, want %v", a.Now, want)
	}
	seen := map[string]bool{}
	for range 100 {
		x, y, z := a.NewID(), b.NewID(), other.NewID()
		if x != y {
			t.Fatalf("the same moment gave %s and %s", x, y)
		}
		if len(x) != 32 || strings.Trim(x, "0123456789abcdef") != "" {
			t.Fatalf("id %q is not 32 hexadecimal digits", x)
		}
		if seen[x] || seen[z] {
			t.Fatalf("%s or %s came twice", x, z)
		}
		seen[x], seen[z] = true, true
	}
}
