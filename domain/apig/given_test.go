package apig

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatelog/gatelog/domain"
)

// Tests of decisions read: given these events, when this command, then these events, or this refusal.

// The gateway that all histories are about, and the moment in which commands are decided.
const gw = "gw"

var (
	past = time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)
	now  = time.Date(2024, 5, 1, 12, 30, 0, 0, time.UTC)
)

func moment() *domain.Moment { return domain.NewMoment(now, "test") }

// id returns the nth id that a command gives.
func id(n int) string {
	m, last := moment(), ""
	for range n {
		last = m.NewID()
	}
	return last
}

// --- Given ------------------------------------------------------------------------------------

// history is a list of events, with the positions 1, 2, 3 … in the log.
type history []domain.Event

func given(parts ...history) history {
	var all history
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

// gateway is a running instance with the environment RELEASE.
func gateway() history { return instanceNamed(gw, "gateway") }

func instanceNamed(id, name string) history {
	i := Instance{
		ID: id, JobID: "JOB-1", Name: name, SpecID: "BASIC", Status: InstanceRunning, Progress: 100,
		MaintainBegin: "22:00:00", MaintainEnd: "02:00:00", VPCID: "vpc", SubnetID: "net", SecurityGroupID: "sg",
		AvailableZoneIDs: []string{"az1"}, CreateTime: past, UpdateTime: past, ProgressTime: past,
	}
	release := Environment{ID: ReleaseEnvID, InstanceID: id, Name: ReleaseEnvName, CreateTime: past}
	return history{InstanceRequested{i}, EnvCreated{release}}
}

func aGroup(id, name string) history { return history{GroupCreated{groupNamed(id, name)}} }

func groupNamed(id, name string) Group {
	return Group{ID: id, InstanceID: gw, Name: name, SLDomainAccessEnabled: true, RegisterTime: past, UpdateTime: past}
}

func anEnv(id, name string) history {
	return history{EnvCreated{Environment{ID: id, InstanceID: gw, Name: name, CreateTime: past}}}
}

func aVariable(id, groupID, envID, name, value string) history {
	return history{VariableCreated{Variable{ID: id, InstanceID: gw, GroupID: groupID, EnvID: envID, Name: name, Value: value}}}
}

// anAPI is an API with a mock backend; call is "GET /path".
func anAPI(id, groupID, name, call string) history {
	return history{APICreated{apiOf(id, mockAPI(groupID, name, call))}}
}

// aBackendAPI is an API with an HTTP backend at address, which may refer to variables.
func aBackendAPI(id, groupID, name, call, address string) history {
	return history{APICreated{apiOf(id, httpAPI(groupID, name, call, address))}}
}

func redefined(id string, d Definition) history {
	return history{APIUpdated{apiOf(id, d), []string{"name"}}}
}

func apiOf(id string, d Definition) API {
	d, err := Prepare(domain.NewMoment(past, id), d, nil, DefaultLimits())
	if err != nil {
		panic(err) // a mistake in the test's own definition
	}
	return API{ID: id, InstanceID: gw, Definition: d, RegisterTime: past, UpdateTime: past}
}

func mockAPI(groupID, name, call string) Definition {
	method, path, _ := strings.Cut(call, " ")
	d := Definition{
		Name: name, Type: 1, ReqProtocol: "HTTPS", ReqMethod: method, ReqURI: path, AuthType: "NONE",
		BackendType: "MOCK", GroupID: groupID, MockInfo: &Mock{ResultContent: "hello"},
	}
	for _, param := range pathParams(path) {
		d.ReqParams = append(d.ReqParams, ReqParam{Name: param, Type: "STRING", Location: "PATH"})
	}
	return d
}

func httpAPI(groupID, name, call, address string) Definition {
	d := mockAPI(groupID, name, call)
	d.BackendType, d.MockInfo = "HTTP", nil
	d.BackendAPI = &Backend{Timeout: 5000, Endpoint: Endpoint{
		URLDomain: address, ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/",
	}}
	return d
}

// published is a publication of the API as version; at is the position of the definition.
func published(version, apiID, groupID, envID string, at domain.Position) history {
	return history{APIPublished{Publication: publication(version, apiID, groupID, envID, at)}}
}

func publication(version, apiID, groupID, envID string, at domain.Position) Publication {
	return Publication{
		InstanceID: gw, APIID: apiID, APIName: "name of " + apiID, GroupID: groupID, EnvID: envID, EnvName: "name of " + envID,
		PublishID: "publish of " + version, VersionID: version, VersionNo: "20240501080000", PublishTime: past, DefinitionPosition: at,
	}
}

func offline(version, apiID, groupID, envID string, at domain.Position) history {
	return history{APITakenOffline{publication(version, apiID, groupID, envID, at)}}
}

func aQuota(name string, value int) history {
	return history{QuotaSet{Quota{InstanceID: gw, Name: name, Value: value, UpdateTime: past}}}
}

func (h history) records() []domain.Recorded {
	all := make([]domain.Recorded, len(h))
	for i, ev := range h {
		all[i] = domain.Recorded{Position: domain.Position(i + 1), ID: fmt.Sprintf("e%d", i+1), Time: past, Event: ev}
	}
	return all
}

func (h history) state() *State {
	s := NewState("project")
	for _, rec := range h.records() {
		s.Apply(rec)
	}
	return s
}

// --- When -------------------------------------------------------------------------------------

type decision func(s *State, m *domain.Moment) (any, []domain.Event, error)

func do[C, R any](decide func(*State, *domain.Moment, C) (R, []domain.Event, error), command C) decision {
	return func(s *State, m *domain.Moment) (any, []domain.Event, error) { return decide(s, m, command) }
}

// --- Then -------------------------------------------------------------------------------------

type scenario struct {
	name    string
	given   history
	when    decision
	then    []domain.Event
	refused string // code
	answer  any    // what the decision returns, where the events do not say it
}

func run(t *testing.T, scenarios []scenario) {
	t.Helper()
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			s := sc.given.state()
			answer, events, err := sc.when(s, moment())
			if got := domain.CodeOf(err); got != sc.refused || (err != nil && got == "") {
				t.Fatalf("refused with %q (%v), want %q", got, err, sc.refused)
			}
			if diff := cmp.Diff(sc.then, events, cmpopts.EquateEmpty(), anyPartID); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(sc.answer, answer, cmpopts.EquateEmpty()); sc.answer != nil && diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(sc.given.state(), s, wholeState); diff != "" {
				t.Errorf("the decision changed the state:\n%s", diff)
			}
		})
	}
}

// wholeState compares states with everything they hold.
var wholeState = cmp.Options{
	cmp.AllowUnexported(throttling{}, throttle{}, throttledObject{}, bindings{}, placement{}, slot{}, access{}, signing{}),
	cmp.AllowUnexported(State{}, instance{}, group{}, environment{}, variable{}, api{}, effect{}, version{}, route{}, variableKey{}),
	cmp.AllowUnexported(plugins{}, channels{}, authorizers{}, references{}, use{}, endpoints{}, tasks{}, orchestrations{}),
	cmp.AllowUnexported(naming{}, certificates{}),
	cmp.AllowUnexported(credentials{}, app{}, authKey{}, authParty{}, appQuota{}),
	cmpopts.EquateEmpty(),
}

// anyPartID takes any id for that of a part of a definition; how parts get theirs is Prepare's affair.
var anyPartID = cmp.Options{
	cmpopts.IgnoreFields(Mock{}, "ID"), cmpopts.IgnoreFields(Backend{}, "ID"), cmpopts.IgnoreFields(ReqParam{}, "ID"),
}
