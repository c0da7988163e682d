package oas

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/gatelog/gatelog/domain/apig"
)

// Excel files are ZIP archives, or compound files in their old form.
var spreadsheets = [][]byte{[]byte("PK\x03\x04"), []byte("\xD0\xCF\x11\xE0")}

// readDocument returns the root of a JSON or YAML document, always an object. Errors: APIG.3603 too
// long, 3609 empty, 3600 neither JSON nor YAML.
func readDocument(doc []byte) (node, error) {
	if len(doc) > MaxDocument {
		return node{}, apig.ErrImportTooLong()
	}
	doc = bytes.TrimSpace(bytes.TrimPrefix(doc, []byte("\uFEFF")))
	if len(doc) == 0 {
		return node{}, apig.ErrImportEmpty()
	}
	for _, magic := range spreadsheets {
		if bytes.HasPrefix(doc, magic) {
			return node{}, apig.ErrImportFormat("this is an Excel file")
		}
	}
	if !utf8.Valid(doc) {
		return node{}, apig.ErrImportFormat("the file is not UTF-8 text")
	}
	value, err := readValue(doc)
	if err != nil {
		return node{}, err
	}
	if value == nil {
		return node{}, apig.ErrImportEmpty()
	}
	root := node{withoutNUL(value)}
	if !root.isObject() {
		return node{}, apig.ErrImportFormat("the file does not hold an object")
	}
	return root, nil
}

// readValue tries JSON before YAML: it is much faster, and allows characters that YAML does not. A
// text that looks like JSON can still be YAML in flow style.
func readValue(doc []byte) (any, error) {
	var jsonErr error
	if doc[0] == '{' {
		var value any
		if value, jsonErr = readJSON(doc); jsonErr == nil {
			return value, nil
		}
	}
	value, err := readYAML(doc)
	switch {
	case err == nil:
		return value, nil
	case errors.Is(err, errExpanded):
		return nil, apig.ErrImportTooLong()
	case jsonErr != nil:
		return nil, apig.ErrImportFormat(jsonErr.Error())
	default:
		return nil, apig.ErrImportFormat(err.Error())
	}
}

// readJSON keeps numbers as they are written.
func readJSON(doc []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the end of the document")
	}
	return value, nil
}

// withoutNUL drops the character NUL from all texts: no definition may hold it.
func withoutNUL(value any) any {
	switch v := value.(type) {
	case string:
		if strings.IndexByte(v, 0) >= 0 {
			return strings.ReplaceAll(v, "\x00", "")
		}
	case []any:
		for i := range v {
			v[i] = withoutNUL(v[i])
		}
	case object:
		for key, entry := range v {
			v[key] = withoutNUL(entry)
		}
	}
	return value
}
