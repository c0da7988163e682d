package apig_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"log/slog"
	"testing"

	"github.com/gatelog/gatelog/commands"
	commandsapig "github.com/gatelog/gatelog/commands/apig"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/internal/secret/secrettest"
)

const project = "0123456789abcdef0123456789abcdef"

var silent = slog.New(slog.DiscardHandler)

// bundle is a bus over a log, with the use cases of this surface.
type bundle struct {
	*commandsapig.Commands
	log     eventstore.Log
	bus     *commands.Bus
	keyring *secret.Keyring
	// files and documents are those of tasks, where a test has some.
	files     commandsapig.TaskFiles
	documents commandsapig.TaskDocuments
}

func setup(t *testing.T, log eventstore.Log) *bundle {
	t.Helper()
	keyring := secrettest.Keyring(t)
	bus := commands.New(commands.Options{Log: log, Waiter: noReadModels{}, Sealer: keyring, Node: "test", Logger: silent})
	t.Cleanup(bus.Close)
	return &bundle{Commands: commandsapig.New(keyring), log: log, bus: bus, keyring: keyring}
}

// noReadModels is for commands that nobody reads after.
type noReadModels struct{}

func (noReadModels) Await(context.Context, string, domain.Position) error { return nil }

func call() commands.Call { return commands.System(project, "r1", "test") }

// done returns the answer of a command that must succeed.
func done[C, R any](t *testing.T, b *bundle, u commands.UseCase[C, R], command C) R {
	t.Helper()
	answer, _, err := u.Do(t.Context(), b.bus, call(), command)
	if err != nil {
		t.Fatalf("%s: %v", u.Name(), err)
	}
	return answer
}

// requests asks for an instance.
func (b *bundle) requests(t *testing.T, name string) apig.Instance {
	t.Helper()
	return done(t, b, b.CreateInstance, apig.CreateInstance{Body: apig.InstanceBody{
		Name: name, SpecID: "BASIC", VPCID: "v", SubnetID: "s", SecurityGroupID: "g", AvailableZoneIDs: []string{"z"},
	}})
}

// runs asks for an instance and completes it.
func (b *bundle) runs(t *testing.T, name string) string {
	t.Helper()
	i := b.requests(t, name)
	for i.Status != apig.InstanceRunning {
		i = done(t, b, b.AdvanceInstance, apig.AdvanceInstance{InstanceID: i.ID})
	}
	return i.ID
}

// events returns what is in the log, in order.
func (b *bundle) events(t *testing.T) []domain.Event {
	t.Helper()
	var all []domain.Event
	for _, r := range eventstoretest.All(t, b.log) {
		rec, ok, err := envelope.Open(apig.Codec(), r)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			all = append(all, rec.Event)
		}
	}
	return all
}

// absent fails when the log holds a text anywhere, plain or in base64.
func (b *bundle) absent(t *testing.T, text string) {
	t.Helper()
	for _, r := range eventstoretest.All(t, b.log) {
		for _, form := range []string{text, base64.StdEncoding.EncodeToString([]byte(text))} {
			if bytes.Contains(r.Data, []byte(form)) {
				t.Errorf("%s at %d holds the secret", r.Type, r.Position)
			}
		}
	}
}

// commands returns the commands in the log, one for each event.
func (b *bundle) commands(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, r := range eventstoretest.All(t, b.log) {
		if r.Type != eventstore.TypeWriterTaken {
			all = append(all, r.Extensions["command"])
		}
	}
	return all
}
