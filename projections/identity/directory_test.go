package identity

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/projections"
)

func TestADirectoryKnowsWhatTheLogHadWhenItBegan(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, account(), project(shop, "shop"), user("alice"))

	select {
	case <-b.Ready():
		t.Fatal("ready before it has read anything")
	default:
	}
	if _, known := b.ByName("alice"); known {
		t.Fatal("alice is known before the log was read")
	}

	b.runs(t)

	if b.Account().Name != "acme" {
		t.Errorf("account %v", b.Account())
	}
	u, known := b.ByName("alice")
	if same, _ := b.User(u.ID); !known || same.Name != "alice" {
		t.Errorf("alice is %v", u)
	}
	p, known := b.ProjectNamed("shop")
	if same, _ := b.Project(shop); !known || p.ID != shop || same.Name != "shop" {
		t.Errorf("shop is %v", p)
	}
}

func TestADirectoryIsReadyAtOnceOnAnEmptyLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.runs(t)
	if b.Account().ID != "" {
		t.Error("there is an account")
	}
}

func TestADirectoryFollowsTheLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, account(), user("alice"))
	b.runs(t)

	b.seen(t, b.happens(t, identity.UserDeleted{UserID: "id-alice", Name: "alice"}, user("bob")))

	if _, known := b.ByName("alice"); known {
		t.Error("alice is still known")
	}
	if _, known := b.ByName("bob"); !known {
		t.Error("bob is not known")
	}
}

func TestMessagesOfTheKernelCountAsSeen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.runs(t)
	b.seen(t, b.append(t, eventstore.Message{Subject: "evt.identity.account.answer.1", ID: "a", Type: "gatelog.answer.recorded", Schema: 1, Data: []byte("{}")}))
}

func TestAnEventThatCannotBeAppliedStopsTheDirectory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, account())
	at := b.append(t, eventstore.Message{Subject: "evt.identity.account.user.1", ID: "p", Type: "identity.user.cloned", Schema: 1, Data: []byte("{}")})
	b.happens(t, user("alice"))

	err := b.Run(t.Context())

	var failure *projections.Failure
	if !errors.As(err, &failure) || failure.Position != at || failure.Type != "identity.user.cloned" {
		t.Fatalf("Run returned %v", err)
	}
	if b.Failed() != failure {
		t.Errorf("Failed is %v", b.Failed())
	}
	if _, known := b.ByName("alice"); known || b.marks.At(identity.Surface) >= at {
		t.Error("the directory went on behind the event")
	}
}

// flaky is a log whose connection breaks once while it is followed.
type flaky struct {
	eventstore.Log
	broken atomic.Bool
}

func (f *flaky) Follow(ctx context.Context, after eventstore.Position, most int, each func([]eventstore.Recorded) error, filters ...string) error {
	return f.Log.Follow(ctx, after, 1, func(batch []eventstore.Recorded) error {
		if err := each(batch); err != nil {
			return err
		}
		if f.broken.CompareAndSwap(false, true) {
			return errors.New("connection lost")
		}
		return nil
	}, filters...)
}

func TestABrokenConnectionLosesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	log := &flaky{Log: b.log}
	b.Directory.log = log
	b.happens(t, account(), user("alice"))
	b.runs(t)

	b.seen(t, b.happens(t, b.key(t, "AK1", "id-alice"), b.key(t, "AK2", "id-alice"), b.key(t, "AK3", "id-alice")))

	if !log.broken.Load() {
		t.Error("the connection did not break")
	}
	if keys := b.KeysOf("id-alice"); len(keys) != 3 {
		t.Errorf("alice has %d keys, want 3", len(keys))
	}
}

func TestACommandCanWaitForTheDirectory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.runs(t)
	for range 50 {
		at := b.happens(t, identity.UserEnabled{User: identity.User{ID: "u", Name: "u", Generation: b.sent}})
		b.seen(t, at)
		if u, _ := b.User("u"); u.Generation != b.sent-1 {
			t.Fatalf("position %d is reached but the user is of %d", at, u.Generation)
		}
	}
	if at := b.marks.At(identity.Surface); at == domain.Position(0) {
		t.Error("the mark was not moved")
	}
}
