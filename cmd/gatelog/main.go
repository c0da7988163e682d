// Command gatelog is the whole product: the server, and the tools for its log and its read models.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"reflect"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/internal/node"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gatelog:", err)
		os.Exit(1)
	}
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "gatelog",
		Short: "A control plane for API gateways that keeps every change as an event",
		Long: `Gatelog speaks the management APIs that gateway clients already speak, and keeps every change as an
event in one log: who changed what and why, any past state read back, any version live again.

'gatelog serve' runs it with an embedded log and a private Postgres; the other commands look into the
log and the read models, beside a running server or without one.

Every setting is a flag, an environment variable (GATELOG_ and the flag's name in capitals, _ for -)
and a member of the file named with --config (YAML or JSON, _ for -). Flags win over variables,
variables over the file.`,
		Version:       node.Version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	addConfigFlags(cmd)
	cmd.AddCommand(serveCommand(), healthCommand(), logCommand(), apiCommand(), historyCommand(), blameCommand(), diffCommand(), restoreGroupCommand(),
		restoreAPICommand(), restoreResourceCommand(), atCommand(), applyCommand(), auditCommand(), demoCommand(), replayCommand(), verifyCommand(), subscriptionsCommand(), projectionsCommand(), backupCommand(),
		restoreCommand())
	return cmd
}

// setting is a field of the configuration and the flag that sets it.
type setting struct {
	flag, help string
	index      int
}

func settings() []setting {
	var all []setting
	t := reflect.TypeFor[node.Config]()
	for i := range t.NumField() {
		f := t.Field(i)
		all = append(all, setting{strings.ReplaceAll(f.Tag.Get("json"), "_", "-"), f.Tag.Get("help"), i})
	}
	return all
}

// addConfigFlags adds a flag for each setting.
func addConfigFlags(cmd *cobra.Command) {
	flags := cmd.PersistentFlags()
	flags.String("config", os.Getenv("GATELOG_CONFIG"), "file with settings, YAML or JSON")
	defaults := reflect.ValueOf(node.Defaults())
	for _, s := range settings() {
		switch v := defaults.Field(s.index).Interface().(type) {
		case string:
			flags.String(s.flag, v, s.help)
		case int:
			flags.Int(s.flag, v, s.help)
		case bool:
			flags.Bool(s.flag, v, s.help)
		case []string:
			flags.StringSlice(s.flag, v, s.help)
		}
	}
}

// loadConfig returns the configuration: file, environment, and the flags that were given.
func loadConfig(cmd *cobra.Command) (node.Config, error) {
	flags := cmd.Flags()
	file, err := flags.GetString("config")
	if err != nil {
		return node.Config{}, err
	}
	c, err := node.Load(file)
	if err != nil {
		return c, err
	}
	v := reflect.ValueOf(&c).Elem()
	for _, s := range settings() {
		given := flags.Lookup(s.flag)
		if given == nil || !given.Changed {
			continue
		}
		if err := set(v.Field(s.index), given.Value.String(), cmd, s.flag); err != nil {
			return c, err
		}
	}
	return c, c.Check()
}

func set(field reflect.Value, text string, cmd *cobra.Command, flag string) error {
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("--%s: %w", flag, err)
		}
		field.SetInt(int64(n))
	case reflect.Bool:
		field.SetBool(text == "true")
	case reflect.Slice:
		list, err := cmd.Flags().GetStringSlice(flag)
		if err != nil {
			return err
		}
		field.Set(reflect.ValueOf(list))
	}
	return nil
}
