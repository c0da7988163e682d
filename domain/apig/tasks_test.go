package apig

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func taskOf(id string, kind TaskType) Task {
	t := Task{ID: id, InstanceID: gw, Type: kind, Status: TaskWaiting, CreateTime: past, UpdateTime: past, ExpireTime: now.Add(time.Hour)}
	if kind == TaskImport {
		t.Import = &ImportOrder{File: TaskFile{ID: "f1", Size: 3, SHA256: "ab"}, GroupID: "g1", APIMode: "merge", ExtendMode: "override", MockMode: true}
	} else {
		t.Export = &ExportOrder{ExportBody: ExportBody{EnvID: "e1", GroupID: "g1", Define: "all", Type: "yaml", Version: "1", APIs: []string{"a1"}}, OASVersion: "3.0"}
	}
	return t
}

func aTask(id string, kind TaskType) history { return history{TaskRequested{taskOf(id, kind)}} }

func finishedTask(id string, kind TaskType) Task {
	t := taskOf(id, kind)
	t.Status, t.UpdateTime = TaskSucceeded, now
	return t
}

// taskSamples has one event of every type about tasks, with every member set.
func taskSamples() []domain.Event {
	started, imported, exported, failed := taskOf("t1", TaskImport), finishedTask("t1", TaskImport), finishedTask("t2", TaskExport), taskOf("t3", TaskExport)
	started.Status, failed.Status = TaskProcessing, TaskFailed
	imported.Imported = &ImportResult{
		GroupID: "g1", Success: []ImportSuccess{{"/a", "GET", "create", "a1"}}, Failure: []ImportFailure{{"/b", "GET", "APIG.3202", "taken"}},
		Ignore: []ImportIgnored{{"/c", "GET"}},
	}
	exported.Exported = &TaskFile{ID: "f2", Name: "shop-RELEASE-all-1", Type: "yaml", Size: 5, SHA256: "cd"}
	failed.Failure = &TaskFailure{"APIG.3201", "The API group name already exists"}
	exported.Failure, exported.Imported = failed.Failure, imported.Imported // so that one has every member
	exported.Import = imported.Import
	return []domain.Event{TaskRequested{taskOf("t1", TaskImport)}, TaskStarted{started}, TaskFinished{exported}, TaskExpired{InstanceID: gw, TaskID: "t1"}}
}

func requestImport(change func(*ImportOrder)) decision {
	order := *taskOf("", TaskImport).Import
	if change != nil {
		change(&order)
	}
	return do((*State).RequestImport, RequestImport{InstanceID: gw, Order: order})
}

func requestExport(change func(*ExportOrder)) decision {
	order := *taskOf("", TaskExport).Export
	if change != nil {
		change(&order)
	}
	return do((*State).RequestExport, RequestExport{InstanceID: gw, Order: order})
}

// requested is the task that a request at now makes.
func requested(kind TaskType) Task {
	t := taskOf(id(1), kind)
	t.CreateTime, t.UpdateTime, t.ExpireTime = now, now, now.Add(TaskLife)
	return t
}

func TestRequestTasks(t *testing.T) {
	t.Parallel()
	many := shop()
	for i := range maxOpenTasks {
		many = given(many, aTask(fmt.Sprint("t", i), TaskImport))
	}
	old := taskOf("old", TaskImport)
	old.ExpireTime = now.Add(-time.Microsecond)
	run(t, []scenario{
		{name: "§3.30.2: an import waits", given: shop(), when: requestImport(nil), then: []domain.Event{TaskRequested{requested(TaskImport)}}},
		{name: "§3.30.1: an export waits", given: shop(), when: requestExport(nil), then: []domain.Event{TaskRequested{requested(TaskExport)}}},
		{name: "one that has expired is taken away", given: given(shop(), history{TaskRequested{old}}), when: requestExport(nil),
			then: []domain.Event{TaskExpired{gw, "old"}, TaskRequested{requested(TaskExport)}}},
		{name: "§3.30.2: api_mode", given: shop(), when: requestImport(func(o *ImportOrder) { o.APIMode = "mix" }), refused: "APIG.2011"},
		{name: "§3.30.2: extend_mode", given: shop(), when: requestImport(func(o *ImportOrder) { o.ExtendMode = "mix" }), refused: "APIG.2011"},
		{name: "§3.30.2: group_id", given: shop(), when: requestImport(func(o *ImportOrder) { o.GroupID = fmt.Sprintf("%066d", 1) }), refused: "APIG.2011"},
		{name: "§3.30.2: group_id that no database keeps", given: shop(), when: requestImport(func(o *ImportOrder) { o.GroupID = "a\x00" }), refused: "APIG.2011"},
		{name: "nor this one", given: shop(), when: requestImport(func(o *ImportOrder) { o.GroupID = "a\xff" }), refused: "APIG.2011"},
		{name: "§3.30.1 ex: env_id", given: shop(), when: requestExport(func(o *ExportOrder) { o.EnvID = "" }), refused: "APIG.2001"},
		{name: "§3.30.1: define", given: shop(), when: requestExport(func(o *ExportOrder) { o.Define = "none" }), refused: "APIG.2011"},
		{name: "no instance", when: requestExport(nil), refused: "APIG.3030"},
		{name: "too many that are unfinished", given: many, when: requestImport(nil), refused: "APIG.3718"},
	})
}

func TestTasksGoOn(t *testing.T) {
	t.Parallel()
	started := taskOf("t1", TaskImport)
	started.Status, started.UpdateTime = TaskProcessing, now
	exported := finishedTask("t2", TaskExport)
	exported.Exported = &TaskFile{ID: "f2", Size: 7}
	failed := taskOf("t1", TaskImport)
	failed.Status, failed.UpdateTime, failed.Failure = TaskFailed, now, &TaskFailure{"APIG.3600", "no"}
	waiting := given(shop(), aTask("t1", TaskImport), aTask("t2", TaskExport))
	over := given(waiting, history{TaskFinished{failed}})
	start := do((*State).StartTask, StartTask{gw, "t1"})
	fail := do((*State).FailTask, FailTask{gw, "t1", TaskFailure{"APIG.3600", "no"}})
	run(t, []scenario{
		{name: "§3.30.3: processing", given: waiting, when: start, then: []domain.Event{TaskStarted{started}}},
		{name: "started already", given: given(waiting, history{TaskStarted{started}}), when: start},
		{name: "§3.30.3: an export succeeds", given: waiting, when: do((*State).FinishExport, FinishExport{gw, "t2", TaskFile{ID: "f2", Size: 7}}),
			then: []domain.Event{TaskFinished{exported}}},
		{name: "§3.30.3: failed", given: waiting, when: fail, then: []domain.Event{TaskFinished{failed}}},
		{name: "start what is over", given: over, when: start, refused: "APIG.3093"},
		{name: "fail what is over", given: over, when: fail, refused: "APIG.3093"},
		{name: "finish what is over", given: over, when: do((*State).FinishExport, FinishExport{gw, "t1", TaskFile{}}), refused: "APIG.3093"},
		{name: "import what is over", given: over, when: do((*State).RunImport, RunImport{InstanceID: gw, TaskID: "t1"}), refused: "APIG.3093"},
		{name: "no such task", given: shop(), when: start, refused: "APIG.3093"},
		{name: "one that has expired", given: given(waiting, history{TaskExpired{gw, "t1"}}), when: start, refused: "APIG.3093"},
	})
}

// Given a task, when its import is run, then the APIs and the end of the task are decided together, and a
// second run finds it finished (APIG V2 §3.30.2).
func TestRunImportHappensOnce(t *testing.T) {
	t.Parallel()
	h := given(shop(), aTask("t1", TaskImport))
	c := RunImport{
		InstanceID: gw, TaskID: "t1", Import: ImportAPIs{InstanceID: gw, GroupID: "g1", Items: []ImportItem{item("new", "GET /new")}},
		Unreadable: []ImportFailure{{Path: "/bad", Method: "GET", Code: "APIG.3602"}},
	}
	task, events, err := h.state().RunImport(moment(), c)
	if err != nil || len(events) != 2 {
		t.Fatalf("%v, events %+v", err, events)
	}
	if _, ok := events[0].(APICreated); !ok || task.Status != TaskSucceeded || len(task.Imported.Success) != 1 || len(task.Imported.Failure) != 1 {
		t.Errorf("task %+v, events %+v", task.Imported, events)
	}
	if diff := cmp.Diff(TaskFinished{task}, events[1]); diff != "" {
		t.Errorf("the end of the task:\n%s", diff)
	}
	if _, _, err := given(h, events).state().RunImport(moment(), c); domain.CodeOf(err) != "APIG.3093" {
		t.Errorf("a second time: %v", err)
	}
}

// APIG V2 §3.30.3 ex: the refusal of an import is the failure of its task.
func TestRunImportThatIsRefused(t *testing.T) {
	t.Parallel()
	s := given(shop(), aTask("t1", TaskImport)).state()
	full := ImportAPIs{InstanceID: gw, GroupID: "g1"}
	for i := range maxEvents {
		full.Items = append(full.Items, item(fmt.Sprintf("api_%d", i), fmt.Sprintf("GET /%d", i)))
	}
	for code, c := range map[string]ImportAPIs{
		"APIG.3201": {InstanceID: gw, GroupName: "shop"}, "APIG.3001": {InstanceID: gw, GroupID: "g9"}, "APIG.3127": full,
	} {
		task, events, err := s.RunImport(moment(), RunImport{InstanceID: gw, TaskID: "t1", Import: c})
		if err != nil || len(events) != 1 || task.Status != TaskFailed || task.Failure.Code != code {
			t.Errorf("%s: %+v, %v, %d events", code, task.Failure, err, len(events))
		}
	}
}
