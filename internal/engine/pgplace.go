package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const (
	// socketName is what PostgreSQL calls its socket on port 5432.
	socketName = "/.s.PGSQL.5432"
	// longestSocket keeps the socket's path within the 104 bytes of macOS; Linux has 108.
	longestSocket = 100
	// locationNote stands in the data directory and says where its cluster is, when it is elsewhere.
	locationNote = "postgres.location"
)

// pgPlace is where a cluster lives and whom it belongs to.
type pgPlace struct {
	dataDir string // the data directory, absolute, without links
	cluster string
	sockets string
	account account
}

// findPlace settles where the cluster of dataDir is: in dataDir/postgres, unless PostgreSQL must run
// as another account that cannot get there (root's data directory under /root, say). Then it is the
// first of the fallback directories that works, in a folder named by a hash of dataDir, so that every
// start comes to the same answer.
func findPlace(dataDir string, fallback []string, log *slog.Logger) (pgPlace, error) {
	home, err := cleanDir(dataDir)
	if err != nil {
		return pgPlace{}, err
	}
	p := pgPlace{dataDir: home, cluster: filepath.Join(home, "postgres")}
	if p.account, err = chooseAccount(p.cluster); err != nil {
		return p, err
	}
	if !p.account.reaches(home) {
		if err := p.moveOut(fallback, log); err != nil {
			return p, err
		}
	}
	return p, p.chooseSockets()
}

func cleanDir(dir string) (string, error) {
	if err := os.MkdirAll(dir, dataDirMode); err != nil {
		return "", fmt.Errorf("make directory: %w", err)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find directory: %w", err)
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", fmt.Errorf("find directory: %w", err)
	}
	return real, nil
}

// moveOut puts the cluster under the first fallback directory that its account can reach.
func (p *pgPlace) moveOut(fallback []string, log *slog.Logger) error {
	var reasons []error
	for _, base := range fallback {
		base, err := cleanDir(base)
		if err != nil {
			reasons = append(reasons, err)
			continue
		}
		cluster := filepath.Join(base, shortHash(p.dataDir))
		if p.account, err = chooseAccount(cluster); err != nil {
			return err
		}
		if owner, err := ownerOf(base); err != nil || owner.uid != uint32(os.Geteuid()) {
			reasons = append(reasons, fmt.Errorf("%s is not ours", base))
			continue
		}
		if !p.account.reaches(base) {
			reasons = append(reasons, fmt.Errorf("user id %d cannot enter %s", p.account.uid, base))
			continue
		}
		p.cluster = cluster
		log.Warn("PostgreSQL's account cannot enter the data directory; database files are kept elsewhere",
			"data_dir", p.dataDir, "database_dir", p.cluster, "user_id", p.account.uid)
		return p.settle(log)
	}
	return fmt.Errorf("PostgreSQL's account cannot enter %s, nor any other place: %w", p.dataDir, errors.Join(reasons...))
}

// settle sets aside a cluster that belonged to an earlier data directory of the same name, which has
// been deleted since: read models of another log must never be shown with this one.
func (p *pgPlace) settle(log *slog.Logger) error {
	note := filepath.Join(p.dataDir, locationNote)
	content, err := os.ReadFile(note)
	if err == nil && strings.TrimSpace(string(content)) == p.cluster {
		return nil
	}
	if _, err := os.Stat(p.cluster); err == nil {
		aside := p.cluster + time.Now().UTC().Format(".20060102T150405.000000000")
		if err := os.Rename(p.cluster, aside); err != nil {
			return fmt.Errorf("set aside database of an earlier data directory: %w", err)
		}
		log.Warn("set aside the database of an earlier data directory of this name", "database_dir", aside)
	}
	if err := os.WriteFile(note, []byte(p.cluster+"\n"), 0o600); err != nil {
		return fmt.Errorf("note the place of the database: %w", err)
	}
	return nil
}

var plainPath = regexp.MustCompile(`^[A-Za-z0-9/._+@-]+$`)

// chooseSockets keeps the socket in the cluster, whose mode lets in only its account and root. A path
// too long for a socket, or one that connection strings would need quoted, gives way to a short
// directory of the same mode.
func (p *pgPlace) chooseSockets() error {
	p.sockets = p.cluster
	if len(p.cluster+socketName) <= longestSocket && plainPath.MatchString(p.cluster) {
		return nil
	}
	base := os.TempDir()
	if len(base) > longestSocket/2 || !plainPath.MatchString(base) || !p.account.reaches(base) {
		base = "/tmp"
	}
	p.sockets = filepath.Join(base, "gatelog-pg-"+shortHash(p.cluster))
	return p.account.own(p.sockets)
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}
