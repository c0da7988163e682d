package contract

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// admin is the bootstrap administrator in the bootstrap project and instance. Tests share it, each
// with groups and environments of its own; a test that counts or limits uses newTenant.
var admin *client

// recorded is what all tests of the run sent and got.
var recorded *recorder

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(runAll(m))
}

func runAll(m *testing.M) int {
	s, err := startServer(context.Background())
	if s != nil {
		defer os.RemoveAll(s.folder)
	}
	if err != nil {
		return failed(s, err)
	}
	code := runAgainst(s, m)
	if err := s.stop(); err != nil {
		return failed(s, err)
	}
	return code
}

func runAgainst(s *server, m *testing.M) int {
	keys, err := s.credentials()
	if err != nil {
		return failed(s, err)
	}
	recorded = newRecorder(s.url())
	defer recorded.close()
	admin, err = newClient(recorded.url(), keys.AccessKey, keys.SecretKey, keys.ProjectID, keys.InstanceID)
	if err != nil {
		return failed(s, err)
	}
	admin.user, admin.password = keys.User, keys.Password
	if err := admin.makeRoom(); err != nil {
		return failed(s, err)
	}
	code := m.Run()
	if !summarise() {
		code = 1
	}
	if code != 0 {
		fmt.Fprintf(os.Stderr, "the server's last words:\n%s\n", s.tail())
	}
	return code
}

func failed(s *server, err error) int {
	fmt.Fprintln(os.Stderr, "contract:", err)
	if s != nil && s.process != nil {
		_ = s.stop() // err is what matters; a process that already ended is no news
	}
	return 1
}

// summarise prints what the run proved, and says whether the server kept the contract. A run of
// chosen tests cannot prove that every operation works.
func summarise() bool {
	count, others, missing, broken := recorded.report()
	fmt.Printf("contract: %d of %d operations, and %d of %d others\n", count, len(catalog), others, len(beyond))
	for _, line := range broken {
		fmt.Println("contract: broken:", line)
	}
	if len(missing) > 0 {
		fmt.Println("contract: never succeeded:", strings.Join(missing, " "))
	}
	chosen := flag.Lookup("test.run").Value.String() != "" || flag.Lookup("test.list").Value.String() != ""
	return len(broken) == 0 && (chosen || len(missing) == 0)
}
