package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	jsonv2 "github.com/go-json-experiment/json"
)

// Upcast turns the JSON of an event of one schema version into that of the next. It must not look
// at anything but its argument.
type Upcast func(old json.RawMessage) (json.RawMessage, error)

// Codec knows the event types of a surface and turns them into JSON and back. It is filled once at
// start and only read afterwards.
type Codec struct {
	types map[string]codecEntry
}

type codecEntry struct {
	goType  reflect.Type
	upcasts []Upcast
}

// NewCodec returns an empty codec.
func NewCodec() *Codec { return &Codec{types: map[string]codecEntry{}} }

// Register adds the event type of sample, whose current schema version is len(upcasts)+1:
// upcasts[i] lifts version i+1 to i+2. It panics on a type registered twice and on one that is no
// struct, which are mistakes of the program and not of its input.
func (c *Codec) Register(sample Event, upcasts ...Upcast) {
	name := sample.EventType()
	if kind := reflect.TypeOf(sample).Kind(); kind != reflect.Struct {
		panic(fmt.Sprintf("domain: event type %s is a %s: events are structs", name, kind))
	}
	if _, twice := c.types[name]; twice {
		panic("domain: event type registered twice: " + name)
	}
	c.types[name] = codecEntry{goType: reflect.TypeOf(sample), upcasts: upcasts}
}

// Types returns the registered type names with their current schema versions.
func (c *Codec) Types() map[string]int {
	all := make(map[string]int, len(c.types))
	for name, e := range c.types {
		all[name] = len(e.upcasts) + 1
	}
	return all
}

// Encode returns the JSON of ev and its schema version. It refuses a type that is not registered:
// what could not be read back must not be written.
func (c *Codec) Encode(ev Event) (data []byte, version int, err error) {
	e, ok := c.types[ev.EventType()]
	if !ok || reflect.TypeOf(ev) != e.goType {
		return nil, 0, fmt.Errorf("event type %q (%T) is not registered", ev.EventType(), ev)
	}
	data, err = json.Marshal(ev)
	return data, len(e.upcasts) + 1, err
}

// Decode returns the event of the named type from its JSON, lifted to the current schema version.
// An unknown type, or a version from the future, is an error: nothing is skipped in silence.
func (c *Codec) Decode(name string, version int, data []byte) (Event, error) {
	e, ok := c.types[name]
	if !ok {
		return nil, fmt.Errorf("unknown event type %q", name)
	}
	current := len(e.upcasts) + 1
	if version < 1 || version > current {
		return nil, fmt.Errorf("event type %q has schema version %d, this build knows 1 to %d", name, version, current)
	}
	for v := version; v < current; v++ {
		lifted, err := e.upcasts[v-1](data)
		if err != nil {
			return nil, fmt.Errorf("lift %q from schema version %d: %w", name, v, err)
		}
		data = lifted
	}
	p := reflect.New(e.goType)
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		return nil, fmt.Errorf("decode event %q: it is no JSON object", name)
	}
	if err := jsonv2.Unmarshal(data, p.Interface()); err != nil {
		return nil, fmt.Errorf("decode event %q: %w", name, err)
	}
	return p.Elem().Interface().(Event), nil
}
