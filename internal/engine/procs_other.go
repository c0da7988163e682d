//go:build !linux

package engine

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// postgresIn lists the PostgreSQL servers started on the cluster. Their sessions end with them.
func postgresIn(ctx context.Context, cluster string) ([]int, error) {
	out, err := exec.CommandContext(ctx, "ps", "-axo", "pid=,command=").Output()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var pids []int
	for line := range strings.Lines(string(out)) {
		number, command, _ := strings.Cut(strings.TrimSpace(line), " ")
		pid, err := strconv.Atoi(number)
		if err == nil && strings.Contains(command, "postgres -D "+cluster+" ") {
			pids = append(pids, pid)
		}
	}
	return sortedPids(pids), nil
}

// dieWithParent does nothing: only Linux can do it. The next start ends what was left over.
func dieWithParent(*syscall.SysProcAttr) {}
