package apig

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
)

// Members of contents that are secret, wherever in a content they are. Of these, the reference shows the
// client secret masked; the others are shown as they were given.
const (
	secretPassword = "sasl_password"
	secretClient   = "client_secret"
	secretKeys     = "jwks"
)

var pluginSecrets = []string{secretPassword, secretClient, secretKeys}

// IsMaskedPluginSecret reports whether answers show a secret of a plug-in as MaskedSecret.
func IsMaskedPluginSecret(name string) bool { return name == secretClient }

// maxContentDepth bounds how deep the objects and lists of a content may be in each other.
const maxContentDepth = 32

// textMember is a member of some object in a JSON text whose value is a string: text[from:to] is what
// stands between the quotes, escapes and all.
type textMember struct {
	name     string
	from, to int
}

// level is an object or list that has begun.
type level struct {
	names map[string]struct{} // of an object's members so far, folded; nil in a list
	name  string              // of the member whose value comes next
	value bool                // a value comes next, not a name
}

// textMembers returns the members of all objects in a valid JSON text that are strings, in their order.
// It refuses (APIG.2011) what encoding/json would read without a word, and other readers perhaps
// differently: a member that is there twice.
func textMembers(text string) ([]textMember, error) {
	var found []textMember
	var open []level
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	for {
		from := int(d.InputOffset())
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && len(open) == 0:
			return found, nil
		case err != nil:
			return nil, ErrInvalidBecause("plugin_content", "is no JSON object")
		}
		if open, err = follow(open, token); err != nil {
			return nil, err
		}
		if len(open) == 0 {
			continue
		}
		in := &open[len(open)-1]
		if _, isText := token.(string); isText && in.names != nil && !in.value {
			end := int(d.InputOffset())
			from += strings.IndexByte(text[from:end], '"')
			found = append(found, textMember{in.name, from + 1, end - 1})
		}
	}
}

// follow returns what is open after a token. Behind a value, its object's value is false again.
func follow(open []level, token json.Token) ([]level, error) {
	switch token {
	case json.Delim('{'), json.Delim('['):
		if len(open) == maxContentDepth {
			return nil, ErrInvalidBecause("plugin_content", "is nested too deep")
		}
		next := level{}
		if token == json.Delim('{') {
			next.names = map[string]struct{}{}
		}
		return append(open, next), nil
	case json.Delim('}'), json.Delim(']'):
		open = open[:len(open)-1]
	}
	if len(open) == 0 || open[len(open)-1].names == nil {
		return open, nil
	}
	in := &open[len(open)-1]
	if in.value {
		in.value = false
		return open, nil
	}
	name, _ := token.(string)
	return open, in.begin(name)
}

// begin notes the name of the member whose value comes next.
func (l *level) begin(name string) error {
	if _, twice := l.names[folded(name)]; twice {
		return ErrInvalidBecause(contentPath(name), "is there twice")
	}
	l.names[folded(name)] = struct{}{}
	l.name, l.value = name, true
	return nil
}

// folded is one of the writings of a name that encoding/json takes for the same.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		for {
			next := unicode.SimpleFold(r)
			if next <= r {
				return next
			}
			r = next
		}
	}, name)
}

// MapPluginSecrets returns the content of a plug-in with each secret in it as change says, and everything
// else byte for byte as it was. change gets the name of the secret and what stands between its quotes,
// and returns what shall stand there. An empty secret is none. Content that cannot be read is APIG.2011.
func MapPluginSecrets(content string, change func(name, literal string) (string, error)) (string, error) {
	members, err := textMembers(content)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	last := 0
	for _, m := range members {
		i := slices.IndexFunc(pluginSecrets, func(secret string) bool { return strings.EqualFold(secret, m.name) })
		if i < 0 || m.from == m.to {
			continue
		}
		literal, err := change(pluginSecrets[i], content[m.from:m.to])
		if err != nil {
			return "", err
		}
		b.WriteString(content[last:m.from])
		b.WriteString(literal)
		last = m.to
	}
	b.WriteString(content[last:])
	return b.String(), nil
}

// secretsOf returns the secrets in a content by name. One that is there several times counts as it is
// first.
func secretsOf(content string) map[string]string {
	found := map[string]string{}
	_, err := MapPluginSecrets(content, func(name, literal string) (string, error) {
		if _, there := found[name]; !there {
			found[name] = literal
		}
		return literal, nil
	})
	if err != nil {
		return nil
	}
	return found
}

// withSecretsOf returns the content with the secrets of an older one wherever it has the mask that answers
// show in their place; APIG.2011 when there is none.
func withSecretsOf(old, content string) (string, error) {
	known := secretsOf(old)
	return MapPluginSecrets(content, func(name, literal string) (string, error) {
		if !IsMaskedPluginSecret(name) || literal != MaskedSecret {
			return literal, nil
		}
		kept, there := known[name]
		if !there {
			return "", ErrInvalidBecause(contentPath(name), "stands for a secret that is not there")
		}
		return kept, nil
	})
}
