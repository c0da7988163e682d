package apig

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/huandu/go-clone"

	"github.com/gatelog/gatelog/domain"
)

// ApplyDeclaration makes an instance, or groups of it, what is declared: everything or nothing. What is as it
// is declared causes no event.
type ApplyDeclaration struct {
	InstanceID  string      `json:"instance_id"`
	Declaration Declaration `json:"declaration"`
	// Written has the definitions at the positions that FindRunning gave.
	Written map[domain.Position]Definition `json:"written,omitempty"`
	Secrets FreshSecrets                   `json:"secrets"`
	// Keep leaves alone what is not declared.
	Keep bool `json:"keep,omitempty"`
	// DryRun asks for the plan alone.
	DryRun bool `json:"dry_run,omitempty"`
	// Digest stands for the declaration in comparisons: sealing gives its secrets another text each time. It never
	// gets into the log in the clear.
	Digest string `json:"digest,omitempty"`
}

// FreshSecrets are sealed secrets for things that may have to be made, by name.
type FreshSecrets struct {
	Apps       map[string]SealedSecret   `json:"apps,omitempty"`
	Signatures map[string]FreshSignature `json:"signatures,omitempty"`
}

// FreshSignature are key and secret of a signature key.
type FreshSignature struct {
	Key    SignSecret `json:"key"`
	Secret SignSecret `json:"secret"`
}

// Fingerprint is what the client asked for, without what differs with every sending.
func (c ApplyDeclaration) Fingerprint() any {
	c.Written, c.Secrets, c.Declaration = nil, FreshSecrets{}, Declaration{}
	return c
}

// ChangePlan is what applying a declaration changes, or would change.
type ChangePlan struct {
	Changes []PlannedChange `json:"changes" doc:"In the order in which they are made; empty when everything is as it is declared."`
	Refused []RestoreReason `json:"refused" doc:"Why it cannot be applied; empty when it can."`
	Events  int             `json:"events" doc:"How many events it takes."`
}

// PlannedChange is one thing that is created, changed or deleted.
type PlannedChange struct {
	Action string          `json:"action" enum:"create,change,delete" doc:"What becomes of it."`
	Kind   string          `json:"kind" example:"api" doc:"Kind of the thing: environment, channel, group, api, publication, …"`
	Name   string          `json:"name"`
	Within string          `json:"within,omitempty" doc:"What it is in: a group, a policy, an app."`
	Env    string          `json:"env,omitempty" doc:"Environment of a publication, and of what is bound to it."`
	Patch  json.RawMessage `json:"patch" doc:"JSON Patch (RFC 6902) of the thing in its declared form."`
}

// CodePlanRefused: rules forbid what a declaration asks for.
const CodePlanRefused = "gatelog.plan_refused"

// Bounds of the work of one plan.
const (
	// settlings is how often what could not be done is tried again after everything else.
	settlings = 10
	// maxSteps is how many steps a declaration can take, most of which change nothing.
	maxSteps = 100_000
)

// planning is a declaration that is being compared with an instance: each step is decided by the operation that
// it stands for, on a copy of the state, which then has what the step causes.
type planning struct {
	s       *State // the copy
	in      *instance
	m       *domain.Moment
	run     running
	secrets FreshSecrets
	keep    bool // what is not declared
	plan    ChangePlan
	events  []domain.Event

	first, middle, last []step
}

// step is one operation that may be needed.
type step struct {
	PlannedChange
	do func() ([]domain.Event, error)
	// show is the thing as it is declared; nil when there is none.
	show func() any
}

// ApplyDeclaration decides on the command of that name. Errors: gatelog.invalid for another format or a name
// that is declared twice; APIG.3030, 3718; gatelog.conflict when something was published since FindRunning;
// gatelog.command_too_large when it takes more events than one append holds; gatelog.plan_refused with all
// reasons. A dry run has the reasons in its plan.
func (s *State) ApplyDeclaration(m *domain.Moment, c ApplyDeclaration) (ChangePlan, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return ChangePlan{}, nil, err
	}
	if err := c.Declaration.check(); err != nil {
		return ChangePlan{}, nil, err
	}
	if err := in.allPlaced(); err != nil {
		return ChangePlan{}, nil, err
	}
	p := s.planning(m, in, c.Written)
	p.secrets, p.keep = c.Secrets, c.Keep
	if err := p.steps(c.Declaration); err != nil {
		return ChangePlan{}, nil, err
	}
	return p.done(c.DryRun)
}

// planning begins to plan on a copy of an instance.
func (s *State) planning(m *domain.Moment, in *instance, written map[domain.Position]Definition) *planning {
	p := &planning{s: s.fork(in), m: m, plan: ChangePlan{Changes: []PlannedChange{}, Refused: []RestoreReason{}}}
	p.in = p.s.instances[in.ID]
	p.run = runningOf(p.in, written)
	return p
}

// done takes all steps and returns what they come to.
func (p *planning) done(dryRun bool) (ChangePlan, []domain.Event, error) {
	if err := p.settle(slices.Concat(p.first, p.middle, reversed(p.last))); err != nil {
		return ChangePlan{}, nil, err
	}
	return p.decided(dryRun)
}

// fork returns a state of its own with what s knows of one instance.
func (s *State) fork(in *instance) *State {
	f := NewState(s.tenant)
	f.instanceNames, f.quotas = maps.Clone(s.instanceNames), maps.Clone(s.quotas)
	f.certificates = *copied(&s.certificates)
	f.instances[in.ID] = copied(in)
	return f
}

// copier makes deep copies in which what points to the same thing does so again. What is only ever replaced as a
// whole is shared, since a large instance has many of them.
var copier = func() *clone.Allocator {
	a := clone.FromHeap()
	for _, whole := range []any{API{}, Publication{}, Binding{}, AppAuth{}} {
		a.MarkAsScalar(reflect.TypeOf(whole))
	}
	return a
}()

func copied[T any](of *T) *T { return copier.CloneSlowly(reflect.ValueOf(of)).Interface().(*T) }

func reversed(steps []step) []step {
	steps = slices.Clone(steps)
	slices.Reverse(steps)
	return steps
}

// settle decides the steps in their order. One that is refused may be possible once others are done: an API
// needs its channel, a name must be free, a quota may be full. So what is refused is tried again, as long as
// that helps.
func (p *planning) settle(steps []step) error {
	if len(steps) > maxSteps {
		return domain.Errorf(domain.CodeTooLarge, "it has %d parts, and at most %d are compared at once: apply the groups one by one", len(steps), maxSteps)
	}
	for range settlings {
		var left []step
		var reasons []RestoreReason
		for _, st := range steps {
			err := p.try(st)
			if err == nil {
				continue
			}
			refused := refusalOf(err)
			if errors.Is(err, ErrNotPlaced) {
				refused = domain.Errorf(CodePlanRefused, "it needs what is published by the same declaration: apply it in two parts")
			}
			if refused == nil || refused.Code == domain.CodeConflict {
				return err
			}
			left = append(left, st)
			reasons = append(reasons, RestoreReason{Kind: st.Kind, Name: st.title(), Code: refused.Code, Message: refused.Message})
		}
		// More than one change could hold need not be tried again.
		if len(left) == 0 || len(left) == len(steps) || len(left) > maxEvents {
			p.plan.Refused = append(p.plan.Refused, reasons...)
			return nil
		}
		steps = left
	}
	p.plan.Refused = append(p.plan.Refused, RestoreReason{
		Kind: "declaration", Code: domain.CodeTooLarge, Message: "its parts depend on each other too deeply: apply it in several parts",
	})
	return nil
}

// title names the thing of a step with where it is.
func (c PlannedChange) title() string {
	title := c.Name
	if c.Within != "" && c.Name != "" {
		title = c.Within + "/" + c.Name
	} else if c.Name == "" {
		title = c.Within
	}
	if c.Env != "" {
		title += " in " + c.Env
	}
	return title
}

// try decides one step, and notes what it changes.
func (p *planning) try(st step) error {
	before := st.show()
	caused, err := st.do()
	if err != nil || len(caused) == 0 {
		return err
	}
	for _, ev := range caused {
		p.s.Apply(domain.Recorded{Tenant: p.s.tenant, Time: p.m.Now, Event: ev})
	}
	p.events = append(p.events, caused...)
	after := st.show()
	change := st.PlannedChange
	switch {
	case before == nil:
		change.Action = "create"
	case after == nil:
		change.Action = "delete"
	default:
		change.Action = "change"
	}
	change.Patch = patchOf(before, after)
	p.plan.Changes = append(p.plan.Changes, change)
	return nil
}

// decided returns what was decided.
func (p *planning) decided(dryRun bool) (ChangePlan, []domain.Event, error) {
	p.plan.Events = len(p.events)
	tooMany := domain.Errorf(domain.CodeTooLarge, "it takes %d events, and one change holds at most %d: apply the groups one by one", len(p.events), maxEvents)
	if dryRun {
		if len(p.events) > maxEvents {
			p.plan.Refused = append(p.plan.Refused, RestoreReason{Kind: "declaration", Code: tooMany.Code, Message: tooMany.Message})
		}
		return p.plan, nil, nil
	}
	if len(p.plan.Refused) > 0 {
		return ChangePlan{}, nil, domain.Errorf(CodePlanRefused, "%s", shownReasons(p.plan.Refused))
	}
	if len(p.events) > maxEvents {
		return ChangePlan{}, nil, tooMany
	}
	return p.plan, p.events, nil
}

// check refuses what is no declaration.
func (d Declaration) check() error {
	if d.Format != DeclarationFormat {
		return domain.Errorf(domain.CodeInvalid, "the declaration has the format %d: this server reads %d", d.Format, DeclarationFormat)
	}
	if d.Scope != ScopeInstance && d.Scope != ScopeGroups {
		return domain.Errorf(domain.CodeInvalid, "scope is neither %s nor %s", ScopeInstance, ScopeGroups)
	}
	n := 0
	for _, g := range d.Groups {
		n += len(g.APIs)
	}
	if n > maxDeclaredAPIs {
		return errTooManyDeclared(n)
	}
	return nil
}

// planOf adds the steps of one kind: create or change what is declared and, unless the list is not spoken of,
// remove what is not.
func planOf[T any](p *planning, k declaredKind[T], within string, wanted []T) error {
	if wanted == nil {
		return nil
	}
	declared := map[string]struct{}{}
	for _, t := range wanted {
		name := k.nameOf(t)
		if _, twice := declared[name]; twice {
			return domain.Errorf(domain.CodeInvalid, "%s is declared twice", PlannedChange{Kind: k.name, Name: name, Within: within})
		}
		declared[name] = struct{}{}
		p.middle = append(p.middle, stepOf(p, k, within, name, func() ([]domain.Event, error) {
			id, there := k.known(p.in, within)[name]
			switch {
			case !there:
				return k.create(p, within, t)
			case reflect.DeepEqual(k.shown(p.in, id), t): // also when a rule would not admit it any more
				return nil, nil
			}
			return k.change(p, id, t)
		}))
	}
	if k.remove != nil && !p.keep {
		for _, name := range sortedNames(k.known(p.in, within)) {
			if _, stays := declared[name]; !stays {
				p.last = append(p.last, removal(p, k, within, name))
			}
		}
	}
	return nil
}

// String names the thing for messages.
func (c PlannedChange) String() string { return fmt.Sprintf("%s %s", c.Kind, shown(c.title())) }

func removal[T any](p *planning, k declaredKind[T], within, name string) step {
	return stepOf(p, k, within, name, func() ([]domain.Event, error) {
		id, there := k.known(p.in, within)[name]
		if !there { // it went with something else
			return nil, nil
		}
		return k.remove(p, id)
	})
}

func stepOf[T any](p *planning, k declaredKind[T], within, name string, do func() ([]domain.Event, error)) step {
	return step{
		PlannedChange: PlannedChange{Kind: k.name, Name: name, Within: within},
		do:            do,
		show: func() any {
			id, there := k.known(p.in, within)[name]
			if !there {
				return nil
			}
			return k.shown(p.in, id)
		},
	}
}
