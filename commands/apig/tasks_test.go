package apig_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/commands"
	commandsapig "github.com/gatelog/gatelog/commands/apig"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// shelf keeps files in memory. full is what it answers instead of keeping one.
type shelf struct {
	mu    sync.Mutex
	files map[string][]byte
	full  error
}

func (s *shelf) Put(_ context.Context, tenant, instance, id string, content []byte, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full == nil {
		s.files[tenant+"/"+instance+"/"+id] = content
	}
	return s.full
}

func (s *shelf) Get(_ context.Context, tenant, instance, id string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[tenant+"/"+instance+"/"+id], nil
}

func (s *shelf) Delete(_ context.Context, tenant, instance, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files, tenant+"/"+instance+"/"+id)
	return nil
}

func (s *shelf) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.files)
}

// office reads every document as one API whose name is the text, and writes exports that say which try they
// are. err is what it answers, once for each.
type office struct {
	mu    sync.Mutex
	errs  []error
	tries int
}

func (o *office) next() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tries++
	if len(o.errs) == 0 {
		return nil
	}
	err := o.errs[0]
	o.errs = o.errs[1:]
	return err
}

func (o *office) ReadImport(_ context.Context, _, instance string, order apig.ImportOrder, text []byte) (apig.ImportAPIs, []apig.ImportFailure, error) {
	item := apig.ImportItem{Method: "GET", Path: "/" + string(text), Definition: apig.Definition{
		Name: string(text), Type: 1, ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: "/" + string(text), AuthType: "NONE", BackendType: "MOCK",
		MockInfo: &apig.Mock{ResultContent: "x"},
	}}
	return apig.ImportAPIs{InstanceID: instance, GroupID: order.GroupID, GroupName: "imported", Items: []apig.ImportItem{item}}, nil, o.next()
}

func (o *office) WriteExport(context.Context, string, string, apig.ExportOrder) (name, kind string, text []byte, err error) {
	err = o.next()
	return "shop", "json", fmt.Appendf(nil, "try %d", o.tries), err
}

// working is a bundle on a real log with files and documents of its own.
type working struct {
	*live
	files    *shelf
	office   *office
	instance string
}

func atWork(t *testing.T, errs ...error) *working {
	t.Helper()
	w := &working{live: onJetStream(t), files: &shelf{files: map[string][]byte{}}, office: &office{errs: errs}}
	w.bundle.files, w.bundle.documents = w.files, w.office
	w.instance = w.runs(t, "gateway")
	return w
}

func (w *working) imports(t *testing.T, call commands.Call, text string) (apig.Task, error) {
	t.Helper()
	task, _, err := w.RequestImport(t.Context(), w.bus, w.files, call, apig.RequestImport{InstanceID: w.instance}, []byte(text))
	return task, err
}

func (w *working) exports(t *testing.T) apig.Task {
	t.Helper()
	return done(t, w.bundle, w.RequestExport, apig.RequestExport{
		InstanceID: w.instance, Order: apig.ExportOrder{ExportBody: apig.ExportBody{EnvID: "e", GroupID: "g"}},
	})
}

// outcome waits until a task is over, and returns it.
func (w *working) outcome(t *testing.T, id string) apig.Task {
	t.Helper()
	var over apig.Task
	w.await(t, "the end of the task", func(ev domain.Event) bool {
		finished, ok := ev.(apig.TaskFinished)
		over = finished.Task
		return ok && over.ID == id
	})
	return over
}

// created counts the APIs that came into being.
func (w *working) created(t *testing.T) int {
	t.Helper()
	n := 0
	for _, ev := range w.events(t) {
		if _, ok := ev.(apig.APICreated); ok {
			n++
		}
	}
	return n
}

// awaitNoFiles waits until all files are gone, or gives up in the end.
func (w *working) awaitNoFiles(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	limit := time.After(soon)
	for w.files.len() > 0 {
		select {
		case <-tick.C:
		case <-limit:
			return
		}
	}
}

// Given an import, when it is carried out, then its APIs are made, and its file is gone (APIG V2 §3.30.2).
func TestAnImportIsCarriedOut(t *testing.T) {
	t.Parallel()
	w := atWork(t)
	task, err := w.imports(t, call(), "first")
	if err != nil || task.Status != apig.TaskWaiting || w.files.len() != 1 {
		t.Fatalf("%+v, %v, %d files", task, err, w.files.len())
	}
	stop := w.reacts(t, w.subscriber(t))
	over := w.outcome(t, task.ID)
	w.awaitNoFiles(t) // it goes when the end of the task is in the log
	stop()
	if over.Status != apig.TaskSucceeded || len(over.Imported.Success) != 1 || w.created(t) != 1 || w.files.len() != 0 {
		t.Errorf("%+v; %d APIs, %d files", over, w.created(t), w.files.len())
	}
	w.absent(t, "the text of a file")
}

// Given a node that ends while it carries tasks out, when another goes on, then each is done once.
func TestTasksSurviveARestart(t *testing.T) {
	t.Parallel()
	crash := errors.New("the database is away")
	w := atWork(t, crash, crash, nil, crash)
	imported, err := w.imports(t, call(), "first")
	if err != nil {
		t.Fatal(err)
	}
	exported := w.exports(t)
	stop := w.reacts(t, w.subscriber(t))
	w.await(t, "the start of the import", func(ev domain.Event) bool {
		started, ok := ev.(apig.TaskStarted)
		return ok && started.Task.ID == imported.ID
	})
	stop()
	w.reacts(t, w.subscriber(t))

	if over := w.outcome(t, imported.ID); over.Status != apig.TaskSucceeded || w.created(t) != 1 {
		t.Errorf("%+v; %d APIs", over, w.created(t))
	}
	over := w.outcome(t, exported.ID)
	text, err := w.files.Get(t.Context(), project, w.instance, over.Exported.ID)
	if err != nil || over.Status != apig.TaskSucceeded || over.Exported.Size != len(text) || over.Exported.Name != "shop" {
		t.Errorf("%+v, %q, %v", over.Exported, text, err)
	}
	starts := 0
	for _, ev := range w.events(t) {
		if _, ok := ev.(apig.TaskStarted); ok {
			starts++
		}
	}
	if starts != 2 {
		t.Errorf("two tasks were started %d times", starts)
	}
}

// APIG V2 §3.30.3 ex: a refusal is the failure of the task. It does not come again.
func TestTasksFail(t *testing.T) {
	t.Parallel()
	w := atWork(t, apig.ErrImportEmpty(), domain.Errorf(domain.CodeTooLarge, "too large"), apig.ErrGroupNotFound("g"))
	first, err1 := w.imports(t, call(), "first")
	second, err2 := w.imports(t, call(), "second")
	third := w.exports(t)
	lost, err3 := w.imports(t, call(), "lost")
	if err := errors.Join(err1, err2, err3, w.files.Delete(t.Context(), project, w.instance, lost.Import.File.ID)); err != nil {
		t.Fatal(err)
	}
	w.reacts(t, w.subscriber(t))
	// Tasks of one kind are carried out one after the other, in the order in which they came.
	for i, c := range []struct{ id, code string }{{first.ID, "APIG.3609"}, {second.ID, "APIG.3603"}, {third.ID, "APIG.3001"}, {lost.ID, "APIG.3600"}} {
		if over := w.outcome(t, c.id); over.Status != apig.TaskFailed || over.Failure.Code != c.code {
			t.Errorf("task %d: %+v, want %s", i+1, over.Failure, c.code)
		}
	}
	if w.office.tries != 3 || w.files.len() != 0 {
		t.Errorf("%d tries, %d files are left", w.office.tries, w.files.len())
	}
}

// keyed is a call with an Idempotency-Key.
func keyed(t *testing.T, key string) commands.Call {
	t.Helper()
	c, err := commands.Authorize(everything{}, project, commands.Meta{IdempotencyKey: key}, "x")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Given a request with an Idempotency-Key, when it comes again, then it is the same task with the same file;
// another file with the key is refused, and not kept.
func TestARepeatedImportIsOneTask(t *testing.T) {
	t.Parallel()
	w := atWork(t)
	first, err1 := w.imports(t, keyed(t, "k"), "first")
	again, err2 := w.imports(t, keyed(t, "k"), "first")
	if diff := cmp.Diff(first, again); err1 != nil || err2 != nil || diff != "" || w.files.len() != 1 {
		t.Errorf("%v, %v, %d files:\n%s", err1, err2, w.files.len(), diff)
	}
	if _, err := w.imports(t, keyed(t, "k"), "second"); domain.CodeOf(err) != domain.CodeKeyReused || w.files.len() != 1 {
		t.Errorf("another file: %v, %d files", err, w.files.len())
	}
	other, err := w.imports(t, call(), "first")
	if err != nil || other.ID == first.ID || w.files.len() != 2 {
		t.Errorf("another request: %+v, %v, %d files", other, err, w.files.len())
	}
}

// Given a request that is refused, when it is over, then its file is not kept; and one that can't be kept
// makes no task.
func TestARefusedImportLeavesNoFile(t *testing.T) {
	t.Parallel()
	w := atWork(t)
	_, _, err := w.RequestImport(t.Context(), w.bus, w.files, call(), apig.RequestImport{InstanceID: "nothing"}, []byte("x"))
	if domain.CodeOf(err) != "APIG.3030" || w.files.len() != 0 {
		t.Errorf("%v, %d files", err, w.files.len())
	}
	w.files.full = apig.ErrTaskFilesFull()
	before := len(w.events(t))
	if _, err := w.imports(t, call(), "x"); domain.CodeOf(err) != "APIG.3718" || len(w.events(t)) != before {
		t.Errorf("%v, %d events more", err, len(w.events(t))-before)
	}
}

var (
	_ commandsapig.TaskFiles     = (*shelf)(nil)
	_ commandsapig.TaskDocuments = (*office)(nil)
)
