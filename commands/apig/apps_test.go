package apig

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/secret/secrettest"
)

// office is the use cases over a log in memory, in which one instance runs.
type office struct {
	*Commands
	t        *testing.T
	log      *eventstore.Memory
	bus      *commands.Bus
	instance string
}

const officeTenant = "t1"

func newOffice(t *testing.T) *office {
	t.Helper()
	keyring := secrettest.Keyring(t)
	o := &office{Commands: New(keyring), t: t, log: eventstore.NewMemory()}
	o.bus = commands.New(commands.Options{Log: o.log, Waiter: readAtOnce{}, Sealer: keyring, Node: "test"})
	t.Cleanup(o.bus.Close)
	o.open()
	return o
}

// open makes the instance and takes its creation to the end.
func (o *office) open() {
	o.t.Helper()
	i, _, err := o.CreateInstance.Do(o.t.Context(), o.bus, o.call(""), apig.CreateInstance{Body: apig.InstanceBody{
		Name: "gateway", SpecID: "BASIC", VPCID: "v", SubnetID: "s", SecurityGroupID: "g", AvailableZoneIDs: []string{"az1"},
	}})
	for err == nil && i.Status != apig.InstanceRunning {
		i, _, err = o.AdvanceInstance.Do(o.t.Context(), o.bus, o.call(""), apig.AdvanceInstance{InstanceID: i.ID})
	}
	if err != nil {
		o.t.Fatal(err)
	}
	o.instance = i.ID
}

func (o *office) call(key string) commands.Call {
	o.t.Helper()
	c, err := commands.Authorize(everything{}, officeTenant, commands.Meta{IdempotencyKey: key}, "apig:any")
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

type everything struct{}

func (everything) Allows(string, string) bool { return true }

// readAtOnce is for commands that nobody reads after.
type readAtOnce struct{}

func (readAtOnce) Await(context.Context, string, domain.Position) error { return nil }

// absent fails when the log holds one of the texts.
func (o *office) absent(texts ...string) {
	o.t.Helper()
	for _, r := range eventstoretest.All(o.t, o.log) {
		for _, text := range texts {
			if text == "" || bytes.Contains(r.Data, []byte(text)) {
				o.t.Errorf("%s at %d holds a secret", r.Type, r.Position)
			}
		}
	}
}

func (o *office) createApp(key string, b apig.AppBody) (apig.App, error) {
	a, _, err := o.CreateApp(o.t.Context(), o.bus, o.call(key), apig.CreateApp{InstanceID: o.instance, Body: b})
	return a, err
}

func (o *office) app(b apig.AppBody) apig.App {
	o.t.Helper()
	a, err := o.createApp("", b)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func TestSecretsOfAppsAreNotInTheLog(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, code := t.Context(), strings.Repeat("my-own-code", 6)

	generated := o.app(apig.AppBody{Name: "generated"})
	own := o.app(apig.AppBody{Name: "own", Secret: "my-own-secret"})
	updated, _, err := o.UpdateApp(ctx, o.bus, o.call(""), apig.UpdateApp{
		InstanceID: o.instance, AppID: own.ID, Body: apig.AppUpdateBody{Name: "own", Secret: "my-second-secret"},
	})
	if err != nil {
		t.Fatal(err)
	}
	reset, _, err := o.ResetAppSecret(ctx, o.bus, o.call(""), apig.ResetAppSecret{InstanceID: o.instance, AppID: own.ID}, apig.AppResetBody{})
	if err != nil {
		t.Fatal(err)
	}
	made, _, err := o.CreateAppCode(ctx, o.bus, o.call(""), apig.CreateAppCode{InstanceID: o.instance, AppID: own.ID}, apig.AppCodeBody{Code: code})
	if err != nil {
		t.Fatal(err)
	}
	auto, _, err := o.GenerateAppCode(ctx, o.bus, o.call(""), apig.CreateAppCode{InstanceID: o.instance, AppID: own.ID})
	if err != nil {
		t.Fatal(err)
	}

	if own.Secret != "my-own-secret" || updated.Secret != apig.MaskedSecret || made.Value != code || len(generated.Secret) != 32 || len(auto.Value) != 64 {
		t.Error("an answer does not show what it should")
	}
	o.absent(generated.Secret, "my-own-secret", "my-second-secret", reset.Secret, code, auto.Value)
}

// A body that breaks a rule is refused before anything is sealed.
func TestBadSecretsAreRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, errCreate := o.createApp("", apig.AppBody{Name: "own", Secret: "short"})
	_, _, errReset := o.ResetAppSecret(t.Context(), o.bus, o.call(""), apig.ResetAppSecret{InstanceID: o.instance}, apig.AppResetBody{Secret: "short"})
	_, _, errUpdate := o.UpdateApp(t.Context(), o.bus, o.call(""), apig.UpdateApp{InstanceID: o.instance, Body: apig.AppUpdateBody{Name: "own", Secret: "short"}})
	_, _, errCode := o.CreateAppCode(t.Context(), o.bus, o.call(""), apig.CreateAppCode{InstanceID: o.instance}, apig.AppCodeBody{Code: "short"})
	for name, err := range map[string]error{"create": errCreate, "reset": errReset, "update": errUpdate, "code": errCode} {
		if got := domain.CodeOf(err); got != "APIG.2011" {
			t.Errorf("%s: refused with %v, want APIG.2011", name, err)
		}
	}
}

// A request that is sent again tells the same secret; another secret under its key is another request.
func TestRepeatedCreationTellsTheSameSecret(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for key, b := range map[string]apig.AppBody{"k1": {Name: "generated"}, "k2": {Name: "own", Secret: "my-own-secret"}} {
		first, err := o.createApp(key, b)
		if err != nil {
			t.Fatal(err)
		}
		second, err := o.createApp(key, b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("%s: the second answer differs", key)
		}
	}
	if _, err := o.createApp("k2", apig.AppBody{Name: "own", Secret: "my-other-secret"}); domain.CodeOf(err) != domain.CodeKeyReused {
		t.Errorf("another secret under the same key gave %v", err)
	}
	if _, err := o.createApp("k1", apig.AppBody{Name: "other"}); domain.CodeOf(err) != domain.CodeKeyReused {
		t.Errorf("another request under the same key gave %v", err)
	}
}

// An AppCode opens for its own app alone.
func TestAppCodeOpensForItsApp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	call := o.call("")
	sealed, err := o.seal(t.Context(), call, appCodeOf("gw", "p1"), "the code", appCodeBytes)
	if err != nil {
		t.Fatal(err)
	}
	code := apig.AppCode{InstanceID: "gw", AppID: "p1", Value: sealed.Text}
	if got, err := o.OpenAppCode(t.Context(), call, code); err != nil || got != "the code" {
		t.Errorf("opened as %d bytes, %v", len(got), err)
	}
	code.AppID = "p2"
	if _, err := o.OpenAppCode(t.Context(), call, code); err == nil {
		t.Error("it opens for another app")
	}
}
