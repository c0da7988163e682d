package audit

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// lenient is how the data of events are read: of a name that comes twice the last counts, and what is no UTF-8 is
// replaced, as by the standard library.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// unmarshal reads JSON as the standard library does, in a third of the time: every event is read here.
func unmarshal(data []byte, into any) error { return json.Unmarshal(data, into, lenient) }
