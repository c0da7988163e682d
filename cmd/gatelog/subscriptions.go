package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/http/gatelog"
)

func subscriptionsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "subscriptions",
		Aliases: []string{"subscription", "subs"},
		Short:   "Manage webhooks: events that are sent to an address of yours",
		Long: `A subscription sends the events of a project to an address, as CloudEvents, each at least once and in order
per resource. What the receiver refuses is tried again, later each time; what it refused too often becomes
a dead letter, which no longer holds up the events behind it and can be tried again with redrive.

Each delivery is signed: the header Gatelog-Signature is t=<unix seconds>,v1=<hex>, where hex is the
HMAC-SHA256 of '<t>.<body>' with the secret. create shows the secret, once.

With --project account, a subscription gets the events of all projects.`,
	}
	addProjectConnection(cmd)
	addOutput(cmd, "what the server answers")
	cmd.AddCommand(subscriptionsListCommand(), subscriptionsShowCommand(), subscriptionsCreateCommand(), subscriptionsUpdateCommand(), subscriptionsDeleteCommand(),
		subscriptionsActCommand("pause", "Stop the sending", "Nothing is sent until it is resumed; then it goes on where it was."),
		subscriptionsActCommand("resume", "Let the sending go on", "It goes on where it was."),
		subscriptionsRewindCommand(), subscriptionsRotateCommand(), subscriptionsUndeliveredCommand(), subscriptionsRedriveCommand())
	return cmd
}

const hooksPath = "subscriptions"

func hookPath(id, rest string) string {
	if rest == "" {
		return hooksPath + "/" + id
	}
	return hooksPath + "/" + id + "/" + rest
}

func subscriptionsListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the subscriptions with their progress",
		Long:    `Lists the subscriptions of the project by name. WAITING events are tried again; DEAD ones are not.`,
		Example: "  gatelog subscriptions list\n  gatelog subscriptions list --project account",
		Args:    cobra.NoArgs,
	}
	limit, offset := addPage(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return ask(cmd, func(a asked) error {
			var list gatelog.SubscriptionListView
			if err := a.server.send(a.Context(), http.MethodGet, hooksPath, pageQuery(*limit, *offset), nil, &list); err != nil {
				return err
			}
			return a.hooks(list)
		})
	}
	return cmd
}

func subscriptionsShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show a subscription: what it sends, and how far it is",
		Long:    `Shows a subscription with its lag: how many positions of the log it is behind the newest event that it may want.`,
		Example: "  gatelog subscriptions show 5f918d104dc84480a75166ba99efff21",
		Args:    oneID,
		RunE: func(cmd *cobra.Command, args []string) error {
			return hookAnswer(cmd, http.MethodGet, hookPath(args[0], ""), nil)
		},
	}
}

// hookAnswer makes a request whose answer is a subscription, and shows that.
func hookAnswer(cmd *cobra.Command, method, path string, body any) error {
	return ask(cmd, func(a asked) error {
		var view gatelog.SubscriptionView
		if err := a.server.send(a.Context(), method, path, nil, body, &view); err != nil {
			return err
		}
		return a.hook(view)
	})
}

// secretAnswer makes a request whose answer has a secret.
func secretAnswer(cmd *cobra.Command, path string, body any) error {
	return ask(cmd, func(a asked) error {
		var view gatelog.SecretView
		if err := a.server.send(a.Context(), http.MethodPost, path, nil, body, &view); err != nil {
			return err
		}
		return a.secret(view)
	})
}

// addBody adds the flags for what a subscription sends.
func addBody(cmd *cobra.Command) *subscriptions.Body {
	b, flags := &subscriptions.Body{}, cmd.Flags()
	flags.StringVar(&b.Description, "description", "", "what it is for")
	flags.StringVar(&b.Mode, "mode", subscriptions.ModeStructured, "structured: one JSON object with all; binary: the data as the body, the rest in headers")
	flags.IntVar(&b.MaxAttempts, "max-attempts", 0, "how often an event is tried before it is a dead letter, 1 to 50 (default 16)")
	flags.StringSliceVar(&b.Filter.Surfaces, "surface", nil, "only events of these APIs: apig")
	flags.StringSliceVar(&b.Filter.Kinds, "kind", nil, "only events about these kinds of resources: api,group")
	flags.StringSliceVar(&b.Filter.Instances, "about-instance", nil, "only events about these gateway instances")
	flags.StringSliceVar(&b.Filter.Types, "type", nil, "only events of these types; * stands for any characters: 'apig.api.*'")
	flags.StringSliceVar(&b.Filter.Tenants, "about-project", nil, "only events of these projects, with --project account")
	return b
}

// addStart adds the flags for where a subscription begins.
func addStart(cmd *cobra.Command) func() (gatelog.StartBody, error) {
	after := cmd.Flags().String("after", "", "begin after this position of the log; 0 for the first event ever")
	since := cmd.Flags().String("since", "", "begin at this time: RFC 3339, or how long ago (90m)")
	return func() (gatelog.StartBody, error) { return startOf(*after, *since, time.Now()) }
}

func startOf(after, since string, now time.Time) (gatelog.StartBody, error) {
	var b gatelog.StartBody
	if after != "" && since != "" {
		return b, errors.New("--after and --since: give one of them")
	}
	if after != "" {
		at, err := strconv.ParseUint(after, 10, 64)
		if err != nil {
			return b, fmt.Errorf("--after is %q: a position of the log, from 0", after)
		}
		b.After = &at
	}
	if since == "" {
		return b, nil
	}
	if ago, err := time.ParseDuration(since); err == nil && ago >= 0 {
		b.Since = now.Add(-ago).UTC()
		return b, nil
	}
	at, err := time.Parse(time.RFC3339, since)
	if err != nil {
		return b, fmt.Errorf("--since is %q: a time such as 2024-05-01T12:30:00Z, or how long ago such as 90m", since)
	}
	b.Since = at.UTC()
	return b, nil
}

func subscriptionsCreateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "create NAME URL", Short: "Create a subscription, and show its secret once",
		Long: `Creates a subscription that sends to URL, http or https. It begins with what happens next, unless --after or
--since say otherwise. Addresses in private networks are called only where the server allows it
(--webhook-allow).`,
		Example: `  gatelog subscriptions create deployments https://hooks.example.com/gatelog --type 'apig.api.*'
  gatelog subscriptions create audit https://audit.example.com/in --after 0 --mode binary`,
		Args: cobra.ExactArgs(2),
	}
	body, start := addBody(cmd), addStart(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		from, err := start()
		if err != nil {
			return err
		}
		body.Name, body.URL = args[0], args[1]
		return secretAnswer(cmd, hooksPath, gatelog.NewHook{Body: *body, StartBody: from})
	}
	return cmd
}

func subscriptionsUpdateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "update ID NAME URL", Short: "Change what a subscription sends, where and how",
		Long:    `Changes all of a subscription but its secret and its progress: flags that are not given mean their defaults.`,
		Example: `  gatelog subscriptions update 5f918d104dc84480a75166ba99efff21 audit https://audit.example.com/v2 --kind api`,
		Args:    cobra.ExactArgs(3),
	}
	body := addBody(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := oneID(cmd, args[:1]); err != nil {
			return err
		}
		body.Name, body.URL = args[1], args[2]
		return hookAnswer(cmd, http.MethodPut, hookPath(args[0], ""), body)
	}
	return cmd
}

func subscriptionsDeleteCommand() *cobra.Command {
	return &cobra.Command{
		Use: "delete ID", Short: "Delete a subscription and its dead letters",
		Example: "  gatelog subscriptions delete 5f918d104dc84480a75166ba99efff21",
		Args:    oneID,
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(cmd, func(a asked) error {
				if err := a.server.send(a.Context(), http.MethodDelete, hookPath(args[0], ""), nil, nil, nil); err != nil {
					return err
				}
				a.PrintErrln("deleted")
				return nil
			})
		},
	}
}

func subscriptionsActCommand(verb, short, long string) *cobra.Command {
	return &cobra.Command{
		Use: verb + " ID", Short: short, Long: long,
		Example: "  gatelog subscriptions " + verb + " 5f918d104dc84480a75166ba99efff21",
		Args:    oneID,
		RunE: func(cmd *cobra.Command, args []string) error {
			return hookAnswer(cmd, http.MethodPost, hookPath(args[0], verb), nil)
		},
	}
}

func subscriptionsRewindCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "rewind ID", Short: "Send again from a position or a time on, or skip to it",
		Long: `Lets a subscription begin again after a position or at a time, or skip to there; without either it skips to
the end of the log. Events before that were not delivered yet are still tried.`,
		Example: `  gatelog subscriptions rewind 5f918d104dc84480a75166ba99efff21 --after 1742
  gatelog subscriptions rewind 5f918d104dc84480a75166ba99efff21 --since 2h`,
		Args: oneID,
	}
	start := addStart(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		from, err := start()
		if err != nil {
			return err
		}
		return hookAnswer(cmd, http.MethodPost, hookPath(args[0], "rewind"), from)
	}
	return cmd
}

func subscriptionsRotateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "rotate-secret ID", Short: "Give a subscription another secret, and show it once",
		Example: "  gatelog subscriptions rotate-secret 5f918d104dc84480a75166ba99efff21",
		Args:    oneID,
		RunE: func(cmd *cobra.Command, args []string) error {
			return secretAnswer(cmd, hookPath(args[0], "rotate-secret"), gatelog.SecretBody{})
		},
	}
}

func subscriptionsUndeliveredCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "undelivered ID", Short: "List dead letters, and events that wait for another try",
		Example: "  gatelog subscriptions undelivered 5f918d104dc84480a75166ba99efff21 --status dead",
		Args:    oneID,
	}
	limit, offset := addPage(cmd)
	status := cmd.Flags().String("status", "", "only these: waiting, dead or redrive")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(cmd, func(a asked) error {
			query := pageQuery(*limit, *offset)
			if *status != "" {
				query.Set("status", *status)
			}
			var view gatelog.UndeliveredView
			if err := a.server.send(a.Context(), http.MethodGet, hookPath(args[0], "undelivered"), query, nil, &view); err != nil {
				return err
			}
			return a.undelivered(view)
		})
	}
	return cmd
}

func subscriptionsRedriveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "redrive ID [POSITION...]", Short: "Try dead letters again: all, or those at positions",
		Long: `Tries dead letters again, each as often as a new event. They arrive after later events of their resource that
have arrived already.`,
		Example: `  gatelog subscriptions redrive 5f918d104dc84480a75166ba99efff21
  gatelog subscriptions redrive 5f918d104dc84480a75166ba99efff21 1742 1750`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneID(cmd, args[:1]); err != nil {
				return err
			}
			body := struct {
				Positions []domain.Position `json:"positions,omitempty"`
			}{}
			for _, text := range args[1:] {
				at, err := strconv.ParseUint(text, 10, 64)
				if err != nil {
					return fmt.Errorf("%q is no position of the log", text)
				}
				body.Positions = append(body.Positions, domain.Position(at))
			}
			return ask(cmd, func(a asked) error {
				var view gatelog.RedriveView
				if err := a.server.send(a.Context(), http.MethodPost, hookPath(args[0], "redrive"), url.Values{}, body, &view); err != nil {
					return err
				}
				return a.redriven(view)
			})
		},
	}
}
