package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/commands"
	commandsidentity "github.com/gatelog/gatelog/commands/identity"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/projections"
)

func TestTheFirstStartMakesWhatIsNeeded(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	s := d.start()
	c := s.works(d)
	if diff := cmp.Diff(&c, s.made); diff != "" {
		t.Errorf("credentials (-in the file +told):\n%s", diff)
	}
	if c.Endpoint != s.url || c.User != "admin" {
		t.Errorf("endpoint %s, user %s; want %s, admin", c.Endpoint, c.User, s.url)
	}
	info, err := os.Stat(s.credentialsPath())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	s.stop()

	again := d.start()
	if again.made != nil {
		t.Error("the second start made credentials")
	}
	if diff := cmp.Diff(c, again.works(d)); diff != "" {
		t.Errorf("credentials (-first start +second):\n%s", diff)
	}
}

// byHand is a bus on engines of a deployment, to do a part of what a first start does.
type byHand struct {
	t        *testing.T
	bus      *commands.Bus
	identity *commandsidentity.Commands
	project  string
	user     string
	instance string
}

// goneSoFar does the first so many steps of a first start, and ends.
func (d *deployment) goneSoFar(steps int) {
	d.t.Helper()
	e := d.engines()
	n := &Node{config: d.Config, engines: e, logger: silent, marks: projections.NewWatermarks()}
	if err := n.build(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	b := commands.New(commands.Options{Log: e.Log, Waiter: unread{}, Sealer: e.Keyring, Node: "dying", Logger: silent, Now: now})
	h := &byHand{t: d.t, bus: b, identity: n.identity}
	all := []func(){
		func() { h.must(n.markFirstStart()) },
		h.account,
		func() {
			_, _, err := h.identity.SetPassword(d.t.Context(), b, h.call(identity.Account), h.user, "a password")
			h.must(err)
		},
		func() { h.request(n) },
		func() { h.advance(n) }, func() { h.advance(n) }, func() { h.advance(n) }, func() { h.advance(n) },
	}
	for _, step := range all[:steps] {
		step()
	}
	b.Close()
	h.must(errors.Join(n.release(), e.Close()))
}

// stepsOfAFirstStart are those that goneSoFar knows.
const stepsOfAFirstStart = 8

func (h *byHand) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *byHand) call(tenant string) commands.Call {
	return commands.System(tenant, requestBootstrap, "first start")
}

func (h *byHand) account() {
	made, err := h.identity.Bootstrap(h.t.Context(), h.bus, commandsidentity.Bootstrap{Account: firstAccount, Project: "default", User: firstUser})
	h.must(err)
	h.project, h.user = made.Project.ID, made.User.ID
}

func (h *byHand) request(n *Node) {
	i, _, err := n.apig.CreateInstance.Do(h.t.Context(), h.bus, h.call(h.project), apig.CreateInstance{Body: apig.InstanceBody{
		Name: firstInstance, SpecID: "BASIC", VPCID: "default", SubnetID: "default", SecurityGroupID: "default", AvailableZoneIDs: []string{"default"},
	}})
	h.must(err)
	h.instance = i.ID
}

func (h *byHand) advance(n *Node) {
	_, _, err := n.apig.AdvanceInstance.Do(h.t.Context(), h.bus, h.call(h.project), apig.AdvanceInstance{InstanceID: h.instance})
	h.must(err)
}

// A first start can be killed between any two of its steps: the next start makes up for what is missing.
func TestAFirstStartThatWasKilled(t *testing.T) {
	t.Parallel()
	killed := func(t *testing.T, place func(*testing.T) *deployment, steps int) {
		t.Parallel()
		d := place(t)
		d.goneSoFar(steps)
		s := d.start()
		s.works(d)
		if s.made == nil {
			t.Error("the next start told no credentials")
		}
		if n := len(s.accounts.KeysOf(userID(t, s))); n > 2 {
			t.Errorf("the administrator has %d keys", n)
		}
	}
	for steps := range stepsOfAFirstStart + 1 {
		t.Run(fmt.Sprintf("%d steps", steps), func(t *testing.T) { killed(t, newDeployment, steps) })
	}
	for _, steps := range []int{1, 2, stepsOfAFirstStart} {
		t.Run(fmt.Sprintf("%d steps, with the log elsewhere", steps), func(t *testing.T) { killed(t, elsewhere, steps) })
	}
}

func userID(t *testing.T, s *served) string {
	t.Helper()
	u, ok := s.accounts.ByName(firstUser)
	if !ok {
		t.Fatal("there is no administrator")
	}
	return u.ID
}

// unread is for commands that nobody reads after.
type unread struct{}

// Await implements commands.Waiter.
func (unread) Await(context.Context, string, domain.Position) error { return nil }

// The same with a node that is asked to stop when the log has so many messages.
func TestAFirstStartThatWasStopped(t *testing.T) {
	t.Parallel()
	stopped := func(t *testing.T, place func(*testing.T) *deployment, after int) {
		t.Parallel()
		d := place(t)
		n, e := d.building()
		ctx, cancel := context.WithTimeout(t.Context(), soon)
		defer cancel()
		watched := make(chan error, 1)
		go func() {
			seen := 0
			watched <- e.Log.Follow(ctx, 0, 1, func([]eventstore.Recorded) error {
				if seen++; seen == after {
					cancel()
				}
				return nil
			})
		}()
		if err := n.Run(ctx, nil); err != nil || errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.Errorf("it ended with %v, %v", err, ctx.Err())
		}
		cancel()
		<-watched
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		d.start().works(d)
	}
	for _, after := range []int{1, 4, 7, 10, 13} {
		t.Run(fmt.Sprintf("after %d messages", after), func(t *testing.T) { stopped(t, newDeployment, after) })
	}
	for _, after := range []int{5, 9} {
		t.Run(fmt.Sprintf("after %d messages, with the log elsewhere", after), func(t *testing.T) { stopped(t, elsewhere, after) })
	}
}

// A node that finds out only when it asks that another one has made the account leaves no trace of a first
// start.
func TestANodeThatIsTooLateForTheFirstStart(t *testing.T) {
	t.Parallel()
	d := elsewhere(t)
	d.start()
	late := d.beside()
	n, _ := late.built() // it does not run, and so knows of no account
	made, err := n.bootstrap(t.Context())
	if made != nil || err != nil {
		t.Errorf("it made %+v, %v", made, err)
	}
	if at := n.firstStart(); at != neverHere {
		t.Errorf("it left word of a first start: %d", at)
	}
}
