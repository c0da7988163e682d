package apig

import "testing"

func TestAddMembers(t *testing.T) {
	t.Parallel()
	add := func(channel string, members ...MemberBody) decision {
		return do((*State).AddMembers, AddMembers{gw, channel, AddMembersBody{members}})
	}
	weight := 7
	heavy := newMember(id(1), "b")
	heavy.Weight, heavy.GroupID, heavy.Port, heavy.Status, heavy.IsBackup = 7, "x1", 90, 2, true
	again := member("m1", "a", "")
	again.Weight = 7
	base := given(gateway(), aChannel("c1", "pool", withGroups("x1 first"), withMembers("m1 a x1")),
		aChannel("c2", "servers", func(c *Channel) { c.MemberType = "ecs" }),
		aChannel("c3", "far", func(c *Channel) { c.ChannelType = ChannelReference }))
	run(t, []scenario{
		{name: "§3.17.6: a new one follows", given: base, when: add("c1", MemberBody{Host: "b", Weight: &weight, GroupName: "first", Port: 90, Status: 2, IsBackup: true}),
			then: changedChannel(channelOf("c1", "pool", withGroups("x1 first"), withMembers("m1 a x1"), func(c *Channel) { c.Members = append(c.Members, heavy) }), "members")},
		{name: "§3.17.6: an address that is there is changed", given: base, when: add("c1", MemberBody{Host: "a", Weight: &weight}),
			then: changedChannel(channelOf("c1", "pool", withGroups("x1 first"), func(c *Channel) { c.Members = []Member{again} }), "members")},
		{name: "§3.17.6: of several with one address the first counts", given: base, when: add("c1", MemberBody{Host: "b"}, MemberBody{Host: "b", Status: 2}),
			then: changedChannel(channelOf("c1", "pool", withGroups("x1 first"), withMembers("m1 a x1"), func(c *Channel) { c.Members = append(c.Members, newMember(id(1), "b")) }), "members")},
		{name: "§3.17.1: members of the kind ip need host", given: base, when: add("c1", MemberBody{ECSID: "i", ECSName: "n"}), refused: "APIG.2001"},
		{name: "§3.17.1: members of the kind ecs need ecs_id", given: base, when: add("c2", MemberBody{Host: "h", ECSName: "n"}), refused: "APIG.2001"},
		{name: "§3.17.1: members of the kind ecs need ecs_name", given: base, when: add("c2", MemberBody{ECSID: "i"}), refused: "APIG.2001"},
		{name: "the server group is not there", given: base, when: add("c1", MemberBody{Host: "b", GroupName: "none"}), refused: "APIG.2011"},
		{name: "§3.17.6 ex: no members", given: base, when: add("c1"), refused: "APIG.2001"},
		{name: "§5.4: quota VPC_INSTANCE_NUM_LIMIT", given: given(base, aQuota("VPC_INSTANCE_NUM_LIMIT", 1)), when: add("c1", MemberBody{Host: "b"}), refused: "APIG.3110"},
		{name: "a channel that refers to others has none", given: base, when: add("c3", MemberBody{Host: "b"}), refused: "APIG.3471"},
		{name: "§3.17.6 ex: unknown", given: base, when: add("c4", MemberBody{Host: "b"}), refused: "APIG.3023"},
	})
}

func TestReplaceMembers(t *testing.T) {
	t.Parallel()
	replace := func(group string, members ...MemberBody) decision {
		return do((*State).ReplaceMembers, ReplaceMembers{gw, "c1", ReplaceMembersBody{members, group}})
	}
	groups := withGroups("x1 first", "x2 second")
	base := given(gateway(), aChannel("c1", "pool", groups, withMembers("m1 a x1", "m2 b x2")))
	inFirst := newMember(id(1), "c")
	inFirst.GroupID = "x1"
	run(t, []scenario{
		{name: "§3.17.8: all, when no server group is named", given: base, when: replace("", MemberBody{Host: "b"}),
			then: changedChannel(channelOf("c1", "pool", groups, withMembers("m2 b")), "members")},
		{name: "§3.17.8: none at all", given: base, when: replace(""), then: changedChannel(channelOf("c1", "pool", groups), "members")},
		{name: "§3.17.8: those of the named group; entries of others are passed over", given: base,
			when: replace("first", MemberBody{Host: "c", GroupName: "first"}, MemberBody{Host: "d", GroupName: "second"}, MemberBody{Host: "e"}),
			then: changedChannel(channelOf("c1", "pool", groups, withMembers("m2 b x2"), func(c *Channel) { c.Members = append(c.Members, inFirst) }), "members")},
		{name: "the same members, nothing happens", given: base,
			when: replace("", MemberBody{Host: "a", GroupName: "first"}, MemberBody{Host: "b", GroupName: "second"})},
		{name: "the server group is not there", given: base, when: replace("none"), refused: "APIG.2011"},
	})
}

func TestDeleteAndEnableMembers(t *testing.T) {
	t.Parallel()
	base := given(gateway(), aChannel("c1", "pool", withMembers("m1 a", "m2 b")))
	enable := func(yes bool, ids ...string) decision {
		return do((*State).EnableMembers, EnableMembers{gw, "c1", yes, EnableMembersBody{ids}})
	}
	off := channelOf("c1", "pool", withMembers("m1 a", "m2 b"), func(c *Channel) { c.Members[1].Status = 2 })
	run(t, []scenario{
		{name: "§3.17.9", given: base, when: do((*State).DeleteMember, DeleteMember{gw, "c1", "m1"}),
			then: changedChannel(channelOf("c1", "pool", withMembers("m2 b")), "members")},
		{name: "§3.17.9 ex: unknown", given: base, when: do((*State).DeleteMember, DeleteMember{gw, "c1", "m3"}), refused: "APIG.3024"},
		{name: "§3.17.11: disabled", given: base, when: enable(false, "m2"), then: changedChannel(off, "members")},
		{name: "§3.17.10: enabled", given: given(gateway(), history{ChannelCreated{off}}), when: enable(true, "m1", "m2"),
			then: changedChannel(channelOf("c1", "pool", withMembers("m1 a", "m2 b")), "members")},
		{name: "enabled already, nothing happens", given: base, when: enable(true, "m1")},
		{name: "all or none", given: base, when: enable(false, "m1", "m3"), refused: "APIG.3024"},
		{name: "no members named", given: base, when: enable(false), refused: "APIG.2001"},
	})
}

func TestMemberGroups(t *testing.T) {
	t.Parallel()
	put := func(channel string, groups ...MemberGroupBody) decision {
		return do((*State).PutMemberGroups, PutMemberGroups{gw, channel, PutMemberGroupsBody{groups}})
	}
	update := func(id string, b MemberGroupBody) decision {
		return do((*State).UpdateMemberGroup, UpdateMemberGroup{gw, "c1", id, b})
	}
	weight := 5
	heavy := func(c *Channel) { c.Groups[0].Weight, c.Groups[0].UpdateTime = &weight, now }
	added := func(c *Channel) {
		c.Groups = append(c.Groups, MemberGroup{ID: id(1), MemberGroupBody: MemberGroupBody{Name: "third"}, CreateTime: now, UpdateTime: now})
	}
	groups, members := withGroups("x1 first", "x2 second"), withMembers("m1 a x1")
	base := given(gateway(), aGroup("g1", "shop"), aChannel("c1", "pool", groups, members),
		aChannel("c2", "far", func(c *Channel) { c.ChannelType = ChannelReference }))
	used := given(base, history{APICreated{apiOf("a1", channelAPI("g1", "list", "c1", "x1"))}})
	del := do((*State).DeleteMemberGroup, DeleteMemberGroup{gw, "c1", "x1"})
	run(t, []scenario{
		{name: "§3.17.13: a new one follows, the first of one name counts", given: base, when: put("c1", MemberGroupBody{Name: "third"}, MemberGroupBody{Name: "third", Weight: &weight}),
			then: changedChannel(channelOf("c1", "pool", groups, members, added), "member_groups")},
		{name: "§3.17.13: a name that is there is changed", given: base, when: put("c1", MemberGroupBody{Name: "first", Weight: &weight}),
			then: changedChannel(channelOf("c1", "pool", groups, members, heavy), "member_groups")},
		{name: "a reference channel's group refers to a channel", given: base, when: put("c2", MemberGroupBody{Name: "far"}), refused: "APIG.2001"},
		{name: "… that is there", given: base, when: put("c2", MemberGroupBody{Name: "far", ReferenceChannelID: "c3"}), refused: "APIG.3023"},
		{name: "… and has members itself", given: base, when: put("c2", MemberGroupBody{Name: "far", ReferenceChannelID: "c2"}), refused: "APIG.3471"},
		{name: "§3.17.17", given: base, when: update("x1", MemberGroupBody{Name: "first", Weight: &weight}),
			then: changedChannel(channelOf("c1", "pool", groups, members, heavy), "member_groups")},
		{name: "names are unique in a channel", given: base, when: update("x1", MemberGroupBody{Name: "second"}), refused: "APIG.2011"},
		{name: "unknown", given: base, when: update("x3", MemberGroupBody{Name: "third"}), refused: "APIG.3007"},
		{name: "§3.17.16: its members stay", given: base, when: del,
			then: changedChannel(channelOf("c1", "pool", withGroups("x2 second"), withMembers("m1 a")), "member_groups", "members")},
		{name: "not while an API uses it", given: used, when: del, refused: "APIG.3414"},
		{name: "deleted twice", when: do((*State).DeleteMemberGroup, DeleteMemberGroup{gw, "c1", "x9"}), given: base, refused: "APIG.3007"},
	})
}

// §3.17.1: a member without a port is called at that of its group, or else of its channel.
func TestPortOf(t *testing.T) {
	t.Parallel()
	c := channelOf("c1", "pool", withGroups("x1 first", "x2 second"), func(c *Channel) { c.Groups[0].MicroservicePort = 8080 })
	for _, k := range []struct {
		member Member
		want   int
	}{
		{Member{Port: 90, GroupID: "x1"}, 90}, {Member{GroupID: "x1"}, 8080}, {Member{GroupID: "x2"}, 80}, {Member{}, 80},
	} {
		if got := c.PortOf(k.member); got != k.want {
			t.Errorf("%+v is called at %d, want %d", k.member, got, k.want)
		}
	}
}
