package apig_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// resized says when an instance has come to run with another specification.
func resized(id, spec string) func(domain.Event) bool {
	return func(ev domain.Event) bool {
		return running(id)(ev) && ev.(apig.InstanceProgressed).Instance.SpecID == spec
	}
}

// §3.23.16, §3.23.4: a resize takes its steps by events. A node that ends in the middle leaves it where it
// is, and the next one goes on.
func TestAResizeGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	l := onJetStream(t)
	id := l.runs(t, "gateway")
	before := len(l.progress(t, id))
	done(t, l.bundle, l.ResizeInstance, apig.ResizeInstance{InstanceID: id, Body: apig.ResizeBody{SpecID: "PLATINUM"}})
	// The events of the creation come first: five that change nothing any more.
	dying := &dyingSubscriber{Subscriber: l.subscriber(t), after: before + 2, dead: make(chan struct{})}
	stop := l.reacts(t, dying)
	<-dying.dead
	stop()
	if steps := l.progress(t, id)[before:]; len(steps) == 0 || steps[len(steps)-1] == 100 {
		t.Fatalf("steps before the crash: %v", steps)
	}
	l.reacts(t, l.subscriber(t))
	l.await(t, "the instance to have another specification", resized(id, "PLATINUM"))
	if diff := cmp.Diff([]int{50, 80, 90, 100}, l.progress(t, id)[before:]); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// §3.23.10: so does public inbound access.
func TestIngressComesByItsEvents(t *testing.T) {
	t.Parallel()
	l := onJetStream(t)
	l.reacts(t, l.subscriber(t))
	i := done(t, l.bundle, l.CreateInstance, apig.CreateInstance{Body: apig.InstanceBody{
		Name: "gateway", SpecID: "BASIC", VPCID: "v", SubnetID: "s", SecurityGroupID: "g", AvailableZoneIDs: []string{"z"}, LoadbalancerProvider: apig.BalancerELB,
	}})
	l.await(t, "the instance to run", running(i.ID))
	done(t, l.bundle, l.OpenIngress, apig.OpenIngress{InstanceID: i.ID, Body: apig.BandwidthBody{BandwidthSize: new(9)}})
	l.await(t, "the access", func(ev domain.Event) bool {
		return running(i.ID)(ev) && ev.(apig.InstanceProgressed).Instance.IngressBandwidthSize == 9
	})
}
