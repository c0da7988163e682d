package apig

import (
	"maps"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// BatchPublish publishes or takes offline up to 1000 APIs at a time (APIG V2 §3.5.9).
type BatchPublish struct {
	InstanceID string    `json:"instance_id"`
	Action     string    `json:"action"` // online or offline
	Body       BatchBody `json:"body"`
}

// BatchBody is the body of APIG V2 §3.5.9. APIs or GroupID must be given; with both, APIs counts.
type BatchBody struct {
	APIs    []string `json:"apis,omitempty" maxItems:"1000" minLength:"1" maxLength:"65" doc:"APIs; an id given twice counts once."`
	EnvID   string   `json:"env_id" maxLength:"65" doc:"Environment."`
	GroupID string   `json:"group_id,omitempty" maxLength:"65" doc:"Group: all its APIs, at most 1000."`
	Remark  string   `json:"remark,omitempty" maxLength:"255" doc:"What the publication is for."`
}

// BatchResult is the answer to BatchPublish, in the order of the request.
type BatchResult struct {
	Success []Publication  `json:"success"`
	Failure []BatchFailure `json:"failure"`
}

// BatchFailure is an API that a batch left as it was, and why.
type BatchFailure struct {
	APIID   string `json:"api_id"`
	APIName string `json:"api_name,omitempty"`
	Code    string `json:"error_code"`
	Message string `json:"error_msg"`
}

// BatchPublish decides on the command of that name. An API that cannot be published (APIG.3002) or is
// not published (APIG.3015) is listed as a failure and does not stop the others. Errors: APIG.2001,
// 2011; APIG.2003 for more than 1000 APIs; APIG.3030, 3718; APIG.3003; APIG.3001; ErrNotPlaced.
func (s *State) BatchPublish(m *domain.Moment, c BatchPublish) (BatchResult, []domain.Event, error) {
	if err := c.check(); err != nil {
		return BatchResult{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return BatchResult{}, nil, err
	}
	e, err := in.env(c.Body.EnvID)
	if err != nil {
		return BatchResult{}, nil, err
	}
	ids, err := in.toBatch(c.Body)
	if err != nil {
		return BatchResult{}, nil, err
	}
	return in.batch(m, c, e, ids)
}

func (c BatchPublish) check() error {
	if c.Action != ActionOnline && c.Action != ActionOffline {
		return ErrInvalidAction()
	}
	if len(c.Body.APIs) > maxEvents {
		return ErrTooLarge("apis")
	}
	if err := violated(c.Body); err != nil {
		return err
	}
	if len(c.Body.APIs) == 0 && c.Body.GroupID == "" {
		return ErrMissing("apis")
	}
	return nil
}

// toBatch returns the ids of the APIs that the request means, each once.
func (in *instance) toBatch(b BatchBody) ([]string, error) {
	if len(b.APIs) > 0 {
		return distinct(b.APIs), nil
	}
	g, err := in.group(b.GroupID)
	if err != nil {
		return nil, err
	}
	if len(g.names) > maxEvents {
		return nil, ErrTooLarge("group_id")
	}
	return slices.Sorted(maps.Values(g.names)), nil
}

func distinct(all []string) []string {
	seen := map[string]bool{}
	var once []string
	for _, s := range all {
		if !seen[s] {
			seen[s], once = true, append(once, s)
		}
	}
	return once
}

func (in *instance) batch(m *domain.Moment, c BatchPublish, e *environment, ids []string) (BatchResult, []domain.Event, error) {
	result := BatchResult{Success: []Publication{}, Failure: []BatchFailure{}}
	var events []domain.Event
	for _, id := range ids {
		ev, p, err := in.batchOne(m, c, e, id)
		if refused := refusalOf(err); refused != nil {
			result.Failure = append(result.Failure, in.batchFailure(id, refused))
			continue
		}
		if err != nil {
			return BatchResult{}, nil, err
		}
		result.Success = append(result.Success, p)
		events = append(events, ev)
	}
	return result, events, nil
}

func (in *instance) batchOne(m *domain.Moment, c BatchPublish, e *environment, id string) (domain.Event, Publication, error) {
	a, err := in.api(id)
	if err != nil {
		return nil, Publication{}, err
	}
	if c.Action == ActionOffline {
		ev, err := a.takeOffline(e)
		return ev, ev.Publication, err
	}
	ev, err := in.publishDraft(m, a, e, c.Body.Remark)
	return ev, ev.Publication, err
}

func (in *instance) batchFailure(id string, refused *domain.Error) BatchFailure {
	f := BatchFailure{APIID: id, Code: refused.Code, Message: refused.Message}
	if a, ok := in.apis[id]; ok {
		f.APIName = a.Definition.Name
	}
	return f
}
