package eventstore

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/minio/highwayhash"
)

// A broker keeps a stream in blocks, files to which it appends a record for each message:
//
//	length of the record   4 bytes, little-endian like all numbers; the highest bit: it has headers
//	sequence               8 bytes; the two highest bits: a message that was erased or deleted
//	time                   8 bytes
//	length of the subject  2 bytes
//	subject
//	length of the headers  4 bytes, when it has any
//	headers, data
//	checksum               8 bytes: HighwayHash of sequence, time, subject, headers and data
//
// Its key is the SHA-256 of the stream's name and the block's number. Nothing is ever erased or deleted
// in a log, and a block that is full never changes. A record that is not as it should be is not read: the
// broker, which may keep its blocks otherwise one day, is asked for the message.

const (
	recordHead    = 22
	recordSum     = highwayhash.Size64
	recordMost    = 32 << 20 // as the broker has it
	recordHeaders = 1 << 31
	recordGone    = 3 << 62
)

// errBlock says that the broker's files do not have the next message, or not as expected.
var errBlock = errors.New("the files of the log cannot be read")

// blockBuffer is how much of a block is read at once.
const blockBuffer = 256 << 10

// block reads the records of one file.
type block struct {
	in     *bufio.Reader
	sum    hash.Hash64
	large  []byte // a record that is larger than the buffer
	header []byte
}

// openBlock opens a block of the log. The caller closes the file.
func (b *Beside) openBlock(index, buffer int) (*block, *os.File, error) {
	f, err := os.Open(filepath.Join(b.dir, strconv.Itoa(index)+blockSuffix))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errBlock, err)
	}
	key := sha256.Sum256([]byte(b.name + "-" + strconv.Itoa(index)))
	sum, err := highwayhash.New64(key[:])
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return &block{in: bufio.NewReaderSize(f, buffer), sum: sum}, f, nil
}

// firstOf returns the position of the first message of a block, or one behind all others when it has none
// yet.
func (b *Beside) firstOf(index int) (Position, error) {
	read, f, err := b.openBlock(index, recordHead)
	if err != nil {
		return 0, err
	}
	_, at, err := read.head()
	if err == io.EOF {
		at, err = math.MaxUint64, nil
	}
	return at, errors.Join(err, f.Close())
}

// readBlock calls each with the messages of a block after a position, which must be there without a gap,
// and returns nil behind the last.
func (b *Beside) readBlock(index int, after Position, each func(Raw) error) error {
	read, f, err := b.openBlock(index, blockBuffer)
	if err != nil {
		return err
	}
	for err == nil {
		err = read.next(&after, each)
	}
	if err == io.EOF {
		err = nil
	}
	return errors.Join(err, f.Close())
}

// next reads one record, and calls each when its message is the one after a position.
func (b *block) next(after *Position, each func(Raw) error) error {
	length, at, err := b.head()
	if err != nil {
		return err
	}
	if at <= *after {
		if _, err := b.in.Discard(length); err != nil {
			return fmt.Errorf("%w: position %d: %w", errBlock, at, err)
		}
		return nil
	}
	if at != *after+1 {
		return fmt.Errorf("%w: position %d comes where %d should", errBlock, at, *after+1)
	}
	record, err := b.record(length)
	if err != nil {
		return fmt.Errorf("%w: position %d: %w", errBlock, at, err)
	}
	r, err := b.open(record)
	if err != nil {
		return fmt.Errorf("%w: position %d: %w", errBlock, at, err)
	}
	*after = at
	return each(r)
}

// head returns length and position of the record that comes next, or io.EOF behind the last.
func (b *block) head() (length int, at Position, err error) {
	head, err := b.in.Peek(recordHead)
	if err == io.EOF && len(head) == 0 {
		return 0, 0, io.EOF
	}
	if err != nil {
		return 0, 0, fmt.Errorf("%w: %w", errBlock, err)
	}
	length = int(binary.LittleEndian.Uint32(head) &^ recordHeaders)
	sequence := binary.LittleEndian.Uint64(head[4:])
	if length < recordHead+recordSum || length > recordMost || sequence == 0 || sequence&recordGone != 0 {
		return 0, 0, fmt.Errorf("%w: it has a record of %d bytes with the number %d", errBlock, length, sequence)
	}
	return length, Position(sequence), nil
}

// record returns the record that comes next. It is good until the next one is asked for.
func (b *block) record(length int) ([]byte, error) {
	if length <= b.in.Size() {
		record, err := b.in.Peek(length)
		if err != nil {
			return nil, err
		}
		_, err = b.in.Discard(length) // it is all in the buffer, and stays there until the next read
		return record, err
	}
	if cap(b.large) < length {
		b.large = make([]byte, length)
	}
	_, err := io.ReadFull(b.in, b.large[:length])
	return b.large[:length], err
}

var errRecord = errors.New("its record is not whole")

// open takes a record apart.
func (b *block) open(record []byte) (Raw, error) {
	end := len(record) - recordSum
	subject := recordHead + int(binary.LittleEndian.Uint16(record[20:]))
	rest, headers := subject, 0
	if binary.LittleEndian.Uint32(record)&recordHeaders != 0 {
		if rest += 4; rest > end {
			return Raw{}, errRecord
		}
		headers = int(binary.LittleEndian.Uint32(record[subject:]))
	}
	if headers > end-rest || rest > end {
		return Raw{}, errRecord
	}
	b.sum.Reset()
	for _, part := range [][]byte{record[4:20], record[recordHead:subject], record[rest:end]} {
		_, _ = b.sum.Write(part) // a hash takes everything
	}
	if b.sum.Sum64() != binary.LittleEndian.Uint64(record[end:]) {
		return Raw{}, errors.New("its checksum is another one")
	}
	var err error
	if b.header, err = appendHeader(b.header[:0], record[rest:rest+headers]); err != nil {
		return Raw{}, err
	}
	return Raw{
		Position: Position(binary.LittleEndian.Uint64(record[4:])), Subject: string(record[recordHead:subject]),
		Header: b.header, Data: record[rest+headers : end],
	}, nil
}

// appendHeader appends the headers that are kept, as Raw has them, to text. wire is as messages have them:
// 'NATS/1.0', a line for each, an empty line; nothing when there are none.
func appendHeader(text, wire []byte) ([]byte, error) {
	for n := 0; len(wire) > 0; n++ {
		end := bytes.IndexByte(wire, '\n')
		if end < 0 {
			return nil, errors.New("its headers are not whole")
		}
		line := bytes.TrimSuffix(wire[:end], []byte{'\r'})
		if wire = wire[end+1:]; n == 0 || len(line) == 0 {
			continue // the version, or the end
		}
		colon := bytes.IndexByte(line, ':')
		if colon < 0 {
			return nil, fmt.Errorf("%q is no header", line)
		}
		if colon == 0 || bytes.HasPrefix(line, []byte(brokerHeader)) {
			continue
		}
		value := bytes.TrimLeft(line[colon+1:], " \t")
		if len(line)-len(value) != colon+2 || line[colon+1] != ' ' {
			line = append(append(line[:colon:colon], ": "...), value...) // as another client wrote it
		}
		text = append(append(text, line...), '\n')
	}
	return text, nil
}
