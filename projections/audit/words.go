package audit

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Words are what full text is searched by: runs of letters and digits, in lower case. Records are cut into words
// here and not by a parser of Postgres, so that a host name, a path or an id can be found by any of its parts.

// Bounds of the words of one row: how long one is, in bytes (what is longer is found by its beginning), and how
// many there are. Postgres takes a megabyte of them.
const (
	wordMost  = 64
	wordsMost = 8000
)

// words returns the text form of a tsvector.
func words(texts ...string) string {
	set := map[string]bool{}
	for _, t := range texts {
		addWords(set, t)
	}
	return joined(set)
}

func joined(set map[string]bool) string { return strings.Join(slices.Sorted(maps.Keys(set)), " ") }

func addWords(set map[string]bool, text string) {
	for _, word := range splitWords(text) {
		if len(set) >= wordsMost {
			return
		}
		set[word] = true
	}
}

func splitWords(text string) []string {
	all := strings.FieldsFunc(strings.ToLower(strings.ToValidUTF8(text, " ")), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	for i, word := range all {
		for len(word) > wordMost {
			_, size := utf8.DecodeLastRuneInString(word)
			word = word[:len(word)-size]
		}
		all[i] = word
	}
	return all
}

// documentWords adds the words of all texts in a JSON document, not of the names of its members.
func documentWords(set map[string]bool, document []byte) {
	decoder := jsontext.NewDecoder(bytes.NewReader(document), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for len(set) < wordsMost {
		token, err := decoder.ReadToken()
		if err != nil {
			return
		}
		// Of what an object holds, every other text is a name, from the first on.
		kind, n := decoder.StackIndex(decoder.StackDepth())
		if token.Kind() == '"' && (kind != '{' || n%2 == 0) {
			addWords(set, token.String())
		}
	}
}

// searchWords bounds how many words a search has.
const searchWords = 8

// search returns the text forms of tsqueries, each for words that begin like one of text. All must match.
func search(text string) []string {
	all := splitWords(text)
	for i := range all {
		all[i] += ":*"
	}
	return all[:min(len(all), searchWords)]
}
