package main

import (
	"bytes"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

// The colours of a difference, as terminals know them.
const (
	red       = "\x1b[31m"
	green     = "\x1b[32m"
	cyan      = "\x1b[36m"
	noColour  = "\x1b[0m"
	envNoTint = "NO_COLOR" // https://no-color.org
)

// tint returns a writer that colours the lines of differences where out is a terminal, unless NO_COLOR is
// set. Lines must be written whole.
func tint(out io.Writer) io.Writer {
	if !colourful(out) {
		return out
	}
	return tinted{out}
}

// colourful reports whether what is written to out is to be coloured.
func colourful(out io.Writer) bool {
	_, ok := terminal(out)
	return ok && os.Getenv(envNoTint) == ""
}

// terminal returns the file of a terminal, if what is written to or read from is one.
func terminal(either any) (*os.File, bool) {
	file, ok := either.(*os.File)
	return file, ok && isatty.IsTerminal(file.Fd())
}

// widthElsewhere is how many columns are written where there is no terminal to ask.
const widthElsewhere = 130

// widthOf returns how many columns out has.
func widthOf(out io.Writer) int {
	if file, ok := terminal(out); ok {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return widthElsewhere
}

type tinted struct{ out io.Writer }

// Write implements io.Writer.
func (t tinted) Write(p []byte) (int, error) {
	var all bytes.Buffer
	for line := range strings.Lines(string(p)) {
		colour := colourOf(strings.TrimLeft(line, " "))
		if colour == "" {
			all.WriteString(line)
			continue
		}
		text, ended := strings.CutSuffix(line, "\n")
		all.WriteString(colour + text + noColour)
		if ended {
			all.WriteByte('\n')
		}
	}
	if _, err := t.out.Write(all.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

func colourOf(line string) string {
	switch {
	case strings.HasPrefix(line, "- "), strings.HasPrefix(line, "--- "):
		return red
	case strings.HasPrefix(line, "+ "), strings.HasPrefix(line, "+++ "):
		return green
	case strings.HasPrefix(line, "@@ "):
		return cyan
	}
	return ""
}
