package feed

import (
	"context"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// Start is where in the log a reading begins: After a position when there is one, else at the time Since
// when it is not zero, else with what happens next.
type Start struct {
	After *eventstore.Position
	Since time.Time
}

// Position returns the position after which the reading begins. Errors: domain.CodeInvalid for a position
// beyond the end of the log.
func (s Start) Position(ctx context.Context, log eventstore.Log) (eventstore.Position, error) {
	head, err := log.Head(ctx)
	switch {
	case err != nil:
		return 0, err
	case s.After == nil && s.Since.IsZero():
		return head, nil
	case s.After == nil:
		return eventstore.Before(ctx, log, s.Since)
	case *s.After > head:
		refusal := domain.Errorf(domain.CodeInvalid, "after is %d, but the log ends at position %d", *s.After, head)
		refusal.Param = "after"
		return 0, refusal
	}
	return *s.After, nil
}
