package apig

import (
	"fmt"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func tagsFrom(n, count int) []Tag {
	all := make([]Tag, count)
	for i := range all {
		all[i] = Tag{fmt.Sprintf("key%d", n+i), "v"}
	}
	return all
}

func TestChangeInstanceTags(t *testing.T) {
	t.Parallel()
	change := func(action string, tags ...Tag) decision {
		return do((*State).ChangeInstanceTags, ChangeInstanceTags{gw, InstanceTagsBody{action, append([]Tag{}, tags...)}})
	}
	tagged := gatewayThat(func(i *Instance) { i.Tags = []Tag{{"a", "1"}, {"b", "2"}} })
	full := gatewayThat(func(i *Instance) { i.Tags = tagsFrom(0, 20) })
	then := func(given history, tags ...Tag) []domain.Event {
		return []domain.Event{InstanceTagsChanged{nowThe(given, []string{"tags"}, func(i *Instance) { i.Tags = tags })}}
	}
	run(t, []scenario{
		{name: "§3.25.3: tags are added", given: gateway(), when: change("create", Tag{"a", "1"}, Tag{"标签 @x", "w/v"}), then: then(gateway(), Tag{"a", "1"}, Tag{"标签 @x", "w/v"})},
		{name: "§3.25.3: a key that is there gets another value", given: tagged, when: change("create", Tag{"a", "9"}), then: then(tagged, Tag{"a", "9"}, Tag{"b", "2"})},
		{name: "§3.25.3: tags are deleted by their keys", given: tagged, when: change("delete", Tag{"a", ""}), then: then(tagged, Tag{"b", "2"})},
		{name: "§3.25.3: … and by their values, when there is one", given: tagged, when: change("delete", Tag{"a", "1"}, Tag{"b", "other"}), then: then(tagged, Tag{"b", "2"})},
		{name: "what is not there need not be deleted", given: tagged, when: change("delete", Tag{"c", ""})},
		{name: "the same again changes nothing", given: tagged, when: change("create", Tag{"b", "2"})},
		{name: "§3.25.3: no tags change nothing", given: tagged, when: change("create")},
		{name: "§3.25.3: at most 20 in all", given: full, when: change("create", Tag{"one more", ""}), refused: "APIC.7402"},
		{name: "§3.25.3: another value fits", given: full, when: change("create", Tag{"key0", "w"}), then: then(full, append([]Tag{{"key0", "w"}}, tagsFrom(1, 19)...)...)},
		{name: "§3.25.3: at most 20 at once", given: gateway(), when: change("delete", tagsFrom(0, 21)...), refused: "APIC.7402"},
		{name: "§3.25.3: _sys_ keys are reserved", given: gateway(), when: change("create", Tag{"_sys_owner", ""}), refused: "APIC.7211"},
		{name: "a key given twice", given: gateway(), when: change("create", Tag{"a", "1"}, Tag{"a", "2"}), refused: "APIC.7211"},
		{name: "§3.25.3: a key has a rule", given: gateway(), when: change("create", Tag{"a*b", ""}), refused: "APIC.7211"},
		{name: "§3.25.3: so has a value", given: gateway(), when: change("create", Tag{"a", "<b>"}), refused: "APIC.7211"},
		{name: "§3.25.3: create or delete", given: gateway(), when: change("replace", Tag{"a", ""}), refused: "APIC.7211"},
		{name: "§3.25.3: tags are required", given: gateway(), refused: "APIC.7211",
			when: do((*State).ChangeInstanceTags, ChangeInstanceTags{gw, InstanceTagsBody{Action: "create"}})},
		{name: "§5.4: busy", given: creating(50), when: change("create", Tag{"a", ""}), refused: "APIC.7701"},
		{name: "unknown", when: change("create", Tag{"a", ""}), refused: "APIC.7302"},
	})
}

func TestInstanceTagQuery(t *testing.T) {
	t.Parallel()
	many := func(n int) []TagValues { return make([]TagValues, n) }
	for name, c := range map[string]struct {
		query InstanceTagQuery
		ok    bool
	}{
		"everything":        {InstanceTagQuery{}, true},
		"any value":         {InstanceTagQuery{Tags: []TagValues{{Key: "a"}}}, true},
		"some values":       {InstanceTagQuery{Tags: []TagValues{{"a", []string{"", "x/y"}}}, Matches: []InstanceMatch{{"resource_name", "x"}}}, true},
		"no key":            {InstanceTagQuery{Tags: many(1)}, false},
		"too many keys":     {InstanceTagQuery{Tags: many(21)}, false},
		"too many values":   {InstanceTagQuery{Tags: []TagValues{{"a", make([]string, 21)}}}, false},
		"an odd value":      {InstanceTagQuery{Tags: []TagValues{{"a", []string{"<"}}}}, false},
		"another member":    {InstanceTagQuery{Matches: []InstanceMatch{{"status", "x"}}}, false},
		"too many matches":  {InstanceTagQuery{Matches: make([]InstanceMatch, 21)}, false},
		"text with no end":  {InstanceTagQuery{Matches: []InstanceMatch{{"resource_name", string(make([]rune, 256))}}}, false},
		"too many sys tags": {InstanceTagQuery{SysTags: many(21)}, false},
	} {
		if err := c.query.Check(); (err == nil) != c.ok || err != nil && domain.CodeOf(err) != "APIC.7211" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
