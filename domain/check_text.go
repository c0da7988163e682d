package domain

import (
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var rawJSON = reflect.TypeFor[json.RawMessage]()

// readable reports whether s is text that a database keeps.
func readable(s string) bool {
	return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

// raw checks JSON that travels as it came. Escapes can say in it what no text may hold: NUL, and
// halves of surrogate pairs.
func raw(text []byte, at string) *Violation {
	if !json.Valid(text) {
		return &Violation{Path: at, Keyword: "json"}
	}
	if !readable(string(text)) || !escapesReadable(text) {
		return &Violation{Path: at, Keyword: "utf8"}
	}
	return nil
}

// escapesReadable looks at the escapes in valid JSON.
func escapesReadable(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++
		if text[i] != 'u' {
			continue
		}
		r := hex4(text[i+1:])
		i += 4
		switch {
		case r == 0:
			return false
		case !utf16.IsSurrogate(r):
			continue
		}
		rest := text[i+1:]
		if len(rest) < 6 || rest[0] != '\\' || rest[1] != 'u' || utf16.DecodeRune(r, hex4(rest[2:])) == utf8.RuneError {
			return false
		}
		i += 6
	}
	return true
}

// hex4 reads four hexadecimal digits.
func hex4(text []byte) rune {
	var r rune
	for _, c := range text[:4] {
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
