package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// postgresIn lists the PostgreSQL processes whose working directory is the cluster; every process of
// a server has it there. Dead ones that nobody has waited for do not count.
func postgresIn(_ context.Context, cluster string) ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var pids []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		dir, err := os.Readlink(filepath.Join("/proc", entry.Name(), "cwd"))
		if err != nil || dir != cluster {
			continue // ended meanwhile, or somebody else's
		}
		name, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "comm"))
		if err == nil && strings.TrimSpace(string(name)) == "postgres" {
			pids = append(pids, pid)
		}
	}
	return sortedPids(pids), nil
}

// dieWithParent asks the kernel to stop PostgreSQL (fast shutdown) when the thread that started it
// ends, which is when this process does: see (*pgChild).supervise.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }
