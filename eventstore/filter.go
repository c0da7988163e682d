package eventstore

import "strings"

// Aggregates returns the filter that matches the events of all aggregates of a kind of a tenant on a surface,
// without writer records. An empty part stands for any.
func Aggregates(surface, tenant, kind string) string {
	parts := []string{root, surface, tenant, kind, ""}
	for i, part := range parts {
		if part == "" {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, ".")
}
