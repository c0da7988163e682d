package apig

import (
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// ChangeInstanceTags adds tags to an instance or takes some from it (APIG V2 §3.25.3).
type ChangeInstanceTags struct {
	InstanceID string           `json:"instance_id"`
	Body       InstanceTagsBody `json:"body"`
}

// InstanceTagsBody is the body of APIG V2 §3.25.3.
type InstanceTagsBody struct {
	Action string `json:"action" enum:"create,delete" doc:"create adds tags, and gives another value to a key that is there; delete takes them away."`
	Tags   []Tag  `json:"tags" doc:"At most 20 tags. To delete one without a value, whatever its value is, leave the value out."`
}

// ChangeInstanceTags decides on the command of that name. What is not there need not be deleted. Errors:
// APIC.7211; APIC.7302; APIC.7701; APIC.7402 for more tags than an instance can have.
func (s *State) ChangeInstanceTags(m *domain.Moment, c ChangeInstanceTags) (None, []domain.Event, error) {
	if err := c.Body.check(); err != nil {
		return None{}, nil, err
	}
	in, err := s.idle(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	i := in.at(m)
	i.Tags = c.Body.onto(in.Tags)
	if len(i.Tags) > maxInstanceTags {
		return None{}, nil, ErrTooManyInstanceTags(maxInstanceTags)
	}
	if slices.Equal(i.Tags, in.Tags) {
		return None{}, nil, nil
	}
	return None{}, []domain.Event{InstanceTagsChanged{InstanceChange{i, []string{"tags"}}}}, nil
}

func (b InstanceTagsBody) check() error {
	if len(b.Tags) > maxInstanceTags {
		return ErrTooManyInstanceTags(maxInstanceTags)
	}
	if bad := domain.Check(b); bad != nil {
		return ErrInstanceParam(bad.Path)
	}
	return checkTags(b.Tags)
}

// onto returns the tags of an instance after the change.
func (b InstanceTagsBody) onto(had []Tag) []Tag {
	all := slices.Clone(had)
	for _, t := range b.Tags {
		at := slices.IndexFunc(all, func(h Tag) bool { return h.Key == t.Key })
		switch {
		case b.Action == "create" && at < 0:
			all = append(all, t)
		case b.Action == "create":
			all[at] = t
		case at >= 0 && (t.Value == "" || t.Value == all[at].Value):
			all = slices.Delete(all, at, at+1)
		}
	}
	return all
}
