package apig_test

import (
	"bytes"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// Keys and secrets of signature keys reach the log sealed alone, whatever the client or the server made.
func TestSignatureSecretsAreSealedInTheLog(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	before := c.Head(t)
	made := nodetest.Scenario{
		Method: "POST", Path: "signs", Body: `{"name":"red","sign_key":"plain-key-of-the-client"}`, Status: 201,
		Events: []string{"apig.signature.created"}, Keep: map[string]string{"sign": "id"},
	}.Run(t, c)
	nodetest.Scenario{
		Method: "PUT", Path: "signs/$sign", Body: `{"name":"red","sign_secret":"plain-secret-of-the-client"}`, Status: 200,
		Lacks: []string{"plain-secret-of-the-client"}, Events: []string{"apig.signature.updated"},
	}.Run(t, c)
	secrets := []string{"plain-key-of-the-client", "plain-secret-of-the-client", made.Text(t, "sign_secret")}
	for _, r := range c.Recorded(t, before) {
		for _, secret := range secrets {
			if bytes.Contains(r.Data, []byte(secret)) {
				t.Errorf("%s at %d holds %q in the clear", r.Type, r.Position, secret)
			}
		}
	}
}
