package web

import (
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
)

// Spell puts an error that arose before a handler ran into the shape of its surface. status is what
// HTTP would say, msg and errs are huma's.
type Spell func(status int, msg string, errs []error) huma.StatusError

// SpellKey is the key of a Spell in the metadata of an operation.
const SpellKey = "gatelog.spell"

var once sync.Once

// formMemory is how much of a form is kept in memory: all of it, since requests are bounded before
// they are read. Nothing of a client's goes to disk.
const formMemory = 16 << 20 // bytes

// SetUp makes huma ask each operation how its errors are spelled, and read forms into memory. huma
// keeps both in variables of its packages, so they are set once for the process.
func SetUp() {
	once.Do(func() {
		humaecho.MultipartMaxMemory = formMemory
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
