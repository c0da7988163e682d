package node

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/internal/engine"
)

func closed(t *testing.T, e *Engines) {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

func TestADataDirectoryIsForOneNode(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	e := d.engines()
	_, err := OpenEngines(t.Context(), d.Config, silent)
	if !errors.Is(err, engine.ErrInUse) || !strings.Contains(fmt.Sprint(err), fmt.Sprint(os.Getpid())) {
		t.Errorf("the second one: %v; want an error that names the process", err)
	}
	closed(t, e)
	closed(t, d.engines())
}

// announced are engines of a node that says where they are.
func (d *deployment) announced() *Engines {
	d.t.Helper()
	e := d.engines()
	withdraw, err := e.Announce(d.DataDir)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		withdraw()
		closed(d.t, e)
	})
	return e
}

// sees fails unless what one writes to the log the other reads.
func sees(t *testing.T, writes, reads *Engines) {
	t.Helper()
	fence, err := writes.Log.Take(t.Context(), "apig", "t1", t.Name())
	if err != nil {
		t.Fatal(err)
	}
	if r, err := reads.Log.At(t.Context(), fence.Position()); err != nil || !strings.Contains(string(r.Data), t.Name()) {
		t.Errorf("read %s, %v", r.Data, err)
	}
	db, err := reads.DB(1)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.PingContext(t.Context()); err != nil {
		t.Errorf("the database: %v", err)
	}
}

func TestAToolWorksBesideANode(t *testing.T) {
	t.Parallel()
	for name, place := range map[string]func(*testing.T) *deployment{"embedded log": newDeployment, "log elsewhere": elsewhere} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := place(t)
			node := d.announced()
			config := d.Config
			if name == "embedded log" {
				config.DatabaseURL = "" // a tool need not know it
			}
			config.TrustBrokerSync = false // nor be told to trust
			for range 2 {
				tool, err := AttachEngines(t.Context(), config, silent)
				if err != nil {
					t.Fatal(err)
				}
				sees(t, node, tool)
				if tool.Master.ID() != node.Master.ID() {
					t.Error("the tool has another master key")
				}
				closed(t, tool)
			}
			sees(t, node, node)
		})
	}
}

// Only the database of this node is private: the tool learns of it from the node, the log it must be told.
func TestAToolLearnsOfAPrivateDatabase(t *testing.T) {
	t.Parallel()
	d := elsewhere(t)
	node := d.announced()
	config := d.Config
	config.DatabaseURL = ""
	tool, err := AttachEngines(t.Context(), config, silent)
	if err != nil {
		t.Fatal(err)
	}
	sees(t, node, tool)
	closed(t, tool)
	config.NATSURL = ""
	if _, err := AttachEngines(t.Context(), config, silent); !errors.Is(err, engine.ErrInUse) {
		t.Errorf("without the address of the log: %v", err)
	}
}

func TestAToolWorksWithoutANode(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	tool, err := AttachEngines(t.Context(), d.Config, silent)
	if err != nil {
		t.Fatal(err)
	}
	sees(t, tool, tool)
	// While it has engines of its own, nobody else can.
	if _, err := AttachEngines(t.Context(), d.Config, silent); !errors.Is(err, engine.ErrInUse) {
		t.Errorf("a second tool: %v", err)
	}
	closed(t, tool)
}

// What a killed node has left behind says nothing.
func TestAToolIsNotMisledByAKilledNode(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]string{
		"an address where nobody is": `{"nats_url":"nats://127.0.0.1:1","token":"x","database_url":"postgres://127.0.0.1:1/x","pid":1}`,
		"half a file":                `{"nats_url":`,
		"nothing":                    ``,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeployment(t)
			if err := os.WriteFile(filepath.Join(d.DataDir, runningFile), []byte(left), 0o600); err != nil {
				t.Fatal(err)
			}
			tool, err := AttachEngines(t.Context(), d.Config, silent)
			if err != nil {
				t.Fatal(err)
			}
			sees(t, tool, tool)
			closed(t, tool)
			// With the directory in somebody's hands it is an error to say which.
			e := d.engines()
			if _, err := AttachEngines(t.Context(), d.Config, silent); !errors.Is(err, engine.ErrInUse) {
				t.Errorf("beside a node that has not announced itself: %v", err)
			}
			closed(t, e)
		})
	}
}

func TestAnnounce(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	e := d.engines()
	defer closed(t, e)
	withdraw, err := e.Announce(d.DataDir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(d.DataDir, runningFile)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: want a file for its owner alone", info, err)
	}
	r, err := readRunning(d.DataDir)
	if err != nil || r.PID != os.Getpid() || r.DatabaseURL != e.DatabaseURL || r.NATSURL == "" || r.Token == "" {
		t.Errorf("%+v, %v", r, err)
	}
	if conn, err := nats.Connect(r.NATSURL); err == nil {
		conn.Close()
		t.Error("the log is open to whoever has no token")
	}
	withdraw()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the node ended: %v", err)
	}
}

// monitor is the monitoring endpoint of a NATS server.
func monitor(t *testing.T, status int, varz string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/varz" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(varz))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// A log that may lose acknowledged writes is refused, unless the operator accepts that.
func TestABrokerElsewhereMustSync(t *testing.T) {
	t.Parallel()
	d := elsewhere(t)
	const always, seldom = `{"jetstream":{"config":{"sync_always":true}}}`, `{"jetstream":{"config":{"sync_interval":120000000000}}}`
	for name, c := range map[string]struct {
		monitors string
		trusted  bool
		want     error // nil: accepted
	}{
		"nothing known":               {"", false, errUnsynced},
		"trusted":                     {"", true, nil},
		"trusted, whatever it says":   {monitor(t, 200, seldom), true, nil},
		"syncs":                       {monitor(t, 200, always), false, nil},
		"syncs, with a slash":         {" " + monitor(t, 200, always) + "/ ", false, nil},
		"all sync":                    {monitor(t, 200, always) + ", " + monitor(t, 200, always), false, nil},
		"syncs now and then":          {monitor(t, 200, seldom), false, errUnsynced},
		"one of two does not":         {monitor(t, 200, always) + "," + monitor(t, 200, seldom), false, errUnsynced},
		"no JetStream":                {monitor(t, 200, `{}`), false, errUnsynced},
		"an error that says it syncs": {monitor(t, 500, always), false, errAny},
		"no JSON":                     {monitor(t, 200, "<html>"), false, errAny},
		"far too much":                {monitor(t, 200, `{"a":"`+strings.Repeat("x", 2<<20)+`"}`), false, errAny},
		"nobody":                      {"http://127.0.0.1:1", false, errAny},
		"no URL":                      {"://", false, errAny},
	} {
		config := d.Config
		config.NATSMonitorURL, config.TrustBrokerSync = c.monitors, c.trusted
		switch err := checkSync(t.Context(), config); {
		case c.want == errAny && err == nil, c.want == nil && err != nil, c.want == errUnsynced && !errors.Is(err, errUnsynced):
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	config := d.Config
	config.TrustBrokerSync = false
	if _, err := OpenEngines(t.Context(), config, silent); !errors.Is(err, errUnsynced) {
		t.Errorf("a node on it: %v", err)
	}
	closed(t, d.engines()) // the refusal has left nothing locked
}

var errAny = errors.New("some error")

func TestEnginesThatCannotBeReached(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c *Config){
		"no broker":       func(c *Config) { c.NATSURL = "nats://name:pass-of-the-test@127.0.0.1:1" },
		"no database":     func(c *Config) { c.DatabaseURL = "postgres://name:pass-of-the-test@127.0.0.1:1/x?sslmode=disable" },
		"no such key":     func(c *Config) { c.MasterKey = "pass-of-the-test" },
		"a key too short": func(c *Config) { c.MasterKey = "abcd" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := elsewhere(t)
			config := d.Config
			change(&config)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			e, err := OpenEngines(ctx, config, silent)
			if err == nil {
				closed(t, e)
				t.Fatal("opened")
			}
			if strings.Contains(fmt.Sprint(err), "pass-of-the-test") {
				t.Errorf("the error tells the secret: %v", err)
			}
			closed(t, d.engines()) // nothing is left locked
		})
	}
}

func TestTheMasterKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	first := d.engines()
	id := first.Master.ID()
	closed(t, first)
	info, err := os.Stat(filepath.Join(d.DataDir, "master.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: want a file for its owner alone", info, err)
	}
	second := d.engines()
	if second.Master.ID() != id {
		t.Error("the second start has another master key")
	}
	closed(t, second)
	d.MasterKey = strings.Repeat("cd", 32)
	third := d.engines()
	if third.Master.ID() == id {
		t.Error("the key that was given is not used")
	}
	closed(t, third)
}
