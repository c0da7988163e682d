package apig

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// TaskRow is a row of the table tasks. Its document is the whole domain entity.
type TaskRow struct {
	ID         string          `json:"id"`
	Tenant     string          `json:"tenant"`
	InstanceID string          `json:"instance_id"`
	ExpireTime time.Time       `json:"expire_time"`
	Document   json.RawMessage `json:"document"`
}

var tasks = projections.NewTable[TaskRow]("tasks", "id")

// applyTask says what the events of asynchronous tasks change.
func applyTask(rec domain.Recorded, c *projections.Changes) error {
	switch ev := rec.Event.(type) {
	case apig.TaskRequested:
		return putTask(c, rec, ev.Task)
	case apig.TaskStarted:
		return putTask(c, rec, ev.Task)
	case apig.TaskFinished:
		return putTask(c, rec, ev.Task)
	case apig.TaskExpired:
		tasks.Delete(c, ev.TaskID)
	}
	return nil
}

func putTask(c *projections.Changes, rec domain.Recorded, t apig.Task) error {
	document, err := json.Marshal(t)
	if err != nil {
		return err
	}
	tasks.Put(c, TaskRow{ID: t.ID, Tenant: rec.Tenant, InstanceID: t.InstanceID, ExpireTime: t.ExpireTime, Document: document})
	return nil
}

// Task returns an asynchronous task that has not expired (APIG V2 §3.30.3), or APIG.3030, APIG.3093.
func (q *Queries) Task(ctx context.Context, in In, id string) (apig.Task, error) {
	var document []byte
	err := q.get(ctx, &document, "SELECT document FROM apig.tasks WHERE id = $1 AND instance_id = $2 AND tenant = $3 AND expire_time > now()",
		id, in.Instance, in.Tenant)
	if err != nil {
		return apig.Task{}, q.missing(ctx, in, err, apig.ErrTaskNotFound(id))
	}
	var t apig.Task
	return t, json.Unmarshal(document, &t)
}

// TaskFiles keeps the files of asynchronous tasks, which are no part of the log, until they expire. They are
// in the database beside the read models, and not made again with them.
type TaskFiles struct{ DB *sqlx.DB }

// Put keeps a file until a time. What it has kept is on disk. An id that is there has the same content, and
// gets the new time. An instance has room for 512 MB: APIG.3718.
func (f TaskFiles) Put(ctx context.Context, tenant, instance, id string, content []byte, until time.Time) error {
	tx, err := f.DB.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("keep a file: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // of no account once it is committed
	// Unlike read models, a file can't be made again.
	if _, err := tx.ExecContext(ctx, "SET LOCAL synchronous_commit = on"); err != nil {
		return fmt.Errorf("keep a file: %w", err)
	}
	kept, err := tx.ExecContext(ctx, putFileSQL, tenant, instance, id, content, len(content), until, maxTaskFiles)
	if err != nil {
		return fmt.Errorf("keep a file: %w", err)
	}
	if n, err := kept.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, apig.ErrTaskFilesFull())
	}
	return tx.Commit()
}

// maxTaskFiles is how many bytes the files of an instance may have together.
const maxTaskFiles = 512 << 20

const putFileSQL = `INSERT INTO gatelog.task_files AS f (tenant, instance_id, id, content, size, expires_at)
	SELECT $1, $2, $3, $4, $5::bigint, $6
	WHERE $7::bigint >= $5::bigint + (SELECT coalesce(sum(o.size), 0) FROM gatelog.task_files o WHERE o.tenant = $1 AND o.instance_id = $2 AND o.id <> $3)
	ON CONFLICT (tenant, instance_id, id) DO UPDATE SET expires_at = excluded.expires_at`

// Get returns the content of a file, nil when it is not there any more.
func (f TaskFiles) Get(ctx context.Context, tenant, instance, id string) ([]byte, error) {
	content := []byte{}
	err := f.DB.GetContext(ctx, &content, "SELECT content FROM gatelog.task_files WHERE tenant = $1 AND instance_id = $2 AND id = $3", tenant, instance, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return content, err
}

// Delete removes a file, if it is there.
func (f TaskFiles) Delete(ctx context.Context, tenant, instance, id string) error {
	_, err := f.DB.ExecContext(ctx, "DELETE FROM gatelog.task_files WHERE tenant = $1 AND instance_id = $2 AND id = $3", tenant, instance, id)
	return err
}

// Sweep removes the files that have expired.
func (f TaskFiles) Sweep(ctx context.Context) error {
	_, err := f.DB.ExecContext(ctx, "DELETE FROM gatelog.task_files WHERE expires_at < now()")
	return err
}
