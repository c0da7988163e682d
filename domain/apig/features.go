package apig

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/gatelog/gatelog/domain"
)

// ConfigureFeature sets a feature of an instance (APIG V2 §3.21.1).
type ConfigureFeature struct {
	InstanceID string      `json:"instance_id"`
	Body       FeatureBody `json:"body"`
}

// FeatureBody is the body of APIG V2 §3.21.1.
type FeatureBody struct {
	Name   string `json:"name" minLength:"1" maxLength:"64" doc:"Feature."`
	Enable *bool  `json:"enable" doc:"Whether the feature is on."`
	Config string `json:"config,omitempty" maxLength:"65535" doc:"Parameters: a word, a number, or the text of a JSON object."`
}

// featureBackendMS is the feature that bounds the timeouts of backends.
const featureBackendMS = "backend_timeout"

// featureRateLimit is the feature that bounds the calls a second that throttling policies allow.
const featureRateLimit = "ratelimit"

// featureChannelNames is the feature that lets the names of channels change; it is on unless it is set to
// off (APIG V2 §5.5).
const featureChannelNames = "vpc_name_modifiable"

// featureInterval is the least time between two changes of a feature (APIG.3711).
const featureInterval = time.Minute

// FeatureSpec is a feature of the table of APIG V2 §5.5.
type FeatureSpec struct {
	Name         string
	Configurable bool
	// Secrets are the members of a JSON configuration that hold keys: whoever stores or shows a
	// configuration has to protect them.
	Secrets []string
	plain   func(config string) bool // rule of a configuration that is one word or number
	members map[string]configRule    // rules of the members of one that is a JSON object
}

// Features returns all features that an instance has, in the order of APIG V2 §5.5.
func Features() []FeatureSpec { return slices.Clone(featureTable) }

// FeatureNames returns the names of all features, in the order of APIG V2 §5.5.
func FeatureNames() []string {
	all := make([]string, len(featureTable))
	for i, f := range featureTable {
		all[i] = f.Name
	}
	return all
}

var featureSpecs = func() map[string]FeatureSpec {
	all := map[string]FeatureSpec{}
	for _, f := range featureTable {
		all[f.Name] = f
	}
	return all
}()

// ConfigureFeature decides on the command of that name. The minute is counted for each feature by
// itself. A masked secret in a configuration means the one that is there. Errors: APIG.2001; APIG.3030, 3718; APIG.2000 for a feature that does not exist or has nothing
// to set; APIG.2011 for a configuration that breaks the feature's rules; APIG.3711 (once a minute).
func (s *State) ConfigureFeature(m *domain.Moment, c ConfigureFeature) (Feature, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Feature{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Feature{}, nil, err
	}
	f, known := in.features[c.Body.Name]
	if c.Body.Config, err = unmaskedConfig(c.Body.Name, c.Body.Config, f.Config); err != nil {
		return Feature{}, nil, err
	}
	if err := checkFeature(c.Body); err != nil {
		return Feature{}, nil, err
	}
	if known && m.Now.Sub(f.UpdateTime) < featureInterval {
		return Feature{}, nil, ErrFeatureTooSoon()
	}
	old := f
	if !known {
		f = Feature{ID: m.NewID(), InstanceID: in.ID, Name: c.Body.Name}
	}
	f.Enable, f.Config = *c.Body.Enable, c.Body.Config
	changed := names(
		difference{"enable", !known || f.Enable != old.Enable},
		difference{"config", f.Config != old.Config},
	)
	if changed == nil {
		return old, nil, nil
	}
	f.UpdateTime = m.Now
	return f, []domain.Event{FeatureConfigured{f, changed}}, nil
}

func checkFeature(b FeatureBody) error {
	spec, ok := featureSpecs[b.Name]
	if !ok {
		return ErrFeatureUnknown(b.Name)
	}
	if !spec.Configurable {
		return ErrParameter("feature " + b.Name + " has nothing to configure")
	}
	if b.Config == "" {
		return nil // the feature's defaults
	}
	if spec.members == nil {
		if !spec.plain(b.Config) {
			return ErrInvalid("config")
		}
		return nil
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal([]byte(b.Config), &given); err != nil || given == nil {
		return ErrInvalidBecause("config", "should be the text of a JSON object")
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		rule, ok := spec.members[name]
		if !ok {
			return ErrInvalidBecause("config", "has a member that feature "+b.Name+" does not know")
		}
		if !rule(given[name]) {
			return ErrInvalidBecause("config", "breaks the rule of its member "+name)
		}
	}
	return nil
}

// backendTimeout returns the longest timeout of a backend in milliseconds: what the feature
// backend_timeout says while it is on, else the default of §3.5.1.
func (in *instance) backendTimeout() int {
	most := DefaultLimits().BackendTimeout
	f := in.features[featureBackendMS]
	if !f.Enable || f.Config == "" {
		return most
	}
	config := struct {
		MaxTimeout *int `json:"max_timeout"`
	}{}
	// The configuration was checked before it was recorded; one that cannot be read counts as none.
	if err := json.Unmarshal([]byte(f.Config), &config); err != nil || config.MaxTimeout == nil {
		return most
	}
	return *config.MaxTimeout
}

// channelNamesStay reports whether the names of channels cannot change.
func (in *instance) channelNamesStay() bool {
	f := in.features[featureChannelNames]
	return f.Enable && f.Config == "off"
}
