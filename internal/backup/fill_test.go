package backup_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/backup"
)

// target is a log in memory that takes so many appends.
type target struct {
	all     []eventstore.Raw
	appends int
}

var errNoMore = errors.New("no more appends")

func (l *target) Head() eventstore.Position { return eventstore.Position(len(l.all)) }

func (l *target) Last(context.Context) (eventstore.Raw, error) { return l.all[len(l.all)-1], nil }

func (l *target) Append(_ context.Context, batch []eventstore.Raw) error {
	if l.appends--; l.appends < 0 {
		return errNoMore
	}
	l.all = append(l.all, batch...)
	return nil
}

func TestALogIsFilledAndFilledOn(t *testing.T) {
	t.Parallel()
	s := given(2500)
	b := write(t, t.TempDir(), s, backup.Options{})
	to, told := &target{appends: 2}, eventstore.Position(0)
	if err := b.Fill(t.Context(), to, 2400, nil); !errors.Is(err, errNoMore) || to.Head() != 2*eventstore.MaxUnit {
		t.Fatalf("%v at %d, want it interrupted after two appends", err, to.Head())
	}
	to.appends = 1
	if err := b.Fill(t.Context(), to, 2400, func(at, _ eventstore.Position) { told = at }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.all[:2400], to.all); diff != "" || told != 0 {
		t.Errorf("told up to %d (-log +target):\n%s", told, diff)
	}
	if err := b.Fill(t.Context(), to, 2400, nil); err != nil {
		t.Errorf("nothing left to fill: %v", err)
	}
	if err := b.Fill(t.Context(), to, 2399, nil); !errors.Is(err, eventstore.ErrNotEmpty) {
		t.Errorf("beyond the position: %v", err)
	}
	to.all[2399].Data = []byte("other")
	if err := b.Fill(t.Context(), to, 2500, nil); !errors.Is(err, eventstore.ErrNotEmpty) {
		t.Errorf("another message: %v", err)
	}
}

func TestLargeMessagesTravelAlone(t *testing.T) {
	t.Parallel()
	s := given(3)
	for i := range s.all {
		s.all[i].Data = make([]byte, 5<<20)
	}
	to := &target{appends: 3}
	if err := write(t, t.TempDir(), s, backup.Options{}).Fill(t.Context(), to, 3, nil); err != nil || to.appends != 0 {
		t.Errorf("%v with %d appends to spare, want one each", err, to.appends)
	}
}

func TestWhereACommandIsCut(t *testing.T) {
	t.Parallel()
	s := given(3) // 1 to 3
	for _, id := range []string{"x-0", "x-1", "x-2", "x-answer", "y-0", "WRITER", "WRITER"} {
		s.add(id, "{}") // 4 to 10
	}
	b := write(t, t.TempDir(), s, small)
	for at, want := range map[eventstore.Position][2]eventstore.Position{
		1: {1, 1}, 3: {3, 3}, 4: {3, 7}, 5: {3, 7}, 6: {3, 7}, 7: {7, 7}, 8: {8, 8}, 9: {9, 9}, 10: {10, 10},
	} {
		before, behind, err := b.Cuts(t.Context(), at)
		if before != want[0] || behind != want[1] || err != nil {
			t.Errorf("at %d: %d to %d, %v, want %v", at, before, behind, err, want)
		}
	}
}
