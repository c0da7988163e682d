package backup

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/gatelog/gatelog/eventstore"
)

// A segment is compressed: with Snappy, in its framing format, or, in a backup that an older program began,
// with Zstandard. Inside, each message is a line
//
//	<position> <subject> <bytes of headers> <bytes of data>
//
// followed by its headers, one 'name: value' a line, its data, and a newline: what needs no program of
// ours to be read.

// Bounds of a message that is read: more than any broker takes.
const (
	lineMost    = 8 << 10
	messageMost = 128 << 20
)

// Suffixes of segments say how they are compressed.
const (
	snappySuffix = ".sz"
	zstdSuffix   = ".zst"
)

// segmentName is the name of the segment with the messages of these positions. Names sort like positions.
func segmentName(first, last eventstore.Position, suffix string) string {
	return fmt.Sprintf("%020d-%020d%s", first, last, suffix)
}

// namedRight reports whether the name of a segment is that of its messages.
func (s Segment) namedRight() bool {
	return s.File == segmentName(s.First, s.Last, snappySuffix) || s.File == segmentName(s.First, s.Last, zstdSuffix)
}

// encoder writes messages. It keeps its memory from one to the next.
type encoder struct {
	to   io.Writer
	text []byte
	n    int64 // bytes written
}

// encode writes a message.
func (e *encoder) encode(r eventstore.Raw) error {
	if strings.ContainsAny(r.Subject, " \r\n") {
		return fmt.Errorf("position %d: the subject %q cannot be kept", r.Position, r.Subject)
	}
	e.text = append(strconv.AppendUint(e.text[:0], uint64(r.Position), 10), ' ')
	e.text = append(append(e.text, r.Subject...), ' ')
	e.text = append(strconv.AppendInt(e.text, int64(len(r.Header)), 10), ' ')
	e.text = append(strconv.AppendInt(e.text, int64(len(r.Data)), 10), '\n')
	e.text = append(append(append(e.text, r.Header...), r.Data...), '\n')
	e.n += int64(len(e.text))
	_, err := e.to.Write(e.text)
	return err
}

// decoder reads messages as encode wrote them.
type decoder struct{ in *bufio.Reader }

func newDecoder(in io.Reader) *decoder { return &decoder{bufio.NewReaderSize(in, 256<<10)} }

// next returns the next message, or io.EOF behind the last.
func (d *decoder) next() (eventstore.Raw, error) {
	line, err := d.in.ReadSlice('\n')
	if err == io.EOF && len(line) == 0 {
		return eventstore.Raw{}, io.EOF
	}
	if err != nil || len(line) > lineMost {
		return eventstore.Raw{}, fmt.Errorf("a message begins with no line of its own: %w", unexpected(err))
	}
	fields := strings.Split(strings.TrimSuffix(string(line), "\n"), " ")
	if len(fields) != 4 {
		return eventstore.Raw{}, fmt.Errorf("a message begins with %d fields instead of 4", len(fields))
	}
	at, err1 := strconv.ParseUint(fields[0], 10, 64)
	headerBytes, err2 := strconv.ParseUint(fields[2], 10, 31)
	dataBytes, err3 := strconv.ParseUint(fields[3], 10, 31)
	if err1 != nil || err2 != nil || err3 != nil || headerBytes+dataBytes > messageMost {
		return eventstore.Raw{}, fmt.Errorf("a message begins with the numbers %s, %s and %s", fields[0], fields[2], fields[3])
	}
	body := make([]byte, headerBytes+dataBytes+1)
	if _, err := io.ReadFull(d.in, body); err != nil {
		return eventstore.Raw{}, fmt.Errorf("position %d: %w", at, unexpected(err))
	}
	if body[len(body)-1] != '\n' {
		return eventstore.Raw{}, fmt.Errorf("position %d: it is longer than it says", at)
	}
	for line := range bytes.Lines(body[:headerBytes]) {
		if !bytes.Contains(line, []byte(": ")) || line[len(line)-1] != '\n' {
			return eventstore.Raw{}, fmt.Errorf("position %d: %q is no header", at, line)
		}
	}
	end := headerBytes + dataBytes
	return eventstore.Raw{
		Position: eventstore.Position(at), Subject: fields[1], Header: body[:headerBytes:headerBytes], Data: body[headerBytes:end:end],
	}, nil
}

func unexpected(err error) error {
	if err == io.EOF || err == nil {
		return io.ErrUnexpectedEOF
	}
	return err
}
