package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gatelog/gatelog/http/gatelog"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
	"github.com/gatelog/gatelog/projections/resources"
)

// writeJSON writes a value as JSON that people can read too.
func writeJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// table writes aligned columns; what others chose is made safe for a terminal.
type table struct{ *tabwriter.Writer }

func newTable(out io.Writer, heads ...string) table {
	t := table{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
	t.row(heads...)
	return t
}

// row adds a row. An error comes again with Flush.
func (t table) row(cells ...string) {
	for i, cell := range cells {
		cells[i] = printable(orDash(cell))
	}
	_, _ = fmt.Fprintln(t, strings.Join(cells, "\t"))
}

const minuteTime = "2006-01-02 15:04:05"

func (a asked) history(h gatelog.HistoryView, beside bool) error {
	out := a.OutOrStdout()
	if a.asJSON {
		return writeJSON(out, h)
	}
	if h.Deleted {
		a.PrintErrln("the API is gone; the log still tells of it")
	}
	heads := []string{"POSITION", "TIME (UTC)", "WHAT", "ACTOR", "FROM", "DETAILS", "REASON"}
	t := newTable(out, heads...)
	for _, e := range h.Events {
		if e.Diff != nil && e.Position != h.Events[0].Position {
			t.row(heads...) // columns end where a difference stands between
		}
		t.row(fmt.Sprint(e.Position), e.Time.UTC().Format(minuteTime), strings.TrimPrefix(e.Type, "apig.api."), e.Actor.UserName, e.Actor.Address,
			eventDetails(e), e.Reason)
		if e.Diff == nil {
			continue
		}
		if err := t.Flush(); err != nil {
			return err
		}
		if err := showChanges(out, beside, e.Diff.Changes, "  "); err != nil {
			return err
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	a.PrintErrf("%d of %s\n", h.Size, plural(h.Total, "event"))
	return nil
}

// eventDetails says in short what an event was about.
func eventDetails(e gatelog.EventView) string {
	var parts []string
	if e.EnvName != "" {
		parts = append(parts, e.EnvName, "version "+e.VersionNo, e.VersionID)
	}
	if e.Remark != "" {
		parts = append(parts, e.Remark)
	}
	if len(e.Changed) > 0 {
		parts = append(parts, strings.Join(e.Changed, ", "))
	}
	return strings.Join(parts, "; ")
}

// statusLive is the status of the version in effect (APIG V2 §3.5.10).
const statusLive = 1

func (a asked) versions(list gatelog.VersionListView) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), list)
	}
	t := newTable(a.OutOrStdout(), "VERSION ID", "NO", "ENVIRONMENT", "STATUS", "PUBLISHED (UTC)", "POSITION", "REMARK")
	for _, v := range list.Versions {
		status := ""
		if v.Status == statusLive {
			status = "live"
		}
		t.row(v.VersionID, v.VersionNo, v.EnvName, status, v.PublishTime.UTC().Format(minuteTime), fmt.Sprint(v.Position), v.Remark)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	a.PrintErrf("%d of %s\n", list.Size, plural(list.Total, "version"))
	return nil
}

func (a asked) show(v gatelog.DefinitionView, form string) error {
	out := a.OutOrStdout()
	definition := v.Written
	switch form {
	case "written":
	case "run":
		definition = v.Run
	default:
		return fmt.Errorf("--form is %q: written or run", form)
	}
	if a.asJSON {
		return writeJSON(out, v)
	}
	t := table{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
	t.row("api", v.APIID)
	t.row("position", fmt.Sprint(v.Position))
	t.row("written", v.UpdateTime.UTC().Format(time.RFC3339))
	if m := v.Version; m != nil {
		t.row("version", m.VersionID+" ("+m.VersionNo+")")
		t.row("environment", m.EnvName+" ("+v.EnvID+")")
		t.row("published", m.PublishTime.UTC().Format(time.RFC3339))
		t.row("group", m.Group.Name+" ("+m.Group.ID+")")
		t.row("remark", m.Remark)
	} else {
		t.row("version", "none: this is the draft")
	}
	for _, value := range v.Variables {
		t.row("#"+value.Name+"#", valueText(value))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	data, err := json.Marshal(definition)
	if err != nil {
		return err
	}
	return writeIndented(out, "\n", data)
}

func valueText(v projectionsapig.VariableValue) string {
	if !v.Known {
		return "not known in the environment"
	}
	return v.Value
}

func (a asked) diff(d gatelog.DiffView, names []string, beside bool) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), d.Patch)
	}
	if len(d.Patch) == 0 && len(d.Variables) == 0 {
		a.PrintErrln("no differences")
		return nil
	}
	return compared{
		before: sideText(names[0], d.From), after: sideText(names[1], d.To), changes: append(d.Changes, variableChanges(d.Variables)...),
	}.write(a.OutOrStdout(), beside)
}

func sideText(name string, s gatelog.Side) string {
	if s.VersionID == "" {
		return fmt.Sprintf("%s, written at %s, position %d", name, s.Time.UTC().Format(time.RFC3339), s.Position)
	}
	return fmt.Sprintf("%s, version %s (%s), published at %s, position %d", name, s.VersionID, s.VersionNo, s.Time.UTC().Format(time.RFC3339), s.Position)
}

// variableChanges turns changed variables into changes like those of a definition.
func variableChanges(all []projectionsapig.VariableChange) []resources.Change {
	var changes []resources.Change
	for _, v := range all {
		c := resources.Change{Path: "variable #" + v.Name + "#"}
		for _, side := range []struct {
			from *string
			to   *json.RawMessage
		}{{v.Before, &c.Before}, {v.After, &c.After}} {
			if side.from != nil {
				*side.to, _ = json.Marshal(*side.from) // a text always has a JSON form
			}
		}
		changes = append(changes, c)
	}
	return changes
}

// writeChanges writes changes like a unified diff: the place, what was there, what is there.
func writeChanges(out io.Writer, changes []resources.Change, indent string) error {
	for _, c := range changes {
		if _, err := fmt.Fprintf(out, "%s@@ %s\n", indent, printable(pathOf(c))); err != nil {
			return err
		}
		if err := writeSide(out, indent+"- ", c.Before); err != nil {
			return err
		}
		if err := writeSide(out, indent+"+ ", c.After); err != nil {
			return err
		}
	}
	return nil
}

// pathOf names the place of a change.
func pathOf(c resources.Change) string {
	if c.Kind == resources.Reordered {
		return c.Path + " (another order)"
	}
	return c.Path
}

// writeSide writes a value with a mark before each of its lines.
func writeSide(out io.Writer, mark string, value json.RawMessage) error {
	if value == nil {
		return nil
	}
	var text strings.Builder
	if err := writeIndented(&text, "", value); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		if _, err := io.WriteString(out, mark+line); err != nil {
			return err
		}
	}
	return nil
}
