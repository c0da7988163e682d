package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// floor is what a figure must keep: a ratio of at least AtLeast, or a value of at most AtMost in the
// figure's unit.
type floor struct {
	AtLeast float64 `json:"at_least,omitempty"`
	AtMost  float64 `json:"at_most,omitempty"`
}

// result is one figure, measured. Ours and Bare are medians over the rounds; Ratio is the median of
// the ratios of the rounds.
type result struct {
	Figure      string    `json:"figure"`
	Title       string    `json:"title"`
	Unit        string    `json:"unit"`
	Ours        float64   `json:"ours"`
	Bare        float64   `json:"bare,omitempty"`
	Ratio       float64   `json:"ratio,omitempty"`
	Ratios      []float64 `json:"ratios,omitempty"`
	Floor       floor     `json:"floor"`
	OursLatency latency   `json:"ours_latency"`
	BareLatency latency   `json:"bare_latency"`
	BareName    string    `json:"bare_name,omitempty"`
	Notes       []string  `json:"notes"`
	Others      float64   `json:"others"` // share of the processors that other programs had meanwhile
}

// compare makes the result of two sides that took turns, in operations per second.
func compare(ours, bare series, bareName string) result {
	r := result{
		Unit: "/s", Ours: median(ours.rates()), Bare: median(bare.rates()), BareName: bareName,
		Ratios: ratios(ours.rates(), bare.rates()), OursLatency: ours.latency(), BareLatency: bare.latency(),
	}
	r.Ratio = median(r.Ratios)
	return r
}

func (r result) ok() bool {
	if r.Floor.AtMost > 0 {
		return r.Ours <= r.Floor.AtMost
	}
	return r.Ratio >= r.Floor.AtLeast
}

// quiet is the share of the processors that other programs may have before the figures mean little.
const quiet = 0.1

// report prints the table, the latencies, and where the time goes.
func report(out io.Writer, results []result, took time.Duration) error {
	var text strings.Builder
	writeTable(&text, results)
	writeLatencies(&text, results)
	text.WriteString("\nWhere the time goes\n")
	for _, r := range results {
		for _, note := range r.Notes {
			fmt.Fprintf(&text, "  %-12s %s\n", r.Figure, note)
		}
	}
	for _, r := range results {
		if r.Others > quiet {
			fmt.Fprintf(&text, "\nOther programs had %.0f %% of the processors during %s: measure again on a quiet machine.", 100*r.Others, r.Figure)
		}
	}
	fmt.Fprintf(&text, "\nmeasured in %s\n", took.Round(time.Second))
	_, err := io.WriteString(out, text.String())
	return err
}

func writeTable(out io.Writer, results []result) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	say := func(cells ...string) { _, _ = fmt.Fprintln(w, strings.Join(cells, "\t")) }
	say("")
	say("figure", "ours", "bare engine", "ratio", "floor", "")
	for _, r := range results {
		verdict := "ok"
		if !r.ok() {
			verdict = "BELOW"
		}
		say(r.Title, amount(r.Ours, r.Unit), orDash(r.Bare, amount(r.Bare, r.Unit)),
			orDash(r.Ratio, fmt.Sprintf("%.2f", r.Ratio)), r.Floor.text(r.Unit), verdict)
	}
	_ = w.Flush() // into memory
}

func writeLatencies(out io.Writer, results []result) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	say := func(cells ...string) { _, _ = fmt.Fprintln(w, strings.Join(cells, "\t")) }
	say("")
	say("milliseconds", "p50", "p99", "bare p50", "bare p99", "ratio by round", "against")
	for _, r := range results {
		if r.OursLatency == (latency{}) && len(r.Ratios) == 0 {
			continue
		}
		var rounds []string
		for _, one := range r.Ratios {
			rounds = append(rounds, fmt.Sprintf("%.2f", one))
		}
		number := func(v float64) string { return orDash(v, fmt.Sprintf("%.2f", v)) }
		say(r.Figure, number(r.OursLatency.P50), number(r.OursLatency.P99), number(r.BareLatency.P50), number(r.BareLatency.P99),
			strings.Join(rounds, " "), r.BareName)
	}
	_ = w.Flush() // into memory
}

func (f floor) text(unit string) string {
	if f.AtMost > 0 {
		return "under " + amount(f.AtMost, unit)
	}
	return fmt.Sprintf("%.2f", f.AtLeast)
}

// amount writes a value with its unit: rates without decimals, times with two.
func amount(v float64, unit string) string {
	if unit == "/s" {
		return fmt.Sprintf("%.0f/s", v)
	}
	return fmt.Sprintf("%.2f %s", v, unit)
}

func orDash(v float64, text string) string {
	if v == 0 {
		return "-"
	}
	return text
}
