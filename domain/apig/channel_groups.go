package apig

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// PutMemberGroups adds server groups to a channel, or changes those with the same name (APIG V2
// §3.17.13).
type PutMemberGroups struct {
	InstanceID string              `json:"instance_id"`
	ChannelID  string              `json:"vpc_channel_id"`
	Body       PutMemberGroupsBody `json:"body"`
}

// PutMemberGroupsBody is the body of APIG V2 §3.17.13.
type PutMemberGroupsBody struct {
	MemberGroups []MemberGroupBody `json:"member_groups" minItems:"1" maxItems:"500" doc:"Server groups; of several with one name the first counts."`
}

// UpdateMemberGroup changes a server group (APIG V2 §3.17.17).
type UpdateMemberGroup struct {
	InstanceID string          `json:"instance_id"`
	ChannelID  string          `json:"vpc_channel_id"`
	GroupID    string          `json:"member_group_id"`
	Body       MemberGroupBody `json:"body"`
}

// DeleteMemberGroup deletes a server group; its members stay in the channel (APIG V2 §3.17.16).
type DeleteMemberGroup struct {
	InstanceID string `json:"instance_id"`
	ChannelID  string `json:"vpc_channel_id"`
	GroupID    string `json:"member_group_id"`
}

// UpdateHealthCheck changes the health check of a channel, or gives it one (APIG V2 §3.17.12).
type UpdateHealthCheck struct {
	InstanceID string          `json:"instance_id"`
	ChannelID  string          `json:"vpc_channel_id"`
	Body       HealthCheckBody `json:"body"`
}

// PutMemberGroups decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3023; APIG.3100 (at most 500 groups); APIG.3471 for a reference to a channel that has references.
func (s *State) PutMemberGroups(m *domain.Moment, c PutMemberGroups) (Channel, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Channel{}, nil, err
	}
	return s.changeChannel(m, c.InstanceID, c.ChannelID, func(in *instance, ch *Channel) error {
		groups, err := in.mergeGroups(m, ch, ch.Groups, c.Body.MemberGroups)
		ch.Groups = groups
		return err
	})
}

// mergeGroups returns kept with the given server groups of ch: one whose name is there takes its place,
// the others follow. Of several with one name the first counts (APIG V2 §3.17.13).
func (in *instance) mergeGroups(m *domain.Moment, ch *Channel, kept []MemberGroup, given []MemberGroupBody) ([]MemberGroup, error) {
	merged := slices.Clone(kept)
	at := map[string]int{}
	for i, g := range merged {
		at[g.Name] = i
	}
	seen := map[string]bool{}
	for i, b := range given {
		if seen[b.Name] {
			continue
		}
		seen[b.Name] = true
		if err := in.referable(ch, &b, fmt.Sprintf("member_groups[%d].", i)); err != nil {
			return nil, err
		}
		now := MemberGroup{MemberGroupBody: b, CreateTime: m.Now, UpdateTime: m.Now}
		if i := ch.groupNamed(b.Name); i >= 0 {
			now = ch.Groups[i].with(m, b)
		} else {
			now.ID = m.NewID()
		}
		if place, ok := at[b.Name]; ok {
			merged[place] = now
		} else {
			merged = append(merged, now)
		}
	}
	return merged, nil
}

// with returns g as b describes it.
func (g MemberGroup) with(m *domain.Moment, b MemberGroupBody) MemberGroup {
	if reflect.DeepEqual(g.MemberGroupBody, b) {
		return g
	}
	g.MemberGroupBody, g.UpdateTime = b, m.Now
	return g
}

// referable drops from b what the kind of channel has no use for, and checks what it refers to. A
// reference leads to members: neither to the channel itself nor to one that has references only.
func (in *instance) referable(ch *Channel, b *MemberGroupBody, path string) error {
	b.MicroserviceLabels = cloneList(b.MicroserviceLabels)
	if ch.ChannelType != ChannelMicroservice {
		b.MicroserviceVersion, b.MicroservicePort, b.MicroserviceLabels = "", 0, nil
	}
	if ch.Microservice != nil && ch.Microservice.ServiceType == "NACOS" { // it weighs by itself
		b.Weight = nil
	}
	if ch.ChannelType != ChannelReference {
		b.ReferenceChannelID = ""
		return nil
	}
	if b.ReferenceChannelID == "" {
		return ErrMissing(path + "reference_vpc_channel_id")
	}
	other, err := in.channel(b.ReferenceChannelID)
	if err != nil {
		return err
	}
	if other.ChannelType == ChannelReference {
		return ErrChannelType()
	}
	return nil
}

// refersTo reports whether a server group of c takes its members from the channel.
func (c *Channel) refersTo(id string) bool {
	return slices.ContainsFunc(c.Groups, func(g MemberGroup) bool { return g.ReferenceChannelID == id })
}

// UpdateMemberGroup decides on the command of that name: the body replaces all of the group but its id.
// Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3023; APIG.3007 for the group; APIG.3471.
func (s *State) UpdateMemberGroup(m *domain.Moment, c UpdateMemberGroup) (Channel, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Channel{}, nil, err
	}
	return s.changeChannel(m, c.InstanceID, c.ChannelID, func(in *instance, ch *Channel) error {
		i := ch.groupAt(c.GroupID)
		if i < 0 {
			return ErrMemberGroupNotFound(c.GroupID)
		}
		b := c.Body
		if named := ch.groupNamed(b.Name); named >= 0 && named != i {
			return ErrInvalidBecause("member_group_name", "is the name of another server group")
		}
		if err := in.referable(ch, &b, ""); err != nil {
			return err
		}
		ch.Groups = slices.Clone(ch.Groups)
		ch.Groups[i] = ch.Groups[i].with(m, b)
		return nil
	})
}

// DeleteMemberGroup decides on the command of that name. Errors: APIG.3030, 3718; APIG.3023; APIG.3007
// for the group; APIG.3414 when an API uses it.
func (s *State) DeleteMemberGroup(m *domain.Moment, c DeleteMemberGroup) (Channel, []domain.Event, error) {
	return s.changeChannel(m, c.InstanceID, c.ChannelID, func(_ *instance, ch *Channel) error {
		i := ch.groupAt(c.GroupID)
		if i < 0 {
			return ErrMemberGroupNotFound(c.GroupID)
		}
		ch.Groups = slices.Delete(slices.Clone(ch.Groups), i, i+1)
		ch.Members = slices.Clone(ch.Members)
		for i := range ch.Members {
			if ch.Members[i].GroupID == c.GroupID {
				ch.Members[i].GroupID = ""
			}
		}
		return nil
	})
}

// UpdateHealthCheck decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3023.
func (s *State) UpdateHealthCheck(m *domain.Moment, c UpdateHealthCheck) (Channel, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Channel{}, nil, err
	}
	return s.changeChannel(m, c.InstanceID, c.ChannelID, func(_ *instance, ch *Channel) error {
		return ch.setHealth(m, &c.Body, "")
	})
}
