package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// Modes of an import (APIG V2 §3.16.2).
const (
	ImportMerge    = "merge"    // keep what exists
	ImportOverride = "override" // replace it
)

// ImportAPIs creates and changes APIs of one group from a document (APIG V2 §3.16.2), all in one
// command: at most 1000 events.
type ImportAPIs struct {
	InstanceID string `json:"instance_id"`
	// GroupID is the group to import into; empty to create one with GroupName.
	GroupID     string `json:"group_id,omitempty"`
	GroupName   string `json:"group_name,omitempty"`
	GroupRemark string `json:"group_remark,omitempty"`
	// APIMode says what becomes of an API whose name the group has already: merge (default) keeps it,
	// override replaces it.
	APIMode string `json:"api_mode,omitempty"`
	// ExtendMode says the same of Policies.
	ExtendMode string         `json:"extend_mode,omitempty"`
	Items      []ImportItem   `json:"items"`
	Policies   ImportPolicies `json:"policies,omitzero"`
}

// ImportItem is one API of a document. Method and Path name it in the result as the document does.
// Authorizer is the name of its frontend authorizer, where the definition does not have the id.
type ImportItem struct {
	Method     string     `json:"method"`
	Path       string     `json:"path"`
	Definition Definition `json:"definition"` // its group_id does not count
	Authorizer string     `json:"authorizer,omitempty"`
}

// ImportResult is the answer to ImportAPIs; each item of the command is in one of the lists.
type ImportResult struct {
	GroupID string          `json:"group_id"`
	Success []ImportSuccess `json:"success"`
	Failure []ImportFailure `json:"failure"`
	Ignore  []ImportIgnored `json:"ignore"`
}

// ImportSuccess is an API that was imported.
type ImportSuccess struct {
	Path   string `json:"path"`
	Method string `json:"method"`
	Action string `json:"action"` // create or update
	ID     string `json:"id"`
}

// ImportFailure is an API that was not, and why.
type ImportFailure struct {
	Path    string `json:"path"`
	Method  string `json:"method"`
	Code    string `json:"error_code"`
	Message string `json:"error_msg"`
}

// ImportIgnored is an API that exists and was kept as it was.
type ImportIgnored struct {
	Path   string `json:"path"`
	Method string `json:"method"`
}

// ImportAPIs decides on the command of that name. An API is known by its name in the group; one with
// another name but the method, path and match mode of an existing one is a failure (APIG.3301), as is
// one that is refused for any other reason. Errors of the whole: APIG.2001, 2011; APIG.2044 (the
// group's name); APIG.3030, 3718; APIG.3001; APIG.3101; APIG.3127 (too many); APIG.3201. A policy that is
// refused is a failure, too; its path is its place in the document.
func (s *State) ImportAPIs(m *domain.Moment, c ImportAPIs) (ImportResult, []domain.Event, error) {
	if err := c.check(); err != nil {
		return ImportResult{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return ImportResult{}, nil, err
	}
	run, err := in.newImport(m, c)
	if err != nil {
		return ImportResult{}, nil, err
	}
	if err := run.addPolicies(c); err != nil {
		return ImportResult{}, nil, err
	}
	for _, item := range c.Items {
		if err := run.add(item); err != nil {
			return ImportResult{}, nil, err
		}
	}
	return run.result, run.events, nil
}

func (c ImportAPIs) check() error {
	if !validMode(c.APIMode) {
		return ErrInvalid("api_mode")
	}
	if !validMode(c.ExtendMode) {
		return ErrInvalid("extend_mode")
	}
	most := maxEvents
	if c.GroupID == "" {
		most-- // the event of the new group
		if domain.Check(GroupBody{Name: c.GroupName, Remark: c.GroupRemark}) != nil {
			return ErrImportTitle()
		}
	}
	if len(c.Items)+c.Policies.count() > most {
		return ErrTooManyImported(most)
	}
	return c.Policies.check()
}

func validMode(mode string) bool {
	return mode == "" || mode == ImportMerge || mode == ImportOverride
}

// importRun is an import while it is decided.
type importRun struct {
	m        *domain.Moment
	in       *instance
	override bool
	taken    *claims
	before   int // APIs that the group had
	created  int
	result   ImportResult
	events   []domain.Event
}

func (in *instance) newImport(m *domain.Moment, c ImportAPIs) (*importRun, error) {
	run := &importRun{m: m, in: in, override: c.APIMode == ImportOverride, result: ImportResult{
		GroupID: c.GroupID, Success: []ImportSuccess{}, Failure: []ImportFailure{}, Ignore: []ImportIgnored{},
	}}
	if c.GroupID == "" {
		if err := in.roomForGroup(c.GroupName); err != nil {
			return nil, err
		}
		g := in.newGroup(m, c.GroupName, c.GroupRemark)
		run.result.GroupID, run.taken = g.ID, newClaims(nil)
		run.events = append(run.events, GroupCreated{g})
		return run, nil
	}
	g, err := in.group(c.GroupID)
	if err != nil {
		return nil, err
	}
	run.taken, run.before = newClaims(g), len(g.names)
	return run, nil
}

// add decides on one API of the document and notes what became of it.
func (run *importRun) add(item ImportItem) error {
	d, err := run.authorized(item)
	d.GroupID = run.result.GroupID
	old := run.in.apis[run.taken.name(d.Name)]
	if old != nil && !run.override {
		run.result.Ignore = append(run.result.Ignore, ImportIgnored{Path: item.Path, Method: item.Method})
		return nil
	}
	var action, id string
	if err == nil {
		action, id, err = run.accept(d, old)
	}
	if refused := refusalOf(err); refused != nil {
		run.result.Failure = append(run.result.Failure, ImportFailure{
			Path: item.Path, Method: item.Method, Code: refused.Code, Message: refused.Message,
		})
		return nil
	}
	if err != nil {
		return err
	}
	run.result.Success = append(run.result.Success, ImportSuccess{Path: item.Path, Method: item.Method, Action: action, ID: id})
	return nil
}

// accept creates an API from d, or changes old when there is one.
func (run *importRun) accept(d Definition, old *api) (action, id string, err error) {
	if old == nil {
		return run.create(d)
	}
	if _, again := run.taken.titles[old.ID]; again {
		return "", "", ErrAPINameTaken(d.Name) // the document has the name twice
	}
	d, err = Prepare(run.m, d, &old.Definition, run.in.limits())
	if err != nil {
		return "", "", err
	}
	if err := run.admit(d, old.ID); err != nil {
		return "", "", err
	}
	_, events := old.redefine(run.m, d)
	run.events = append(run.events, events...)
	run.taken.free(old.Definition)
	run.taken.take(d, old.ID)
	return "update", old.ID, nil
}

func (run *importRun) create(d Definition) (action, id string, err error) {
	d, err = Prepare(run.m, d, nil, run.in.limits())
	if err != nil {
		return "", "", err
	}
	if err := run.admit(d, ""); err != nil {
		return "", "", err
	}
	if err := run.in.roomForAPI(len(run.in.apis)+run.created, run.before+run.created); err != nil {
		return "", "", err
	}
	a := run.in.newAPI(run.m, d)
	run.created++
	run.events = append(run.events, APICreated{a})
	run.taken.take(d, a.ID)
	return "create", a.ID, nil
}

// admit is instance.admit, naming the API that is in the way as the example of §3.16.2 does.
func (run *importRun) admit(d Definition, self string) error {
	if by := run.taken.route(routeOf(d)); by != "" && by != self && run.taken.name(d.Name) == self {
		return errRouteTaken(d, run.title(by))
	}
	return run.in.admit(d, run.taken, self)
}

func (run *importRun) title(id string) string {
	if name, ok := run.taken.titles[id]; ok {
		return name
	}
	return run.in.apis[id].Definition.Name
}
