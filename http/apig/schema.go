package apig

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// schemaOf refers to the schema of a type that stands for an answer which is kept ready.
func schemaOf[T any](r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}
