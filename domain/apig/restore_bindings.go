package apig

import (
	"fmt"
	"maps"
	"slices"
)

// restoreBindings binds the policies that were bound and are still there, and removes the bindings that were
// not. It comes last: taking offline ends bindings by itself.
func (r *restoring) restoreBindings() {
	for _, f := range r.in.families() {
		wanted := map[slot]struct{}{}
		for _, a := range r.apis {
			for _, b := range a.Bindings {
				if b.Family == f.name {
					wanted[slot{placement{b.APIID, b.EnvID}, b.Kind}] = struct{}{}
					r.restoreBinding(f, a.API, b.Binding)
				}
			}
		}
		for _, a := range r.apis {
			r.removeBindings(f, a, wanted)
		}
	}
	for _, a := range r.apis {
		r.restoreAuths(a)
	}
}

func (r *restoring) restoreBinding(f family, of API, then Binding) {
	if _, err := r.in.env(then.EnvID); err != nil {
		return // the publication there is refused already, or it was a plug-in of nothing published
	}
	now := f.bound.all[f.bound.slots[slot{placement{then.APIID, then.EnvID}, then.Kind}]]
	if now.PolicyID == then.PolicyID {
		return
	}
	if !f.has(then.PolicyID) {
		r.leaveOut(f.name, then.PolicyID, of.Definition.Name, fmt.Sprintf("it was bound to the API %s in the environment %s, and is gone", then.APIID, then.EnvID))
		return
	}
	then.BindTime = r.m.Now
	r.do(&r.plan.Bound, RestoreStep{Kind: f.name, ID: then.PolicyID, APIID: then.APIID, EnvID: then.EnvID}, f.bind(then, now.ID))
}

// removeBindings removes what is bound to an API and was not. With a publication that ends, bindings end by
// themselves; only those of plug-ins outlive it.
func (r *restoring) removeBindings(f family, a APIThen, wanted map[slot]struct{}) {
	for _, envID := range slices.Sorted(maps.Keys(r.in.envs)) {
		if f.name != FamilyPlugin && !a.publishedIn(envID) {
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(f.bound.at[placement{a.API.ID, envID}])) {
			now := f.bound.all[id]
			if _, stays := wanted[slot{placement{a.API.ID, envID}, now.Kind}]; !stays {
				r.do(&r.plan.Unbound, RestoreStep{Kind: f.name, ID: now.PolicyID, APIID: a.API.ID, EnvID: envID}, f.unbind(now))
			}
		}
	}
}

// restoreAuths authorizes the apps again whose authorizations ended with the API.
func (r *restoring) restoreAuths(a APIThen) {
	if _, there := r.in.apis[a.API.ID]; there {
		return
	}
	for _, auth := range a.Auths {
		if _, err := r.in.env(auth.EnvID); err != nil {
			continue
		}
		if !r.in.hasApp(auth.AppID) {
			r.leaveOut("app", auth.AppID, a.API.Definition.Name, fmt.Sprintf("it could call the API %s in the environment %s, and is gone", auth.APIID, auth.EnvID))
			continue
		}
		auth.AuthTime = r.m.Now
		r.do(&r.plan.Bound, RestoreStep{Kind: "app", ID: auth.AppID, APIID: auth.APIID, EnvID: auth.EnvID}, AppAuthGranted{auth})
	}
}
