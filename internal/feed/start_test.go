package feed_test

import (
	"testing"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/feed"
)

func TestStart(t *testing.T) {
	t.Parallel()
	log := eventstore.NewMemory()
	for range 3 {
		if _, err := log.Take(t.Context(), "toy", "p1", "n1"); err != nil {
			t.Fatal(err)
		}
	}
	at := func(p eventstore.Position) *eventstore.Position { return &p }
	for name, c := range map[string]struct {
		start feed.Start
		want  eventstore.Position
		code  string
	}{
		"now":                    {feed.Start{}, 3, ""},
		"the beginning":          {feed.Start{After: at(0)}, 0, ""},
		"a position":             {feed.Start{After: at(2)}, 2, ""},
		"the end":                {feed.Start{After: at(3)}, 3, ""},
		"beyond the end":         {feed.Start{After: at(4)}, 0, domain.CodeInvalid},
		"a time":                 {feed.Start{Since: time.Now().Add(-time.Hour)}, 0, ""},
		"a time to come":         {feed.Start{Since: time.Now().Add(time.Hour)}, 3, ""},
		"a position before time": {feed.Start{After: at(1), Since: time.Now().Add(time.Hour)}, 1, ""},
	} {
		if got, err := c.start.Position(t.Context(), log); got != c.want || domain.CodeOf(err) != c.code {
			t.Errorf("%s: %d, %v, want %d %s", name, got, err, c.want, c.code)
		}
	}
}
