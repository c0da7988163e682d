package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wI2L/jsondiff"

	"github.com/gatelog/gatelog/http/gatelog"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
	"github.com/gatelog/gatelog/projections/resources"
)

func (a asked) auditList(list gatelog.AuditListView) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), list)
	}
	t := newTable(a.OutOrStdout(), "RECORD", "TIME (UTC)", "OUTCOME", "USER", "FROM", "OPERATION", "ABOUT", "REASON")
	for _, r := range list.Records {
		t.row(r.ID, r.Time.UTC().Format(minuteTime), outcome(r), r.UserName, r.Address, auditOperation(r), auditAbout(r), r.Reason)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	a.PrintErrln(plural(len(list.Records), "record"))
	if !list.Complete {
		a.PrintErrln("the audit trail is behind: the newest records may be missing")
	}
	if list.Next != "" {
		a.PrintErrln("there are more: --after " + list.Next)
	}
	return nil
}

func outcome(r projectionsaudit.Record) string {
	if r.Code == "" {
		return string(r.Outcome)
	}
	return string(r.Outcome) + " " + r.Code
}

// auditOperation says what was called; of what Gatelog did by itself, what it did.
func auditOperation(r projectionsaudit.Record) string {
	switch {
	case r.Operation != "":
		return r.Operation
	case r.Command != "":
		return r.Command
	}
	return r.Method
}

// auditAbout says in short what was changed.
func auditAbout(r projectionsaudit.Record) string {
	if len(r.Resources) == 0 {
		return ""
	}
	first := r.Resources[0]
	about := first.Kind + "/" + first.ID
	if first.Name != "" {
		about += " (" + first.Name + ")"
	}
	if r.Changed > 1 {
		about += fmt.Sprintf(" and %s more", count(r.Changed-1))
	}
	return about
}

func (a asked) auditShow(d projectionsaudit.Detail, beside bool) error {
	out := a.OutOrStdout()
	if a.asJSON {
		return writeJSON(out, d)
	}
	t := table{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
	for _, pair := range [][2]string{
		{"record", d.ID}, {"time", d.Time.UTC().Format(time.RFC3339Nano)}, {"outcome", outcome(d.Record)}, {"message", d.Message},
		{"project", d.ProjectID}, {"user", strings.TrimSpace(d.UserName + " " + d.UserID)}, {"access key", d.AccessKey}, {"address", d.Address},
		{"client", d.Client}, {"surface", d.Surface}, {"operation", d.Operation}, {"command", d.Command}, {"cause", d.Cause}, {"request", d.RequestID},
		{"reason", d.Reason}, {"path", strings.TrimSpace(d.Method + " " + d.Path)},
	} {
		if pair[1] != "" {
			t.row(pair[0], pair[1])
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, c := range d.Changes {
		if err := a.auditChange(c, beside); err != nil {
			return err
		}
	}
	return nil
}

// auditChange writes a change, and what it made of what was there.
func (a asked) auditChange(c projectionsaudit.Change, beside bool) error {
	out := a.OutOrStdout()
	if _, err := fmt.Fprintf(out, "\n%d  %s  %s\n", c.Position, printable(c.Type), printable(c.Kind+"/"+c.ID)); err != nil {
		return err
	}
	if c.Before == nil || c.After == nil {
		return showChanges(out, beside, []resources.Change{{Before: c.Before, After: c.After}}, "")
	}
	changes, err := membersChanged(c)
	if err != nil {
		return err
	}
	return showChanges(out, beside, changes, "")
}

// membersChanged returns what differs between before and after, with both values.
func membersChanged(c projectionsaudit.Change) ([]resources.Change, error) {
	patch, err := jsondiff.CompareJSON(c.Before, c.After)
	if err != nil {
		return nil, fmt.Errorf("compare before and after of event %s: %w", c.EventID, err)
	}
	var changes []resources.Change
	for _, op := range patch {
		one := resources.Change{Path: op.Path}
		if op.Type != jsondiff.OperationAdd {
			if one.Before, err = json.Marshal(op.OldValue); err != nil {
				return nil, err
			}
		}
		if op.Type != jsondiff.OperationRemove {
			if one.After, err = json.Marshal(op.Value); err != nil {
				return nil, err
			}
		}
		changes = append(changes, one)
	}
	return changes, nil
}
