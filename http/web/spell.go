package web

import (
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// Spell puts an error that arose before a handler ran into the shape of its surface. status is what
// HTTP would say, msg and errs are huma's.
type Spell func(status int, msg string, errs []error) huma.StatusError

// SpellKey is the key of a Spell in the metadata of an operation.
const SpellKey = "gatelog.spell"

var once sync.Once

// SpellPerOperation makes huma ask each operation how its errors are spelled. huma keeps that in a
// variable of its package, so it is set once for the process.
func SpellPerOperation() {
	once.Do(func() {
		plain := huma.NewErrorWithContext
		huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
			if ctx != nil && ctx.Operation() != nil {
				if spell, ok := ctx.Operation().Metadata[SpellKey].(Spell); ok {
					return spell(status, msg, errs)
				}
			}
			return plain(ctx, status, msg, errs...)
		}
	})
}
