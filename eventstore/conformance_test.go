package eventstore_test

import (
	"testing"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/testenv"
)

func TestMemoryConforms(t *testing.T) {
	t.Parallel()
	eventstoretest.Run(t, func(testing.TB) eventstore.Log { return eventstore.NewMemory() })
}

func TestStreamConforms(t *testing.T) {
	t.Parallel()
	eventstoretest.Run(t, func(t testing.TB) eventstore.Log { return openStream(t) })
}

// openStream returns a log on a broker of the test's own.
func openStream(t testing.TB) *eventstore.Stream {
	t.Helper()
	log, err := eventstore.Open(t.Context(), testenv.JetStream(t), eventstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return log
}
