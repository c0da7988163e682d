package apig

import (
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

func (o *office) aiKey(key string, c apig.CreateAIKey) (apig.AIKey, error) {
	k, _, err := o.CreateAIKey(o.t.Context(), o.bus, o.call(key), c)
	return k, err
}

// Given AI API keys, the client's and generated ones, the log has none of them in the clear; the one that
// shows a key opens what is sealed.
func TestAIKeysAreNotInTheLog(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	app := o.app(apig.AppBody{Name: "shop"})
	own, err := o.aiKey("", apig.CreateAIKey{InstanceID: o.instance, AppID: app.ID, Body: apig.AIKeyBody{Key: "my-own-ai-key", Alias: "chat"}})
	if err != nil {
		t.Fatal(err)
	}
	generated, err := o.aiKey("", apig.CreateAIKey{InstanceID: o.instance, AppID: app.ID})
	if err != nil {
		t.Fatal(err)
	}
	if own.Value != "my-own-ai-key" || own.Alias != "chat" || len(generated.Value) != 64 {
		t.Error("an answer does not show what it should")
	}
	o.absent("my-own-ai-key", generated.Value)
}

// A key that is sent again is the same; another one under the same Idempotency-Key is another request.
func TestRepeatedAIKeyIsTheSame(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	app := o.app(apig.AppBody{Name: "shop"})
	command := apig.CreateAIKey{InstanceID: o.instance, AppID: app.ID, Body: apig.AIKeyBody{Key: "my-own-ai-key"}}
	first, errFirst := o.aiKey("k", command)
	second, errSecond := o.aiKey("k", command)
	if errFirst != nil || errSecond != nil || first != second {
		t.Errorf("%v, %v: the second answer differs: %v", errFirst, errSecond, first != second)
	}
	command.Body.Key = "another-ai-key"
	if _, err := o.aiKey("k", command); domain.CodeOf(err) != domain.CodeKeyReused {
		t.Errorf("another key gave %v", err)
	}
	command.Body.Key = "short"
	if _, err := o.aiKey("", command); domain.CodeOf(err) != "APIG.2011" {
		t.Errorf("a key that breaks its rule gave %v", err)
	}
}

// A key opens for its own app alone.
func TestAIKeyOpensForItsApp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	call := o.call("")
	sealed, err := o.seal(t.Context(), call, aiKeyOf("gw", "p1"), "the key", appCodeBytes)
	if err != nil {
		t.Fatal(err)
	}
	k := apig.AIKey{InstanceID: "gw", AppID: "p1", Value: sealed.Text}
	if got, err := o.OpenAIKey(t.Context(), call, k); err != nil || got != "the key" {
		t.Errorf("opened as %d bytes, %v", len(got), err)
	}
	k.AppID = "p2"
	if _, err := o.OpenAIKey(t.Context(), call, k); err == nil {
		t.Error("it opens for another app")
	}
}
