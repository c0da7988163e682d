// Package node puts one Gatelog node together: engines, log, read models, commands and the HTTP
// server. It is wiring, and decides nothing.
package node

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"sigs.k8s.io/yaml"

	"github.com/gatelog/gatelog/domain/apig"
)

// Config is everything that can be set. Each setting is an environment variable, a flag (the same
// name in lower case without the prefix, - for _) and a member of the config file (the same as the
// flag, _ for -); flags win over variables, variables over the file, the file over defaults.
type Config struct {
	// HTTPAddr is where the server listens.
	HTTPAddr string `env:"GATELOG_HTTP_ADDR" json:"http_addr" help:"address to listen on"`
	// DataDir holds what this node keeps: the embedded engines, credentials, the master key.
	DataDir string `env:"GATELOG_DATA_DIR" json:"data_dir" help:"directory for everything this node keeps"`
	// DatabaseURL is the Postgres of the read models; empty for a private one.
	DatabaseURL string `env:"GATELOG_DATABASE_URL" json:"database_url" help:"Postgres for the read models (default: a private one in the data directory)"`
	// NATSURL is the broker of the log; empty for an embedded one.
	NATSURL string `env:"GATELOG_NATS_URL" json:"nats_url" help:"NATS with JetStream for the log (default: an embedded one in the data directory)"`
	// NATSMonitorURL is the monitoring endpoint of that broker, which tells whether it syncs.
	NATSMonitorURL string `env:"GATELOG_NATS_MONITOR_URL" json:"nats_monitor_url" help:"monitoring endpoints of the NATS servers, comma separated, to check that they sync every write"`
	// TrustBrokerSync accepts a broker whose sync interval cannot be checked.
	TrustBrokerSync bool `env:"GATELOG_TRUST_BROKER_SYNC" json:"trust_broker_sync" help:"accept a NATS that may acknowledge before it writes to disk"`
	// Replicas of the log's stream, when this node makes it.
	Replicas int `env:"GATELOG_REPLICAS" json:"replicas" help:"replicas of the log on a NATS cluster, when it is made"`
	// MasterKey wraps the tenants' keys; empty for the file master.key in DataDir.
	MasterKey string `env:"GATELOG_MASTER_KEY" json:"master_key" help:"32 bytes, hex or base64, that wrap the keys of secrets (default: the file master.key in the data directory)"`
	// GatewayDomain follows the group id in the subdomains of groups.
	GatewayDomain string `env:"GATELOG_GATEWAY_DOMAIN" json:"gateway_domain" help:"domain under which groups get their subdomains"`
	// Zones are the availability zones that clients are shown.
	Zones []string `env:"GATELOG_ZONES" envSeparator:"," json:"zones" help:"ids of the availability zones that instances can be in"`
	// Specs are the specifications of instances that are offered; none for all.
	Specs []string `env:"GATELOG_SPECS" envSeparator:"," json:"specs" help:"specifications that instances can have, e.g. BASIC,PROFESSIONAL (default: all)"`
	// FirstProject is the name of the project that the first start makes.
	FirstProject string `env:"GATELOG_FIRST_PROJECT" json:"first_project" help:"name of the project that the first start makes"`
	// DebugAllow are hosts, addresses and networks that API debugging may call although they are
	// private.
	DebugAllow []string `env:"GATELOG_DEBUG_ALLOW" envSeparator:"," json:"debug_allow" help:"hosts, addresses and CIDRs that API debugging may call although they are private"`
	// AuditRetention is how long the audit trail keeps its records, in days or as Go writes durations.
	AuditRetention string `env:"GATELOG_AUDIT_RETENTION" json:"audit_retention" help:"how long the audit trail is kept: days (400d) or hours (36h); the log keeps all changes anyway"`
	// WebhookAllow are hosts, addresses and networks that webhooks may be sent to although they are
	// private.
	WebhookAllow []string `env:"GATELOG_WEBHOOK_ALLOW" envSeparator:"," json:"webhook_allow" help:"hosts, addresses and CIDRs that webhooks may be sent to although they are private"`
	// WebhooksOff keeps this node from sending webhooks.
	WebhooksOff bool `env:"GATELOG_WEBHOOKS_OFF" json:"webhooks_off" help:"send no webhooks from this node, e.g. on a copy of the log"`
	// CallRetentionDays is how long the counters of calls are kept, which the statistics and metrics of
	// instances are made of.
	CallRetentionDays int `env:"GATELOG_CALL_RETENTION_DAYS" json:"call_retention_days" help:"days that the counters of calls are kept"`
	// LogLevel is debug, info, warn or error; LogFormat is text or json.
	LogLevel  string `env:"GATELOG_LOG_LEVEL" json:"log_level" help:"debug, info, warn or error"`
	LogFormat string `env:"GATELOG_LOG_FORMAT" json:"log_format" help:"text or json"`
}

// Defaults returns the configuration that makes a node on this machine work by itself.
func Defaults() Config {
	return Config{
		HTTPAddr: "127.0.0.1:8080", DataDir: "./data", Replicas: 1, GatewayDomain: "apic.gatelog.internal", Zones: []string{"zone-1"},
		FirstProject: "default", AuditRetention: "400d", CallRetentionDays: 30, LogLevel: "info", LogFormat: "text",
	}
}

// Load returns the defaults, overlaid with a config file (YAML or JSON; "" for none) and then with
// the environment.
func Load(file string) (Config, error) {
	c := Defaults()
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return c, fmt.Errorf("config file: %w", err)
		}
		if err := yaml.UnmarshalStrict(text, &c); err != nil {
			return c, fmt.Errorf("config file %s: %w", file, err)
		}
	}
	if err := env.Parse(&c); err != nil {
		return c, fmt.Errorf("environment: %w", err)
	}
	return c, nil
}

// Check makes paths absolute and returns what is wrong with the configuration.
func (c *Config) Check() error {
	dir, err := filepath.Abs(c.DataDir)
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	c.DataDir = dir
	var level slog.Level
	_, port, addrErr := net.SplitHostPort(c.HTTPAddr)
	_, portErr := strconv.ParseUint(port, 10, 16)
	_, retentionErr := c.auditRetention()
	switch {
	case c.HTTPAddr == "":
		return errors.New("http_addr must be given, e.g. 127.0.0.1:8080")
	case addrErr != nil || portErr != nil:
		return fmt.Errorf("http_addr is %q: host:port with a port from 0 to 65535, e.g. 127.0.0.1:8080", c.HTTPAddr)
	case c.FirstProject == "":
		return errors.New("first_project must be given: the name of the project that the first start makes")
	case c.GatewayDomain == "":
		return errors.New("gateway_domain must be given: groups get their subdomains under it")
	case slices.ContainsFunc(c.Specs, func(spec string) bool { return !slices.Contains(apig.InstanceSpecs(), spec) }):
		return fmt.Errorf("specs is %q: some of %q", c.Specs, apig.InstanceSpecs())
	case strings.Contains(c.DatabaseURL, "://") && !isURL(c.DatabaseURL):
		return errors.New("database_url is no URL: postgres://user:password@host:port/database, with %-codes for special characters")
	case retentionErr != nil:
		return retentionErr
	case c.Replicas < 1 || c.Replicas > 5:
		return fmt.Errorf("replicas is %d: 1 to 5", c.Replicas)
	case c.CallRetentionDays < 1 || c.CallRetentionDays > 3650:
		return fmt.Errorf("call_retention_days is %d: 1 to 3650", c.CallRetentionDays)
	case c.LogFormat != "text" && c.LogFormat != "json":
		return fmt.Errorf("log_format is %q: text or json", c.LogFormat)
	case level.UnmarshalText([]byte(c.LogLevel)) != nil:
		return fmt.Errorf("log_level is %q: debug, info, warn or error", c.LogLevel)
	}
	return nil
}

// Bounds of the audit trail's retention: what is due to go is looked for every hour.
const (
	minRetention = time.Hour
	maxRetention = 36500 * 24 * time.Hour
)

// auditRetention returns how long the audit trail keeps its records.
func (c *Config) auditRetention() (time.Duration, error) {
	days, isDays := strings.CutSuffix(c.AuditRetention, "d")
	d, err := time.ParseDuration(c.AuditRetention)
	if isDays {
		var n int
		n, err = strconv.Atoi(days)
		d = time.Duration(min(max(n, 0), 40000)) * 24 * time.Hour
	}
	if err != nil || d < minRetention || d > maxRetention {
		return 0, fmt.Errorf("audit_retention is %q: 1h to 36500d, in days (400d) or hours (36h)", c.AuditRetention)
	}
	return d, nil
}

// callRetention is how long the counters of calls are kept.
func (c *Config) callRetention() time.Duration {
	return time.Duration(c.CallRetentionDays) * 24 * time.Hour
}

// isURL does not tell what is wrong: that could repeat a password.
func isURL(text string) bool {
	_, err := url.Parse(text)
	return err == nil
}

// Logger returns the logger that the configuration asks for, writing to standard error.
func (c *Config) Logger() *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

// GCPercent is the GOGC of programs whose heap is mostly what they keep: the server and a replay.
const GCPercent = 400
