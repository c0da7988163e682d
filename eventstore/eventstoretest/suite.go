package eventstoretest

import (
	"testing"

	"github.com/gatelog/gatelog/eventstore"
)

// Open returns an empty log for one test.
type Open func(t testing.TB) eventstore.Log

// Run holds the logs that open makes to the promises of eventstore.Log. Every part gets a log of its
// own and runs in parallel.
func Run(t *testing.T, open Open) {
	parts := []struct {
		name string
		test func(t *testing.T, log eventstore.Log)
	}{
		{"what is appended comes back in order and unchanged", testAppend},
		{"positions of units of any size are contiguous and in order", testSizes},
		{"a stale fence is refused and adds nothing", testStaleFence},
		{"tenants do not fence each other", testTenants},
		{"nothing is appended without a fence", testNoFence},
		{"what is too large is refused before anything is sent", testTooLarge},
		{"what could not be read back is refused before anything is sent", testInvalid},
		{"of two writers never both win", testTwoWriters},
		{"a unit is whole or not there, whoever takes the tenant meanwhile", testWholeUnits},
		{"a log keeps no hold on the caller's bytes", testOwnBytes},
		{"head and single messages", testAt},
		{"newest of a subject at or under a position", testNewest},
		{"newest of a filter", testNewestOfFilter},
		{"read up to a known end", testRead},
		{"read ends with the error of each or of the context", testReadErrors},
		{"follow what is there and what comes", testFollow},
		{"follow hands over at most what was asked for", testFollowMost},
		{"follow ends with the error of each or of the context", testFollowErrors},
		{"extensions of any text come back", testExtensions},
		{"the incarnation stays", testIncarnation},
	}
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t, open(t))
		})
	}
}
