package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/gatelog"
)

// eventPrinter writes events.
type eventPrinter interface {
	// print writes an event of a list.
	print(r eventstore.Recorded) error
	// printPlaces writes an event whose data has places that match a pattern.
	printPlaces(r eventstore.Recorded, data string, places [][]int) error
	// show writes an event with all it says.
	show(r eventstore.Recorded) error
}

func newEventPrinter(out io.Writer, asJSON bool) eventPrinter {
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		return jsonEvents{encoder}
	}
	return &textEvents{out: out}
}

// jsonEvents writes one CloudEvent per line.
type jsonEvents struct{ *json.Encoder }

func (p jsonEvents) print(r eventstore.Recorded) error { return p.Encode(gatelog.NewCloudEvent(r)) }
func (p jsonEvents) show(r eventstore.Recorded) error  { return p.print(r) }

func (p jsonEvents) printPlaces(r eventstore.Recorded, _ string, _ [][]int) error { return p.print(r) }

// textEvents writes events for people.
type textEvents struct {
	out    io.Writer
	headed bool
}

// eventLine has fixed columns, since nobody knows the events to come: wide enough for nearly all.
const eventLine = "%10s  %-23s  %-30s  %-41s  %-16s  %s\n"

const eventTime = "2006-01-02 15:04:05.000"

func (p *textEvents) print(r eventstore.Recorded) error {
	if !p.headed {
		p.headed = true
		if _, err := fmt.Fprintf(p.out, eventLine, "POSITION", "TIME (UTC)", "TYPE", "ABOUT", "ACTOR", "COMMAND"); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(p.out, eventLine, strconv.FormatUint(uint64(r.Position), 10), r.Time.UTC().Format(eventTime), printable(r.Type),
		printable(gatelog.NewCloudEvent(r).Subject), printable(actorOf(r)), printable(orDash(r.Extensions[attrCommand])))
	return err
}

// actorOf returns the shortest name of who caused an event.
func actorOf(r eventstore.Recorded) string {
	for _, name := range []string{attrActorName, attrActorID, attrKey} {
		if value := r.Extensions[name]; value != "" {
			return value
		}
	}
	return "-"
}

// How much is shown of what matches a pattern.
const (
	placesShown = 3
	placeBefore = 40 // bytes
	placeLength = 120
)

func (p *textEvents) printPlaces(r eventstore.Recorded, data string, places [][]int) error {
	if err := p.print(r); err != nil {
		return err
	}
	for _, place := range places {
		from, to := max(place[0]-placeBefore, 0), min(max(place[1], place[0]+placeLength-placeBefore), place[0]+placeLength, len(data))
		text := strings.ToValidUTF8(data[from:to], "")
		if from > 0 {
			text = "…" + text
		}
		if to < len(data) {
			text += "…"
		}
		if _, err := fmt.Fprintf(p.out, "            %s\n", printable(text)); err != nil {
			return err
		}
	}
	return nil
}

func (p *textEvents) show(r eventstore.Recorded) error {
	e := gatelog.NewCloudEvent(r)
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	attribute := func(name, value string) {
		if value != "" {
			_, _ = fmt.Fprintf(w, "%s\t%s\n", name, printable(value)) // an error comes again with Flush
		}
	}
	for _, a := range [][2]string{
		{"position", e.Position}, {"type", e.Type}, {"time", e.Time.Format(time.RFC3339Nano)}, {"about", e.Subject},
		{"surface", e.Surface}, {"tenant", e.Tenant}, {"id", e.ID}, {"schemaversion", e.SchemaVersion},
	} {
		attribute(a[0], a[1])
	}
	for _, name := range slices.Sorted(maps.Keys(e.Extensions)) {
		attribute(name, e.Extensions[name])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return writeIndented(p.out, "\n", r.Data)
}

// writeIndented writes JSON for people, after a lead-in.
func writeIndented(out io.Writer, lead string, data []byte) error {
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, data, "", "  "); err != nil {
		return fmt.Errorf("the data is not JSON: %w", err)
	}
	lines := strings.Split(unescaped.Replace(pretty.String()), "\n")
	for i, line := range lines {
		lines[i] = printable(line)
	}
	_, err := fmt.Fprintf(out, "%s%s\n", lead, strings.Join(lines, "\n"))
	return err
}
