package gatelogtest

import (
	"context"
	"time"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
)

// Group makes a group and returns its id.
func (w *World) Group(name string) string {
	w.T.Helper()
	g, _, err := w.Commands.CreateGroup.Do(w.T.Context(), w.Bus, w.Call("a group"), apig.CreateGroup{InstanceID: w.InstanceID, Body: apig.GroupBody{Name: name}})
	w.must(err)
	return g.ID
}

// Definition is that of an API with an HTTP backend at host.
func Definition(groupID, name, host string) apig.Definition {
	return apig.Definition{
		Name: name, Type: 1, ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: "/" + name, AuthType: "NONE", BackendType: "HTTP", GroupID: groupID,
		BackendAPI: &apig.Backend{Timeout: 5000, Endpoint: apig.Endpoint{URLDomain: host, ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/"}},
	}
}

// API makes an API and returns its id.
func (w *World) API(groupID, name, host string) string {
	w.T.Helper()
	a, _, err := w.Commands.CreateAPI.Do(w.T.Context(), w.Bus, w.Call("an API"), apig.CreateAPI{
		InstanceID: w.InstanceID, Body: Definition(groupID, name, host),
	})
	w.must(err)
	return a.API.ID
}

// Rewrite changes where an API's backend is.
func (w *World) Rewrite(id, groupID, name, host string) {
	w.T.Helper()
	_, _, err := w.Commands.UpdateAPI.Do(w.T.Context(), w.Bus, w.Call("moved to "+host), apig.UpdateAPI{
		InstanceID: w.InstanceID, APIID: id, Body: Definition(groupID, name, host),
	})
	w.must(err)
}

// Publish puts an API into RELEASE and returns the id of the version.
func (w *World) Publish(id string) string {
	w.T.Helper()
	p, _, err := w.Commands.PublishAPI.Do(w.T.Context(), w.Bus, w.Call("release"), apig.PublishAPI{InstanceID: w.InstanceID, Body: apig.PublicationBody{
		Action: apig.ActionOnline, EnvID: apig.ReleaseEnvID, APIID: id, Remark: "for the test",
	}})
	w.must(err)
	return p.VersionID
}

// Delete takes an API offline and deletes it.
func (w *World) Delete(id string) {
	w.T.Helper()
	_, _, err := w.Commands.OfflineAPI.Do(w.T.Context(), w.Bus, w.Call("retired"), apig.OfflineAPI{InstanceID: w.InstanceID, Body: apig.PublicationBody{
		Action: apig.ActionOffline, EnvID: apig.ReleaseEnvID, APIID: id,
	}})
	w.must(err)
	_, _, err = w.Commands.DeleteAPI.Do(w.T.Context(), w.Bus, w.Call("retired"), apig.DeleteAPI{InstanceID: w.InstanceID, APIID: id})
	w.must(err)
}

// Variable makes a variable of RELEASE.
func (w *World) Variable(groupID, name, value string) apig.Variable {
	w.T.Helper()
	v, _, err := w.Commands.CreateVariable.Do(w.T.Context(), w.Bus, w.Call("a variable"), apig.CreateVariable{
		InstanceID: w.InstanceID, Body: apig.VariableBody{EnvID: apig.ReleaseEnvID, GroupID: groupID, Name: name, Value: value},
	})
	w.must(err)
	return v
}

// Poison appends an event that no projection can apply, waits until the projection has stopped at it, and
// returns its position.
func (w *World) Poison() eventstore.Position {
	w.T.Helper()
	fence, err := w.Log.Take(w.T.Context(), "apig", "elsewhere", "test")
	w.must(err)
	positions, err := w.Log.Append(w.T.Context(), fence, []eventstore.Message{{
		Subject: "evt.apig.elsewhere.odd.thing", ID: "odd", Type: "apig.odd.happened", Schema: 1, Time: time.Now(), Data: []byte("{}"),
	}})
	w.must(err)
	w.Await("SELECT count(*) FROM gatelog.checkpoints WHERE name = 'apig' AND failed_at > 0")
	return positions[0]
}

// Await waits until a count in the database is not zero.
func (w *World) Await(query string) {
	w.T.Helper()
	ctx, cancel := context.WithTimeout(w.T.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n := 0; n == 0; {
		w.must(w.DB.GetContext(ctx, &n, query))
		select {
		case <-tick.C:
		case <-ctx.Done():
			w.T.Fatalf("in vain: %s", query)
		}
	}
}
