package apig

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func batch(action string, b BatchBody) decision {
	return do((*State).BatchPublish, BatchPublish{gw, action, b})
}

func TestBatchPublish(t *testing.T) {
	t.Parallel()
	three := given(shop(), anAPI("a2", "g1", "order", "POST /orders"), anAPI("a3", "g2", "save", "POST /save"))
	first := online(1, "a1", "list", "g1", ReleaseEnvID, "RELEASE", 4)
	second := online(2, "a2", "order", "g1", ReleaseEnvID, "RELEASE", 6)
	body := func(apis ...string) BatchBody { return BatchBody{APIs: apis, EnvID: ReleaseEnvID, Remark: "go"} }
	group := BatchBody{GroupID: "g1", EnvID: ReleaseEnvID, Remark: "go"}
	both := []domain.Event{APIPublished{Publication: first}, APIPublished{Publication: second}}
	record := publication("v1", "a1", "g1", ReleaseEnvID, 4)
	isOnline := given(three, published("v1", "a1", "g1", ReleaseEnvID, 4))
	notOnline := ErrPublicationNotFound("a2")
	run(t, []scenario{
		{name: "§3.5.9: those given", given: three, when: batch("online", body("a1", "a2")), then: both},
		{name: "§3.5.9: or those of a group", given: three, when: batch("online", group), then: both},
		{name: "an API given twice counts once", given: three, when: batch("online", body("a1", "a1")), then: both[:1]},
		{name: "with both, those given count", given: three, when: batch("online", BatchBody{APIs: []string{"a1"}, GroupID: "g2", EnvID: ReleaseEnvID, Remark: "go"}), then: both[:1]},
		{name: "§3.5.9: one that fails does not stop the others", given: three, when: batch("online", body("a9", "a1")), then: both[:1],
			answer: BatchResult{Success: []Publication{first}, Failure: []BatchFailure{{"a9", "", "APIG.3002", ErrAPINotFound("a9").Message}}}},
		{name: "§3.5.9: offline", given: isOnline, when: batch("offline", body("a2", "a1")),
			then: []domain.Event{APITakenOffline{record}},
			answer: BatchResult{
				Success: []Publication{record}, Failure: []BatchFailure{{"a2", "order", "APIG.3015", notOnline.Message}},
			}},
		{name: "§3.5.9 ex: action", given: three, when: batch("up", group), refused: "APIG.2011"},
		{name: "§3.5.9: APIs or group", given: three, when: batch("online", BatchBody{EnvID: ReleaseEnvID}), refused: "APIG.2001"},
		{name: "§3.5.9: the environment is required", given: three, when: batch("online", BatchBody{GroupID: "g1"}), refused: "APIG.2001"},
		{name: "§3.5.9: at most 1000", given: three, when: batch("online", body(make([]string, 1001)...)), refused: "APIG.2003"},
		{name: "unknown group", given: three, when: batch("online", BatchBody{GroupID: "g9", EnvID: ReleaseEnvID}), refused: "APIG.3001"},
		{name: "unknown environment", given: three, when: batch("online", BatchBody{GroupID: "g1", EnvID: "e9"}), refused: "APIG.3003"},
	})
}

func TestBatchPublishOfALargeGroup(t *testing.T) {
	t.Parallel()
	h := given(gateway(), aGroup("g1", "shop"))
	for i := range 1001 {
		name := fmt.Sprintf("api-%04d", i)
		h = given(h, anAPI(name, "g1", name, "GET /"+name))
	}
	run(t, []scenario{
		{name: "§3.5.9: a group of more than 1000", given: h, when: batch("online", BatchBody{GroupID: "g1", EnvID: ReleaseEnvID}), refused: "APIG.2003"},
	})
}

func TestBatchPublishNeedsPositions(t *testing.T) {
	t.Parallel()
	s := shop().state()
	s.Apply(domain.Recorded{ID: "new", Event: anAPI("a2", "g1", "order", "POST /orders")[0]})
	command := BatchPublish{gw, "online", BatchBody{GroupID: "g1", EnvID: ReleaseEnvID}}
	if _, events, err := s.BatchPublish(moment(), command); !errors.Is(err, ErrNotPlaced) || events != nil {
		t.Errorf("got %v, %v; want ErrNotPlaced", events, err)
	}
}
