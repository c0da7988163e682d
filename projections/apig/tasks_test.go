package apig

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// taskFiles are those of an empty database.
func taskFiles(t *testing.T) TaskFiles {
	t.Helper()
	p := newPast(t).project()
	return TaskFiles{DB: p.db}
}

// keep keeps a file of the instance gw of t1 until a time from now.
func (f TaskFiles) keep(t *testing.T, id, content string, life time.Duration) {
	t.Helper()
	if err := f.Put(t.Context(), "t1", "gw", id, []byte(content), time.Now().Add(life)); err != nil {
		t.Fatal(err)
	}
}

func (f TaskFiles) content(t *testing.T, tenant, instance, id string) string {
	t.Helper()
	content, err := f.Get(t.Context(), tenant, instance, id)
	if err != nil {
		t.Fatal(err)
	}
	if content == nil {
		return "nothing"
	}
	return string(content)
}

// Given a file, when it is asked for, then its owner gets it, until it is deleted or swept.
func TestTaskFiles(t *testing.T) {
	t.Parallel()
	f := taskFiles(t)
	f.keep(t, "f1", "a\x00b", time.Hour)
	f.keep(t, "empty", "", time.Hour)
	f.keep(t, "old", "x", -time.Second)
	f.keep(t, "renewed", "x", -time.Second)
	f.keep(t, "renewed", "x", time.Hour)
	if err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := f.Delete(t.Context(), "t2", "gw", "f1"); err != nil {
		t.Fatal(err)
	}
	for place, want := range map[[3]string]string{
		{"t1", "gw", "f1"}: "a\x00b", {"t1", "gw", "empty"}: "", {"t1", "gw", "renewed"}: "x",
		{"t1", "gw", "old"}: "nothing", {"t2", "gw", "f1"}: "nothing", {"t1", "other", "f1"}: "nothing",
	} {
		if got := f.content(t, place[0], place[1], place[2]); got != want {
			t.Errorf("%v: %q, want %q", place, got, want)
		}
	}
	if err := f.Delete(t.Context(), "t1", "gw", "f1"); err != nil || f.content(t, "t1", "gw", "f1") != "nothing" {
		t.Errorf("a deleted file is still there, %v", err)
	}
}

// Given files that take all the room, when another one is to be kept, then it is refused, but not in another
// instance.
func TestTaskFilesHaveBounds(t *testing.T) {
	t.Parallel()
	f := taskFiles(t)
	f.keep(t, "f1", "x", time.Hour)
	if _, err := f.DB.ExecContext(t.Context(), "UPDATE gatelog.task_files SET size = $1", maxTaskFiles-1); err != nil {
		t.Fatal(err)
	}
	f.keep(t, "f2", "y", time.Hour)
	if err := f.Put(t.Context(), "t1", "gw", "f3", []byte("z"), time.Now()); domain.CodeOf(err) != "APIG.3718" {
		t.Errorf("%v, want APIG.3718", err)
	}
	if err := f.Put(t.Context(), "t1", "gw2", "f3", []byte("z"), time.Now()); err != nil {
		t.Errorf("in another instance: %v", err)
	}
}

// Given the events of a task, when it is asked for, then it is as the newest says, until it expires or its
// instance is gone (APIG V2 §3.30.3).
func TestTaskRows(t *testing.T) {
	t.Parallel()
	waiting := apig.Task{ID: "k1", InstanceID: pastInstance, Status: apig.TaskWaiting, ExpireTime: time.Now().Add(time.Hour).UTC().Truncate(time.Second)}
	started, over, expired := waiting, waiting, waiting
	started.Status, over.Status, expired.ExpireTime = apig.TaskProcessing, apig.TaskSucceeded, time.Now().Add(-time.Second)
	over.Imported = &apig.ImportResult{GroupID: "g"}
	for name, c := range map[string]struct {
		then []domain.Event
		want apig.Task
		code string
	}{
		"requested":   {nil, waiting, ""},
		"started":     {[]domain.Event{apig.TaskStarted{Task: started}}, started, ""},
		"finished":    {[]domain.Event{apig.TaskStarted{Task: started}, apig.TaskFinished{Task: over}}, over, ""},
		"expired":     {[]domain.Event{apig.TaskExpired{InstanceID: pastInstance, TaskID: "k1"}}, apig.Task{}, "APIG.3093"},
		"about to":    {[]domain.Event{apig.TaskStarted{Task: expired}}, apig.Task{}, "APIG.3093"},
		"all is gone": {[]domain.Event{apig.InstanceDeleted{InstanceID: pastInstance}}, apig.Task{}, "APIG.3030"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t)
			p.has(apig.TaskRequested{Task: waiting})
			p.has(c.then...)
			got, err := p.project().Task(t.Context(), pastIn, "k1")
			if diff := cmp.Diff(c.want, got); domain.CodeOf(err) != c.code || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}
