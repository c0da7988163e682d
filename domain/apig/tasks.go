package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
)

// TaskType is what an asynchronous task does, in the words of APIG V2 §3.30.3.
type TaskType string

// The types of tasks.
const (
	TaskImport TaskType = "import_api"
	TaskExport TaskType = "export_api"
)

// TaskStatus is how far a task is, in the words of APIG V2 §3.30.3.
type TaskStatus string

// The statuses of tasks.
const (
	TaskWaiting    TaskStatus = "waiting"
	TaskProcessing TaskStatus = "processing"
	TaskSucceeded  TaskStatus = "succeed"
	TaskFailed     TaskStatus = "failed"
)

// TaskLife is how long a task and its files can be asked for.
const TaskLife = 24 * time.Hour

// maxOpenTasks is how many tasks of an instance may be unfinished at a time, and maxForgotten how many
// expired ones a new task takes away.
const (
	maxOpenTasks = 20
	maxForgotten = 100
)

// Task is something that an instance does in its own time (APIG V2 §3.30): the import of a document, or an
// export. Documents are no part of it, nor of the log: they are files with the id of the task's File or
// Output.
type Task struct {
	ID         string        `json:"id"`
	InstanceID string        `json:"instance_id"`
	Type       TaskType      `json:"type"`
	Status     TaskStatus    `json:"status"`
	CreateTime time.Time     `json:"create_time"`
	UpdateTime time.Time     `json:"update_time"`
	ExpireTime time.Time     `json:"expire_time"`
	Import     *ImportOrder  `json:"import,omitempty"`
	Export     *ExportOrder  `json:"export,omitempty"`
	Imported   *ImportResult `json:"imported,omitempty"` // of an import that succeeded
	Exported   *TaskFile     `json:"exported,omitempty"` // of an export that succeeded
	Failure    *TaskFailure  `json:"failure,omitempty"`  // of a task that failed
}

// ImportOrder says what to import (APIG V2 §3.30.2).
type ImportOrder struct {
	File    TaskFile `json:"file"`
	GroupID string   `json:"group_id,omitempty"` // empty to make a group
	// APIMode and ExtendMode are those of ImportAPIs.
	APIMode    string `json:"api_mode,omitempty"`
	ExtendMode string `json:"extend_mode,omitempty"`
	MockMode   bool   `json:"mock_mode,omitempty"`
}

// ExportOrder says what to export (APIG V2 §3.30.1).
type ExportOrder struct {
	ExportBody
	OASVersion string `json:"oas_version,omitempty"`
}

// TaskFile is a file that a task reads or has made. Its content is kept elsewhere, until the task expires.
type TaskFile struct {
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"` // without an ending
	Type   string `json:"type,omitempty"` // json, yaml or yml
	Size   int    `json:"size"`           // bytes
	SHA256 string `json:"sha256"`         // of the content, in hex
}

// TaskFailure is why a task failed.
type TaskFailure struct {
	Code    string `json:"error_code"`
	Message string `json:"error_msg"`
}

// RequestImport asks for the import of a file (APIG V2 §3.30.2).
type RequestImport struct {
	InstanceID string      `json:"instance_id"`
	Order      ImportOrder `json:"order"`
}

// RequestExport asks for an export (APIG V2 §3.30.1).
type RequestExport struct {
	InstanceID string      `json:"instance_id"`
	Order      ExportOrder `json:"order"`
}

// StartTask notes that a task is being worked on.
type StartTask struct {
	InstanceID string `json:"instance_id"`
	TaskID     string `json:"task_id"`
}

// RunImport carries out the import of a task: what it changes and that it was done is one append, so that
// it is done once.
type RunImport struct {
	InstanceID string     `json:"instance_id"`
	TaskID     string     `json:"task_id"`
	Import     ImportAPIs `json:"import"`
	// Unreadable are the operations of the document that could not be read.
	Unreadable []ImportFailure `json:"unreadable,omitempty"`
}

// FinishExport tells the file that the export of a task has made.
type FinishExport struct {
	InstanceID string   `json:"instance_id"`
	TaskID     string   `json:"task_id"`
	File       TaskFile `json:"file"`
}

// FailTask tells why a task cannot be done.
type FailTask struct {
	InstanceID string      `json:"instance_id"`
	TaskID     string      `json:"task_id"`
	Failure    TaskFailure `json:"failure"`
}

// RequestImport decides on the command of that name. Errors: APIG.2011; APIG.3030, 3718 (also when too many
// tasks are unfinished).
func (s *State) RequestImport(m *domain.Moment, c RequestImport) (Task, []domain.Event, error) {
	if !validMode(c.Order.APIMode) {
		return Task{}, nil, ErrInvalid("api_mode")
	}
	if !validMode(c.Order.ExtendMode) {
		return Task{}, nil, ErrInvalid("extend_mode")
	}
	group := struct {
		ID string `json:"group_id,omitempty" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$"`
	}{c.Order.GroupID}
	if err := violated(group); err != nil {
		return Task{}, nil, err
	}
	return s.newTask(m, c.InstanceID, Task{Type: TaskImport, Import: &c.Order})
}

// RequestExport decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718 (also when too
// many tasks are unfinished).
func (s *State) RequestExport(m *domain.Moment, c RequestExport) (Task, []domain.Event, error) {
	if err := violated(c.Order.ExportBody); err != nil {
		return Task{}, nil, err
	}
	return s.newTask(m, c.InstanceID, Task{Type: TaskExport, Export: &c.Order})
}

// newTask takes a task on, and takes expired ones away.
func (s *State) newTask(m *domain.Moment, instanceID string, t Task) (Task, []domain.Event, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return Task{}, nil, err
	}
	events, open := in.forgetTasks(m.Now)
	if open >= maxOpenTasks {
		return Task{}, nil, ErrInstanceTaskRunning()
	}
	t.ID, t.InstanceID, t.Status = m.NewID(), in.ID, TaskWaiting
	t.CreateTime, t.UpdateTime, t.ExpireTime = m.Now, m.Now, m.Now.Add(TaskLife)
	return t, append(events, TaskRequested{t}), nil
}

// forgetTasks returns the events that take expired tasks away, and how many others are unfinished.
func (in *instance) forgetTasks(now time.Time) (events []domain.Event, open int) {
	for _, id := range in.tasks.order {
		t := in.tasks.all[id]
		switch {
		case now.After(t.ExpireTime) && len(events) < maxForgotten:
			events = append(events, TaskExpired{InstanceID: in.ID, TaskID: id})
		case !t.finished():
			open++
		}
	}
	return events, open
}

// StartTask decides on the command of that name. Errors: APIG.3030, 3718; APIG.3093, also for a task that is
// finished.
func (s *State) StartTask(m *domain.Moment, c StartTask) (Task, []domain.Event, error) {
	t, err := s.openTask(c.InstanceID, c.TaskID)
	if err != nil || t.Status == TaskProcessing {
		return t, nil, err
	}
	t.Status, t.UpdateTime = TaskProcessing, m.Now
	return t, []domain.Event{TaskStarted{t}}, nil
}

// RunImport decides on the command of that name. A refusal of the import is the failure of the task. Errors:
// APIG.3030, 3718; APIG.3093, also for a task that is finished.
func (s *State) RunImport(m *domain.Moment, c RunImport) (Task, []domain.Event, error) {
	t, err := s.openTask(c.InstanceID, c.TaskID)
	if err != nil {
		return t, nil, err
	}
	result, events, err := s.ImportAPIs(m, c.Import)
	if err == nil && len(events) >= maxEvents {
		err = ErrTooManyImported(maxEvents - 1) // there is no room for the event that finishes the task
	}
	if refused := refusalOf(err); refused != nil {
		return t.failed(m, TaskFailure{refused.Code, refused.Message})
	}
	if err != nil {
		return t, nil, err
	}
	result.Failure = append(result.Failure, c.Unreadable...)
	t.Status, t.UpdateTime, t.Imported = TaskSucceeded, m.Now, &result
	return t, append(events, TaskFinished{t}), nil
}

// FinishExport decides on the command of that name. Errors: APIG.3030, 3718; APIG.3093, also for a task that
// is finished.
func (s *State) FinishExport(m *domain.Moment, c FinishExport) (Task, []domain.Event, error) {
	t, err := s.openTask(c.InstanceID, c.TaskID)
	if err != nil {
		return t, nil, err
	}
	t.Status, t.UpdateTime, t.Exported = TaskSucceeded, m.Now, &c.File
	return t, []domain.Event{TaskFinished{t}}, nil
}

// FailTask decides on the command of that name. Errors: APIG.3030, 3718; APIG.3093, also for a task that is
// finished.
func (s *State) FailTask(m *domain.Moment, c FailTask) (Task, []domain.Event, error) {
	t, err := s.openTask(c.InstanceID, c.TaskID)
	if err != nil {
		return t, nil, err
	}
	return t.failed(m, c.Failure)
}

func (t Task) failed(m *domain.Moment, why TaskFailure) (Task, []domain.Event, error) {
	t.Status, t.UpdateTime, t.Failure = TaskFailed, m.Now, &why
	return t, []domain.Event{TaskFinished{t}}, nil
}

func (t Task) finished() bool { return t.Status == TaskSucceeded || t.Status == TaskFailed }

// openTask returns a task that is to be worked on.
func (s *State) openTask(instanceID, id string) (Task, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return Task{}, err
	}
	t, ok := in.tasks.all[id]
	if !ok || t.finished() {
		return Task{}, ErrTaskNotFound(id)
	}
	return t, nil
}

// tasks are those of an instance that are not forgotten, in the order in which they came.
type tasks struct {
	all   map[string]Task
	order []string
}

func newTasks() tasks { return tasks{all: map[string]Task{}} }

// ErrTaskFilesFull is APIG.3718: the files of other tasks leave no room for another one.
func ErrTaskFilesFull() *domain.Error {
	return domain.Errorf("APIG.3718", "The files of earlier tasks take too much room: wait until they expire")
}

// ErrTaskNotFound is APIG.3093 as §3.30.3 uses it.
func ErrTaskNotFound(id string) *domain.Error {
	return missing("APIG.3093", "The asynchronous task", id)
}
