package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// CheckGroupName asks whether a group could have a name (APIG V2 §3.1.6). It changes nothing.
type CheckGroupName struct {
	InstanceID string             `json:"instance_id"`
	Body       CheckGroupNameBody `json:"body"`
}

// CheckGroupNameBody is the body of APIG V2 §3.1.6.
type CheckGroupNameBody struct {
	GroupName string `json:"group_name" minLength:"3" maxLength:"255" pattern:"^[\\p{Han}A-Za-z0-9][\\p{Han}A-Za-z0-9\\-_./()（）:：、]{2,254}$" doc:"Name to check."`
	RomaAppID string `json:"roma_app_id,omitempty" maxLength:"65" doc:"Kept for clients; not supported."`
}

// CheckAPI asks whether an API could have a name or a path (APIG V2 §3.5.7). It changes nothing.
type CheckAPI struct {
	InstanceID string       `json:"instance_id"`
	Body       CheckAPIBody `json:"body"`
}

// CheckAPIBody is the body of APIG V2 §3.5.7.
type CheckAPIBody struct {
	Type      string `json:"type" enum:"path,name" doc:"What to check."`
	Name      string `json:"name,omitempty" maxLength:"255" doc:"Required when type is name."`
	ReqMethod string `json:"req_method,omitempty" enum:"GET,POST,PUT,DELETE,HEAD,PATCH,OPTIONS,ANY" doc:"Required when type is path."`
	ReqURI    string `json:"req_uri,omitempty" maxLength:"512" doc:"Required when type is path."`
	MatchMode string `json:"match_mode,omitempty" enum:"SWA,NORMAL" doc:"Required when type is path."`
	GroupID   string `json:"group_id,omitempty" maxLength:"65" doc:"Group to check in; without it all groups of the instance."`
	RomaAppID string `json:"roma_app_id,omitempty" maxLength:"65" doc:"Kept for clients; not supported."`
	APIID     string `json:"api_id,omitempty" maxLength:"65" doc:"API that may have the name or path."`
}

// CheckGroupName decides on the query of that name. Errors: APIG.2001, 2011; APIG.3030; APIG.3201 when
// the name is taken.
func (s *State) CheckGroupName(_ *domain.Moment, c CheckGroupName) (None, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return None{}, nil, err
	}
	in, err := s.below(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	if in.groupNames[c.Body.GroupName] != "" {
		return None{}, nil, ErrGroupNameTaken(c.Body.GroupName)
	}
	return None{}, nil, nil
}

// CheckAPI decides on the query of that name. Errors: APIG.2001, 2011; APIG.3030; APIG.3001; APIG.3202
// and APIG.3301 when name or path are taken.
func (s *State) CheckAPI(_ *domain.Moment, c CheckAPI) (None, []domain.Event, error) {
	if err := c.Body.check(); err != nil {
		return None{}, nil, err
	}
	in, err := s.below(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	taken := in.isTaken
	if c.Body.GroupID != "" {
		g, err := in.group(c.Body.GroupID)
		if err != nil {
			return None{}, nil, err
		}
		taken = g.isTaken
	}
	if !taken(c.Body, in.apis[c.Body.APIID]) {
		return None{}, nil, nil
	}
	if c.Body.Type == "name" {
		return None{}, nil, ErrAPINameTaken(c.Body.Name)
	}
	return None{}, nil, ErrAPIExists(c.Body.ReqMethod, c.Body.ReqURI)
}

func (b CheckAPIBody) check() error {
	if err := violated(b); err != nil {
		return err
	}
	switch {
	case b.Type == "name" && b.Name == "":
		return ErrMissing("name")
	case b.Type == "name":
		return nil
	case b.ReqMethod == "":
		return ErrMissing("req_method")
	case b.ReqURI == "":
		return ErrMissing("req_uri")
	case b.MatchMode == "":
		return ErrMissing("match_mode")
	default:
		return nil
	}
}

func (b CheckAPIBody) route() route { return routeFor(b.ReqMethod, b.ReqURI, b.MatchMode) }

// isTaken reports whether an API of the group other than self, which may be nil, has the name or route.
func (g *group) isTaken(b CheckAPIBody, self *api) bool {
	id := g.routes[b.route()]
	if b.Type == "name" {
		id = g.names[b.Name]
	}
	return id != "" && (self == nil || id != self.ID)
}

// isTaken is the same over all groups of the instance.
func (in *instance) isTaken(b CheckAPIBody, self *api) bool {
	count, own := in.routes[b.route()], self != nil && routeOf(self.Definition) == b.route()
	if b.Type == "name" {
		count, own = in.apiNames[b.Name], self != nil && self.Definition.Name == b.Name
	}
	if own {
		count--
	}
	return count > 0
}
