package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/s2"

	"github.com/gatelog/gatelog/eventstore"
)

// span is a range of positions, which one worker copies.
type span struct{ after, upTo eventstore.Position }

// spanLeast is how many bytes a span has at least, unless segments are to be smaller still: each costs a
// few syncs.
const spanLeast = 8 << 20

// spans cuts the positions after one up to head, of messages which have each so many bytes on average, into
// ranges for segments: so large as these may be, but several for each worker.
func (o Options) spans(after, head eventstore.Position, each int64) []span {
	each = max(each, 1)
	whole := int64(head-after) * each
	bytes := min(max(whole/int64(3*o.AtOnce), spanLeast), o.SegmentBytes)
	n := eventstore.Position(max(bytes/each, 1))
	var all []span
	for ; head-after > n; after += n {
		all = append(all, span{after, after + n})
	}
	return append(all, span{after, head})
}

// packed is what became of a span.
type packed struct {
	segments []Segment
	tail     string // of the last message
	err      error
}

// addSegments copies spans, several at once, and makes their segments part of the backup in order.
func (b *Backup) addSegments(ctx context.Context, log Source, spans []span, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	p := &packer{backup: b, log: log, options: o, at: spans[0].after, head: spans[len(spans)-1].upTo}
	var begun []chan packed // those that are being copied, in order
	for len(spans) > 0 || len(begun) > 0 {
		for ; len(spans) > 0 && len(begun) < o.AtOnce; spans = spans[1:] {
			done, next := make(chan packed, 1), spans[0]
			work.Go(func() { done <- p.copy(ctx, next) })
			begun = append(begun, done)
		}
		done := <-begun[0]
		begun = begun[1:]
		if err := b.add(done); err != nil {
			return err
		}
	}
	return nil
}

// add makes segments part of the backup, those of a span that was not copied to its end, too.
func (b *Backup) add(done packed) error {
	if len(done.segments) == 0 {
		return done.err
	}
	b.manifest.Segments = append(b.manifest.Segments, done.segments...)
	b.manifest.Head = done.segments[len(done.segments)-1].Last
	b.manifest.Tail = done.tail
	return errors.Join(done.err, b.save())
}

// packer writes segments.
type packer struct {
	backup  *Backup
	log     Source
	options Options

	read      atomic.Uint64 // messages so far
	reporting sync.Mutex
	at, head  eventstore.Position // where the run began, and ends
}

// copy writes what a span holds: one segment, or more where its messages are larger than the average.
func (p *packer) copy(ctx context.Context, s span) (done packed) {
	for s.after < s.upTo && done.err == nil {
		var segment Segment
		var tail string
		if segment, tail, done.err = p.segment(ctx, s); done.err == nil {
			done.segments, done.tail = append(done.segments, segment), tail
			s.after = segment.Last
		}
	}
	return done
}

// segment writes one segment, with messages of a span from its beginning, and returns the checksum of the
// last, too.
func (p *packer) segment(ctx context.Context, s span) (segment Segment, tail string, err error) {
	segment.First = s.after + 1
	file := &sink{hash: sha256.New()}
	err = p.backup.create(fmt.Sprintf("-%d", segment.First), func(to io.Writer) (_ string, err error) {
		file.to = to
		segment.Last, tail, err = p.pack(ctx, file, s)
		segment.File = segmentName(segment.First, segment.Last, snappySuffix)
		return segment.File, err
	})
	segment.Bytes, segment.SHA256 = file.n, hex.EncodeToString(file.hash.Sum(nil))
	return segment, tail, err
}

// errFull ends a segment.
var errFull = errors.New("the segment is full")

// pack writes messages of a span until there are enough, and returns the position and the checksum of the
// last.
func (p *packer) pack(ctx context.Context, to io.Writer, s span) (last eventstore.Position, tail string, err error) {
	// Each segment has a processor to itself, as long as others are being written.
	compressed := s2.NewWriter(to, s2.WriterSnappyCompat(), s2.WriterConcurrency(1))
	out := encoder{to: compressed}
	err = p.log.ReadRaw(ctx, s.after, s.upTo, func(r eventstore.Raw) (err error) {
		if err = out.encode(r); err != nil {
			return err
		}
		p.report()
		if r.Position < s.upTo && out.n < p.options.SegmentBytes {
			return nil
		}
		last = r.Position
		if tail, err = tailOf(r); err != nil {
			return err
		}
		return errFull
	})
	switch {
	case errors.Is(err, errFull):
		err = nil
	case err == nil:
		err = fmt.Errorf("the log ended before position %d", s.upTo)
	}
	return last, tail, errors.Join(err, compressed.Close())
}

// reportEvery is after how many messages a run reports.
const reportEvery = 1000

// report counts a message.
func (p *packer) report() {
	if p.options.Report == nil {
		return
	}
	at := p.at + eventstore.Position(p.read.Add(1))
	if at%reportEvery != 0 {
		return
	}
	p.reporting.Lock()
	defer p.reporting.Unlock()
	p.options.Report(at, p.head)
}

// sink writes a file, and sums it up.
type sink struct {
	to   io.Writer
	hash hash.Hash
	n    int64
}

// Write implements io.Writer.
func (s *sink) Write(p []byte) (int, error) {
	s.hash.Write(p)
	s.n += int64(len(p))
	return s.to.Write(p)
}
