package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

const (
	leftoverPoll  = 20 * time.Millisecond
	leftoverLimit = 10 * time.Second
)

// endLeftovers stops every PostgreSQL process that still works on the cluster: a server whose parent
// was killed, or sessions whose server was. An immediate shutdown is safe: the next start replays
// what was committed. Only the holder of the data directory's lock may call it.
func endLeftovers(ctx context.Context, cluster string, log *slog.Logger) error {
	for _, signal := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		pids, err := postgresIn(ctx, cluster)
		if err != nil {
			return err
		}
		if len(pids) == 0 {
			return dropStrangersPid(cluster)
		}
		log.Warn("ending PostgreSQL processes left over on the cluster",
			"database_dir", cluster, "processes", pids, "signal", signal.String())
		for _, pid := range pids {
			if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("end left-over PostgreSQL process %d: %w", pid, err)
			}
		}
		if err := awaitNone(ctx, cluster); err != nil {
			return err
		}
	}
	pids, err := postgresIn(ctx, cluster)
	if err != nil || len(pids) == 0 {
		return err
	}
	return fmt.Errorf("PostgreSQL processes %v still work on %s and do not end", pids, cluster)
}

// awaitNone waits until no process is left on the cluster, or the limit has passed.
func awaitNone(ctx context.Context, cluster string) error {
	deadline := time.Now().Add(leftoverLimit)
	for time.Now().Before(deadline) {
		pids, err := postgresIn(ctx, cluster)
		if err != nil || len(pids) == 0 {
			return err
		}
		if err := pause(ctx, leftoverPoll); err != nil {
			return fmt.Errorf("wait for left-over PostgreSQL: %w", err)
		}
	}
	return nil
}

// dropStrangersPid removes postmaster.pid when its number now belongs to a process that is no server
// of this cluster, as after a restart of a container: PostgreSQL would take it for a running server.
// A number that belongs to nobody is left to PostgreSQL, which knows more about such a file.
func dropStrangersPid(cluster string) error {
	file := filepath.Join(cluster, "postmaster.pid")
	content, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look for a stale postmaster.pid: %w", err)
	}
	line, _, _ := bytes.Cut(content, []byte("\n"))
	pid, err := strconv.Atoi(string(bytes.TrimSpace(line)))
	alive := err == nil && pid > 0 && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
	if !alive {
		return nil
	}
	if err := os.Remove(file); err != nil {
		return fmt.Errorf("remove stale postmaster.pid: %w", err)
	}
	return nil
}

func sortedPids(pids []int) []int {
	slices.Sort(pids)
	return pids
}
