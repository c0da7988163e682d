package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/projections/resources"
)

// addBeside adds the flag that chooses the form of a difference.
func addBeside(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("side-by-side", false, "show before and after beside each other")
}

// compared is a difference with what its two sides are.
type compared struct {
	before, after string
	changes       []resources.Change
}

// write writes a difference one below the other, or side by side.
func (c compared) write(out io.Writer, beside bool) error {
	if beside {
		return newTwoColumns(out).write(c)
	}
	out = tint(out)
	if _, err := fmt.Fprintf(out, "--- %s\n+++ %s\n", printable(c.before), printable(c.after)); err != nil {
		return err
	}
	return writeChanges(out, c.changes, "")
}

// showChanges writes what one of several events changed, beneath it. indent is for what is not side by side.
func showChanges(out io.Writer, beside bool, changes []resources.Change, indent string) error {
	if beside {
		return newTwoColumns(out).changes(changes)
	}
	return writeChanges(tint(out), changes, indent)
}

// twoColumns writes two columns with a mark between them: < what is only before, > what is only after, | what is
// otherwise.
type twoColumns struct {
	out      io.Writer
	half     int // columns of each side
	coloured bool
}

const (
	narrowest = 20 // columns of a side
	gutter    = 3  // columns that the mark takes, with the spaces around it
)

func newTwoColumns(out io.Writer) *twoColumns {
	return &twoColumns{out: out, half: max(narrowest, (widthOf(out)-gutter)/2), coloured: colourful(out)}
}

func (c *twoColumns) write(d compared) error {
	if err := c.rows([]string{printable(d.before)}, []string{printable(d.after)}, "|"); err != nil {
		return err
	}
	return c.changes(d.changes)
}

func (c *twoColumns) changes(all []resources.Change) error {
	for _, one := range all {
		if err := c.change(one); err != nil {
			return err
		}
	}
	return nil
}

func (c *twoColumns) change(one resources.Change) error {
	if _, err := fmt.Fprintln(c.out, c.in(cyan, "@@ "+printable(pathOf(one)))); err != nil {
		return err
	}
	before, err := linesOf(one.Before)
	if err != nil {
		return err
	}
	after, err := linesOf(one.After)
	if err != nil {
		return err
	}
	mark := "|"
	switch {
	case one.Before == nil:
		mark = ">"
	case one.After == nil:
		mark = "<"
	}
	return c.rows(before, after, mark)
}

// linesOf returns the lines of a value; none of what is not there.
func linesOf(value json.RawMessage) ([]string, error) {
	if value == nil {
		return nil, nil
	}
	var text bytes.Buffer
	if err := writeIndented(&text, "", value); err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n"), nil
}

// rows writes the lines of both sides; those that are too long go on below.
func (c *twoColumns) rows(before, after []string, mark string) error {
	before, after = c.folded(before), c.folded(after)
	for i := range max(len(before), len(after)) {
		left, right := at(before, i), at(after, i)
		sign := mark
		if left == right {
			sign = " "
		}
		pad := strings.Repeat(" ", c.half-utf8.RuneCountInString(left))
		line := c.in(red, left) + pad + " " + sign + " " + c.in(green, right)
		if sign == " " {
			line = left + pad + "   " + right
		}
		if _, err := fmt.Fprintln(c.out, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

// at returns a line, or an empty one behind the end.
func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// folded breaks lines that are wider than a column.
func (c *twoColumns) folded(lines []string) []string {
	var all []string
	for _, line := range lines {
		runes := []rune(line)
		for len(runes) > c.half {
			all, runes = append(all, string(runes[:c.half])), runes[c.half:]
		}
		all = append(all, string(runes))
	}
	return all
}

func (c *twoColumns) in(colour, text string) string {
	if !c.coloured || text == "" {
		return text
	}
	return colour + text + noColour
}
