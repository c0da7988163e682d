package testenv

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"github.com/lib/pq"
)

// templateLock is the advisory lock under which one process makes templates while others wait.
const templateLock = 7_341_905_211

// Tests of one process take turns too: each that waited in the database would hold a connection that
// the one at work may need.
var (
	templatesMu sync.Mutex
	templates   = map[string]*adminDB{} // name -> server, of those this process knows to be complete
)

// ensureTemplate returns the database that prepare has filled for the version, making it when no test
// process has yet. It takes its final name only when complete, so a half-filled one is never copied.
func ensureTemplate(ctx context.Context, version string, prepare func(context.Context, string) error) (string, error) {
	a, err := server(ctx)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	sum := sha256.Sum256([]byte(version))
	name := "gatelog_template_" + hex.EncodeToString(sum[:12])
	templatesMu.Lock()
	defer templatesMu.Unlock()
	if templates[name] == a {
		return name, nil
	}
	conn, err := a.db.Conn(ctx)
	if err != nil {
		return "", fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, templateLock); err != nil {
		return "", fmt.Errorf("lock templates: %w", err)
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, templateLock)
	if err := a.makeTemplate(ctx, name, prepare); err != nil {
		return "", err
	}
	templates[name] = a
	return name, nil
}

func (a *adminDB) makeTemplate(ctx context.Context, name string, prepare func(context.Context, string) error) error {
	var exists bool
	const query = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`
	if err := a.db.QueryRowContext(ctx, query, name).Scan(&exists); err != nil || exists {
		return err
	}
	building := newName()
	if err := a.create(ctx, building, "template0"); err != nil {
		return fmt.Errorf("create template: %w", err)
	}
	if err := prepare(ctx, withDatabase(a.url, building)); err != nil {
		return fmt.Errorf("fill template: %w", err)
	}
	_, err := a.db.ExecContext(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, building)
	if err != nil {
		return fmt.Errorf("close template: %w", err)
	}
	_, err = a.db.ExecContext(ctx, "ALTER DATABASE "+pq.QuoteIdentifier(building)+" RENAME TO "+pq.QuoteIdentifier(name))
	if err != nil {
		return fmt.Errorf("name template: %w", err)
	}
	return nil
}
