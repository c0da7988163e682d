package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// errUnsynced says what to do about a broker that may lose acknowledged writes.
var errUnsynced = errors.New("the NATS server may acknowledge a write before it is on disk: set 'sync_interval: always' in its " +
	"jetstream block and GATELOG_NATS_MONITOR_URL so that it can be checked, or accept the risk with GATELOG_TRUST_BROKER_SYNC=true")

// Bounds of the question to a monitoring endpoint.
const (
	monitorTimeout = 10 * time.Second
	monitorBytes   = 1 << 20
)

// checkSync asks a broker that is not ours whether it syncs every write: each of its servers must say so.
func checkSync(ctx context.Context, c Config) error {
	if c.TrustBrokerSync {
		return nil
	}
	if c.NATSMonitorURL == "" {
		return errUnsynced
	}
	ctx, cancel := context.WithTimeout(ctx, monitorTimeout)
	defer cancel()
	for url := range strings.SplitSeq(c.NATSMonitorURL, ",") {
		always, err := syncsAlways(ctx, strings.TrimRight(strings.TrimSpace(url), "/")+"/varz")
		if err != nil {
			return fmt.Errorf("ask the NATS server whether it syncs: %w", err)
		}
		if !always {
			return errUnsynced
		}
	}
	return nil
}

func syncsAlways(ctx context.Context, url string) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false, errors.New("the URL of its monitoring endpoint cannot be read") // the cause would repeat it, and with it a password
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return false, fmt.Errorf("%s answers %s", request.URL.Redacted(), response.Status)
	}
	var varz struct {
		JetStream struct {
			Config struct {
				SyncAlways bool `json:"sync_always"`
			} `json:"config"`
		} `json:"jetstream"`
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, monitorBytes)).Decode(&varz); err != nil {
		return false, fmt.Errorf("%s: %w", request.URL.Redacted(), err)
	}
	return varz.JetStream.Config.SyncAlways, nil
}
