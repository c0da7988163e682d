package resources

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/gatelog/gatelog/domain"
)

// Blame says of each field of a resource which event gave it its present value.
type Blame struct {
	// Deleted says that the resource is gone: the fields are those that it had last.
	Deleted bool
	Fields  []BlamedField
}

// BlamedField is a field with the event that gave it its value. Sealed secrets are masked.
type BlamedField struct {
	// Pointer names the field (RFC 6901).
	Pointer string
	Value   json.RawMessage
	// Event is the one that gave the field its value.
	Event domain.Recorded
}

// Blame returns the fields of a resource in the order of their pointers, as they are at the moment of the
// context or at the end of the log. A part of a list that has a name keeps its history when it moves. Errors:
// gatelog.not_found when the resource never was.
func (q *Queries) Blame(ctx context.Context, of Resource) (Blame, error) {
	var b Blame
	var tree *blamed
	err := q.eachChange(ctx, of, 0, func(rec domain.Recorded, c change) error {
		switch {
		case !c.main:
			return nil
		case c.after == nil:
			b.Deleted = true
			return nil
		case b.Deleted:
			b.Deleted, tree = false, nil // it came again, all of it
		}
		var now any
		if err := json.Unmarshal(c.after, &now); err != nil {
			return fmt.Errorf("position %d: %w", rec.Position, err)
		}
		tree = blame(tree, now, &rec)
		return nil
	})
	if err != nil || tree == nil {
		return b, err
	}
	b.Fields, err = tree.fields("", nil)
	return b, err
}

// blamed is a value with the event that gave it, or for an object or list its parts with theirs.
type blamed struct {
	value any // as encoding/json reads it
	event *domain.Recorded
	parts map[string]*blamed
	order []string // of the parts of a list; nil for an object
	names []string // what the parts of a list are called
}

// blame returns now as a tree; what was the same before keeps its event.
func blame(before *blamed, now any, event *domain.Recorded) *blamed {
	if before != nil && reflect.DeepEqual(before.value, now) {
		return before
	}
	after := &blamed{value: now, event: event, parts: map[string]*blamed{}}
	switch now := now.(type) {
	case object:
		for name, member := range now {
			after.parts[name] = blame(before.member(name), member, event)
		}
	case []any:
		after.names = namesOf(now)
		for i, part := range now {
			place := strconv.Itoa(i)
			after.order = append(after.order, place)
			after.parts[place] = blame(before.named(after.names[i]), part, event)
		}
	}
	return after
}

// namesOf calls the parts of a list by their names, where these are different, else by their places.
func namesOf(list []any) []string {
	if _, names, ok := byName(list); ok {
		return names
	}
	_, places := byPlace(list)
	return places
}

func (b *blamed) member(name string) *blamed {
	if b == nil || b.order != nil {
		return nil
	}
	return b.parts[name]
}

func (b *blamed) named(name string) *blamed {
	if b == nil {
		return nil
	}
	if i := slices.Index(b.names, name); i >= 0 {
		return b.parts[b.order[i]]
	}
	return nil
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// fields adds the leaves of the tree.
func (b *blamed) fields(pointer string, all []BlamedField) ([]BlamedField, error) {
	if len(b.parts) == 0 {
		value, err := json.Marshal(b.value)
		return append(all, BlamedField{Pointer: pointer, Value: masked(value), Event: *b.event}), err
	}
	order := b.order
	if order == nil {
		order = slices.Sorted(maps.Keys(b.parts))
	}
	for _, name := range order {
		var err error
		if all, err = b.parts[name].fields(pointer+"/"+pointerEscapes.Replace(name), all); err != nil {
			return nil, err
		}
	}
	return all, nil
}
