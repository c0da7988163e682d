package apig

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/wI2L/jsondiff"

	"github.com/gatelog/gatelog/domain"
)

// RestorePlan is what a restoration changes, or would change.
type RestorePlan struct {
	Created   []RestoreStep `json:"created" doc:"What is gone and comes again, under its old id."`
	Changed   []RestoreStep `json:"changed" doc:"What is there and was otherwise, with the JSON Patch."`
	Deleted   []RestoreStep `json:"deleted" doc:"What is there and was not."`
	Published []RestoreStep `json:"published" doc:"Versions that are gone and come again with the definition that ran."`
	Switched  []RestoreStep `json:"switched" doc:"Versions that are there and are put in effect again."`
	Offline   []RestoreStep `json:"offline" doc:"Publications that are in effect and were not."`
	Bound     []RestoreStep `json:"bound" doc:"Policies that are bound again, and apps that are authorized again."`
	Unbound   []RestoreStep `json:"unbound" doc:"Policies that are bound and were not."`
	// LeftOut is what was there then and does not come again.
	LeftOut []RestoreReason `json:"left_out" doc:"What was there and does not come again, and why."`
	// Refused says why none of it can be done.
	Refused []RestoreReason `json:"refused" doc:"Why the restoration is refused; empty when it can be done."`
	Events  int             `json:"events" doc:"How many events it takes; 0 when everything is as it was."`
}

// RestoreStep is one thing that a restoration changes.
type RestoreStep struct {
	Kind      string          `json:"kind" example:"api"`
	ID        string          `json:"id"`
	Name      string          `json:"name,omitempty"`
	APIID     string          `json:"api_id,omitempty" doc:"The API of a binding."`
	EnvID     string          `json:"env_id,omitempty"`
	VersionID string          `json:"version_id,omitempty"`
	Patch     json.RawMessage `json:"patch,omitempty" doc:"JSON Patch (RFC 6902) from what is to what was."`
}

// RestoreReason says of a thing why it stands in the way, or is left out.
type RestoreReason struct {
	Kind    string `json:"kind"`
	ID      string `json:"id,omitempty"`
	Name    string `json:"name,omitempty"`
	Code    string `json:"code,omitempty" doc:"The code that the operation would have which does just this."`
	Message string `json:"message"`
}

// String is the reason in one line.
func (r RestoreReason) String() string {
	if r.ID == "" {
		return fmt.Sprintf("%s %s: %s", r.Kind, shown(r.Name), r.Message)
	}
	return fmt.Sprintf("%s %s (%s): %s", r.Kind, r.ID, shown(r.Name), r.Message)
}

// CodeRestoreRefused: rules forbid what a restoration would do.
const CodeRestoreRefused = "gatelog.restore_refused"

// restoring is a restoration that is being decided: the state as it is, and what becomes of it.
type restoring struct {
	in     *instance
	m      *domain.Moment
	apis   []APIThen
	then   map[string]APIThen // by id
	gone   []*api             // that did not exist then
	group  Group              // that is restored; zero when only an API is
	plan   RestorePlan
	events []domain.Event

	claims    map[string]*claims       // by group
	responses map[string]struct{}      // ids that the group will have
	variables map[variableKey]Variable // that there will be, where it differs; a zero one is gone
	updated   map[variableKey]struct{} // variables that get another value
}

func newRestoring(in *instance, m *domain.Moment, apis []APIThen) *restoring {
	r := &restoring{
		in: in, m: m, apis: slices.Clone(apis), then: map[string]APIThen{}, claims: map[string]*claims{},
		variables: map[variableKey]Variable{}, updated: map[variableKey]struct{}{},
	}
	slices.SortFunc(r.apis, func(a, b APIThen) int { return cmp.Compare(a.API.ID, b.API.ID) })
	for _, a := range r.apis {
		r.then[a.API.ID] = a
	}
	none := func() []RestoreStep { return []RestoreStep{} }
	r.plan = RestorePlan{
		Created: none(), Changed: none(), Deleted: none(), Published: none(), Switched: none(), Offline: none(), Bound: none(), Unbound: none(),
		LeftOut: []RestoreReason{}, Refused: []RestoreReason{},
	}
	return r
}

// do adds events, and what the plan says of them to one of its lists.
func (r *restoring) do(list *[]RestoreStep, step RestoreStep, events ...domain.Event) {
	*list = append(*list, step)
	r.events = append(r.events, events...)
}

// refuse notes why a thing stands in the way.
func (r *restoring) refuse(kind, id, name string, why error) {
	reason := RestoreReason{Kind: kind, ID: id, Name: name, Message: why.Error()}
	if refused := refusalOf(why); refused != nil {
		reason.Code, reason.Message = refused.Code, refused.Message
	}
	r.plan.Refused = append(r.plan.Refused, reason)
}

func (r *restoring) leaveOut(kind, id, name, why string) {
	r.plan.LeftOut = append(r.plan.LeftOut, RestoreReason{Kind: kind, ID: id, Name: name, Message: why})
}

// leaveDomainNames tells of the domain names that a group had and which went with it: somebody else may have
// them by now, and their certificates are gone.
func (r *restoring) leaveDomainNames(names []string) {
	for _, name := range names {
		bound := slices.ContainsFunc(r.in.naming.ofGroup.of(r.group.ID), func(id string) bool { return r.in.naming.domains[id].Name == name })
		if !bound {
			r.leaveOut("domain", r.group.ID, name, "bind the domain name again, with its certificates")
		}
	}
}

// reasonsShown bounds how many reasons stand in one refusal; a dry run has all of them.
const reasonsShown = 100

// decided returns what was decided.
func (r *restoring) decided(dryRun bool) (RestorePlan, []domain.Event, error) {
	r.plan.Events = len(r.events)
	tooMany := domain.Errorf(domain.CodeTooLarge, "it takes %d events, and one change holds at most %d: restore the APIs one by one", len(r.events), maxEvents)
	if dryRun {
		if len(r.events) > maxEvents {
			r.refuse("group", r.group.ID, r.group.Name, tooMany)
		}
		return r.plan, nil, nil
	}
	if len(r.plan.Refused) > 0 {
		return RestorePlan{}, nil, domain.Errorf(CodeRestoreRefused, "%s", shownReasons(r.plan.Refused))
	}
	if len(r.events) > maxEvents {
		return RestorePlan{}, nil, tooMany
	}
	return r.plan, r.events, nil
}

// shownReasons names all reasons in one text, or the first of very many.
func shownReasons(refused []RestoreReason) string {
	var all []string
	for _, reason := range refused[:min(len(refused), reasonsShown)] {
		all = append(all, reason.String())
	}
	if more := len(refused) - reasonsShown; more > 0 {
		all = append(all, fmt.Sprintf("and %d more: a dry run names them all", more))
	}
	return strings.Join(all, "; ")
}

// patchOf returns the JSON Patch between two entities. They are made of texts, numbers and lists of them, so
// that their JSON cannot fail.
func patchOf(now, then any) json.RawMessage {
	patch, _ := jsondiff.Compare(now, then, jsondiff.LCS())
	text, _ := json.Marshal(patch)
	return text
}
