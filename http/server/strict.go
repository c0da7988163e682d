package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// maxValues is how many members and elements a JSON body can have in all. Far more than any request
// needs, it bounds the memory that a few bytes each can be blown up to when they are read.
const maxValues = 100_000

// large is a body that needs more values than others.
type large interface{ MostJSONValues() int }

// strict reads one JSON value and nothing else: a member that nobody knows or that is there twice, text
// that is not UTF-8 or would lose characters, null for the whole, or anything behind the value is an
// error. What a client misspells must not be ignored.
func strict(data []byte, v any) error {
	if !utf8.Valid(data) {
		return errors.New("the body is not UTF-8")
	}
	if !json.Valid(data) {
		return json.Unmarshal(data, new(json.RawMessage)) // says why
	}
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		return errors.New("the body is null")
	}
	s := scan{data: data, most: maxValues}
	if body, ok := v.(large); ok {
		s.most = body.MostJSONValues()
	}
	if err := s.run(); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		return fmt.Errorf("%s cannot be a JSON %s", place(wrong.Field), wrong.Value)
	}
	return err
}

func place(field string) string {
	if field == "" {
		return "the body"
	}
	return field
}

// scan looks through a valid JSON text for what encoding/json reads without a word.
type scan struct {
	data   []byte
	at     int
	values int
	most   int // values
	open   []container
	names  [][]byte // of the members met in what is open, outermost first
}

// container is an object or array that has begun.
type container struct {
	first int             // of its members in names
	many  map[string]bool // its members instead, when it has many
}

// manyMembers is from when on members are looked up and not gone through.
const manyMembers = 32

func (s *scan) run() error {
	for ; s.at < len(s.data); s.at++ {
		switch s.data[s.at] {
		case '{', '[':
			s.open = append(s.open, container{first: len(s.names)})
		case '}', ']':
			last := len(s.open) - 1
			s.names, s.open = s.names[:s.open[last].first], s.open[:last]
		case ',', ':':
			if s.values++; s.values > s.most {
				return fmt.Errorf("the body has more than %d values", s.most)
			}
		case '"':
			if err := s.text(); err != nil {
				return err
			}
		}
	}
	return nil
}

// text passes over a string. Where it is the name of a member, it must be a new one.
func (s *scan) text() error {
	from, plain := s.at, true
	for s.at++; s.data[s.at] != '"'; s.at++ {
		if s.data[s.at] != '\\' {
			continue
		}
		plain = false
		if err := s.escape(); err != nil {
			return err
		}
	}
	if !s.isName() {
		return nil
	}
	name := s.data[from+1 : s.at]
	if !plain {
		var read string
		if err := json.Unmarshal(s.data[from:s.at+1], &read); err != nil {
			return err
		}
		name = []byte(read)
	}
	if !s.add(name) {
		return fmt.Errorf("the member %q is there twice", name)
	}
	return nil
}

// add notes a member of the innermost object. It returns false when it was there before.
func (s *scan) add(name []byte) bool {
	c := &s.open[len(s.open)-1]
	if c.many != nil {
		before := c.many[string(name)]
		c.many[string(name)] = true
		return !before
	}
	for _, known := range s.names[c.first:] {
		if bytes.Equal(known, name) {
			return false
		}
	}
	if s.names = append(s.names, name); len(s.names)-c.first < manyMembers {
		return true
	}
	c.many = make(map[string]bool, 2*manyMembers)
	for _, known := range s.names[c.first:] {
		c.many[string(known)] = true
	}
	return true
}

// isName reports whether a colon follows the string that ends here.
func (s *scan) isName() bool {
	for _, c := range s.data[s.at+1:] {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c == ':'
		}
	}
	return false
}

// escape passes over an escape, from its backslash to its last byte. Half a surrogate pair stands for no
// character.
func (s *scan) escape() error {
	s.at++
	if s.data[s.at] != 'u' {
		return nil
	}
	first := s.hex()
	if !utf16.IsSurrogate(first) {
		return nil
	}
	if !bytes.HasPrefix(s.data[s.at+1:], []byte(`\u`)) {
		return errHalfPair
	}
	s.at += 2
	if utf16.DecodeRune(first, s.hex()) == utf8.RuneError {
		return errHalfPair
	}
	return nil
}

var errHalfPair = errors.New("the body escapes half of a surrogate pair, which is no character")

// hex reads the four digits behind the u of an escape, and stops at the last.
func (s *scan) hex() rune {
	var r rune
	for range 4 {
		s.at++
		c := s.data[s.at]
		switch {
		case c >= 'a':
			c -= 'a' - 10
		case c >= 'A':
			c -= 'A' - 10
		default:
			c -= '0'
		}
		r = r<<4 | rune(c)
	}
	return r
}
