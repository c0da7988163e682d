package apig

import (
	"maps"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// present returns the APIs that are restored or deleted and that exist, by id.
func (r *restoring) present() []*api {
	all := slices.Clone(r.gone)
	for _, then := range r.apis {
		if a, ok := r.in.apis[then.API.ID]; ok {
			all = append(all, a)
		}
	}
	return all
}

// takeOffline ends the publications that were not in effect then.
func (r *restoring) takeOffline() {
	for _, a := range r.present() {
		for _, envID := range slices.Sorted(maps.Keys(a.inEffect)) {
			if r.then[a.ID].publishedIn(envID) {
				continue
			}
			p := a.inEffect[envID].Publication
			r.do(&r.plan.Offline, RestoreStep{Kind: "api", ID: a.ID, Name: a.Definition.Name, EnvID: envID, VersionID: p.VersionID}, APITakenOffline{p})
		}
	}
}

func (a APIThen) publishedIn(envID string) bool {
	return slices.ContainsFunc(a.Publications, func(p PublicationThen) bool { return p.EnvID == envID })
}

// restoreDrafts restores the drafts. Names and routes must be free of those APIs that are not restored.
func (r *restoring) restoreDrafts() {
	for _, a := range r.present() {
		r.claimsOf(a.Definition.GroupID).free(a.Definition)
	}
	created := 0
	for _, then := range r.apis {
		r.admit(then.API)
		if r.restoreDraft(then.API) {
			created++
		}
	}
	r.holdQuotas(created)
}

func (r *restoring) claimsOf(groupID string) *claims {
	if r.claims[groupID] == nil {
		r.claims[groupID] = newClaims(r.in.groups[groupID])
	}
	return r.claims[groupID]
}

// admit notes why a draft cannot be what it was.
func (r *restoring) admit(then API) {
	d := then.Definition
	if !r.hasGroup(d.GroupID) {
		r.refuse("api", then.ID, d.Name, ErrGroupNotFound(d.GroupID))
		return
	}
	taken := r.claimsOf(d.GroupID)
	if id := taken.name(d.Name); id != "" && id != then.ID {
		r.refuse("api", then.ID, d.Name, takenBy(ErrAPINameTaken(d.Name), id))
	}
	if id := taken.route(routeOf(d)); id != "" && id != then.ID {
		r.refuse("api", then.ID, d.Name, takenBy(ErrAPIExists(d.ReqMethod, d.ReqURI), id))
	}
	taken.take(d, then.ID)
	missing := r.missing(usesOf(d), d.GroupID)
	for _, err := range missing {
		r.refuse("api", then.ID, d.Name, err)
	}
	if len(missing) > 0 {
		return
	}
	if err := r.in.checkKinds(d); err != nil {
		r.refuse("api", then.ID, d.Name, err)
	}
}

// takenBy says who has what a thing had.
func takenBy(refusal *domain.Error, id string) *domain.Error {
	refusal.Message += ", by " + id
	return refusal
}

func (r *restoring) hasGroup(id string) bool {
	_, ok := r.in.groups[id]
	return ok || id == r.group.ID
}

// missing returns a refusal for each thing that is used and will not be there.
func (r *restoring) missing(uses []use, groupID string) []error {
	var all []error
	for _, u := range uses {
		if u.kind == useResponse && groupID == r.group.ID {
			if _, ok := r.responses[u.id]; !ok {
				all = append(all, ErrResponseNotFound(u.id))
			}
			continue
		}
		if err := r.in.thereStill([]use{u}, groupID); err != nil {
			all = append(all, err)
		}
	}
	return all
}

// restoreDraft restores one draft and reports whether the API had to come again.
func (r *restoring) restoreDraft(then API) bool {
	step := RestoreStep{Kind: "api", ID: then.ID, Name: then.Definition.Name}
	now, ok := r.in.apis[then.ID]
	if !ok {
		then.UpdateTime = r.m.Now
		r.do(&r.plan.Created, step, APICreated{then})
		return true
	}
	a, events := now.redefine(r.m, then.Definition)
	if len(events) > 0 {
		step.Patch = patchOf(now.Definition, a.Definition)
		r.do(&r.plan.Changed, step, events...)
	}
	return false
}

// holdQuotas holds the numbers of APIs that there will be against the quotas, where they grow.
func (r *restoring) holdQuotas(created int) {
	if limit := r.in.quota(quotaAPIs); created > len(r.gone) && len(r.in.apis)+created-len(r.gone) > limit {
		r.refuse("instance", r.in.ID, r.in.Name, ErrTooManyAPIs(limit))
	}
	grows := map[string]int{}
	for _, a := range r.present() {
		grows[a.Definition.GroupID]--
	}
	for _, then := range r.apis {
		grows[then.API.Definition.GroupID]++
	}
	limit := r.in.quota(quotaGroupAPIs)
	for _, id := range slices.Sorted(maps.Keys(grows)) {
		has := 0
		if g := r.in.groups[id]; g != nil {
			has = len(g.names)
		}
		if grows[id] > 0 && has+grows[id] > limit {
			r.refuse("group", id, "", ErrTooManyGroupAPIs(limit))
		}
	}
}
