package apig

// throttling is what an instance knows of its throttling policies.
type throttling struct {
	policies map[string]*throttle
	names    map[string]string // name to id
	bound    bindings
}

type throttle struct {
	Throttle
	specials map[string]SpecialThrottle // by id
	objects  map[throttledObject]string // to the special's id
}

// throttledObject is what a policy can have one special setting for.
type throttledObject struct{ kind, id string }

func (sp SpecialThrottle) object() throttledObject {
	return throttledObject{sp.ObjectType, sp.ObjectID}
}

func newThrottling() throttling {
	return throttling{policies: map[string]*throttle{}, names: map[string]string{}, bound: newBindings()}
}

func newThrottle(t Throttle) *throttle {
	return &throttle{Throttle: t, specials: map[string]SpecialThrottle{}, objects: map[throttledObject]string{}}
}

// ofKind counts the special settings for apps, or for tenants.
func (t *throttle) ofKind(kind string) int {
	n := 0
	for object := range t.objects {
		if object.kind == kind {
			n++
		}
	}
	return n
}

// dropObject ends the special settings for an app or tenant that is gone.
func (th *throttling) dropObject(kind, id string) {
	object := throttledObject{kind, id}
	for _, t := range th.policies {
		delete(t.specials, t.objects[object])
		delete(t.objects, object)
	}
}

// hasApp reports whether a special setting can be for the app.
func (in *instance) hasApp(id string) bool {
	_, ok := in.credentials.apps[id]
	return ok
}
