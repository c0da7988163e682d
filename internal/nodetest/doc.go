// Package nodetest gives the tests of a package one whole Gatelog node in their own process: the real
// broker, the real Postgres, every surface, reached over HTTP with signed requests. What a test asserts
// is what a client would see, and what the log holds afterwards.
//
//	func TestMain(m *testing.M) { os.Exit(nodetest.Run(m)) }
//
//	func TestGroups(t *testing.T) {
//		t.Parallel()
//		c := nodetest.NewTenant(t)
//		nodetest.Scenario{
//			Method: "POST", Path: "{instance}/api-groups", Body: `{"name":"orders"}`,
//			Status: 201, Contains: []string{`"name":"orders"`}, Events: []string{"apig.group.created"},
//		}.Run(t, c)
//	}
//
// The node starts when the first test asks for it, in about a second, and is stopped when the last one
// has ended. A package fails when the node logged an error, whatever its tests say; with GATELOG_TEST_LOG
// set, all that it logs is shown.
package nodetest
