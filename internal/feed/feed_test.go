package feed_test

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/feed"
)

func TestSubjects(t *testing.T) {
	t.Parallel()
	many := make([]string, 16)
	for i := range many {
		many[i] = "k" + strconv.Itoa(i)
	}
	for name, c := range map[string]struct {
		tenant string
		filter subscriptions.Filter
		want   []string
	}{
		"all of a tenant":  {"p1", subscriptions.Filter{}, []string{"evt.*.p1.*.*"}},
		"all":              {"", subscriptions.Filter{}, []string{"evt.*.*.*.*"}},
		"surfaces":         {"p1", subscriptions.Filter{Surfaces: []string{"a", "b"}}, []string{"evt.a.p1.*.*", "evt.b.p1.*.*"}},
		"said twice":       {"p1", subscriptions.Filter{Surfaces: []string{"a", "a"}, Kinds: []string{"k", "k"}}, []string{"evt.a.p1.k.*"}},
		"both":             {"p1", subscriptions.Filter{Surfaces: []string{"a", "b"}, Kinds: []string{"k", "l"}}, []string{"evt.a.p1.k.*", "evt.a.p1.l.*", "evt.b.p1.k.*", "evt.b.p1.l.*"}},
		"too many to list": {"p1", subscriptions.Filter{Surfaces: []string{"a", "b", "c"}, Kinds: many}, []string{"evt.a.p1.*.*", "evt.b.p1.*.*", "evt.c.p1.*.*"}},
	} {
		if diff := cmp.Diff(c.want, feed.Subjects(c.tenant, c.filter)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWanted(t *testing.T) {
	t.Parallel()
	message := func(subject, kind string) eventstore.Recorded {
		return eventstore.Recorded{Message: eventstore.Message{Subject: subject, Type: kind, Data: []byte("{}")}}
	}
	apis := subscriptions.Filter{Kinds: []string{"api"}}
	if !feed.Wanted(apis, message("evt.apig.p1.api.a1", "apig.api.created")) {
		t.Error("an event of an API is not wanted")
	}
	for _, r := range []eventstore.Recorded{message("evt.apig.p1.group.g1", "apig.group.created"), message("evt.apig.p1.writer", "gatelog.writer.taken")} {
		if feed.Wanted(apis, r) {
			t.Errorf("%s is wanted", r.Subject)
		}
	}
}
