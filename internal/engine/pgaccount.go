package engine

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is whom PostgreSQL runs as: ourselves, or another where we are root, which PostgreSQL
// refuses to be.
type account struct {
	uid, gid uint32
	another  bool
}

// systemAccounts are tried in this order for a root process. PostgreSQL's programs want an account
// that has a name, so not any number will do.
var systemAccounts = []string{"postgres", "nobody", "daemon"}

// chooseAccount returns the owner of an existing cluster (whatever it was made as, it stays), else
// ourselves, or a system account where we are root.
func chooseAccount(cluster string) (account, error) {
	us := account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
	owner, err := ownerOf(cluster)
	if err == nil && owner.uid != us.uid {
		if us.uid != 0 {
			return account{}, fmt.Errorf("database files in %s belong to user id %d: run as that user", cluster, owner.uid)
		}
		return owner, nil
	}
	if us.uid != 0 {
		return us, nil
	}
	for _, name := range systemAccounts {
		if a, err := lookupAccount(name); err == nil {
			return a, nil
		}
	}
	return account{}, fmt.Errorf("PostgreSQL does not run as root, and none of the accounts %v exists", systemAccounts)
}

func lookupAccount(name string) (account, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return account{}, fmt.Errorf("look up account: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user id of %s: %w", name, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("group id of %s: %w", name, err)
	}
	return account{uid: uint32(uid), gid: uint32(gid), another: true}, nil
}

func ownerOf(path string) (account, error) {
	info, err := os.Stat(path)
	if err != nil {
		return account{}, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return account{}, fmt.Errorf("no owner known of %s", path)
	}
	return account{uid: stat.Uid, gid: stat.Gid, another: stat.Uid != uint32(os.Geteuid())}, nil
}

// command prepares a program to run as the account, with nothing of our environment that could be
// secret or change what PostgreSQL does.
func (a account) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = "/", childEnv()
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if a.another {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return cmd
}

func childEnv() []string {
	env := []string{"LC_ALL=C", "TZ=UTC"}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "http_proxy", "https_proxy"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// reaches reports whether the account can enter dir: every folder on the way must let it pass.
func (a account) reaches(dir string) bool {
	if !a.another {
		return true
	}
	for {
		if !a.enters(dir) {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}

func (a account) enters(dir string) bool {
	owner, err := ownerOf(dir)
	if err != nil {
		return false
	}
	info, err := os.Stat(dir)
	if err != nil {
		return false
	}
	needed := fs.FileMode(0o001)
	switch {
	case owner.uid == a.uid:
		needed = 0o100
	case owner.gid == a.gid:
		needed = 0o010
	}
	return info.Mode()&needed != 0
}

// own makes dir, when missing, the account's own with nobody else let in. A dir that is a link or
// somebody else's is refused: in a shared temporary directory anyone could have put it there.
func (a account) own(dir string) error {
	if err := os.Mkdir(dir, 0o700); err == nil && a.another {
		if err := os.Chown(dir, int(a.uid), int(a.gid)); err != nil {
			return fmt.Errorf("give %s to user id %d: %w", dir, a.uid, err)
		}
	} else if err != nil && !os.IsExist(err) {
		return fmt.Errorf("make directory: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("check directory: %w", err)
	}
	owner, err := ownerOf(dir)
	if err != nil || !info.IsDir() || owner.uid != a.uid {
		return fmt.Errorf("%s must be a directory of user id %d: remove it", dir, a.uid)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("close directory to others: %w", err)
	}
	return nil
}
