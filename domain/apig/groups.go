package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// CreateGroup creates an API group (APIG V2 §3.1.1).
type CreateGroup struct {
	InstanceID string    `json:"instance_id"`
	Body       GroupBody `json:"body"`
}

// GroupBody is the body of APIG V2 §3.1.1.
type GroupBody struct {
	Name      string `json:"name" minLength:"3" maxLength:"255" pattern:"^[\\p{Han}A-Za-z0-9][\\p{Han}A-Za-z0-9\\-_./()（）:：、]{2,254}$" doc:"Group name, unique in the instance."`
	Remark    string `json:"remark,omitempty" maxLength:"1000" doc:"Description."`
	RomaAppID string `json:"roma_app_id,omitempty" maxLength:"65" doc:"Kept for clients; not supported."`
	Version   string `json:"version,omitempty" enum:"V1" doc:"Group version; V2 is not supported."`
}

// UpdateGroup changes name and remark of a group (APIG V2 §3.1.2).
type UpdateGroup struct {
	InstanceID string          `json:"instance_id"`
	GroupID    string          `json:"group_id"`
	Body       GroupUpdateBody `json:"body"`
}

// GroupUpdateBody is the body of APIG V2 §3.1.2. A remark left out stays as it is.
type GroupUpdateBody struct {
	Name   string  `json:"name" minLength:"3" maxLength:"255" pattern:"^[\\p{Han}A-Za-z0-9][\\p{Han}A-Za-z0-9\\-_./()（）:：、]{2,254}$" doc:"Group name, unique in the instance."`
	Remark *string `json:"remark,omitempty" maxLength:"1000" doc:"Description."`
}

// DeleteGroup deletes a group without APIs (APIG V2 §3.1.3).
type DeleteGroup struct {
	InstanceID string `json:"instance_id"`
	GroupID    string `json:"group_id"`
}

// CreateGroup decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3101 (quota APIGROUP_NUM_LIMIT); APIG.3201 (name).
func (s *State) CreateGroup(m *domain.Moment, c CreateGroup) (Group, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Group{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Group{}, nil, err
	}
	if err := in.roomForGroup(c.Body.Name); err != nil {
		return Group{}, nil, err
	}
	g := in.newGroup(m, c.Body.Name, c.Body.Remark)
	return g, []domain.Event{GroupCreated{g}}, nil
}

// roomForGroup refuses a name that another group has, and a group too many.
func (in *instance) roomForGroup(name string) error {
	if in.groupNames[name] != "" {
		return ErrGroupNameTaken(name)
	}
	if limit := in.quota(quotaGroups); len(in.groups) >= limit {
		return ErrTooManyGroups(limit)
	}
	return nil
}

func (in *instance) newGroup(m *domain.Moment, name, remark string) Group {
	return Group{
		ID: m.NewID(), InstanceID: in.ID, Name: name, Remark: remark,
		SLDomainAccessEnabled: true, RegisterTime: m.Now, UpdateTime: m.Now,
	}
}

// UpdateGroup decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3001; APIG.3201 (name).
func (s *State) UpdateGroup(m *domain.Moment, c UpdateGroup) (Group, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Group{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Group{}, nil, err
	}
	old, err := in.group(c.GroupID)
	if err != nil {
		return Group{}, nil, err
	}
	if id := in.groupNames[c.Body.Name]; id != "" && id != c.GroupID {
		return Group{}, nil, ErrGroupNameTaken(c.Body.Name)
	}
	g := old.Group
	g.Name = c.Body.Name
	put(&g.Remark, c.Body.Remark)
	changed := names(difference{"name", g.Name != old.Name}, difference{"remark", g.Remark != old.Remark})
	if changed == nil {
		return g, nil, nil
	}
	g.UpdateTime = m.Now
	return g, []domain.Event{GroupUpdated{g, changed}}, nil
}

// DeleteGroup decides on the command of that name. Besides its APIs, a version still in effect keeps a
// group: an API that moved to another group after it was published is called through the old one until
// it is published again. Domain names go with the group, and certificates that came for one of them alone.
// Errors: APIG.3030, 3718; APIG.3001; APIG.3415.
func (s *State) DeleteGroup(_ *domain.Moment, c DeleteGroup) (None, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	g, err := in.group(c.GroupID)
	if err != nil {
		return None{}, nil, err
	}
	if len(g.names) > 0 || g.published > 0 {
		return None{}, nil, ErrGroupHasAPIs(g.ID)
	}
	events := []domain.Event{GroupDeleted{InstanceID: in.ID, GroupID: g.ID, Name: g.Name}}
	return None{}, append(events, s.left(in, in.naming.ofGroup.of(g.ID)...)...), nil
}
