package apig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// §3.6.4, §3.7.1: a key as it is after its changes, and what it is bound to.
func TestSignatureRows(t *testing.T) {
	t.Parallel()
	sign := apig.Signature{ID: "k1", InstanceID: pastInstance, Name: "red", Type: "hmac", Key: "sealed", Secret: "sealed", CreateTime: pastBegan}
	other, changed := sign, sign
	other.ID, other.Name = "k2", "blue"
	changed.Key = "sealed anew"
	b1 := bindingTo("b1", "k1", apig.ReleaseEnvID)
	for name, c := range map[string]struct {
		then []domain.Event
		want []string
	}{
		"bound":    {nil, []string{"b1"}},
		"replaced": {[]domain.Event{apig.SignatureBound{Binding: bindingTo("b2", "k2", apig.ReleaseEnvID), Replaced: "b1"}}, []string{"b2"}},
		"unbound":  {[]domain.Event{apig.SignatureUnbound{Binding: b1}}, []string{}},
		"deleted":  {[]domain.Event{apig.SignatureDeleted{InstanceID: pastInstance, SignID: "k1"}}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t)
			at := p.has(created("one"))
			p.has(published("v1", apig.ReleaseEnvID, at), apig.SignatureCreated{Signature: sign}, apig.SignatureCreated{Signature: other},
				apig.SignatureUpdated{Signature: changed, Changed: []string{"sign_key"}}, apig.SignatureBound{Binding: b1})
			p.has(c.then...)
			if diff := cmp.Diff(c.want, p.project().bindingIDs()); diff != "" {
				t.Errorf("bindings (-want +got):\n%s", diff)
			}
			rows, _, err := p.Signatures(t.Context(), pastIn, SignatureFilter{Name: "red", ExactName: true}, Page{Limit: 10})
			if err != nil || (name != "deleted") != (len(rows) == 1 && rows[0].SealedKey == "sealed anew") {
				t.Errorf("the key is %+v, %v", rows, err)
			}
		})
	}
}
