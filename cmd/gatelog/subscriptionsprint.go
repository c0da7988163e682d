package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/gatelog/gatelog/http/gatelog"
)

func (a asked) hooks(list gatelog.SubscriptionListView) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), list)
	}
	t := newTable(a.OutOrStdout(), "ID", "NAME", "STATE", "POSITION", "DELIVERED", "WAITING", "DEAD", "URL")
	for _, s := range list.Subscriptions {
		t.row(s.ID, s.Name, stateOf(s), fmt.Sprint(s.Position), fmt.Sprint(s.Delivered), fmt.Sprint(s.Waiting), fmt.Sprint(s.Dead), s.URL)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	a.PrintErrf("%d of %s\n", list.Size, plural(list.Total, "subscription"))
	return nil
}

func stateOf(s gatelog.SubscriptionView) string {
	switch {
	case s.Paused:
		return "paused"
	case s.Waiting > 0:
		return "failing"
	case s.Owner == "":
		return "idle"
	}
	return "sending"
}

func (a asked) hook(s gatelog.SubscriptionView) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), s)
	}
	rows := [][2]string{
		{"id", s.ID}, {"name", s.Name}, {"description", s.Description}, {"url", s.URL}, {"mode", s.Mode}, {"max attempts", fmt.Sprint(s.MaxAttempts)},
		{"projects", strings.Join(s.Filter.Tenants, ", ")}, {"surfaces", strings.Join(s.Filter.Surfaces, ", ")}, {"kinds", strings.Join(s.Filter.Kinds, ", ")},
		{"instances", strings.Join(s.Filter.Instances, ", ")}, {"types", strings.Join(s.Filter.Types, ", ")},
		{"state", stateOf(s)}, {"began after", fmt.Sprint(s.Start)}, {"position", fmt.Sprint(s.Position)},
	}
	if s.Lag != nil {
		rows = append(rows, [2]string{"lag", count(*s.Lag)})
	}
	rows = append(rows, [][2]string{
		{"delivered", fmt.Sprint(s.Delivered)}, {"failures", fmt.Sprint(s.Failures)}, {"waiting", fmt.Sprint(s.Waiting)}, {"dead letters", fmt.Sprint(s.Dead)},
		{"last success", timeOrNone(s.LastSuccess)}, {"last failure", timeOrNone(s.LastFailure)}, {"last error", s.LastError}, {"node", s.Owner},
	}...)
	t := table{newTable(a.OutOrStdout(), "subscription").Writer}
	for _, r := range rows {
		t.row(r[0], r[1])
	}
	return t.Flush()
}

func timeOrNone(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(minuteTime)
}

func (a asked) secret(s gatelog.SecretView) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), s)
	}
	t := newTable(a.OutOrStdout(), "ID", "NAME", "BEGINS AFTER", "SECRET")
	t.row(s.ID, s.Name, fmt.Sprint(s.Start), s.Secret)
	if err := t.Flush(); err != nil {
		return err
	}
	a.PrintErrln("the secret is shown this once: keep it where the receiver finds it")
	return nil
}

func (a asked) undelivered(v gatelog.UndeliveredView) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), v)
	}
	t := newTable(a.OutOrStdout(), "POSITION", "STATUS", "TYPE", "SUBJECT", "TRIES", "NEXT (UTC)", "LAST ERROR")
	for _, e := range v.Events {
		next := e.NextAt.UTC().Format(minuteTime)
		if e.Status == "dead" {
			next = ""
		}
		t.row(fmt.Sprint(e.Position), e.Status, e.EventType, e.Subject, fmt.Sprint(e.Attempts), next, e.LastError)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	a.PrintErrf("%d of %s\n", v.Size, plural(v.Total, "event"))
	return nil
}

func (a asked) redriven(v gatelog.RedriveView) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), v)
	}
	a.PrintErrf("%s on their way again\n", plural(v.Redriven, "dead letter"))
	return nil
}
