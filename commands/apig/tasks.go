package apig

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/oklog/ulid/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// TaskCommands are the use cases of asynchronous tasks (APIG V2 §3.30).
type TaskCommands struct {
	RequestExport commands.UseCase[apig.RequestExport, apig.Task]

	requestImport commands.UseCase[apig.RequestImport, apig.Task]
	startTask     commands.UseCase[apig.StartTask, apig.Task]
	runImport     commands.UseCase[apig.RunImport, apig.Task]
	finishExport  commands.UseCase[apig.FinishExport, apig.Task]
	failTask      commands.UseCase[apig.FailTask, apig.Task]
}

func taskCommands(s *commands.Surface) TaskCommands {
	return TaskCommands{
		RequestExport: commands.Define(s, "RequestExport", (*apig.State).RequestExport),
		requestImport: commands.Define(s, "RequestImport", (*apig.State).RequestImport),
		startTask:     commands.Define(s, "StartTask", (*apig.State).StartTask),
		runImport:     commands.Define(s, "RunImport", (*apig.State).RunImport),
		finishExport:  commands.Define(s, "FinishExport", (*apig.State).FinishExport),
		failTask:      commands.Define(s, "FailTask", (*apig.State).FailTask),
	}
}

// TaskFiles keeps the files of tasks, which are too large for the log, until they expire.
type TaskFiles interface {
	// Put keeps a file until a time; it is on disk then. One that is there gets the new time. It refuses one
	// that the instance has no room for, with a *domain.Error.
	Put(ctx context.Context, tenant, instance, id string, content []byte, until time.Time) error
	// Get returns a file, nil when it is not there any more.
	Get(ctx context.Context, tenant, instance, id string) ([]byte, error)
	// Delete removes a file, if it is there.
	Delete(ctx context.Context, tenant, instance, id string) error
}

// TaskDocuments does what tasks are about. Refusals are of type *domain.Error.
type TaskDocuments interface {
	// ReadImport reads a document as a command, with the operations that can't be read.
	ReadImport(ctx context.Context, tenant, instance string, o apig.ImportOrder, text []byte) (apig.ImportAPIs, []apig.ImportFailure, error)
	// WriteExport returns a document with its name and type.
	WriteExport(ctx context.Context, tenant, instance string, o apig.ExportOrder) (name, kind string, text []byte, err error)
}

// RequestImport takes the import of a file on (APIG V2 §3.30.2). The file is kept before anybody knows of the
// task, and named so that a repeated call with an Idempotency-Key names the same one. Errors: those of apig.State.RequestImport.
func (c *Commands) RequestImport(ctx context.Context, b *commands.Bus, files TaskFiles, call commands.Call, in apig.RequestImport, text []byte) (apig.Task, domain.Position, error) {
	in.Order.File = fileOf(text)
	in.Order.File.ID = fileID(call, in)
	if err := files.Put(ctx, call.Tenant(), in.InstanceID, in.Order.File.ID, text, b.Now().Add(apig.TaskLife)); err != nil {
		return apig.Task{}, 0, fmt.Errorf("keep the file of an import: %w", err)
	}
	t, at, err := c.requestImport.Do(ctx, b, call, in)
	if code := domain.CodeOf(err); at == 0 && code != "" && code != domain.CodeUnavailable {
		err = errors.Join(err, files.Delete(ctx, call.Tenant(), in.InstanceID, in.Order.File.ID))
	}
	return t, at, err
}

func fileOf(text []byte) apig.TaskFile {
	sum := sha256.Sum256(text)
	return apig.TaskFile{Size: len(text), SHA256: hex.EncodeToString(sum[:])}
}

// fileID is the same for a repeated request, and for no other.
func fileID(call commands.Call, in apig.RequestImport) string {
	key := call.Meta().IdempotencyKey
	if key == "" {
		return ulid.Make().String()
	}
	o := in.Order
	same := sha256.Sum256(fmt.Appendf(nil, "%q", []any{call.Meta().Actor.UserID, key, in.InstanceID, o.GroupID, o.APIMode, o.ExtendMode, fmt.Sprint(o.MockMode), o.File.SHA256}))
	return hex.EncodeToString(same[:16])
}

// taskTime bounds the work on one task.
const taskTime = 2 * time.Minute

// taskPatience is how long a task is tried that fails for reasons of ours: those of others wait behind it.
const taskPatience = 10 * time.Minute

// carryOut does a task, once it was requested. After a crash it is done again, up to the event that it is
// finished with; from then on it is known to be over.
func (r *Reactions) carryOut(msg *message.Message, call commands.Call, ev domain.Event) error {
	requested, ok := ev.(apig.TaskRequested)
	if !ok {
		return nil
	}
	t := requested.Task
	_, _, err := r.Commands.startTask.Do(msg.Context(), r.Bus, call, apig.StartTask{InstanceID: t.InstanceID, TaskID: t.ID})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(msg.Context(), taskTime)
	defer cancel()
	if t.Type == apig.TaskImport {
		err = r.importFile(ctx, call, t)
	} else {
		err = r.exportFile(ctx, call, t)
	}
	why := failureOf(ctx, msg.Context(), err)
	if why == nil && err != nil && !gone(err) && r.Bus.Now().Sub(t.CreateTime) > taskPatience {
		why = &apig.TaskFailure{Code: "APIG.9999", Message: "System error: the task was tried for ten minutes"}
	}
	if why != nil {
		_, _, err = r.Commands.failTask.Do(msg.Context(), r.Bus, call, apig.FailTask{InstanceID: t.InstanceID, TaskID: t.ID, Failure: *why})
	}
	if err == nil && t.Import != nil {
		return r.Files.Delete(msg.Context(), call.Tenant(), t.InstanceID, t.Import.File.ID)
	}
	return err
}

func (r *Reactions) importFile(ctx context.Context, call commands.Call, t apig.Task) error {
	text, err := r.Files.Get(ctx, call.Tenant(), t.InstanceID, t.Import.File.ID)
	if err != nil {
		return err
	}
	if fileOf(text).SHA256 != t.Import.File.SHA256 {
		return apig.ErrImportFormat("the file is not there any more")
	}
	command, unreadable, err := r.Documents.ReadImport(ctx, call.Tenant(), t.InstanceID, *t.Import, text)
	if err != nil {
		return err
	}
	_, _, err = r.Commands.runImport.Do(ctx, r.Bus, call, apig.RunImport{
		InstanceID: t.InstanceID, TaskID: t.ID, Import: command, Unreadable: unreadable,
	})
	return err
}

// exportFile keeps what the export gives under the id of the task.
func (r *Reactions) exportFile(ctx context.Context, call commands.Call, t apig.Task) error {
	name, kind, text, err := r.Documents.WriteExport(ctx, call.Tenant(), t.InstanceID, *t.Export)
	if err != nil {
		return err
	}
	// An earlier try may have left another document, which nobody has seen.
	if err := r.Files.Delete(ctx, call.Tenant(), t.InstanceID, t.ID); err != nil {
		return err
	}
	if err := r.Files.Put(ctx, call.Tenant(), t.InstanceID, t.ID, text, t.ExpireTime); err != nil {
		return err
	}
	file := fileOf(text)
	file.ID, file.Name, file.Type = t.ID, name, kind
	_, _, err = r.Commands.finishExport.Do(ctx, r.Bus, call, apig.FinishExport{InstanceID: t.InstanceID, TaskID: t.ID, File: file})
	return err
}

// failureOf returns why a task can't be done however often it is tried: it is refused by a rule, is too
// large, or takes too long. It returns nil for what may succeed when it is tried again, and for a task that
// is gone or over.
func failureOf(work, outside context.Context, err error) *apig.TaskFailure {
	var refused *domain.Error
	switch {
	case err == nil || gone(err):
		return nil
	case work.Err() != nil && outside.Err() == nil:
		return &apig.TaskFailure{Code: "APIG.9999", Message: "System error: the task took too long"}
	case !errors.As(err, &refused):
		return nil
	case refused.Code == domain.CodeTooLarge:
		return &apig.TaskFailure{Code: apig.ErrImportTooLong().Code, Message: refused.Message}
	case strings.HasPrefix(refused.Code, "APIG."):
		return &apig.TaskFailure{Code: refused.Code, Message: refused.Message}
	}
	return nil
}
