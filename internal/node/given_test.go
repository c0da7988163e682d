package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/internal/engine"
	"github.com/gatelog/gatelog/internal/testenv"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// soon is what nothing here takes.
const soon = 60 * time.Second

// asker asks nodes. A node that hangs fails the test that asked it, and not all tests.
var asker = &http.Client{Timeout: soon}

var silent = slog.New(slog.DiscardHandler)

// deployment is what outlives a node: a data directory with an embedded log, and a database.
type deployment struct {
	t *testing.T
	Config
}

func newDeployment(t *testing.T) *deployment {
	t.Helper()
	c := Defaults()
	c.HTTPAddr, c.DataDir, c.DatabaseURL = "127.0.0.1:0", t.TempDir(), testenv.Postgres(t)
	return &deployment{t, c}
}

// elsewhere is a deployment whose log is on a broker that other nodes share.
func elsewhere(t *testing.T) *deployment {
	t.Helper()
	d := newDeployment(t)
	broker := testenv.Broker(t, func(o *engine.BrokerOptions) { o.Listen = "127.0.0.1:0" })
	d.NATSURL, d.TrustBrokerSync, d.MasterKey = broker.URL(), true, fmt.Sprintf("%064x", 7)
	return d
}

// beside is another node's place in the same deployment.
func (d *deployment) beside() *deployment {
	other := *d
	other.DataDir = d.t.TempDir()
	return &other
}

// engines opens the engines of the deployment until the test ends, or they are closed.
func (d *deployment) engines() *Engines {
	d.t.Helper()
	e, err := OpenEngines(d.t.Context(), d.Config, silent)
	if err != nil {
		d.t.Fatal(err)
	}
	return e
}

// served is a node that runs.
type served struct {
	*Node
	t     *testing.T
	url   string
	made  *Credentials
	end   context.CancelFunc
	ended chan error
}

// start runs a node and waits until it is ready. It stops with the test, if not before.
func (d *deployment) start() *served {
	d.t.Helper()
	s, err := d.try(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// try is start that may fail. It may be called by any goroutine of the test: it ends none.
func (d *deployment) try(ctx context.Context) (*served, error) {
	d.t.Helper()
	opening, cancel := context.WithTimeout(ctx, soon)
	defer cancel()
	e, err := OpenEngines(opening, d.Config, silent)
	if err != nil {
		return nil, err
	}
	n, err := New(opening, d.Config, e, silent)
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	s := &served{Node: n, t: d.t, ended: make(chan error, 1)}
	ctx, s.end = context.WithCancel(ctx)
	ready := make(chan struct{})
	go func() {
		err := n.Run(ctx, func(url string, made *Credentials) {
			s.url, s.made = url, made
			close(ready)
		})
		s.ended <- errors.Join(err, e.Close())
	}()
	select {
	case <-ready:
		d.t.Cleanup(s.stop)
		return s, nil
	case err := <-s.ended:
		s.end()
		if err == nil {
			err = errors.New("the node ended before it was ready")
		}
		return nil, err
	case <-time.After(soon):
		s.end()
		return nil, errors.New("the node is not ready")
	}
}

// over returns what a node ended with that was told to end, or that cannot go on. It fails the test when that is
// not done in time.
func (s *served) over() error {
	s.t.Helper()
	select {
	case err := <-s.ended:
		s.ended <- nil
		return err
	case <-time.After(soon):
		s.t.Fatal("the node does not end")
		return nil
	}
}

// stop ends the node and its engines. It fails the test when that is not done in time.
func (s *served) stop() {
	s.t.Helper()
	s.end()
	if err := s.over(); err != nil {
		s.t.Errorf("the node ended with %v", err)
	}
}

// reply is what a node answered.
type reply struct {
	status int
	body   string
}

// get asks without a signature.
func (s *served) get(path string) reply {
	s.t.Helper()
	r, err := asker.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{r.StatusCode, string(text)}
}

// send makes a request, signed with the credentials.
func (s *served) send(ctx context.Context, c Credentials, method, path, body string) (reply, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	if err := signature.Sign(r, []byte(body), c.AccessKey, c.SecretKey, time.Now()); err != nil {
		return reply{}, err
	}
	answer, err := asker.Do(r)
	if err != nil {
		return reply{}, err
	}
	text, err := io.ReadAll(answer.Body)
	return reply{answer.StatusCode, string(text)}, errors.Join(err, answer.Body.Close())
}

// instances returns the ids of the instances that the owner of the credentials sees.
func (s *served) instances(c Credentials) []string {
	s.t.Helper()
	r, err := s.send(s.t.Context(), c, "GET", "/v2/"+c.ProjectID+"/apigw/instances", "")
	if err != nil || r.status != http.StatusOK {
		s.t.Fatalf("list instances: %+v, %v", r, err)
	}
	var list struct {
		Instances []struct{ ID, Status string }
	}
	if err := json.Unmarshal([]byte(r.body), &list); err != nil {
		s.t.Fatal(err)
	}
	ids := []string{}
	for _, i := range list.Instances {
		ids = append(ids, i.ID+" "+i.Status)
	}
	return ids
}

// signsIn returns whether the password is right.
func (s *served) signsIn(user, password string) bool {
	s.t.Helper()
	body := fmt.Sprintf(`{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":%q,"password":%q}}}}}`, user, password)
	r, err := asker.Post(s.url+"/v3/auth/tokens", "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusCreated && r.StatusCode != http.StatusUnauthorized {
		s.t.Fatalf("sign in: %s", r.Status)
	}
	return r.StatusCode == http.StatusCreated
}

// works fails unless the credentials in the data directory open the node: with the key, with the password,
// and to a project with exactly one instance, which runs.
func (s *served) works(d *deployment) Credentials {
	s.t.Helper()
	c, err := ReadCredentials(d.DataDir)
	if err != nil {
		s.t.Fatal(err)
	}
	if got := s.instances(c); len(got) != 1 || got[0] != c.InstanceID+" Running" {
		s.t.Errorf("instances %v, want %s alone, and running", got, c.InstanceID)
	}
	if !s.signsIn(c.User, c.Password) {
		s.t.Error("the password in the credentials is wrong")
	}
	return c
}

// in is where the instance of credentials is.
func in(c Credentials) projectionsapig.In {
	return projectionsapig.In{Tenant: c.ProjectID, Instance: c.InstanceID}
}
