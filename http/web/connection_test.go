package web_test

import (
	"context"
	"testing"
	"time"

	"github.com/gatelog/gatelog/http/web"
)

func TestAConnectionOutlivesTheDeadlineOfItsRequest(t *testing.T) {
	t.Parallel()
	connection, hangUp := context.WithCancel(t.Context())
	ctx, cancel := context.WithTimeout(web.WithConnection(connection), 0*time.Second)
	defer cancel()
	if ctx.Err() == nil {
		t.Fatal("the request has no deadline")
	}
	found := web.Connection(ctx)
	if _, bounded := found.Deadline(); bounded || found.Err() != nil {
		t.Errorf("the connection ends with the request: %v", found.Err())
	}
	hangUp()
	if found.Err() == nil {
		t.Error("the connection outlives itself")
	}
	if plain := context.Background(); web.Connection(plain) != plain {
		t.Error("a context without a connection is not its own")
	}
}
