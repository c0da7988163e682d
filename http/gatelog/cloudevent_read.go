package gatelog

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gatelog/gatelog/eventstore"
)

// ReadCloudEvent returns what the log had, from the JSON of a CloudEvent that NewCloudEvent made of it.
func ReadCloudEvent(text []byte) (eventstore.Recorded, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return eventstore.Recorded{}, fmt.Errorf("it is no JSON object: %w", err)
	}
	data := members["data"]
	delete(members, "data")
	attributes := make(map[string]string, len(members))
	for name, value := range members {
		var s string
		if err := json.Unmarshal(value, &s); err != nil {
			return eventstore.Recorded{}, fmt.Errorf("the attribute %q is no text", name)
		}
		attributes[name] = s
	}
	return recorded(attributes, data)
}

func recorded(attributes map[string]string, data []byte) (eventstore.Recorded, error) {
	take := func(name string) string {
		value := attributes[name]
		delete(attributes, name)
		return value
	}
	if spec := take("specversion"); spec != "1.0" {
		return eventstore.Recorded{}, fmt.Errorf("specversion is %q, want 1.0", spec)
	}
	if source := take("source"); source != eventstore.Source {
		return eventstore.Recorded{}, fmt.Errorf("source is %q: it is no event of a Gatelog", source)
	}
	take("datacontenttype")
	at, errPosition := strconv.ParseUint(take("position"), 10, 64)
	schema, errSchema := strconv.Atoi(take("schemaversion"))
	when, errTime := time.Parse(time.RFC3339Nano, take("time"))
	if err := errors.Join(errPosition, errSchema, errTime); err != nil || at == 0 {
		return eventstore.Recorded{}, errors.Join(errors.New("position, schemaversion or time is missing or wrong"), err)
	}
	r := eventstore.Recorded{Position: eventstore.Position(at), Message: eventstore.Message{
		Subject: strings.Join([]string{"evt", take("surface"), take("tenant"), strings.ReplaceAll(take("subject"), "/", ".")}, "."),
		ID:      take("id"), Type: take("type"), Schema: schema, Time: when.UTC(), Data: data,
	}}
	if len(attributes) > 0 {
		r.Extensions = attributes
	}
	return r, nil
}
