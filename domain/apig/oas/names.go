package oas

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Rules of names (APIG V2 §3.5.1), as apig.Definition states them.
var (
	apiName   = regexp.MustCompile(`^[\p{Han}A-Za-z0-9][\p{Han}A-Za-z0-9\-_./()（）:：、]{2,254}$`)
	paramName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9\-_.]{0,31}$`)
	tagText   = regexp.MustCompile(`^[\p{Han}A-Za-z][\p{Han}A-Za-z0-9\-*#%.:_]{0,127}$`)
)

const (
	longestAPIName = 255
	longestParam   = 32
	longestTag     = 128
	longestRemark  = 255
	maxTags        = 10
)

// cut returns the first max characters of text, without looking at the rest of it.
func cut(text string, max int) string {
	if len(text) <= max {
		return text
	}
	n := 0
	for i := range text {
		if n == max {
			return text[:i]
		}
		n++
	}
	return text
}

func isHan(r rune) bool    { return unicode.Is(unicode.Han, r) }
func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func isDigit(r rune) bool  { return r >= '0' && r <= '9' }

// replaced returns text with every run of characters that are not allowed as one _, and without such
// characters at its ends; more are the allowed characters beside letters and digits.
func replaced(text, more string, han bool) string {
	var out strings.Builder
	gap := false
	for _, r := range text {
		if isLetter(r) || isDigit(r) || han && isHan(r) || strings.ContainsRune(more, r) {
			if gap && out.Len() > 0 {
				out.WriteByte('_')
			}
			out.WriteRune(r)
			gap = false
			continue
		}
		gap = true
	}
	return out.String()
}

// apiNameFrom makes an API name of an operationId, or of method and path when that gives none. It is
// the same for the same arguments.
func apiNameFrom(operationID, method, path string) string {
	name := replaced(cut(operationID, 4*longestAPIName), "-_./()（）:：、", true)
	name = strings.TrimLeftFunc(name, func(r rune) bool { return !isHan(r) && !isLetter(r) && !isDigit(r) })
	if name = cut(name, longestAPIName); apiName.MatchString(name) {
		return name
	}
	place := firstText(replaced(path, "-_.", true), "root")
	return cut(method+"_"+place, longestAPIName)
}

// unique returns name, or name with the first of _2, _3 … that nothing has been called before, at
// most longest characters, and takes it.
func unique(name string, longest int, taken map[string]bool) string {
	free := name
	for i := 2; taken[free]; i++ {
		suffix := "_" + strconv.Itoa(i)
		free = cut(name, longest-len(suffix)) + suffix
	}
	taken[free] = true
	return free
}

// safeName makes a parameter name of a text that breaks the rule: characters that a name cannot have
// become _, a name that does not start with a letter gets a p in front, and 32 characters are kept.
func safeName(text string) string {
	text = replaced(cut(text, 4*longestParam), "-_.", false)
	if text == "" || !isLetter(rune(text[0])) {
		text = "p" + text
	}
	return cut(text, longestParam)
}

// tagsFrom returns texts as tags, each once, and notes about those that were left out or renamed.
func tagsFrom(texts []string) (tags, notes []string) {
	seen := map[string]bool{}
	for _, text := range texts {
		tag := text
		if !tagText.MatchString(tag) {
			tag = replaced(cut(text, 2*longestTag), "-*#%.:_", true)
			tag = cut(strings.TrimLeftFunc(tag, func(r rune) bool { return !isHan(r) && !isLetter(r) }), longestTag)
		}
		switch {
		case tag == "":
			notes = append(notes, fmt.Sprintf("the tag %s is left out: it has no character that a tag can start with", quoted(text)))
		case len(tags) == maxTags && !seen[tag]:
			notes = append(notes, fmt.Sprintf("the tag %s is left out: an API has at most %d", quoted(text), maxTags))
		case !seen[tag]:
			tags, seen[tag] = append(tags, tag), true
		}
	}
	return tags, notes
}

// remarkFrom returns the first text that is not empty, cut to the length of a description.
func remarkFrom(texts ...string) string {
	for _, text := range texts {
		if strings.TrimSpace(cut(text, utf8.UTFMax*longestRemark)) != "" {
			return cut(text, longestRemark)
		}
	}
	return ""
}
