package projections

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain"
)

// Past returns the projection that keeps every state of the rows of another, each with the positions
// between which it was the state: its tables are those of the other with two columns more. Queries see
// them as they were at a moment when their context is one of AsOf.
func Past(p *Projection) *Projection {
	return &Projection{
		Name: p.Name + pastSuffix, Version: p.Version, Codec: p.Codec, Tables: p.Tables, Apply: p.Apply, DDL: pastDDL(p),
		Open: p.Open, Aside: true, of: p,
	}
}

// IsPast reports whether the projection is the Past of another.
func (p *Projection) IsPast() bool { return p.of != nil }

const (
	pastSuffix  = "_past"
	viewSuffix  = "_at"
	sinceColumn = "since"
	untilColumn = "until"
	// momentSetting names the moment to the views, within a transaction.
	momentSetting = "gatelog.at"
)

var primaryKey = regexp.MustCompile(`ALTER TABLE (\w+) ADD PRIMARY KEY \(([^)]*)\)`)

// pastDDL makes the tables with the columns of their time, and a view of each that shows a moment. A key
// has one row for each state. States end soon after the moment, or at it, so the end comes first.
func pastDDL(p *Projection) string {
	tables, indexes := p.ddl()
	var more strings.Builder
	for _, t := range p.Tables {
		fmt.Fprintf(&more, "ALTER TABLE %[1]s ADD COLUMN since bigint NOT NULL, ADD COLUMN until bigint NOT NULL;\n"+
			"CREATE VIEW %[2]s AS SELECT %[3]s FROM %[1]s WHERE since <= current_setting('%[4]s')::bigint AND until > current_setting('%[4]s')::bigint;\n",
			pq.QuoteIdentifier(t.Name), pq.QuoteIdentifier(t.Name+viewSuffix), strings.Join(t.quotedColumns(), ", "), momentSetting)
	}
	indexes = primaryKey.ReplaceAllString(indexes, "CREATE UNIQUE INDEX ON $1 ($2, until, since)")
	indexes = strings.ReplaceAll(indexes, "CREATE UNIQUE INDEX ON", "CREATE INDEX ON")
	return tables + more.String() + indexSeparator + indexes
}

// endSQL ends the rows that have the values of a document in the columns, where they don't end before. The
// values have the types, and the order of texts, of the table.
func (t Table) endSQL(schema string, columns []string) string {
	same := make([]string, len(columns))
	for i, k := range columns {
		same[i] = fmt.Sprintf("t.%[1]s = k.%[1]s", pq.QuoteIdentifier(k))
	}
	return fmt.Sprintf("UPDATE %[1]s t SET until = k.until FROM json_populate_recordset(NULL::%[1]s, $1::json) k WHERE %[2]s AND t.until > k.until",
		t.qualified(schema), strings.Join(same, " AND "))
}

type momentKey struct{}

// AsOf returns a context in which queries see the read models as they were when the log ended at a
// position. Await the position of the projections' Past before.
func AsOf(ctx context.Context, at domain.Position) context.Context {
	return context.WithValue(ctx, momentKey{}, at)
}

// MomentOf returns the position that queries see, or false when they see the present.
func MomentOf(ctx context.Context) (domain.Position, bool) {
	at, ok := ctx.Value(momentKey{}).(domain.Position)
	return at, ok
}
