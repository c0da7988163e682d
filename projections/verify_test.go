package projections

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVerifyNamesWhatIsNotAsTheLogSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(t, put{ID: "a", Owner: "x", Tags: []string{"red"}}, put{ID: "b", Owner: "x", Doc: []byte(`{"z":1,"a":{"y":2,"b":3}}`)},
		put{ID: "c", Owner: "y"}, removed{ID: "c"})
	at := w.apply(t, w.owner(t), 100)
	verify := func() (found []string) {
		t.Helper()
		stands, rows, err := Verify(t.Context(), w.db, w.log, newToy(known), func(d Difference) {
			if d.Projection != "toy" || d.Expected == d.Found {
				t.Errorf("difference %+v", d)
			}
			kind := "changed"
			if d.Expected == "" {
				kind = "extra"
			}
			if d.Found == "" {
				kind = "missing"
			}
			found = append(found, kind+" "+d.Table+" "+d.Key)
		})
		if err != nil || stands != at || rows == 0 {
			t.Fatalf("%d rows at %d, %v", rows, stands, err)
		}
		return found
	}
	if got := verify(); got != nil {
		t.Errorf("found %v in tables that are right", got)
	}
	for what, want := range map[string][]string{
		"UPDATE toy.things SET ratio = ratio + 0.001 WHERE id = 'a'":                  {"changed things a"},
		"UPDATE toy.things SET doc = '{\"z\":1}' WHERE id = 'b'":                      {"changed things b"},
		"UPDATE toy.things SET made = made + interval '1 microsecond' WHERE id = 'b'": {"changed things b"},
		"UPDATE toy.things SET note = '' WHERE id = 'b'":                              {"changed things b"},
		"DELETE FROM toy.tags":                           {"missing tags a/red"},
		"INSERT INTO toy.tags VALUES ('a', 'blue', 'x')": {"extra tags a/blue"},
		"INSERT INTO toy.things SELECT 'c', owner, count, ratio, even, note, made, seen, position, doc, extra FROM toy.things WHERE id = 'a'": {"extra things c"},
		"UPDATE toy.things SET id = 'd' WHERE id = 'a'": {"extra things d", "missing things a"},
	} {
		if _, err := w.db.ExecContext(t.Context(), what); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, verify()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
		w.rebuild(t, usualBounds)
		if got := verify(); got != nil {
			t.Errorf("after a rebuild found %v", got)
		}
	}
}

// What is applied while a verification reads is not held against it.
func TestVerifyLooksAtOneMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.owner(t)
	w.happen(t, puts(20, 1)...)
	before := w.apply(t, r, 100)
	log := &interrupted{Log: w.log, then: func() {
		w.happen(t, append(puts(20, 2), ownerLeft{Owner: "o1"})...)
		w.applyAfter(t, r, before, 100)
	}}
	at, rows, err := Verify(t.Context(), w.db, log, newToy(known), func(d Difference) { t.Errorf("found %+v", d) })
	if err != nil || at != before || rows != 60 {
		t.Errorf("%d rows at %d, %v; want 60 at %d", rows, at, err, before)
	}
}

func TestVerifyEndsWithWhatGoesWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last := w.happen(t, put{ID: "a", Owner: "x"}, later{ID: "b"})
	none := func(Difference) {}
	if _, err := w.db.ExecContext(t.Context(), "UPDATE gatelog.checkpoints SET position = $1", int64(last)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Verify(t.Context(), w.db, w.log, newToy(known), none); !errors.As(err, new(*unfoldable)) {
		t.Errorf("an event that nobody knows: %v", err)
	}
	p := newToy(all)
	p.Name = "other"
	if _, _, err := Verify(t.Context(), w.db, w.log, p, none); err == nil {
		t.Error("a projection without a checkpoint was verified")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Verify(gone, w.db, w.log, newToy(all), none); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that has gone: %v", err)
	}
	if _, _, err := Verify(t.Context(), w.db, w.log, newToy(all), none); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
