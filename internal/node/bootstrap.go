package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatelog/gatelog/commands"
	commandsidentity "github.com/gatelog/gatelog/commands/identity"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

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
	if n.moment != "" {
		return nil, n.beginAsOf(ctx)
	}
	if err := n.checkMasterKey(ctx); err != nil {
		return nil, err
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
		if r.Projection.Aside { // nobody has to wait for it
			continue
		}
		if err := n.catchUp(ctx, r.Projection); err != nil {
			return nil, err
		}
	}
	if made == nil {
		return nil, nil
	}
	if ok {
		made.ProjectID = project.ID
		if made.InstanceID, err = n.firstInstance(ctx, project.ID); err != nil {
			return nil, fmt.Errorf("first start: %w", err)
		}
	}
	return made, n.writeCredentials(made)
}

// checkMasterKey refuses to start with another master key than the account's secrets were sealed under: no
// one could sign in, and each new secret would fail.
func (n *Node) checkMasterKey(ctx context.Context) error {
	if n.accounts.Account().ID == "" {
		return nil
	}
	_, err := n.engines.Keyring.Seal(ctx, identity.Account, "check of the master key", []byte("sealed to see whether that can be done"))
	if errors.Is(err, secret.ErrWrongMasterKey) {
		return fmt.Errorf("%w: give back the one that this deployment began with, in GATELOG_MASTER_KEY or as the file master.key", err)
	}
	return err
}

// bootstrap makes the account if there is none. When there is one, but its credentials have not reached the
// file, the administrator gets new ones: after a first start that was interrupted here, and on embedded
// engines, where there is no other node that could have the file, whenever it is missing.
func (n *Node) bootstrap(ctx context.Context) (*Credentials, error) {
	if n.accounts.Account().ID != "" {
		if at := n.firstStart(); at == complete || at == neverHere && !n.engines.embedded {
			return nil, nil
		}
		return n.renew(ctx)
	}
	if err := n.markFirstStart(); err != nil {
		return nil, err
	}
	c := &Credentials{Endpoint: n.url(), User: firstUser, Password: secret.NewToken()}
	b, err := n.identity.Bootstrap(ctx, n.bus, commandsidentity.Bootstrap{
		Account: firstAccount, Project: n.config.FirstProject, User: firstUser, Password: c.Password,
	})
	if domain.CodeOf(err) == identity.CodeBootstrapped {
		return nil, n.unmarkFirstStart()
	}
	c.AccessKey, c.SecretKey = b.Key.AccessKey, b.Key.Secret
	return c, err
}

// firstInstance returns the id of the project's oldest instance, which it asks for unless there ever was
// one, and waits until it runs. One that somebody deleted stays deleted: then the id is empty, if there
// is no other.
func (n *Node) firstInstance(ctx context.Context, project string) (string, error) {
	call := commands.System(project, requestBootstrap, "first start")
	id, known, err := n.oldestInstance(ctx, project)
	if err != nil || known && id == "" {
		return "", err
	}
	if !known {
		i, _, err := n.apig.CreateInstance.Do(ctx, n.bus, call, apig.CreateInstance{Body: apig.InstanceBody{
			Name: firstInstance, Description: "made at the first start", SpecID: "BASIC", VPCID: "default", SubnetID: "default",
			SecurityGroupID: "default", AvailableZoneIDs: []string{"default"},
		}})
		if err != nil {
			return "", err
		}
		id = i.ID
	}
	// The reactions do this too; here it is done now, so that the instance runs when we say so.
	for {
		i, _, err := n.apig.AdvanceInstance.Do(ctx, n.bus, call, apig.AdvanceInstance{InstanceID: id})
		if err != nil || i.Status == apig.InstanceRunning {
			return id, err
		}
	}
}

// oldestInstance finds the oldest instance that the project has; known is false when it never had one.
func (n *Node) oldestInstance(ctx context.Context, project string) (id string, known bool, err error) {
	_, err = n.engines.Log.Newest(ctx, "evt.apig."+project+".instance.>", 0)
	if errors.Is(err, eventstore.ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	page := projectionsapig.Page{Limit: 1}
	_, total, err := n.queries.Instances(ctx, project, projectionsapig.InstanceFilter{}, page)
	if err != nil || total == 0 {
		return "", true, err
	}
	page.Offset = total - 1 // the list begins with the newest
	oldest, _, err := n.queries.Instances(ctx, project, projectionsapig.InstanceFilter{}, page)
	if err != nil || len(oldest) == 0 {
		return "", true, err
	}
	return oldest[0].ID, true, nil
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
