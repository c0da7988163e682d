package apig

import (
	"fmt"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// AddMembers adds members to a channel, or changes those with the same address (APIG V2 §3.17.6).
type AddMembers struct {
	InstanceID string         `json:"instance_id"`
	ChannelID  string         `json:"vpc_channel_id"`
	Body       AddMembersBody `json:"body"`
}

// AddMembersBody is the body of APIG V2 §3.17.6.
type AddMembersBody struct {
	Members []MemberBody `json:"members" minItems:"1" maxItems:"20000" doc:"Members; of several with one address the first counts."`
}

// ReplaceMembers replaces the members of a channel, or of one of its server groups (APIG V2 §3.17.8).
type ReplaceMembers struct {
	InstanceID string             `json:"instance_id"`
	ChannelID  string             `json:"vpc_channel_id"`
	Body       ReplaceMembersBody `json:"body"`
}

// ReplaceMembersBody is the body of APIG V2 §3.17.8.
type ReplaceMembersBody struct {
	Members   []MemberBody `json:"members,omitempty" maxItems:"20000" doc:"Members that take the place of the present ones."`
	GroupName string       `json:"member_group_name,omitempty" maxLength:"64" doc:"Server group to replace the members of; members of others are passed over."`
}

// DeleteMember takes a member out of a channel (APIG V2 §3.17.9).
type DeleteMember struct {
	InstanceID string `json:"instance_id"`
	ChannelID  string `json:"vpc_channel_id"`
	MemberID   string `json:"member_id"`
}

// EnableMembers enables or disables members (APIG V2 §3.17.10, §3.17.11).
type EnableMembers struct {
	InstanceID string            `json:"instance_id"`
	ChannelID  string            `json:"vpc_channel_id"`
	Enable     bool              `json:"enable"`
	Body       EnableMembersBody `json:"body"`
}

// EnableMembersBody is the body of APIG V2 §3.17.10.
type EnableMembersBody struct {
	MemberIDs []string `json:"member_ids" minItems:"1" maxItems:"20000" maxLength:"65" doc:"Members."`
}

// AddMembers decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3023;
// APIG.3110 (quota VPC_INSTANCE_NUM_LIMIT); APIG.3471 for a channel that refers to others.
func (s *State) AddMembers(m *domain.Moment, c AddMembers) (Channel, []domain.Event, error) {
	return s.changeChannel(m, c.InstanceID, c.ChannelID, func(in *instance, ch *Channel) error {
		if err := in.membersGiven(ch, c.Body.Members, c.Body); err != nil {
			return err
		}
		members, err := ch.merge(m, ch.Members, c.Body.Members)
		ch.Members = members
		return err
	})
}

// ReplaceMembers decides on the command of that name. A member that stays, known by its address, keeps
// its id. Errors: those of AddMembers.
func (s *State) ReplaceMembers(m *domain.Moment, c ReplaceMembers) (Channel, []domain.Event, error) {
	return s.changeChannel(m, c.InstanceID, c.ChannelID, func(in *instance, ch *Channel) error {
		if err := in.membersGiven(ch, c.Body.Members, c.Body); err != nil {
			return err
		}
		var others []Member
		given := c.Body.Members
		if name := c.Body.GroupName; name != "" {
			i := ch.groupNamed(name)
			if i < 0 {
				return errMemberGroupUnknown("member_group_name")
			}
			id := ch.Groups[i].ID
			others = slices.DeleteFunc(slices.Clone(ch.Members), func(mb Member) bool { return mb.GroupID == id })
			given = slices.DeleteFunc(slices.Clone(given), func(b MemberBody) bool { return b.GroupName != name })
		}
		members, err := ch.merge(m, others, given)
		ch.Members = members
		return err
	})
}

// membersGiven checks a body with members for a channel.
func (in *instance) membersGiven(ch *Channel, members []MemberBody, body any) error {
	if ch.ChannelType == ChannelReference {
		return ErrChannelType()
	}
	if limit := in.quota(quotaMembers); len(members) > limit {
		return ErrTooManyMembers(limit)
	}
	return violated(body)
}

// merge returns kept with the given members: one whose address is there takes its place, the others
// follow. Of several with one address the first counts (APIG V2 §3.17.6).
func (c *Channel) merge(m *domain.Moment, kept []Member, given []MemberBody) ([]Member, error) {
	known := map[string]Member{}
	for _, old := range c.Members {
		known[c.address(old)] = old
	}
	merged := slices.Clone(kept)
	at := map[string]int{}
	for i, old := range merged {
		at[c.address(old)] = i
	}
	seen := map[string]bool{}
	for i, b := range given {
		now, err := c.member(m, b, fmt.Sprintf("members[%d].", i))
		if err != nil {
			return nil, err
		}
		address := c.address(now)
		if seen[address] {
			continue
		}
		seen[address] = true
		now.ID, now.CreateTime = known[address].ID, known[address].CreateTime
		if now.ID == "" {
			now.ID, now.CreateTime = m.NewID(), m.Now
		}
		if place, ok := at[address]; ok {
			merged[place] = now
		} else {
			merged = append(merged, now)
		}
	}
	return merged, nil
}

// member returns the member that a client describes, but for its id; path is that of the entry.
func (c *Channel) member(m *domain.Moment, b MemberBody, path string) (Member, error) {
	now := Member{
		Host: b.Host, ECSID: b.ECSID, ECSName: b.ECSName, Weight: 1, IsBackup: b.IsBackup,
		Status: b.Status, Port: b.Port, CreateTime: m.Now,
	}
	switch {
	case c.MemberType == "ip" && b.Host == "":
		return now, ErrMissing(path + "host")
	case c.MemberType == "ecs" && b.ECSID == "":
		return now, ErrMissing(path + "ecs_id")
	case c.MemberType == "ecs" && b.ECSName == "":
		return now, ErrMissing(path + "ecs_name")
	}
	if now.Status == 0 {
		now.Status = statusAvailable
	}
	if b.GroupName != "" {
		i := c.groupNamed(b.GroupName)
		if i < 0 {
			return now, errMemberGroupUnknown(path + "member_group_name")
		}
		now.GroupID = c.Groups[i].ID
		put(&now.Weight, c.Groups[i].Weight)
	}
	put(&now.Weight, b.Weight)
	return now, nil
}

// DeleteMember decides on the command of that name. Errors: APIG.3030, 3718; APIG.3023; APIG.3024.
func (s *State) DeleteMember(m *domain.Moment, c DeleteMember) (Channel, []domain.Event, error) {
	return s.changeChannel(m, c.InstanceID, c.ChannelID, func(_ *instance, ch *Channel) error {
		i := ch.memberAt(c.MemberID)
		if i < 0 {
			return ErrMemberNotFound(c.MemberID)
		}
		ch.Members = slices.Delete(slices.Clone(ch.Members), i, i+1)
		return nil
	})
}

// EnableMembers decides on the command of that name: all of the members or none. Errors: APIG.2001,
// 2011; APIG.3030, 3718; APIG.3023; APIG.3024.
func (s *State) EnableMembers(m *domain.Moment, c EnableMembers) (Channel, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Channel{}, nil, err
	}
	status := statusUnavailable
	if c.Enable {
		status = statusAvailable
	}
	return s.changeChannel(m, c.InstanceID, c.ChannelID, func(_ *instance, ch *Channel) error {
		at := map[string]int{}
		for i, member := range ch.Members {
			at[member.ID] = i
		}
		ch.Members = slices.Clone(ch.Members)
		for _, id := range c.Body.MemberIDs {
			i, ok := at[id]
			if !ok {
				return ErrMemberNotFound(id)
			}
			ch.Members[i].Status = status
		}
		return nil
	})
}
