package apig

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// schemaOf refers to the schema of a type that stands for an answer which is kept ready.
func schemaOf[T any](r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}

// ready is an answer that a query hands out as it stands; T describes it.
type ready[T any] struct{ json.RawMessage }

// Schema describes the answer as a T.
func (ready[T]) Schema(r huma.Registry) *huma.Schema { return schemaOf[T](r) }

// asReady takes an answer for one of type T.
func asReady[T any](document json.RawMessage) ready[T] { return ready[T]{document} }
