package apig

import (
	"fmt"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func orchestrationBody(name string, change ...func(*OrchestrationBody)) OrchestrationBody {
	b := OrchestrationBody{
		Name: name, Strategy: "list", MappedParam: &MappedParam{"x-color", "string", "header"},
		Map: []OrchestrationEntry{{List: []string{"a", "b"}, Value: "blue"}},
	}
	for _, f := range change {
		f(&b)
	}
	return b
}

func orchestrationOf(id, name string, change ...func(*OrchestrationBody)) Orchestration {
	return Orchestration{ID: id, InstanceID: gw, OrchestrationBody: orchestrationBody(name, change...), CreateTime: past, UpdateTime: past}
}

func anOrchestration(id, name string, change ...func(*OrchestrationBody)) history {
	return history{OrchestrationCreated{orchestrationOf(id, name, change...)}}
}

func preprocessing(b *OrchestrationBody) { b.IsPreprocessing = true }

// orchestrationSamples has one event of every type about orchestration rules, with every member set.
func orchestrationSamples() []domain.Event {
	o := orchestrationOf("o1", "colors", preprocessing, func(b *OrchestrationBody) {
		b.Map[0].Range, b.Map[0].InterceptLength = &ValueRange{"1", "5"}, 3
	})
	return []domain.Event{
		OrchestrationCreated{o}, OrchestrationUpdated{o, []string{"orchestration_map"}}, OrchestrationDeleted{InstanceID: gw, OrchestrationID: "o1", Name: "colors"},
	}
}

func createOrchestration(change ...func(*OrchestrationBody)) decision {
	return do((*State).CreateOrchestration, CreateOrchestration{gw, orchestrationBody("colors", change...)})
}

// entries replaces the map of a rule, and its strategy.
func entries(strategy string, all ...OrchestrationEntry) func(*OrchestrationBody) {
	return func(b *OrchestrationBody) { b.Strategy, b.Map = strategy, all }
}

func TestCreateOrchestration(t *testing.T) {
	t.Parallel()
	made := orchestrationOf(id(1), "colors")
	made.CreateTime, made.UpdateTime = now, now
	many := gateway()
	for i := range maxOrchestrations {
		many = given(many, anOrchestration(fmt.Sprint("o", i), fmt.Sprint("rule_", i)))
	}
	run(t, []scenario{
		{name: "SDK: created", given: gateway(), when: createOrchestration(), then: []domain.Event{OrchestrationCreated{made}}},
		{name: "§5.4: the name exists", given: given(gateway(), anOrchestration("o1", "colors")), when: createOrchestration(), refused: "APIG.3331"},
		{name: "§5.4: too many", given: many, when: createOrchestration(), refused: "APIG.3150"},
		{name: "no instance", when: createOrchestration(), refused: "APIG.3030"},
		{name: "SDK: name", given: gateway(), when: createOrchestration(func(b *OrchestrationBody) { b.Name = "1st" }), refused: "APIG.2011"},
	})
}

// What the comments of the public SDK ask for, by strategy.
func TestOrchestrationStrategies(t *testing.T) {
	t.Parallel()
	long := make([]string, 1501)
	for i := range long {
		long[i] = fmt.Sprint("v", i)
	}
	one := ValueRange{"5", "5"}
	for name, c := range map[string]struct {
		change func(*OrchestrationBody)
		code   string
	}{
		"hash without a map":              {entries("hash"), ""},
		"a range of one":                  {entries("range", OrchestrationEntry{Range: &one, Value: "x"}), ""},
		"the largest range":               {entries("hash_range", OrchestrationEntry{Range: &ValueRange{"0", "9223372036854775807"}}), ""},
		"default":                         {entries("default", OrchestrationEntry{Value: "x"}), ""},
		"head":                            {entries("head_n", OrchestrationEntry{InterceptLength: 100}), ""},
		"preprocessing without parameter": {func(b *OrchestrationBody) { b.IsPreprocessing, b.MappedParam = true, nil }, ""},
		"no parameter":                    {func(b *OrchestrationBody) { b.MappedParam = nil }, "APIG.2001"},
		"a parameter in the path":         {func(b *OrchestrationBody) { b.MappedParam.Location = "path" }, "APIG.2011"},
		"no strategy":                     {entries(""), "APIG.2001"},
		"a strategy of none":              {entries("guess", OrchestrationEntry{Value: "x"}), "APIG.2011"},
		"no map":                          {entries("list"), "APIG.2001"},
		"no list":                         {entries("list", OrchestrationEntry{Value: "x"}), "APIG.2001"},
		"a value twice":                   {entries("list", OrchestrationEntry{List: []string{"a"}, Value: "x"}, OrchestrationEntry{List: []string{"a"}, Value: "y"}), "APIG.2011"},
		"an entry twice":                  {entries("default", OrchestrationEntry{Value: "x"}, OrchestrationEntry{Value: "x"}), "APIG.2011"},
		"more than 3000 values":           {entries("list", OrchestrationEntry{List: long, Value: "x"}, OrchestrationEntry{List: long, Value: "y"}), "APIG.2011"},
		"a value with a space":            {entries("list", OrchestrationEntry{List: []string{"a b"}}), "APIG.2011"},
		"no range":                        {entries("range", OrchestrationEntry{Value: "x"}), "APIG.2001"},
		"a range the wrong way":           {entries("range", OrchestrationEntry{Range: &ValueRange{"6", "5"}}), "APIG.2011"},
		"a range beyond numbers":          {entries("range", OrchestrationEntry{Range: &ValueRange{"0", "9223372036854775808"}}), "APIG.2011"},
		"no length":                       {entries("tail_n", OrchestrationEntry{Value: "x"}), "APIG.2001"},
		"a length too far":                {entries("tail_n", OrchestrationEntry{InterceptLength: 101}), "APIG.2011"},
		"preprocessing without a value":   {func(b *OrchestrationBody) { b.IsPreprocessing, b.Map[0].Value = true, "" }, "APIG.2001"},
		"more than 300 entries":           {entries("default", make([]OrchestrationEntry, 301)...), "APIG.2011"},
	} {
		if err := orchestrationBody("colors", c.change).check(); domain.CodeOf(err) != c.code || (err != nil && c.code == "") {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
}

// orchestrated is an API whose parameter has rules.
func orchestrated(rules ...string) Definition {
	d := mockAPI("g1", "colored", "GET /colored")
	d.ReqParams = []ReqParam{{Name: "page", Type: "STRING", Location: "QUERY", Orchestrations: rules}}
	return d
}

func TestChangeOrchestrations(t *testing.T) {
	t.Parallel()
	two := given(shop(), anOrchestration("o1", "colors"), anOrchestration("o2", "sizes"))
	update := func(id, name string, change ...func(*OrchestrationBody)) decision {
		return do((*State).UpdateOrchestration, UpdateOrchestration{gw, id, orchestrationBody(name, change...)})
	}
	remove := func(id string) decision { return do((*State).DeleteOrchestration, DeleteOrchestration{gw, id}) }
	changed := orchestrationOf("o1", "colors", preprocessing)
	changed.UpdateTime = now
	used := API{ID: "a9", InstanceID: gw, Definition: orchestrated("o1"), RegisterTime: past, UpdateTime: past}
	inUse := given(two, history{APICreated{used}})
	released := used
	released.Definition = orchestrated()
	run(t, []scenario{
		{name: "SDK: changed", given: two, when: update("o1", "colors", preprocessing), then: []domain.Event{OrchestrationUpdated{changed, []string{"is_preprocessing"}}}},
		{name: "nothing changed", given: two, when: update("o1", "colors")},
		{name: "§5.4: the name of another", given: two, when: update("o1", "sizes"), refused: "APIG.3331"},
		{name: "§5.4: no such rule", given: two, when: update("o9", "new"), refused: "APIG.3095"},
		{name: "SDK: deleted", given: two, when: remove("o2"), then: []domain.Event{OrchestrationDeleted{gw, "o2", "sizes"}}},
		{name: "§5.4: in use by an API", given: inUse, when: remove("o1"), refused: "APIG.3716"},
		{name: "in use no more", given: given(inUse, history{APIUpdated{released, []string{"req_params"}}}), when: remove("o1"),
			then: []domain.Event{OrchestrationDeleted{gw, "o1", "colors"}}},
		{name: "deleted already", given: given(two, history{OrchestrationDeleted{gw, "o1", "colors"}}), when: remove("o1"), refused: "APIG.3095"},
		{name: "a name that is free again", given: given(two, history{OrchestrationDeleted{gw, "o1", "colors"}}), when: update("o2", "sizes")},
	})
}

// Public SDK: a rule of preprocessing is not the last but for those of the strategy default.
func TestAPIsReferToOrchestrations(t *testing.T) {
	t.Parallel()
	h := given(shop(), anOrchestration("plain", "colors"), anOrchestration("pre", "sizes", preprocessing), anOrchestration("rest", "others", entries("default", OrchestrationEntry{Value: "x"})))
	for _, c := range []struct {
		rules []string
		code  string
	}{
		{[]string{"plain"}, ""}, {[]string{"pre", "plain"}, ""}, {[]string{"pre", "plain", "rest"}, ""}, {[]string{"rest"}, ""},
		{[]string{"pre"}, "APIG.2011"}, {[]string{"plain", "pre", "rest"}, "APIG.2011"}, {[]string{"plain", "gone"}, "APIG.3095"},
	} {
		_, _, err := h.state().CreateAPI(moment(), CreateAPI{gw, orchestrated(c.rules...)})
		if domain.CodeOf(err) != c.code || (err != nil && c.code == "") {
			t.Errorf("%v: %v, want %q", c.rules, err, c.code)
		}
	}
}
