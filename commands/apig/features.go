package apig

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// sealedFeature is a command whose secrets are sealed. Sealing gives another text each time, so Digest
// says for the secrets whether two commands are the same; it is empty where there are none. It never gets
// into the log in the clear.
type sealedFeature struct {
	apig.ConfigureFeature
	Digest string `json:"digest,omitempty"`
}

// Fingerprint implements commands.Fingerprinter.
func (f sealedFeature) Fingerprint() any {
	if f.Digest != "" {
		f.Body.Config = ""
	}
	return f
}

func configureFeature(s *apig.State, m *domain.Moment, f sealedFeature) (apig.Feature, []domain.Event, error) {
	return s.ConfigureFeature(m, f.ConfigureFeature)
}

// ConfigureFeature sets a feature of an instance (APIG V2 §3.21.1). The keys that a configuration may
// hold are sealed before the command leaves this process, so that neither the log nor another node
// ever has them in the clear. Errors: those of apig.State.ConfigureFeature.
func (c *Commands) ConfigureFeature(ctx context.Context, b *commands.Bus, call commands.Call, f apig.ConfigureFeature) (apig.Feature, domain.Position, error) {
	if bad := domain.Check(f.Body); bad != nil { // nothing of any length is sealed
		return apig.Feature{}, 0, apig.FromViolation(bad)
	}
	config, err := c.sealConfig(ctx, call.Tenant(), f)
	if err != nil {
		return apig.Feature{}, 0, err
	}
	sealed := sealedFeature{ConfigureFeature: f}
	if config != f.Body.Config {
		sum := sha256.Sum256([]byte(f.InstanceID + "/" + f.Body.Name + "/" + f.Body.Config))
		sealed.Body.Config, sealed.Digest = config, hex.EncodeToString(sum[:])
	}
	return c.configureFeature.Do(ctx, b, call, sealed)
}

// sealConfig returns the configuration with its secret members sealed. One that is no JSON object has
// none, and is judged by the domain.
func (c *Commands) sealConfig(ctx context.Context, tenant string, f apig.ConfigureFeature) (string, error) {
	names := secretMembers(f.Body.Name)
	var members map[string]json.RawMessage
	if len(names) == 0 || json.Unmarshal([]byte(f.Body.Config), &members) != nil {
		return f.Body.Config, nil
	}
	for _, name := range names {
		var plain string
		if json.Unmarshal(members[name], &plain) != nil || plain == "" || plain == apig.MaskedSecret {
			continue
		}
		sealed, err := c.sealer.SealText(ctx, tenant, "feature/"+f.InstanceID+"/"+f.Body.Name+"/"+name, []byte(plain))
		if err != nil {
			return "", fmt.Errorf("seal %s of feature %s: %w", name, f.Body.Name, err)
		}
		if members[name], err = json.Marshal(sealed); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(members)
	return string(text), err
}

func secretMembers(feature string) []string {
	all := apig.Features()
	i := slices.IndexFunc(all, func(f apig.FeatureSpec) bool { return f.Name == feature })
	if i < 0 {
		return nil
	}
	return all[i].Secrets
}

// MaskFeature returns a feature as answers show it: without the keys of its configuration.
func MaskFeature(name, config string) string {
	names := secretMembers(name)
	var members map[string]json.RawMessage
	if len(names) == 0 || json.Unmarshal([]byte(config), &members) != nil {
		return config
	}
	for _, name := range names {
		if _, there := members[name]; there {
			members[name] = json.RawMessage(`"` + apig.MaskedSecret + `"`)
		}
	}
	text, err := json.Marshal(members)
	if err != nil {
		return ""
	}
	return string(text)
}
