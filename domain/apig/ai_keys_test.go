package apig

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func TestAIKeys(t *testing.T) {
	t.Parallel()
	create := func(app string, b AIKeyBody) decision {
		return do((*State).CreateAIKey, CreateAIKey{gw, app, b, SealedSecret{Text: "sealed"}})
	}
	remove := func(app, key string) decision { return do((*State).DeleteAIKey, DeleteAIKey{gw, app, key}) }
	key := func(n int) AIKey { return AIKey{fmt.Sprint("k", n), gw, "p1", "", "sealed", past} }
	withApp := given(gateway(), history{AppCreated{App{ID: "p1", InstanceID: gw, Name: "app", Key: "key"}}})
	one := given(withApp, history{AIKeyCreated{key(1)}})
	full := withApp
	for n := range 5 {
		full = given(full, history{AIKeyCreated{key(n)}})
	}
	run(t, []scenario{
		{name: "an app gets a key", given: withApp, when: create("p1", AIKeyBody{Alias: "chat"}), then: []domain.Event{AIKeyCreated{AIKey{id(1), gw, "p1", "chat", "sealed", now}}}},
		{name: "five by default", given: full, when: create("p1", AIKeyBody{}), refused: "APIG.3131"},
		{name: "a key has a rule", given: withApp, when: create("p1", AIKeyBody{Key: "two words"}), refused: "APIG.2011"},
		{name: "a key of 7 characters", given: withApp, when: create("p1", AIKeyBody{Key: "1234567"}), refused: "APIG.2011"},
		{name: "an alias has a rule", given: withApp, when: create("p1", AIKeyBody{Alias: "a b"}), refused: "APIG.2011"},
		{name: "an alias has an end", given: withApp, when: create("p1", AIKeyBody{Alias: strings.Repeat("a", 101)}), refused: "APIG.2011"},
		{name: "unknown app", given: withApp, when: create("p2", AIKeyBody{}), refused: "APIG.3004"},
		{name: "unknown instance", when: create("p1", AIKeyBody{}), refused: "APIG.3030"},
		{name: "a key is deleted", given: one, when: remove("p1", "k1"), then: []domain.Event{AIKeyDeleted{gw, "p1", "k1"}}},
		{name: "… once", given: given(one, history{AIKeyDeleted{gw, "p1", "k1"}}), when: remove("p1", "k1"), refused: "APIG.3082"},
		{name: "… by its app", given: one, when: remove("p2", "k1"), refused: "APIG.3004"},
		{name: "a key goes with its app", given: given(one, history{AppDeleted{InstanceID: gw, AppID: "p1"}}), when: remove("p1", "k1"), refused: "APIG.3004"},
	})
}
