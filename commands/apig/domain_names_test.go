package apig_test

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/certtest"
	"github.com/gatelog/gatelog/internal/secret"
)

func certificateBody(name string, p *certtest.Pair) apig.CertificateBody {
	return apig.CertificateBody{CertificateText: apig.CertificateText{Name: name, Content: p.Content}, PrivateKey: p.Key}
}

// heart is the middle of a key: what nobody may read.
func heart(p *certtest.Pair) string { return strings.Split(p.Key, "\n")[1] }

// §3.26.2, §3.26.7, §3.12.2: however a private key comes in, the log has it sealed only, and whoever may open
// it gets it back.
func TestPrivateKeysAreSealed(t *testing.T) {
	t.Parallel()
	b := setup(t, eventstore.NewMemory())
	instance := b.runs(t, "gateway")
	group := done(t, b, b.CreateGroup, apig.CreateGroup{InstanceID: instance, Body: apig.GroupBody{Name: "shop"}})
	d := done(t, b, b.BindURLDomain, apig.BindURLDomain{InstanceID: instance, GroupID: group.ID, Body: apig.URLDomainBody{Name: "www.example.com"}})
	first, second, third := certtest.New(t, certtest.RSA, nil, nil, "a.example.com"), certtest.New(t, certtest.ECC, nil, nil, "b.example.com"),
		certtest.Another(t, nil, nil, "www.example.com")

	made, _, err := b.CreateCertificate(t.Context(), b.bus, call(), certificateBody("cert_one", first))
	if err != nil {
		t.Fatal(err)
	}
	changed, _, err := b.UpdateCertificate(t.Context(), b.bus, call(), made.ID, certificateBody("cert_one", second))
	if err != nil {
		t.Fatal(err)
	}
	bound, _, err := b.BindCertificate(t.Context(), b.bus, call(), apig.BindCertificate{InstanceID: instance, GroupID: group.ID, DomainID: d.ID},
		apig.DomainCertificateBody{DomainCertificateText: apig.DomainCertificateText{Name: "cert_two", Content: third.Content}, PrivateKey: third.Key})
	if err != nil {
		t.Fatal(err)
	}

	for _, p := range []*certtest.Pair{first, second, third} {
		b.absent(t, heart(p))
	}
	events := b.events(t)
	inLog, _ := events[len(events)-2].(apig.CertificateCreated)
	for sealed, key := range map[string]string{made.PrivateKey: first.Key, changed.PrivateKey: second.Key, inLog.Certificate.PrivateKey: third.Key} {
		plain, err := b.keyring.Open(t.Context(), project, "certificate-key", secret.Sealed(sealed))
		if err != nil || string(plain) != key {
			t.Errorf("opened %q, %v", plain, err)
		}
	}
	if bound.CertificateID != inLog.Certificate.ID || !inLog.Certificate.OfDomain {
		t.Errorf("bound %s, in the log %s", bound.CertificateID, inLog.Certificate.ID)
	}
}

// What is refused leaves nothing in the log, and the refusal does not show the key.
func TestRefusedCertificatesLeaveNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, eventstore.NewMemory())
	good, other := certtest.New(t, certtest.RSA, nil, nil, "www.example.com"), certtest.Another(t, nil, nil, "www.example.com")
	mixed := &certtest.Pair{Content: good.Content, Key: other.Key}
	_, _, created := b.CreateCertificate(t.Context(), b.bus, call(), certificateBody("cert_one", mixed))
	_, _, updated := b.UpdateCertificate(t.Context(), b.bus, call(), "none", certificateBody("cert_one", mixed))
	_, _, bound := b.BindCertificate(t.Context(), b.bus, call(), apig.BindCertificate{}, apig.DomainCertificateBody{
		DomainCertificateText: apig.DomainCertificateText{Name: "cert_one", Content: mixed.Content}, PrivateKey: mixed.Key,
	})
	for name, err := range map[string]error{"create": created, "update": updated, "bind": bound} {
		if domain.CodeOf(err) != "APIG.2101" || strings.Contains(err.Error(), heart(mixed)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := b.UpdateCertificate(t.Context(), b.bus, call(), "none", certificateBody("cert_one", good)); domain.CodeOf(err) != "APIG.3021" {
		t.Errorf("an unknown certificate: %v", err)
	}
	if got := b.events(t); len(got) != 0 {
		t.Errorf("events: %v", got)
	}
	unauthorized := commands.Call{}
	if _, _, err := b.CreateCertificate(t.Context(), b.bus, unauthorized, certificateBody("cert_one", good)); err == nil {
		t.Error("nobody was allowed to bring in a certificate")
	}
}
