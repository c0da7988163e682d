// Package examples holds what 'gatelog demo' and the README work with.
package examples

import _ "embed" // the document

// Petshop is an OpenAPI document with a handful of operations.
//
//go:embed petshop.yaml
var Petshop []byte
