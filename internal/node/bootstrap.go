package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gatelog/gatelog/commands"
	commandsidentity "github.com/gatelog/gatelog/commands/identity"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/projections"
)

// Credentials are what the first administrator needs: printed once and kept in the data directory.
type Credentials struct {
	Endpoint   string `json:"endpoint"`
	ProjectID  string `json:"project_id"`
	InstanceID string `json:"instance_id"`
	AccessKey  string `json:"access_key"`
	SecretKey  string `json:"secret_key"`
	User       string `json:"user"`
	Password   string `json:"password"`
}

// CredentialsFile is the name of the file in the data directory that holds Credentials.
const CredentialsFile = "credentials.json"

// ReadCredentials returns the credentials in a data directory.
func ReadCredentials(dataDir string) (Credentials, error) {
	var c Credentials
	text, err := os.ReadFile(filepath.Join(dataDir, CredentialsFile))
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return c, fmt.Errorf("credentials: %w", err)
	}
	return c, nil
}

// Names of what a new deployment begins with.
const (
	firstAccount  = "gatelog"
	firstUser     = "admin"
	firstInstance = "gateway"
)

// beginTimeout bounds how long the first start may take once the engines run.
const beginTimeout = 60 * time.Second

// begin waits for the read models and, at the first start, makes the account with a project, an
// administrator and a running instance. It returns the credentials when it made them. It can be
// interrupted anywhere: what is missing is made up for at the next start.
func (n *Node) begin(ctx context.Context) (*Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, beginTimeout)
	defer cancel()
	select {
	case <-n.accounts.Ready():
	case <-ctx.Done():
		return nil, fmt.Errorf("read the users from the log: %w", ctx.Err())
	}
	made, err := n.bootstrap(ctx)
	if err != nil {
		return nil, fmt.Errorf("first start: %w", err)
	}
	project, ok := n.accounts.ProjectNamed(n.config.FirstProject)
	if ok {
		if err := n.bus.Warm(n.apig.Surface, project.ID); err != nil {
			return nil, err
		}
	}
	for _, r := range n.runners {
		if err := n.catchUp(ctx, r.Projection); err != nil {
			return nil, err
		}
	}
	if made == nil || !ok {
		return nil, nil
	}
	if made.InstanceID, err = n.firstInstance(ctx, project.ID); err != nil {
		return nil, fmt.Errorf("first start: %w", err)
	}
	made.ProjectID = project.ID
	return made, n.writeCredentials(made)
}

// bootstrap makes the account if there is none. When there is one but its credentials did not get
// into the file, which only a crash at the first start can do, the administrator gets new ones.
func (n *Node) bootstrap(ctx context.Context) (*Credentials, error) {
	_, err := os.Stat(filepath.Join(n.config.DataDir, CredentialsFile))
	known := !errors.Is(err, fs.ErrNotExist)
	if n.accounts.Account().ID != "" {
		if known || !n.engines.embedded {
			return nil, nil
		}
		return n.renew(ctx)
	}
	c := &Credentials{Endpoint: n.endpoint(), User: firstUser, Password: secret.NewToken()}
	b, err := n.identity.Bootstrap(ctx, n.bus, commandsidentity.Bootstrap{
		Account: firstAccount, Project: n.config.FirstProject, User: firstUser, Password: c.Password,
	})
	if domain.CodeOf(err) == identity.CodeBootstrapped {
		return nil, nil // another node was faster
	}
	c.AccessKey, c.SecretKey = b.Key.AccessKey, b.Key.Secret
	return c, err
}

func (n *Node) renew(ctx context.Context) (*Credentials, error) {
	user, ok := n.accounts.ByName(firstUser)
	if !ok {
		return nil, nil
	}
	n.logger.Warn("the credentials file is missing: giving the administrator a new access key and password", "user", firstUser)
	call := commands.System(identity.Account, "bootstrap", "the credentials file was missing")
	c := &Credentials{Endpoint: n.endpoint(), User: firstUser, Password: secret.NewToken()}
	if _, _, err := n.identity.SetPassword(ctx, n.bus, call, user.ID, c.Password); err != nil {
		return nil, err
	}
	key, _, err := n.identity.CreateAccessKey(ctx, n.bus, call, user.ID)
	c.AccessKey, c.SecretKey = key.AccessKey, key.Secret
	return c, err
}

func (n *Node) endpoint() string { return "http://" + n.config.HTTPAddr }

// firstInstance returns the id of the project's first instance, which it asks for unless there ever
// was one, and waits until it runs.
func (n *Node) firstInstance(ctx context.Context, project string) (string, error) {
	call := commands.System(project, "bootstrap", "first start")
	id, err := n.oldestInstance(ctx, project)
	if errors.Is(err, eventstore.ErrNotFound) {
		i, _, err := n.apig.CreateInstance.Do(ctx, n.bus, call, apig.CreateInstance{Body: apig.InstanceBody{
			Name: firstInstance, Description: "made at the first start", SpecID: "BASIC", VPCID: "default", SubnetID: "default",
			SecurityGroupID: "default", AvailableZoneIDs: []string{"default"},
		}})
		if err != nil {
			return "", err
		}
		id = i.ID
	} else if err != nil {
		return "", err
	}
	// The reactions do this too; here it is done now, so that the instance runs when we say so.
	for {
		i, _, err := n.apig.AdvanceInstance.Do(ctx, n.bus, call, apig.AdvanceInstance{InstanceID: id})
		if err != nil || i.Status == apig.InstanceRunning {
			return id, err
		}
	}
}

// oldestInstance finds the first instance that the project ever had.
func (n *Node) oldestInstance(ctx context.Context, project string) (string, error) {
	newest, err := n.engines.Log.Newest(ctx, "evt.apig."+project+".instance.>", 0)
	if err != nil {
		return "", err
	}
	_, _, _, id, _ := eventstore.Parts(newest.Subject)
	return id, nil
}

// writeCredentials keeps the credentials where only the owner of the process can read them. The file
// appears whole or not at all.
func (n *Node) writeCredentials(c *Credentials) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(n.config.DataDir, CredentialsFile)
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the credentials: %w", err)
	}
	return os.Rename(path+".new", path)
}

// catchUp waits until a projection holds what the log held when it was asked.
func (n *Node) catchUp(ctx context.Context, p *projections.Projection) error {
	newest, err := n.engines.Log.Newest(ctx, p.Filter(), 0)
	if errors.Is(err, eventstore.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := n.marks.Await(ctx, p.Name, domain.Position(newest.Position)); err != nil {
		n.logger.Warn("starting before the read models have caught up", "projection", p.Name, "error", err)
	}
	return nil
}

// readySlack is how many positions the read models may be behind on a node that is called ready: a
// busy one always has some events on their way.
const readySlack = 1000

// behind returns how far a projection is behind the log, 0 when no further than usual.
func (n *Node) behind(ctx context.Context, p *projections.Projection) (domain.Position, error) {
	newest, err := n.engines.Log.Newest(ctx, p.Filter(), 0)
	if errors.Is(err, eventstore.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	at := n.marks.At(p.Name)
	if domain.Position(newest.Position) <= at+readySlack && at > 0 {
		return 0, nil
	}
	return domain.Position(newest.Position) - at, nil
}
