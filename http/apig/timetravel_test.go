package apig_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/internal/nodetest"
)

// seen is an answer of the past: what was asked when the log ended at a position, and what was answered.
type seen struct {
	by                   *nodetest.Client
	position, path, body string
	status               int
}

// traveller makes history and remembers what it saw.
type traveller struct {
	*nodetest.Client
	t      *testing.T
	random *rand.Rand
	saw    []seen

	applied uint64 // up to where the read models are known to be
}

// change sends one of the mutations of the table at random, of which some are refused: what they would
// change may be gone.
func (v *traveller) change(mutations []operation) {
	o := mutations[v.random.IntN(len(mutations))]
	v.Set("new", nodetest.Unique("new"))
	a := v.Send(v.t, o.request())
	if a.Status >= 500 {
		v.t.Fatalf("%s = %d: %.500s", o.id, a.Status, a.Body)
	}
}

// look asks everything that can be asked.
func (v *traveller) look(questions []operation) {
	for _, o := range questions {
		path := v.Fill(o.path)
		if !strings.HasPrefix(path, "/") {
			path = v.Fill("/v2/$project/apigw/instances/$instance/") + path
		}
		before := v.newest()
		v.awaits(before)
		a := v.Send(v.t, nodetest.Request{Path: path})
		if v.newest() == before { // nothing went on by itself meanwhile
			v.saw = append(v.saw, seen{v.Client, strconv.FormatUint(before, 10), path, a.Body, a.Status})
		}
	}
}

// awaits waits until the read models hold what is at a position: a reaction may have put it there, whom
// nobody's answer waits for.
func (v *traveller) awaits(position uint64) {
	if v.applied >= position {
		return
	}
	nodetest.Eventually(v.t, "the read models have caught up", func() bool {
		var all gatelog.ProjectionListView
		nodetest.Admin(v.t).Must(v.t, 200, nodetest.Request{Path: "/gatelog/v1/projections"}).Into(v.t, &all)
		for _, p := range all.Projections {
			if p.Name == "apig" {
				v.applied = uint64(p.Position)
			}
		}
		return v.applied >= position
	})
}

// newest is the position of the newest event of the project.
func (v *traveller) newest() uint64 {
	newest, err := v.Node.Log.Newest(v.t.Context(), eventstore.Tenant("apig", v.Project), 0)
	if err != nil {
		v.t.Fatal(err)
	}
	return uint64(newest.Position)
}

// counted says that the operation tells what was counted, which has no past.
func counted(o operation) bool {
	return strings.HasPrefix(o.path, "statistics/") || strings.HasPrefix(o.path, "metric-data")
}

func TestWhatWasCountedHasNoPast(t *testing.T) {
	t.Parallel()
	c := wholeWorld(t)
	for _, o := range operations {
		if counted(o) {
			nodetest.Scenario{Path: o.path + "&as_of=1", Status: 400, Code: "APIG.2012"}.Run(t, c)
		}
	}
}

// Whatever was answered to a GET is answered again, byte for byte, when it is asked as of then.
func TestEveryGETCanBeAskedAsOfThen(t *testing.T) {
	t.Parallel()
	var mutations, questions []operation
	for _, o := range operations {
		switch {
		case counted(o):
		case o.method == http.MethodGet:
			questions = append(questions, o)
		case len(o.events) > 0 && (!o.onInstances || o.method != http.MethodDelete): // the instance is needed to the end
			mutations = append(mutations, o)
		}
	}
	v := &traveller{t: t, random: rand.New(rand.NewPCG(1, 2))}
	const changes, furnished, looks = 2000, 100, 40
	for i := range changes {
		if i%furnished == 0 { // much is deleted by now
			v.Client = wholeWorld(t)
		}
		v.change(mutations)
		if i%(changes/looks) == changes/looks/2 {
			v.look(questions)
		}
	}
	if least := looks * len(questions) / 2; len(v.saw) < least {
		t.Errorf("saw %d answers, want at least %d", len(v.saw), least)
	}
	for _, was := range v.saw {
		sign := "?"
		if strings.Contains(was.path, "?") {
			sign = "&"
		}
		a := was.by.Send(t, nodetest.Request{Path: was.path + sign + "as_of=" + was.position})
		if a.Status != was.status || a.Body != was.body {
			t.Fatalf("%s as of %s:\n%d %.2000s\nit was\n%d %.2000s", was.path, was.position, a.Status, a.Body, was.status, was.body)
		}
	}
}

func TestAsOfNamesAMomentThatHasBeen(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	for _, moment := range []string{"", "0", "-1", "99999999999", "1e3", "yesterday", "2999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "18446744073709551616", "5&as_of=6"} {
		nodetest.Scenario{Path: "envs?as_of=" + moment, Status: 400, Code: "APIG.2012"}.Run(t, c)
	}
	a := c.Must(t, 201, post("envs", `{"name":"$new"}`))
	// A time is the last position before or at it; by then the environment was there.
	created := a.Text(t, "create_time")
	for moment, there := range map[string]bool{created: true, a.Header.Get("Gatelog-Position"): true, "1": false} {
		got := c.Send(t, get(fmt.Sprintf("envs?as_of=%s", moment)))
		if there && (got.Status != 200 || !strings.Contains(got.Body, c.Get("new"))) {
			t.Errorf("as of %s: %d %s", moment, got.Status, got.Body)
		}
		if !there && got.Status != 404 { // there was not even the instance
			t.Errorf("as of %s: %d %s", moment, got.Status, got.Body)
		}
	}
	// Only questions have a past.
	nodetest.Scenario{Method: "POST", Path: "envs?as_of=1", Body: `{"name":"other"}`, Status: 400, Code: "APIG.2012"}.Run(t, c)
}
