package apig

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
)

func signNamed(id, name string) Signature {
	return Signature{
		ID: id, InstanceID: gw, Name: name, Type: "hmac", Key: "sealed key", Secret: "sealed secret", CreateTime: past, UpdateTime: past,
	}
}

func aSignature(id, name string) history { return history{SignatureCreated{signNamed(id, name)}} }

func signed(id, signID, envID string) history {
	return history{SignatureBound{Binding: bindingOf(id, signID, "a1", envID)}}
}

// generatedPart and ownPart are keys or secrets as commands carry them.
func generatedPart(text string) SignSecret { return SignSecret{SealedSecret: SealedSecret{Text: text}} }

func ownPart(text string, forms ...string) SignSecret {
	return SignSecret{SealedSecret: SealedSecret{Text: text, Own: true}, Forms: forms}
}

// signatureSamples has one event of every type about signature keys, with every member set.
func signatureSamples() []domain.Event {
	s := signNamed("k1", "signature_demo")
	s.Type, s.Algorithm, s.UpdateTime = "aes", "aes-128-cfb", now
	b := bindingOf("b1", "k1", "a1", "e1")
	return []domain.Event{
		SignatureCreated{s}, SignatureUpdated{s, []string{"sign_key"}}, SignatureDeleted{InstanceID: gw, SignID: "k1", Name: "signature_demo"},
		SignatureBound{b, "b0"}, SignatureUnbound{b},
	}
}

// drawSigning draws a command about signature keys for the property of states.
func drawSigning(t *rapid.T, in *instance) decision {
	pick := func(what string, known []string) string {
		slices.Sort(known)
		return rapid.SampledFrom(append(slices.Repeat(known, 10), "none")).Draw(t, what)
	}
	signID := pick("sign", slices.Collect(maps.Keys(in.signing.keys)))
	bindingID := pick("sign binding", slices.Collect(maps.Keys(in.signing.bound.all)))
	publishID := pick("signed", slices.Collect(maps.Keys(in.published)))
	body := SignatureBody{
		Name: rapid.SampledFrom([]string{"red", "blue"}).Draw(t, "sign name"),
		Type: rapid.SampledFrom([]string{"", "basic", "aes"}).Draw(t, "sign type"),
	}
	key, secret := generatedPart("another key"), generatedPart("another secret")
	bind := do((*State).BindSignature, BindSignature{gw, BindSignatureBody{signID, []string{publishID}}})
	return rapid.SampledFrom([]decision{
		do((*State).CreateSignature, CreateSignature{gw, body, key, secret}), do((*State).UpdateSignature, UpdateSignature{gw, signID, body, key, secret}),
		do((*State).DeleteSignature, DeleteSignature{gw, signID}), bind, bind, do((*State).UnbindSignature, UnbindSignature{gw, bindingID}),
	}).Draw(t, "signing")
}

// reindexSignatures makes what an instance knows of signature keys anew. A binding to what is not
// published, or of a key that is gone, is lost, and so shows as a difference.
func reindexSignatures(fresh, in *instance) {
	for _, s := range in.signing.keys {
		SignatureCreated{s}.fold(fresh, domain.Recorded{})
	}
	for _, b := range in.signing.bound.all {
		a := in.apis[b.APIID]
		if _, known := in.signing.keys[b.PolicyID]; a == nil || !known {
			continue
		}
		if _, published := a.inEffect[b.EnvID]; published {
			SignatureBound{Binding: b}.fold(fresh, domain.Recorded{})
		}
	}
}

func TestCreateSignature(t *testing.T) {
	t.Parallel()
	create := func(b SignatureBody, key, secret SignSecret) decision {
		return do((*State).CreateSignature, CreateSignature{gw, b, key, secret})
	}
	key, secret := generatedPart("sealed key"), generatedPart("sealed secret")
	made := func(signType, algorithm string) Signature {
		s := signNamed(id(1), "red")
		s.Type, s.Algorithm, s.CreateTime, s.UpdateTime = signType, algorithm, now, now
		return s
	}
	created := func(signType, algorithm string) []domain.Event {
		return []domain.Event{SignatureCreated{made(signType, algorithm)}}
	}
	red := SignatureBody{Name: "red"}
	typed := func(signType, algorithm string) SignatureBody {
		return SignatureBody{Name: "red", Type: signType, Algorithm: algorithm}
	}
	publicKeys := func(config string, enable bool) history {
		return history{FeatureConfigured{Feature: Feature{ID: "f1", InstanceID: gw, Name: "public_key", Enable: enable, Config: config, UpdateTime: past}}}
	}
	run(t, []scenario{
		{name: "§3.6.1 ex: the default type is hmac", given: gateway(), when: create(red, key, secret), then: created("hmac", ""), answer: made("hmac", "")},
		{name: "§3.6.1: an own key and secret", given: gateway(), then: created("basic", ""),
			when: create(typed("basic", ""), ownPart("sealed key", "hmac", "basic"), ownPart("sealed secret", "basic"))},
		{name: "§3.6.1: the key has the form of its type", given: gateway(), refused: "APIG.2011",
			when: create(typed("basic", ""), ownPart("sealed key", "hmac"), secret)},
		{name: "§3.6.1: so has the secret", given: gateway(), when: create(red, key, ownPart("sealed secret", "basic")), refused: "APIG.2011"},
		{name: "§3.6.1: aes has an algorithm", given: gateway(), when: create(typed("aes", "aes-256-cfb"), key, secret), then: created("aes", "aes-256-cfb")},
		{name: "aes-128-cfb when none is asked for", given: gateway(), when: create(typed("aes", ""), key, secret), then: created("aes", "aes-128-cfb")},
		{name: "§3.6.1: an aes key has the form of its algorithm", given: gateway(), refused: "APIG.2011",
			when: create(typed("aes", "aes-256-cfb"), ownPart("sealed key", "aes-128-cfb"), secret)},
		{name: "§3.6.1: only aes has an algorithm", given: gateway(), when: create(typed("hmac", "aes-128-cfb"), key, secret), refused: "APIG.2011"},
		{name: "§3.6.1 ex: public_key needs its feature", given: gateway(), when: create(typed("public_key", ""), key, secret), refused: "APIG.3548"},
		{name: "switched off in its configuration", given: given(gateway(), publicKeys(`{"enable":"off"}`, true)),
			when: create(typed("public_key", ""), key, secret), refused: "APIG.3548"},
		{name: "the feature on", given: given(gateway(), publicKeys(`{"enable":"on"}`, true)), when: create(typed("public_key", ""), key, secret), then: created("public_key", "")},
		{name: "or its quota", given: given(gateway(), aQuota("PUBLIC_KEY_SWITCH", 1)), when: create(typed("public_key", ""), key, secret), then: created("public_key", "")},
		{name: "§3.6.1: names are unique", given: given(gateway(), aSignature("k1", "red")), when: create(red, key, secret), refused: "APIG.3207"},
		{name: "§5.4: quota SIGN_NUM_LIMIT", given: given(gateway(), aQuota("SIGN_NUM_LIMIT", 1), aSignature("k1", "blue")), when: create(red, key, secret), refused: "APIG.3105"},
		{name: "the name is required", given: gateway(), when: create(SignatureBody{}, key, secret), refused: "APIG.2001"},
		{name: "types are known", given: gateway(), when: create(typed("rsa", ""), key, secret), refused: "APIG.2011"},
		{name: "§3.6.1 ex: unknown instance", when: create(red, key, secret), refused: "APIG.3030"},
	})
}

func TestUpdateSignature(t *testing.T) {
	t.Parallel()
	update := func(b SignatureBody, key, secret SignSecret) decision {
		return do((*State).UpdateSignature, UpdateSignature{gw, "k1", b, key, secret})
	}
	key, secret := generatedPart("new key"), generatedPart("new secret")
	ready := given(gateway(), aSignature("k1", "red"), aSignature("k2", "blue"))
	changed := func(change func(*Signature), names ...string) []domain.Event {
		s := signNamed("k1", "red")
		s.UpdateTime = now
		change(&s)
		return []domain.Event{SignatureUpdated{s, names}}
	}
	run(t, []scenario{
		{name: "§3.6.2: a name alone leaves key and secret", given: ready, when: update(SignatureBody{Name: "green"}, key, secret),
			then: changed(func(s *Signature) { s.Name = "green" }, "name")},
		{name: "nothing new, nothing happens", given: ready, when: update(SignatureBody{Name: "red", Type: "hmac"}, key, secret), answer: signNamed("k1", "red")},
		{name: "§3.6.2: another key", given: ready, when: update(SignatureBody{Name: "red"}, ownPart("new key", "hmac"), secret),
			then: changed(func(s *Signature) { s.Key = "new key" }, "sign_key")},
		{name: "another type has a generated key and secret", given: ready, when: update(SignatureBody{Name: "red", Type: "basic"}, key, secret),
			then: changed(func(s *Signature) { s.Type, s.Key, s.Secret = "basic", "new key", "new secret" }, "sign_type", "sign_key", "sign_secret")},
		{name: "a key must have the form of the type that it has", given: ready, when: update(SignatureBody{Name: "red"}, ownPart("new key", "aes-128-cfb"), secret), refused: "APIG.2011"},
		{name: "§3.6.2 ex: a type that is not supported", given: ready, when: update(SignatureBody{Name: "red", Type: "public_key"}, key, secret), refused: "APIG.3548"},
		{name: "an algorithm for aes alone", given: ready, when: update(SignatureBody{Name: "red", Algorithm: "aes-128-cfb"}, key, secret), refused: "APIG.2011"},
		{name: "§3.6.1: names are unique", given: ready, when: update(SignatureBody{Name: "blue"}, key, secret), refused: "APIG.3207"},
		{name: "§3.6.2 ex: unknown", given: gateway(), when: update(SignatureBody{Name: "red"}, key, secret), refused: "APIG.3017"},
	})
}

// §3.6.1: which forms keys and secrets have.
func TestSignatureForms(t *testing.T) {
	t.Parallel()
	n := func(n int) string { return strings.Repeat("a", n) }
	all := func(forms ...string) string { return strings.Join(forms, " ") }
	for value, want := range map[string]string{
		n(3): "", n(4): "basic", n(8): "hmac basic public_key", "8" + n(7): "hmac public_key", n(16): "hmac basic public_key aes-128-cfb",
		n(32): "hmac basic public_key aes-256-cfb", n(33): "public_key", "+" + n(15): "public_key aes-128-cfb", "a!" + n(14): "aes-128-cfb", "_" + n(15): "",
	} {
		if got := all(SignatureBody{Key: value}.KeyForms()...); got != want {
			t.Errorf("key %q has the forms %q, want %q", value, got, want)
		}
	}
	for value, want := range map[string]string{
		n(7): "", n(8): "basic", n(16): "hmac basic public_key aes-128-cfb aes-256-cfb", n(17): "hmac basic public_key", n(64): "hmac basic public_key",
		n(65): "public_key", "a=" + n(14): "public_key aes-128-cfb aes-256-cfb", "a$" + n(10): "basic", "%" + n(15): "",
	} {
		if got := all(SignatureBody{Secret: value}.SecretForms()...); got != want {
			t.Errorf("secret %q has the forms %q, want %q", value, got, want)
		}
	}
}

func TestSignatureBindings(t *testing.T) {
	t.Parallel()
	bind := func(sign string, publishIDs ...string) decision {
		return do((*State).BindSignature, BindSignature{gw, BindSignatureBody{sign, publishIDs}})
	}
	ready := given(anAPIOnline(), aSignature("k1", "red"), aSignature("k2", "blue"))
	bound := given(ready, signed("b1", "k1", ReleaseEnvID))
	fresh := func(sign string) Binding {
		b := bindingOf(id(1), sign, "a1", ReleaseEnvID)
		b.BindTime = now
		return b
	}
	there := fresh("k2")
	there.EnvID = "e1"
	unbound := []domain.Event{SignatureUnbound{bindingOf("b1", "k1", "a1", ReleaseEnvID)}}
	run(t, []scenario{
		{name: "§3.7.1: bound to a publication", given: ready, when: bind("k1", "publish of v1"), then: []domain.Event{SignatureBound{Binding: fresh("k1")}}},
		{name: "§3.7.1: one key an environment, the newest counts", given: bound, when: bind("k2", "publish of v1"), then: []domain.Event{SignatureBound{fresh("k2"), "b1"}}},
		{name: "§3.7.1: another environment may have another key", when: bind("k2", "publish of v2"),
			given: given(bound, anEnv("e1", "DEV"), published("v2", "a1", "g1", "e1", 4)), then: []domain.Event{SignatureBound{Binding: there}}},
		{name: "§3.7.1 ex: unknown key", given: ready, when: bind("k3", "publish of v1"), refused: "APIG.3017"},
		{name: "§3.7.1: not published", given: ready, when: bind("k1", "none"), refused: "APIG.3015"},
		{name: "§3.7.1: publish_ids is required", given: ready, when: bind("k1"), refused: "APIG.2001"},
		{name: "§3.7.2: unbound", given: bound, when: do((*State).UnbindSignature, UnbindSignature{gw, "b1"}), then: unbound},
		{name: "§3.7.2 ex: unknown", given: bound, when: do((*State).UnbindSignature, UnbindSignature{gw, "b2"}), refused: "APIG.3018"},
		{name: "§3.6.3: a key that is bound goes", given: bound, when: do((*State).DeleteSignature, DeleteSignature{gw, "k1"}),
			then: []domain.Event{SignatureDeleted{InstanceID: gw, SignID: "k1", Name: "red"}}},
		{name: "§3.6.3 ex: unknown", given: bound, when: do((*State).DeleteSignature, DeleteSignature{gw, "k3"}), refused: "APIG.3017"},
	})
}

// A retry has another sealed text, and is the same request all the same.
func TestSignatureRetriesAskTheSame(t *testing.T) {
	t.Parallel()
	first := CreateSignature{gw, SignatureBody{Name: "red"}, ownPart("one", "hmac"), generatedPart("one")}
	again := CreateSignature{gw, SignatureBody{Name: "red"}, ownPart("two", "hmac"), generatedPart("two")}
	got, _ := again.Fingerprint().(CreateSignature)
	want, _ := first.Fingerprint().(CreateSignature)
	if got.Key.Text != "" || !got.Key.Own || got.Key.Text != want.Key.Text || got.Secret.Text != want.Secret.Text {
		t.Errorf("asked for %+v, then for %+v", want, got)
	}
}
