// Package feed reads the part of the log that a subscription wants.
package feed

import (
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
)

// mostSubjects is how many subjects one reading of the log is narrowed to. What is beyond is told apart
// here: the broker looks through the list for each message.
const mostSubjects = 32

// Subjects returns the filters of the log for what f wants of a tenant; of all tenants when tenant is empty.
// What they match is to be held against Wanted.
func Subjects(tenant string, f subscriptions.Filter) []string {
	surfaces, kinds := orAny(f.Surfaces), orAny(f.Kinds)
	if len(surfaces)*len(kinds) > mostSubjects {
		kinds = orAny(nil)
	}
	seen, all := map[string]bool{}, []string{}
	for _, surface := range surfaces {
		for _, kind := range kinds {
			subject := eventstore.Aggregates(surface, tenant, kind)
			if !seen[subject] { // filters of one reading must not overlap
				all = append(all, subject)
			}
			seen[subject] = true
		}
	}
	return all
}

func orAny(all []string) []string {
	if len(all) == 0 {
		return []string{""}
	}
	return all
}

// Wanted reports whether f wants an event.
func Wanted(f subscriptions.Filter, r eventstore.Recorded) bool {
	surface, tenant, kind, id, ok := eventstore.Parts(r.Subject)
	return ok && f.Fits(subscriptions.Fact{Tenant: tenant, Surface: surface, Kind: kind, ID: id, Type: r.Type, Data: r.Data})
}
