package node

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	commandsapig "github.com/gatelog/gatelog/commands/apig"
	"github.com/gatelog/gatelog/http/access"
	httpapig "github.com/gatelog/gatelog/http/apig"
	httpgatelog "github.com/gatelog/gatelog/http/gatelog"
	httpidentity "github.com/gatelog/gatelog/http/identity"
	"github.com/gatelog/gatelog/http/server"
	"github.com/gatelog/gatelog/internal/guardedhttp"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
	projectionssubscriptions "github.com/gatelog/gatelog/projections/subscriptions"
)

// buildHandler puts all surfaces on one server.
func (n *Node) buildHandler() (http.Handler, error) {
	client, err := commandsapig.NewDebugClient(guardedhttp.Options{AllowHosts: n.config.DebugAllow})
	if err != nil {
		return nil, err
	}
	tokens, err := secret.NewTokens(n.engines.Master, "gatelog user tokens")
	if err != nil {
		return nil, err
	}
	a := access.New(access.Options{Directory: n.accounts, Tokens: tokens, Logger: n.logger})
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), n.collector(), n.audit.lost)
	handler, err := server.New(server.Options{
		Version: Version, Ready: n.ready, Metrics: metrics, Logger: n.logger, AsOf: n.asOf, ReadOnly: n.moment != "", Attempts: n.keepAttempt,
		Project: func(id string) bool { _, exists := n.accounts.Project(id); return exists },
		Authenticate: func(needed func(*http.Request) bool, deny func(echo.Context, error) error) echo.MiddlewareFunc {
			return access.Middleware(a, needed, deny)
		},
		Surfaces: []server.Surface{n.apigSurface(commandsapig.NewDebugger(client, time.Now)), n.identitySurface(a), n.managementSurface()},
	})
	if err != nil {
		return nil, err
	}
	return n.onceBegun(handler), nil
}

func (n *Node) apigSurface(debugger *commandsapig.Debugger) server.Surface {
	surface := httpapig.New(httpapig.Deps{
		Bus: n.bus, Commands: n.apig, Queries: n.queries, Debugger: debugger, Calls: n.calls,
		Documents: n.documents(), TaskFiles: projectionsapig.TaskFiles{DB: n.reads},
		GatewayDomain: n.config.GatewayDomain, Zones: n.config.Zones, Specs: n.config.Specs, Logger: n.logger,
	})
	return server.Surface{Name: "apig", Prefix: httpapig.Prefix, Deny: surface.Deny, Register: surface.Register}
}

// identitySurface serves /v3. Its registration adds the management of users too, which lies beneath
// the prefix of managementSurface.
func (n *Node) identitySurface(a *access.Access) server.Surface {
	return server.Surface{
		Name: "identity", Prefix: httpidentity.KeystonePrefix, Open: httpidentity.Open, Deny: httpidentity.Deny,
		Register: func(api huma.API, e *echo.Echo) {
			httpidentity.Register(api, e, httpidentity.Deps{
				Bus: n.bus, Commands: n.identity, Directory: n.accounts, Access: a, Logger: n.logger,
			})
		},
	}
}

// managementSurface serves /gatelog/v1: what no other product has.
func (n *Node) managementSurface() server.Surface {
	return server.Surface{
		Name: "gatelog", Prefix: httpidentity.ManagementPrefix, Deny: httpidentity.Deny,
		Register: func(api huma.API, _ *echo.Echo) {
			httpgatelog.Register(api, httpgatelog.Deps{
				Bus: n.bus, Commands: n.apig, Queries: n.queries, Log: n.engines.Log, DB: n.reads, Calls: n.calls,
				Projections: append(Projections(), n.audit.records), Logger: n.logger, AsOf: n.asOf, Audit: n.audit.queries, Streams: n.streams,
				Subscriptions: n.hooks, Webhooks: projectionssubscriptions.NewQueries(projections.NewStatements(n.reads)),
			})
		},
	}
}
