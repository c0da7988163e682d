package apig

import "github.com/gatelog/gatelog/domain"

// State is what the decisions of one project need to know: all its instances with what is in them,
// and indexes so that a decision costs no more than what it touches. It is folded from the project's
// events (Apply); decisions read it and never change it. It is for one goroutine at a time.
type State struct {
	tenant        string
	instances     map[string]*instance
	instanceNames map[string]string // name to id
	quotas        map[string]int    // of the tenant, where an operator set one
	certificates  certificates
}

var _ domain.State = (*State)(nil)

// instance is an instance with everything beneath it.
type instance struct {
	Instance
	groups      map[string]*group
	groupNames  map[string]string // name to id
	envs        map[string]*environment
	envNames    map[string]string // name to id
	variables   map[string]*variable
	variableIDs map[variableKey]string
	apis        map[string]*api
	apiNames    map[string]int // how many drafts have the name
	routes      map[route]int  // how many drafts have the route
	versions    map[string]*version
	unplaced    map[string]string                   // versions in an event without a position yet, to its id
	users       map[variableKey]map[string]struct{} // ids of APIs in effect that refer to the variable
	features    map[string]Feature
	credentials credentials
	quotas      map[string]int       // where an operator set one
	published   map[string]placement // publish_id of what is in effect to where it is
	throttling  throttling
	access      access
	signing     signing
	channels    channels
	authorizers authorizers
	responses   map[string]*Response // of all groups
	tasks       tasks

	orchestrations orchestrations
	plugins        plugins
	naming         naming
	endpoints      endpoints
	references
}

type group struct {
	Group
	names     map[string]string // name of a draft to API id
	routes    map[route]string  // route of a draft to API id
	variables map[string]struct{}
	responses map[string]string // name to id
	published int               // versions in effect that belong to the group
}

type environment struct {
	Environment
	variables map[string]struct{}
	published int // versions in effect
}

type variable struct {
	Variable
	stale map[string]struct{} // ids of APIs still to be published again with the value
}

// variableKey is what a variable's name is unique in.
type variableKey struct{ groupID, envID, name string }

func keyOf(v Variable) variableKey { return variableKey{v.GroupID, v.EnvID, v.Name} }

type api struct {
	API
	position domain.Position // of the event that holds the draft; 0 while it is not in the log
	unplaced string          // id of that event while position is 0
	inEffect map[string]effect
	versions []string // ids, in the order of publication
}

// effect is a publication record with the version that it puts in effect, and where.
type effect struct {
	Publication
	version *version
	group   *group
	env     *environment
}

// version is what a version needs to be put in effect again.
type version struct {
	id, no, apiID, envID, groupID, remark string

	definition domain.Position
	refs       []string // names of the variables that the definition refers to
	uses       []use    // what else it refers to
}

// NewState returns the state of a project in which nothing has happened yet. tenant is the project id.
func NewState(tenant string) *State {
	return &State{
		tenant:        tenant,
		instances:     map[string]*instance{},
		instanceNames: map[string]string{},
		quotas:        map[string]int{},
		certificates:  newCertificates(),
	}
}

func newInstance(i Instance) *instance {
	return &instance{
		Instance:    i,
		groups:      map[string]*group{},
		groupNames:  map[string]string{},
		envs:        map[string]*environment{},
		envNames:    map[string]string{},
		variables:   map[string]*variable{},
		variableIDs: map[variableKey]string{},
		apis:        map[string]*api{},
		apiNames:    map[string]int{},
		routes:      map[route]int{},
		versions:    map[string]*version{},
		unplaced:    map[string]string{},
		users:       map[variableKey]map[string]struct{}{},
		features:    map[string]Feature{},
		credentials: newCredentials(),
		quotas:      map[string]int{},
		published:   map[string]placement{},
		throttling:  newThrottling(),
		access:      newAccess(),
		signing:     newSigning(),
		channels:    newChannels(),
		authorizers: newAuthorizers(),
		responses:   map[string]*Response{},
		tasks:       newTasks(),

		orchestrations: newOrchestrations(),
		plugins:        newPlugins(),
		naming:         newNaming(),
		endpoints:      newEndpoints(),
		references:     newReferences(),
	}
}

func newGroup(g Group) *group {
	return &group{
		Group: g, names: map[string]string{}, routes: map[route]string{}, variables: map[string]struct{}{},
		responses: map[string]string{},
	}
}

func newEnvironment(e Environment) *environment {
	return &environment{Environment: e, variables: map[string]struct{}{}}
}

func newAPI(a API) *api { return &api{API: a, inEffect: map[string]effect{}} }

// Tenant returns the project id that the state is of.
func (s *State) Tenant() string { return s.tenant }

// Apply implements domain.State. An event of another surface, or about a thing that the state does not
// know, changes nothing.
func (s *State) Apply(rec domain.Recorded) {
	switch ev := rec.Event.(type) {
	case tenantEvent:
		ev.foldTenant(s)
	case instanceEvent:
		if in, ok := s.instances[ev.at()]; ok {
			ev.fold(in, rec)
		}
	}
}

// Placed implements domain.State: a draft, or a version, has its position only when the event that holds it has.
func (s *State) Placed(rec domain.Recorded) {
	switch ev := rec.Event.(type) {
	case APICreated:
		s.place(ev.API, rec)
	case APIUpdated:
		s.place(ev.API, rec)
	case APIPublished:
		if in, ok := s.instances[ev.InstanceID]; ok && in.unplaced[ev.VersionID] == rec.ID {
			in.placeVersion(ev.VersionID, rec.Position)
		}
	}
}

// placeVersion tells a version the position of the event that holds its definition.
func (in *instance) placeVersion(id string, at domain.Position) {
	delete(in.unplaced, id)
	v, ok := in.versions[id]
	if !ok {
		return
	}
	v.definition = at
	if a := in.apis[v.apiID]; a != nil && a.inEffect[v.envID].version == v {
		e := a.inEffect[v.envID]
		e.DefinitionPosition = at
		a.inEffect[v.envID] = e
	}
}

// allPlaced is ErrNotPlaced while a version has no position yet.
func (in *instance) allPlaced() error {
	if len(in.unplaced) > 0 {
		return ErrNotPlaced
	}
	return nil
}

func (s *State) place(of API, rec domain.Recorded) {
	in, ok := s.instances[of.InstanceID]
	if !ok {
		return
	}
	// A later change may hold the draft by now; its own place is still to come.
	if a, ok := in.apis[of.ID]; ok && a.unplaced == rec.ID {
		a.definedBy(rec)
	}
}

// definedBy notes that rec holds a's draft.
func (a *api) definedBy(rec domain.Recorded) {
	a.position, a.unplaced = rec.Position, ""
	if rec.Position == 0 {
		a.unplaced = rec.ID
	}
}
