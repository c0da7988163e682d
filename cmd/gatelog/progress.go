package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/projections"
)

// progress shows how far a rebuild is: as JSON lines, as a line that changes on a terminal, or as a line
// now and then elsewhere.
type progress struct {
	out, err io.Writer
	asJSON   bool
	terminal bool
	now      func() time.Time
	shown    time.Time
	phase    string
	open     bool // the line on the terminal is not ended yet
}

func newProgress(cmd *cobra.Command, asJSON bool) *progress {
	p := &progress{out: cmd.OutOrStdout(), err: cmd.ErrOrStderr(), asJSON: asJSON, now: time.Now}
	if file, ok := p.err.(*os.File); ok {
		p.terminal = isatty.IsTerminal(file.Fd())
	}
	return p
}

// How often the same phase is shown again.
const (
	onTerminal = 100 * time.Millisecond
	elsewhere  = time.Second
)

// phaseDone is the last phase of a rebuild.
const phaseDone = "done"

// report shows a step, unless the last one was shown just now.
func (p *progress) report(step projections.Progress) {
	every := elsewhere
	if p.terminal && !p.asJSON {
		every = onTerminal
	}
	now := p.now()
	if step.Phase == p.phase && now.Sub(p.shown) < every {
		return
	}
	p.phase, p.shown = step.Phase, now
	s := stepOf(step)
	switch {
	case p.asJSON:
		p.line(p.out, s.json())
	case step.Phase == phaseDone:
		p.end()
		p.line(p.out, fmt.Sprintf("%s: made again from %s in %s, up to position %s", s.Projection, plural(s.Events, "event"),
			step.Elapsed.Round(time.Millisecond), count(s.Position)))
	case p.terminal:
		p.open = true
		_, _ = fmt.Fprintf(p.err, "\r\x1b[K%s %s", bar(s.Percent), s.text()) // progress is no reason to stop
	default:
		p.line(p.err, s.text())
	}
}

// note says something beside the progress.
func (p *progress) note(text string) {
	if p.end(); !p.asJSON {
		p.line(p.err, text)
	}
}

// end ends the line on the terminal.
func (p *progress) end() {
	if p.open {
		p.open = false
		p.line(p.err, "")
	}
}

// line writes a line. A reader that went away does not end the work.
func (p *progress) line(to io.Writer, text string) { _, _ = fmt.Fprintln(to, text) }

// step is a step of a rebuild, as JSON lines have it.
type step struct {
	Projection string          `json:"projection"`
	Phase      string          `json:"phase"` // reading, writing, catching up, done
	Position   domain.Position `json:"position"`
	Head       domain.Position `json:"head"`
	Percent    int             `json:"percent"` // of the log
	Events     int             `json:"events"`
	Rate       int             `json:"events_per_second"`
	ElapsedMS  int64           `json:"elapsed_ms"`
	LeftMS     int64           `json:"left_ms"` // until the end of the log is read, at the rate so far
}

func stepOf(p projections.Progress) step {
	s := step{
		Projection: p.Projection, Phase: p.Phase, Position: p.Position, Head: max(p.Head, p.Position), Events: p.Events,
		ElapsedMS: p.Elapsed.Milliseconds(), Percent: 100,
	}
	if s.Head > 0 && p.Phase != phaseDone {
		s.Percent = int(100 * s.Position / s.Head)
	}
	if p.Elapsed > 0 {
		s.Rate = int(float64(p.Events) / p.Elapsed.Seconds())
	}
	if s.Position > 0 {
		s.LeftMS = int64(float64(s.ElapsedMS) * float64(s.Head-s.Position) / float64(s.Position))
	}
	return s
}

func (s step) json() string {
	text, err := json.Marshal(s)
	if err != nil {
		return "{}" // texts and numbers always have a JSON form
	}
	return string(text)
}

func (s step) text() string {
	text := fmt.Sprintf("%s  %s  %s  %s/s", s.Projection, s.Phase, plural(s.Events, "event"), count(s.Rate))
	if left := (time.Duration(s.LeftMS) * time.Millisecond).Round(time.Second); s.Phase == "reading" {
		text += fmt.Sprintf("  %d %%  %s left", s.Percent, left)
	}
	return text
}

// bar is a progress bar.
func bar(percent int) string {
	const width = 20
	full := min(percent, 100) * width / 100
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", width-full) + "]"
}
