package domain

import "errors"

// ErrNotPlaced is what a decision returns when it needs the position of an event that was decided
// but is not yet in the log. It is no refusal: whoever asked appends what waits, calls Placed, and
// decides again from the same state.
var ErrNotPlaced = errors.New("an event that the decision refers to has no position in the log yet")
