package apig_test

import (
	"os"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

func TestSmoke(t *testing.T) {
	c := nodetest.NewTenant(t)
	a := c.Send(t, nodetest.Request{Path: "/openapi.json", Unsigned: true})
	os.WriteFile("/tmp/openapi.json", []byte(a.Body), 0o644)
	nodetest.Scenario{Method: "POST", Path: "api-groups", Body: `{"name":"orders"}`, Status: 201, Contains: []string{`"orders"`}, Events: []string{"apig.group.created"}}.Run(t, c)
}
