package apig

import (
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// TaskRequested: somebody asked for an asynchronous task (APIG V2 §3.30.1, §3.30.2).
type TaskRequested struct {
	Task Task `json:"task"`
}

// TaskStarted: an asynchronous task is being worked on.
type TaskStarted struct {
	Task Task `json:"task"`
}

// TaskFinished: an asynchronous task has succeeded or failed. What an import has changed is told by events
// of its own, beside this one.
type TaskFinished struct {
	Task Task `json:"task"`
}

// TaskExpired: an asynchronous task cannot be asked for any more.
type TaskExpired struct {
	InstanceID string `json:"instance_id"`
	TaskID     string `json:"task_id"`
}

// EventType implements domain.Event.
func (TaskRequested) EventType() string { return "apig.task.requested" }

// EventType implements domain.Event.
func (TaskStarted) EventType() string { return "apig.task.started" }

// EventType implements domain.Event.
func (TaskFinished) EventType() string { return "apig.task.finished" }

// EventType implements domain.Event.
func (TaskExpired) EventType() string { return "apig.task.expired" }

// Of implements domain.Event.
func (ev TaskRequested) Of() domain.Aggregate { return taskAggregate(ev.Task.ID) }

// Of implements domain.Event.
func (ev TaskStarted) Of() domain.Aggregate { return taskAggregate(ev.Task.ID) }

// Of implements domain.Event.
func (ev TaskFinished) Of() domain.Aggregate { return taskAggregate(ev.Task.ID) }

// Of implements domain.Event.
func (ev TaskExpired) Of() domain.Aggregate { return taskAggregate(ev.TaskID) }

func taskAggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "task", ID: id} }

func (ev TaskRequested) at() string { return ev.Task.InstanceID }
func (ev TaskStarted) at() string   { return ev.Task.InstanceID }
func (ev TaskFinished) at() string  { return ev.Task.InstanceID }
func (ev TaskExpired) at() string   { return ev.InstanceID }

func (ev TaskRequested) fold(in *instance, _ domain.Recorded) {
	in.tasks.all[ev.Task.ID] = ev.Task
	in.tasks.order = append(in.tasks.order, ev.Task.ID)
}

func (ev TaskStarted) fold(in *instance, _ domain.Recorded) { in.tasks.replace(ev.Task) }

// What a finished task has brought about is not for decisions, and can be large.
func (ev TaskFinished) fold(in *instance, _ domain.Recorded) {
	t := ev.Task
	t.Imported, t.Import, t.Export = nil, nil, nil
	in.tasks.replace(t)
}

func (ev TaskExpired) fold(in *instance, _ domain.Recorded) {
	if _, ok := in.tasks.all[ev.TaskID]; ok {
		delete(in.tasks.all, ev.TaskID)
		in.tasks.order = slices.DeleteFunc(in.tasks.order, func(id string) bool { return id == ev.TaskID })
	}
}

func (t *tasks) replace(now Task) {
	if _, ok := t.all[now.ID]; ok {
		t.all[now.ID] = now
	}
}
