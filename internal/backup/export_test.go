package backup

import (
	"bytes"
	"errors"
	"io"

	"github.com/gatelog/gatelog/eventstore"
)

// Decoded reads messages, and writes them, reads these and writes them again.
func Decoded(text []byte) (first, again []byte, err error) {
	if first, err = rewritten(text); err != nil {
		return nil, nil, err
	}
	again, err = rewritten(first)
	return first, again, err
}

func rewritten(text []byte) ([]byte, error) {
	var out bytes.Buffer
	d := newDecoder(bytes.NewReader(text))
	for {
		r, err := d.next()
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return out.Bytes(), nil
		}
		if err == nil {
			err = (&encoder{to: &out}).encode(r)
		}
		if err != nil {
			return nil, err
		}
	}
}

// Spans returns the last position of each range that a run copies at once.
func Spans(o Options, after, head eventstore.Position, each int64) (ends []eventstore.Position) {
	for _, s := range o.withDefaults().spans(after, head, each) {
		ends = append(ends, s.upTo)
	}
	return ends
}
