package declared

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
)

// maxName bounds the name of a file in bytes: file systems take 255, with an ending.
const maxName = 200

// fileNames returns a name for a file about each thing. Letters and digits of any script stay; what file systems
// or shells may not like is written as %XX. Names that a file system could take for the same, since it does not
// tell capitals from small letters, get a part of their checksum, and so do those that are cut.
func fileNames(names []string) []string {
	files, alike := make([]string, len(names)), map[string]int{}
	for i, name := range names {
		files[i] = safeName(name)
		alike[strings.ToLower(files[i])]++
	}
	for i, name := range names {
		if len(files[i]) > maxName || alike[strings.ToLower(files[i])] > 1 {
			sum := sha256.Sum256([]byte(name))
			files[i] = strings.ToValidUTF8(files[i][:min(len(files[i]), maxName)], "") + "~" + hex.EncodeToString(sum[:4])
		}
	}
	return files
}

func safeName(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_", r) || r == '.' && b.Len() > 0 {
			b.WriteRune(r)
			continue
		}
		for _, c := range []byte(string(r)) {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
