package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// superuser is the one role of a private cluster; nobody reaches its socket but us.
const superuser = "gatelog"

// ensureCluster makes the cluster when there is none, and returns the programs that fit it.
func (p pgPlace) ensureCluster(ctx context.Context, installed []pgBinaries, quick bool, log *slog.Logger) (pgBinaries, error) {
	major, err := p.clusterVersion()
	if errors.Is(err, fs.ErrNotExist) {
		log.Info("making a database cluster", "database_dir", p.cluster, "postgres", installed[0].dir)
		return installed[0], p.initdb(ctx, installed[0], quick)
	}
	if err != nil {
		return pgBinaries{}, err
	}
	for _, b := range installed {
		if b.major == major {
			return b, nil
		}
	}
	return pgBinaries{}, fmt.Errorf("database files in %s are of PostgreSQL %d, which is not installed "+
		"(found: %d): install it, or move the files with pg_upgrade", p.cluster, major, installed[0].major)
}

func (p pgPlace) clusterVersion() (int, error) {
	content, err := os.ReadFile(filepath.Join(p.cluster, "PG_VERSION"))
	if err != nil {
		return 0, fmt.Errorf("read version of database files: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, fmt.Errorf("read version of database files in %s: %w", p.cluster, err)
	}
	return major, nil
}

// initdb builds the cluster beside its place and moves it there when complete, so that a start killed
// halfway leaves nothing that looks like a cluster.
func (p pgPlace) initdb(ctx context.Context, b pgBinaries, quick bool) error {
	fresh := p.cluster + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("clear an unfinished cluster: %w", err)
	}
	if err := p.account.own(fresh); err != nil {
		return err
	}
	args := []string{"-D", fresh, "-U", superuser, "--encoding=UTF8", "--locale=C",
		"--auth-local=trust", "--auth-host=reject"}
	if quick {
		args = append(args, "--no-sync")
	}
	if out, err := p.account.command(ctx, b.initdb(), args...).CombinedOutput(); err != nil {
		return fmt.Errorf("make database cluster: initdb: %w: %s", err, lastLines(out))
	}
	if err := os.Rename(fresh, p.cluster); err != nil {
		return fmt.Errorf("make database cluster: %w", err)
	}
	return nil
}
