package apig

import (
	"reflect"
	"strconv"
	"time"

	"github.com/gatelog/gatelog/domain"
)

// Orchestration is a rule that makes another request parameter out of one (known from the public SDK).
type Orchestration struct {
	ID         string `json:"orchestration_id"`
	InstanceID string `json:"instance_id"`
	OrchestrationBody
	CreateTime time.Time `json:"orchestration_create_time"`
	UpdateTime time.Time `json:"orchestration_update_time"`
}

// OrchestrationBody is the body of CreateOrchestration and UpdateOrchestration. A change replaces all of it.
type OrchestrationBody struct {
	Name            string               `json:"orchestration_name" minLength:"3" maxLength:"64" pattern:"^[A-Za-z][A-Za-z0-9_]*$" doc:"Name, unique in the instance."`
	Strategy        string               `json:"orchestration_strategy" enum:"list,hash,range,hash_range,none_value,default,head_n,tail_n" doc:"How the new value is found."`
	MappedParam     *MappedParam         `json:"orchestration_mapped_param,omitempty" doc:"The new parameter; required unless the rule is one of preprocessing."`
	IsPreprocessing bool                 `json:"is_preprocessing,omitempty" doc:"Whether the new value is only for the rules behind this one."`
	Map             []OrchestrationEntry `json:"orchestration_map,omitempty" maxItems:"300" doc:"What becomes what; the first entry that fits counts."`
}

// MappedParam is the parameter that an orchestration rule makes.
type MappedParam struct {
	Name     string `json:"mapped_param_name" minLength:"1" maxLength:"128" pattern:"^[A-Za-z][A-Za-z0-9-]*$" doc:"Name."`
	Type     string `json:"mapped_param_type" enum:"string,number" doc:"Type."`
	Location string `json:"mapped_param_location" enum:"query,header" doc:"Where it stands."`
}

// OrchestrationEntry is one line of an orchestration rule.
type OrchestrationEntry struct {
	List            []string    `json:"map_param_list,omitempty" maxItems:"3000" minLength:"1" maxLength:"128" pattern:"^[A-Za-z0-9_-]+$" doc:"Values that it is for; required by the strategy list."`
	Range           *ValueRange `json:"map_param_range,omitempty" doc:"Values that it is for; required by range and hash_range."`
	Value           string      `json:"mapped_param_value,omitempty" maxLength:"128" pattern:"^[A-Za-z0-9]+$" doc:"The new value."`
	InterceptLength int         `json:"intercept_length,omitempty" minimum:"1" maximum:"100" doc:"How many characters are taken; required by head_n and tail_n."`
}

// ValueRange is a range of whole numbers, both ends in it.
type ValueRange struct {
	Start string `json:"range_start" maxLength:"19" pattern:"^[0-9]+$" doc:"First, at most 9223372036854775807."`
	End   string `json:"range_end" maxLength:"19" pattern:"^[0-9]+$" doc:"Last, not less than the first."`
}

// Strategies that have rules of their own.
const (
	orchestrateList      = "list"
	orchestrateHash      = "hash"
	orchestrateRange     = "range"
	orchestrateHashRange = "hash_range"
	orchestrateDefault   = "default"
	orchestrateHead      = "head_n"
	orchestrateTail      = "tail_n"
)

// Bounds of orchestration rules: of an instance (ours), and values of a list in all (the SDK's).
const (
	maxOrchestrations = 1000
	maxListedValues   = 3000
)

// CreateOrchestration creates an orchestration rule (known from the public SDK).
type CreateOrchestration struct {
	InstanceID string            `json:"instance_id"`
	Body       OrchestrationBody `json:"body"`
}

// UpdateOrchestration replaces what an orchestration rule says.
type UpdateOrchestration struct {
	InstanceID      string            `json:"instance_id"`
	OrchestrationID string            `json:"orchestration_id"`
	Body            OrchestrationBody `json:"body"`
}

// DeleteOrchestration deletes an orchestration rule that no API uses.
type DeleteOrchestration struct {
	InstanceID      string `json:"instance_id"`
	OrchestrationID string `json:"orchestration_id"`
}

// CreateOrchestration decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3150
// (1000 rules); APIG.3331 (name).
func (s *State) CreateOrchestration(m *domain.Moment, c CreateOrchestration) (Orchestration, []domain.Event, error) {
	if err := c.Body.check(); err != nil {
		return Orchestration{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Orchestration{}, nil, err
	}
	if in.orchestrations.names[c.Body.Name] != "" {
		return Orchestration{}, nil, ErrOrchestrationNameTaken(c.Body.Name)
	}
	if len(in.orchestrations.all) >= maxOrchestrations {
		return Orchestration{}, nil, ErrTooManyOrchestrations(maxOrchestrations)
	}
	o := Orchestration{ID: m.NewID(), InstanceID: in.ID, OrchestrationBody: c.Body, CreateTime: m.Now, UpdateTime: m.Now}
	return o, []domain.Event{OrchestrationCreated{o}}, nil
}

// UpdateOrchestration decides on the command of that name. Errors: APIG.3095 and those of
// CreateOrchestration.
func (s *State) UpdateOrchestration(m *domain.Moment, c UpdateOrchestration) (Orchestration, []domain.Event, error) {
	if err := c.Body.check(); err != nil {
		return Orchestration{}, nil, err
	}
	in, old, err := s.changingOrchestration(c.InstanceID, c.OrchestrationID)
	if err != nil {
		return Orchestration{}, nil, err
	}
	if id := in.orchestrations.names[c.Body.Name]; id != "" && id != old.ID {
		return Orchestration{}, nil, ErrOrchestrationNameTaken(c.Body.Name)
	}
	o := old
	o.OrchestrationBody = c.Body
	changed := names(
		difference{"orchestration_name", o.Name != old.Name}, difference{"orchestration_strategy", o.Strategy != old.Strategy},
		difference{"orchestration_mapped_param", !reflect.DeepEqual(o.MappedParam, old.MappedParam)},
		difference{"is_preprocessing", o.IsPreprocessing != old.IsPreprocessing},
		difference{"orchestration_map", !reflect.DeepEqual(o.Map, old.Map)},
	)
	if changed == nil {
		return o, nil, nil
	}
	o.UpdateTime = m.Now
	return o, []domain.Event{OrchestrationUpdated{o, changed}}, nil
}

// DeleteOrchestration decides on the command of that name. Errors: APIG.3030, 3718; APIG.3095; APIG.3716 when a
// draft or a version in effect uses it.
func (s *State) DeleteOrchestration(_ *domain.Moment, c DeleteOrchestration) (None, []domain.Event, error) {
	in, o, err := s.changingOrchestration(c.InstanceID, c.OrchestrationID)
	if err != nil {
		return None{}, nil, err
	}
	if in.used[use{useOrchestration, o.ID}] > 0 {
		return None{}, nil, ErrOrchestrationUsed()
	}
	return None{}, []domain.Event{OrchestrationDeleted{InstanceID: in.ID, OrchestrationID: o.ID, Name: o.Name}}, nil
}

func (s *State) changingOrchestration(instanceID, id string) (*instance, Orchestration, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return nil, Orchestration{}, err
	}
	o, ok := in.orchestrations.all[id]
	if !ok {
		return nil, Orchestration{}, ErrOrchestrationNotFound(id)
	}
	return in, o, nil
}

// check holds a rule against what its strategy asks for.
func (b OrchestrationBody) check() error {
	if err := violated(b); err != nil {
		return err
	}
	switch {
	case b.MappedParam == nil && !b.IsPreprocessing:
		return ErrMissing("orchestration_mapped_param")
	case len(b.Map) == 0 && b.Strategy != orchestrateHash:
		return ErrMissing("orchestration_map")
	}
	if b.values() > maxListedValues {
		return ErrInvalidBecause("orchestration_map", "lists more than 3000 values")
	}
	listed := map[string]bool{}
	for i, e := range b.Map {
		at := "orchestration_map[" + strconv.Itoa(i) + "]."
		if err := e.check(b, at); err != nil {
			return err
		}
		for _, earlier := range b.Map[:i] {
			if reflect.DeepEqual(e, earlier) {
				return ErrInvalidBecause("orchestration_map", "has an entry twice")
			}
		}
		for _, value := range e.List {
			if listed[value] && b.Strategy == orchestrateList {
				return ErrInvalidBecause(at+"map_param_list", "has a value that is listed before")
			}
			listed[value] = true
		}
	}
	return nil
}

// values is how many values the entries list in all.
func (b OrchestrationBody) values() int {
	n := 0
	for _, e := range b.Map {
		n += len(e.List)
	}
	return n
}

func (e OrchestrationEntry) check(b OrchestrationBody, at string) error {
	valueless := b.Strategy == orchestrateHash || b.Strategy == orchestrateHead || b.Strategy == orchestrateTail
	switch {
	case b.Strategy == orchestrateList && len(e.List) == 0:
		return ErrMissing(at + "map_param_list")
	case (b.Strategy == orchestrateRange || b.Strategy == orchestrateHashRange) && e.Range == nil:
		return ErrMissing(at + "map_param_range")
	case (b.Strategy == orchestrateHead || b.Strategy == orchestrateTail) && e.InterceptLength == 0:
		return ErrMissing(at + "intercept_length")
	case b.IsPreprocessing && !valueless && e.Value == "":
		return ErrMissing(at + "mapped_param_value")
	}
	if e.Range == nil {
		return nil
	}
	first, err1 := strconv.ParseInt(e.Range.Start, 10, 64)
	last, err2 := strconv.ParseInt(e.Range.End, 10, 64)
	if err1 != nil || err2 != nil || first > last {
		return ErrInvalid(at + "map_param_range")
	}
	return nil
}

// checkOrchestrations refuses rules of which the last one, but for those of the strategy default, is one of
// preprocessing. They exist.
func (in *instance) checkOrchestrations(d Definition) error {
	for i, p := range d.ReqParams {
		last := ""
		for _, id := range p.Orchestrations {
			if in.orchestrations.all[id].Strategy != orchestrateDefault {
				last = id
			}
		}
		if in.orchestrations.all[last].IsPreprocessing {
			return ErrInvalidBecause("req_params["+strconv.Itoa(i)+"].orchestrations", "ends with a rule of preprocessing")
		}
	}
	return nil
}

// orchestrations are the orchestration rules of an instance.
type orchestrations struct {
	all   map[string]Orchestration
	names map[string]string // name to id
}

func newOrchestrations() orchestrations {
	return orchestrations{all: map[string]Orchestration{}, names: map[string]string{}}
}

// ErrTooManyOrchestrations is APIG.3150.
func ErrTooManyOrchestrations(limit int) *domain.Error {
	return tooMany("APIG.3150", "orchestration rules", limit)
}

// ErrOrchestrationNameTaken is APIG.3331.
func ErrOrchestrationNameTaken(name string) *domain.Error {
	return taken("APIG.3331", "The orchestration rule name already exists", "orchestration_name", name)
}

// ErrOrchestrationUsed is APIG.3716.
func ErrOrchestrationUsed() *domain.Error {
	return domain.Errorf("APIG.3716", "The orchestration rule is currently in use by another API")
}
