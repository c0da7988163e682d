package node

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// file writes a config file and returns its path.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gatelog.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// bare takes away what the environment of the test says about Gatelog.
func bare(t *testing.T) {
	t.Helper()
	for _, s := range os.Environ() {
		if name, _, _ := strings.Cut(s, "="); strings.HasPrefix(name, "GATELOG_") {
			t.Setenv(name, "") // so that it is put back
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestDefaultsWork(t *testing.T) {
	bare(t)
	c, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Defaults(), c); diff != "" {
		t.Errorf("without a file and an environment (-defaults +loaded):\n%s", diff)
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	if !filepath.IsAbs(c.DataDir) {
		t.Errorf("the data directory is %s after the check", c.DataDir)
	}
}

func TestVariablesWinOverTheFileAndTheFileOverDefaults(t *testing.T) {
	bare(t)
	path := file(t, "http_addr: 127.0.0.1:1\nlog_level: warn\nreplicas: 3\ntrust_broker_sync: true\ndebug_allow: [a.example.com, 10.0.0.0/8]\n")
	t.Setenv("GATELOG_LOG_LEVEL", "debug")
	t.Setenv("GATELOG_TRUST_BROKER_SYNC", "false")
	t.Setenv("GATELOG_DATABASE_URL", "postgres://db/gatelog")
	t.Setenv("GATELOG_DEBUG_ALLOW", "b.example.com,c.example.com")
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := Defaults()
	want.HTTPAddr, want.Replicas = "127.0.0.1:1", 3                                                 // the file's
	want.LogLevel, want.TrustBrokerSync, want.DatabaseURL = "debug", false, "postgres://db/gatelog" // the environment's
	want.DebugAllow = []string{"b.example.com", "c.example.com"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every setting can be made in each of the ways that Config promises, under names that belong together.
func TestEverySettingHasItsNames(t *testing.T) {
	bare(t)
	config := reflect.TypeFor[Config]()
	for i := range config.NumField() {
		f := config.Field(i)
		member := f.Tag.Get("json")
		if variable := "GATELOG_" + strings.ToUpper(member); f.Tag.Get("env") != variable || f.Tag.Get("help") == "" {
			t.Errorf("%s: variable %q, want %q; help %q", f.Name, f.Tag.Get("env"), variable, f.Tag.Get("help"))
		}
		value := map[reflect.Kind]string{reflect.String: "5", reflect.Int: "5", reflect.Bool: "true", reflect.Slice: "[a]"}[f.Type.Kind()]
		c, err := Load(file(t, fmt.Sprintf("%s: %s\n", member, quotedFor(f.Type.Kind(), value))))
		if err != nil {
			t.Errorf("%s in a file: %v", f.Name, err)
		}
		if reflect.ValueOf(c).Field(i).IsZero() || cmp.Equal(c, Defaults()) {
			t.Errorf("%s in a file sets nothing", f.Name)
		}
		t.Setenv(f.Tag.Get("env"), strings.Trim(value, "[]"))
	}
	c, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	for i := range config.NumField() {
		got := fmt.Sprint(reflect.ValueOf(c).Field(i))
		if want := os.Getenv(config.Field(i).Tag.Get("env")); strings.Trim(got, "[]") != want {
			t.Errorf("%s in the environment: %s, want %s", config.Field(i).Name, got, want)
		}
	}
}

func quotedFor(kind reflect.Kind, value string) string {
	if kind == reflect.String {
		return `"` + value + `"`
	}
	return value
}

func TestABadFileIsRefused(t *testing.T) {
	bare(t)
	const key = "the master key of the test"
	for name, text := range map[string]string{
		"a member that nobody knows": "http_adr: 127.0.0.1:1\nmaster_key: " + key,
		"a member given twice":       "log_level: info\nlog_level: warn\nmaster_key: " + key,
		"a flag's spelling":          "http-addr: 127.0.0.1:1",
		"no number":                  "replicas: many\nmaster_key: " + key,
		"no list":                    "debug_allow: a\nmaster_key: " + key,
		"no YAML":                    "{master_key: " + key,
		"another document":           "- a\n- b",
	} {
		path := file(t, text)
		_, err := Load(path)
		if err == nil {
			t.Errorf("%s: loaded", name)
			continue
		}
		if message := err.Error(); !strings.Contains(message, path) || strings.Contains(message, key) {
			t.Errorf("%s: %v; want an error that names the file and no secret", name, err)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none.yaml")); !os.IsNotExist(underlying(err)) {
		t.Errorf("a file that is not there: %v", err)
	}
	if c, err := Load(file(t, "# nothing\n")); err != nil || !cmp.Equal(c, Defaults()) {
		t.Errorf("an empty file: %+v, %v", c, err)
	}
	if c, err := Load(file(t, `{"http_addr": "127.0.0.1:9"}`)); err != nil || c.HTTPAddr != "127.0.0.1:9" {
		t.Errorf("a JSON file: %+v, %v", c, err)
	}
}

// underlying returns the innermost error.
func underlying(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		err = u.Unwrap()
	}
}

func TestABadEnvironmentIsRefused(t *testing.T) {
	for variable, value := range map[string]string{"GATELOG_REPLICAS": "many", "GATELOG_TRUST_BROKER_SYNC": "perhaps"} {
		t.Run(variable, func(t *testing.T) {
			bare(t)
			t.Setenv(variable, value)
			if c, err := Load(""); err == nil {
				t.Errorf("loaded %+v", c)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(c *Config)
		good   bool
	}{
		"any port":                 {func(c *Config) { c.HTTPAddr = "127.0.0.1:0" }, true},
		"all addresses":            {func(c *Config) { c.HTTPAddr = ":8080" }, true},
		"an IPv6 address":          {func(c *Config) { c.HTTPAddr = "[::1]:8080" }, true},
		"no address":               {func(c *Config) { c.HTTPAddr = "" }, false},
		"no port":                  {func(c *Config) { c.HTTPAddr = "127.0.0.1" }, false},
		"a port that is a name":    {func(c *Config) { c.HTTPAddr = "127.0.0.1:http" }, false},
		"a port that is too large": {func(c *Config) { c.HTTPAddr = "127.0.0.1:65536" }, false},
		"a URL":                    {func(c *Config) { c.HTTPAddr = "http://127.0.0.1:80" }, false},
		"no replica":               {func(c *Config) { c.Replicas = 0 }, false},
		"calls kept for no day":    {func(c *Config) { c.CallRetentionDays = 0 }, false},
		"five replicas":            {func(c *Config) { c.Replicas = 5 }, true},
		"six replicas":             {func(c *Config) { c.Replicas = 6 }, false},
		"JSON":                     {func(c *Config) { c.LogFormat = "json" }, true},
		"another format":           {func(c *Config) { c.LogFormat = "xml" }, false},
		"a level in capitals":      {func(c *Config) { c.LogLevel = "WARN" }, true},
		"another level":            {func(c *Config) { c.LogLevel = "loud" }, false},
		"a database":               {func(c *Config) { c.DatabaseURL = "postgres://a:b@c/d" }, true},
		"a database in words":      {func(c *Config) { c.DatabaseURL = "host=/tmp user=a password=b%zz" }, true},
		"a database that is none":  {func(c *Config) { c.DatabaseURL = "postgres://a:secret-of-the-test@%zz" }, false},
		"no project":               {func(c *Config) { c.FirstProject = "" }, false},
		"some specifications":      {func(c *Config) { c.Specs = []string{"BASIC", "PLATINUM_X2"} }, true},
		"an odd specification":     {func(c *Config) { c.Specs = []string{"BASIC", "HUGE"} }, false},
		"no domain":                {func(c *Config) { c.GatewayDomain = "" }, false},
	} {
		config := Defaults()
		c.change(&config)
		if err := config.Check(); (err == nil) != c.good || strings.Contains(fmt.Sprint(err), "secret-of-the-test") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoggerHasTheLevelThatWasAskedFor(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		for level, want := range map[string][2]bool{"debug": {true, true}, "info": {false, true}, "error": {false, false}} {
			c := Config{LogLevel: level, LogFormat: format}
			log := c.Logger()
			if got := [2]bool{log.Enabled(t.Context(), -4), log.Enabled(t.Context(), 0)}; got != want {
				t.Errorf("%s, %s: debug and info are %v, want %v", level, format, got, want)
			}
		}
	}
}
