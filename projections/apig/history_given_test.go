package apig

import (
	"strconv"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/internal/testenv"
	"github.com/gatelog/gatelog/migrations"
	"github.com/gatelog/gatelog/projections"
)

// past is a log with a history, and the read models of it.
type past struct {
	*Queries
	t     *testing.T
	log   *eventstore.Memory
	fence eventstore.Fence
	db    *sqlx.DB
	url   string
	n     int
}

const (
	pastTenant   = "t1"
	pastInstance = "gw"
)

var (
	pastIn    = In{Tenant: pastTenant, Instance: pastInstance}
	pastBegan = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
)

// newPast returns an instance with the group g1, the environments RELEASE and test, and nothing else.
func newPast(t *testing.T) *past {
	t.Helper()
	url := testenv.Postgres(t)
	db, err := projections.OpenDB(url, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := migrations.Up(t.Context(), db.DB); err != nil {
		t.Fatal(err)
	}
	log := eventstore.NewMemory()
	p := &past{Queries: NewQueries(projections.NewStatements(db), log), t: t, log: log, db: db, url: url}
	if p.fence, err = log.Take(t.Context(), "apig", pastTenant, "test"); err != nil {
		t.Fatal(err)
	}
	p.has(
		apig.InstanceRequested{Instance: apig.Instance{ID: pastInstance, Name: "gateway", Status: apig.InstanceRunning}},
		apig.EnvCreated{Env: apig.Environment{ID: apig.ReleaseEnvID, InstanceID: pastInstance, Name: apig.ReleaseEnvName}},
		apig.EnvCreated{Env: apig.Environment{ID: "e1", InstanceID: pastInstance, Name: "test"}},
		apig.GroupCreated{Group: apig.Group{ID: "g1", InstanceID: pastInstance, Name: "shop"}},
	)
	return p
}

// has appends events, a second apart, and returns the position of the last.
func (p *past) has(events ...domain.Event) domain.Position {
	p.t.Helper()
	var at domain.Position
	for _, ev := range events {
		p.n++
		m, err := envelope.Close(apig.Codec(), "apig", domain.Recorded{
			ID: "event-" + strconv.Itoa(p.n), Tenant: pastTenant, Time: pastBegan.Add(time.Duration(p.n) * time.Second),
			Actor: domain.Actor{UserName: "ada"}, Command: "apig.Test", Reason: "because", Request: "r" + strconv.Itoa(p.n), Event: ev,
		})
		if err != nil {
			p.t.Fatal(err)
		}
		positions, err := p.log.Append(p.t.Context(), p.fence, []eventstore.Message{m})
		if err != nil {
			p.t.Fatal(err)
		}
		at = domain.Position(positions[0])
	}
	return at
}

// project brings the read models up to date.
func (p *past) project() *past {
	p.t.Helper()
	if _, err := projections.Prepare(p.t.Context(), p.db, p.log, New()); err != nil {
		p.t.Fatal(err)
	}
	if err := projections.Rebuild(p.t.Context(), p.db, p.log, New(), nil); err != nil {
		p.t.Fatal(err)
	}
	return p
}

func apiTo(host string) apig.API {
	return apig.API{ID: "a1", InstanceID: pastInstance, Definition: apig.Definition{
		Name: "orders", Type: 1, ReqMethod: "GET", ReqURI: "/orders", GroupID: "g1", BackendType: "HTTP",
		BackendAPI: &apig.Backend{Timeout: 5000, Endpoint: apig.Endpoint{URLDomain: host, ReqURI: "/"}},
	}}
}

func created(host string) domain.Event { return apig.APICreated{API: apiTo(host)} }

func rewritten(host string) domain.Event {
	return apig.APIUpdated{API: apiTo(host), Changed: []string{"backend_api"}}
}

// record is a publication record of the definition at a position as a version.
func record(version, envID string, definition domain.Position) apig.Publication {
	return apig.Publication{
		InstanceID: pastInstance, APIID: "a1", APIName: "orders", GroupID: "g1", EnvID: envID, EnvName: "name-of-" + envID,
		PublishID: "p-" + version, VersionID: version, VersionNo: "20240501", DefinitionPosition: definition, PublishTime: pastBegan,
	}
}

func published(version, envID string, definition domain.Position) apig.APIPublished {
	return apig.APIPublished{Publication: record(version, envID, definition)}
}

func hostIs(value string) apig.Variable {
	return apig.Variable{ID: "v1", InstanceID: pastInstance, GroupID: "g1", EnvID: apig.ReleaseEnvID, Name: "host", Value: value}
}

// withHost is published with the variable host.
func withHost(version string, definition domain.Position) apig.APIPublished {
	ev := published(version, apig.ReleaseEnvID, definition)
	ev.Variables = map[string]string{"host": "v1"}
	return ev
}
