package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// RestoreGroup brings a group back to what it was at a moment, as a new change: the group itself, its APIs
// with their drafts, publications and bindings, its variables and its responses. Things that are gone come
// again under their old ids. A group that is as it was causes no event.
type RestoreGroup struct {
	InstanceID string    `json:"instance_id"`
	Then       GroupThen `json:"then"`
	// DryRun asks for the plan alone.
	DryRun bool `json:"dry_run,omitempty"`
}

// RestoreAPI is RestoreGroup for one API: its draft, publications and bindings. Variables and responses of
// its group stay as they are.
type RestoreAPI struct {
	InstanceID string  `json:"instance_id"`
	Then       APIThen `json:"then"`
	DryRun     bool    `json:"dry_run,omitempty"`
}

// GroupThen is a group as it was, read from the past.
type GroupThen struct {
	Group Group `json:"group"`
	// APIs are those of the group then, and those that it has now and that were in another group then.
	APIs []APIThen `json:"apis"`
	// Known are the ids of the APIs that the group had when the past was read: one that is not in APIs did
	// not exist then.
	Known     []string   `json:"known"`
	Variables []Variable `json:"variables"`
	Responses []Response `json:"responses"`
	// DomainNames are those that the group had; a restored group is not bound to them again.
	DomainNames []string `json:"domain_names"`
}

// APIThen is an API as it was.
type APIThen struct {
	API          API               `json:"api"`
	Publications []PublicationThen `json:"publications"`
	Bindings     []BindingThen     `json:"bindings"`
	// Auths are the authorizations of apps: those come again that ended with the API.
	Auths []AppAuth `json:"auths"`
}

// PublicationThen is a publication that was in effect.
type PublicationThen struct {
	Publication
	// Definition is that of the version; nil when it was the draft's.
	Definition *Definition `json:"definition,omitempty"`
	// Values are those of the variables that the version ran with.
	Values map[string]string `json:"values,omitempty"`
}

// The families of policies that can be bound, as BindingThen names them.
const (
	FamilyThrottle  = "throttle"
	FamilyACL       = "acl"
	FamilySignature = "signature"
	FamilyPlugin    = "plugin"
)

// BindingThen is a policy that was bound to an API in an environment.
type BindingThen struct {
	Family string `json:"family"`
	Binding
}

// RestoreGroup decides on the command of that name. Errors: APIG.3030, 3718; gatelog.conflict when the group
// got APIs since the past was read; gatelog.command_too_large when it takes more events than one append
// holds; gatelog.restore_refused with all reasons. A dry run has the reasons in its plan.
func (s *State) RestoreGroup(m *domain.Moment, c RestoreGroup) (RestorePlan, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return RestorePlan{}, nil, err
	}
	if err := in.allPlaced(); err != nil {
		return RestorePlan{}, nil, err
	}
	r := newRestoring(in, m, c.Then.APIs)
	r.group = c.Then.Group
	if err := r.findGone(c.Then.Known); err != nil {
		return RestorePlan{}, nil, err
	}
	r.restoreGroup()
	r.takeOffline()
	r.deleteGone()
	r.restoreResponses(c.Then.Responses)
	r.restoreVariables(c.Then.Variables)
	r.restoreDrafts()
	r.restorePublications()
	r.restoreBindings()
	r.leaveDomainNames(c.Then.DomainNames)
	return r.decided(c.DryRun)
}

// RestoreAPI decides on the command of that name. Errors: those of RestoreGroup.
func (s *State) RestoreAPI(m *domain.Moment, c RestoreAPI) (RestorePlan, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return RestorePlan{}, nil, err
	}
	if err := in.allPlaced(); err != nil {
		return RestorePlan{}, nil, err
	}
	r := newRestoring(in, m, []APIThen{c.Then})
	r.takeOffline()
	r.restoreDrafts()
	r.restorePublications()
	r.restoreBindings()
	return r.decided(c.DryRun)
}
