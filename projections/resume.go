package projections

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain"
)

// mark is how far the tables of a rebuild are, as a comment on their schema: it is written in one
// transaction with the rows, and goes where the tables go.
type mark struct {
	Version     int             `json:"version"`
	Incarnation string          `json:"incarnation"`
	Tables      string          `json:"tables"` // a digest of how they are made
	Skips       int             `json:"skips"`
	Position    domain.Position `json:"position"`
}

// markOf returns the mark of this rebuild: another one's tables are no use where any of it differs but the
// position.
func (b *rebuild) markOf(ctx context.Context) (mark, error) {
	skipped, err := skipsOf(ctx, b.log, b.p)
	digest := sha256.Sum256([]byte(b.p.DDL))
	return mark{
		Version: b.p.Version, Incarnation: b.log.Incarnation(), Tables: hex.EncodeToString(digest[:8]), Skips: len(skipped),
	}, err
}

// resume takes up the tables of a rebuild that was interrupted. It returns false when there are none that
// can be used.
func (b *rebuild) resume(ctx context.Context) (bool, error) {
	var text string
	err := b.conn.GetContext(ctx, &text, "SELECT coalesce(obj_description(to_regnamespace(quote_ident($1))::oid, 'pg_namespace'), '')", b.schema)
	if err != nil {
		return false, fmt.Errorf("look for an interrupted rebuild: %w", err)
	}
	want, err := b.markOf(ctx)
	if err != nil {
		return false, err
	}
	b.mark = want
	var found mark
	if json.Unmarshal([]byte(text), &found) != nil {
		return false, nil
	}
	if want.Position = found.Position; found != want {
		return false, nil
	}
	b.at, b.copied, b.marked = found.Position, true, true
	return true, nil
}

// remember marks the tables as holding everything up to where the rebuild is.
func (b *rebuild) remember(ctx context.Context, tx *sqlx.Tx) error {
	b.mark.Position = b.at
	text, err := json.Marshal(b.mark)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("COMMENT ON SCHEMA %s IS %s", pq.QuoteIdentifier(b.schema), pq.QuoteLiteral(string(text))))
	if err != nil {
		return fmt.Errorf("mark how far the rebuild is: %w", err)
	}
	b.marked = true
	return nil
}

// keeps reports whether what a rebuild has made is worth keeping for the next one: it was interrupted, and
// not ended by an event.
func (b *rebuild) keeps(err error) bool {
	failure := (*Failure)(nil)
	return err != nil && b.marked && !errors.As(err, &failure)
}
