package domain

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// Moment is the clock and the source of ids for one decision. Both come from outside, so that a
// decision made again from the same state and the same Moment gives the same events.
type Moment struct {
	// Now is the time of the decision in UTC, in whole microseconds: what a database keeps.
	Now  time.Time
	seed string
	n    uint64
}

// NewMoment returns the moment of one command. seed must be unique to the command: all ids of the
// decision are derived from it.
func NewMoment(now time.Time, seed string) *Moment {
	return &Moment{Now: now.UTC().Truncate(time.Microsecond), seed: seed}
}

// NewID returns the next id of this moment: 32 lower-case hexadecimal digits.
func (m *Moment) NewID() string {
	m.n++
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], m.n)
	sum := sha256.Sum256(append([]byte(m.seed), b[:]...))
	return hex.EncodeToString(sum[:16])
}
