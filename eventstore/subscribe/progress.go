package subscribe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/eventstore"
)

// bucket holds the progress of readers.
const bucket = "GATELOG_READERS"

// Progress is how far a reader is.
type Progress struct {
	// Group and Topic are those of the reader.
	Group string `json:"group"`
	Topic string `json:"topic"`
	// Position up to which every event was acknowledged.
	Position eventstore.Position `json:"position"`
	// Rewinds counts how often somebody moved the position.
	Rewinds int `json:"rewinds"`
	// Paused readers deliver nothing.
	Paused bool `json:"paused"`
	// Owner is the reader that delivers, empty for none; it says so again before a lease is over.
	Owner string `json:"owner,omitempty"`
	// Incarnation is that of the log: positions of another one mean nothing.
	Incarnation string `json:"incarnation"`
	// Beat differs whenever the owner has said that it lives.
	Beat uint64 `json:"beat"`
}

// Lag returns how many positions lie between p and the newest event of its topic.
func (p Progress) Lag(ctx context.Context, log eventstore.Log) (eventstore.Position, error) {
	newest, err := log.Newest(ctx, p.Topic, 0)
	if errors.Is(err, eventstore.ErrNotFound) {
		return 0, nil
	}
	return max(newest.Position, p.Position) - p.Position, err
}

// Registry keeps the progress of readers in a bucket of JetStream, beside the log.
type Registry struct{ kv jetstream.KeyValue }

// NewRegistry returns the registry of the broker, made when there is none with so many replicas (1 to 5).
func NewRegistry(ctx context.Context, js jetstream.JetStream, replicas int) (*Registry, error) {
	kv, err := js.KeyValue(ctx, bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: bucket, Description: "Gatelog: how far readers of the log are", History: 1, Replicas: max(replicas, 1), Storage: jetstream.FileStorage,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("the progress of readers: %w", err)
	}
	return &Registry{kv}, nil
}

// keyOf names the progress of a group on a topic.
func keyOf(group, topic string) string {
	sum := sha256.Sum256([]byte(topic))
	return group + "." + hex.EncodeToString(sum[:8])
}

// ErrUnknown says that no reader of the group has ever subscribed to the topic.
var ErrUnknown = errors.New("no such reader")

// Show returns the progress of a group on a topic, or ErrUnknown.
func (r *Registry) Show(ctx context.Context, group, topic string) (Progress, error) {
	p, _, err := r.get(ctx, keyOf(group, topic))
	return p, err
}

// Pause stops the delivery, and Resume lets it go on. An event that is being handled may still be settled.
func (r *Registry) Pause(ctx context.Context, group, topic string) error {
	return r.change(ctx, keyOf(group, topic), func(p *Progress) { p.Paused = true })
}

// Resume lets the delivery go on where it was.
func (r *Registry) Resume(ctx context.Context, group, topic string) error {
	return r.change(ctx, keyOf(group, topic), func(p *Progress) { p.Paused = false })
}

// Rewind lets the delivery go on after a position, back or forth.
func (r *Registry) Rewind(ctx context.Context, group, topic string, after eventstore.Position) error {
	return r.change(ctx, keyOf(group, topic), func(p *Progress) { p.Position, p.Rewinds = after, p.Rewinds+1 })
}

func (r *Registry) get(ctx context.Context, key string) (Progress, uint64, error) {
	var p Progress
	entry, err := r.kv.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return p, 0, ErrUnknown
	}
	if err != nil {
		return p, 0, fmt.Errorf("the progress of a reader: %w", err)
	}
	if err := json.Unmarshal(entry.Value(), &p); err != nil {
		return p, 0, fmt.Errorf("the progress of a reader: %w", err)
	}
	return p, entry.Revision(), nil
}

// errMoved says that somebody else has written in between.
var errMoved = errors.New("the progress was changed by somebody else")

// put writes progress over a revision, 0 for none, and returns the new one, or errMoved.
func (r *Registry) put(ctx context.Context, key string, p Progress, over uint64) (uint64, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return 0, err
	}
	revision, err := r.kv.Update(ctx, key, text, over)
	var refused *jetstream.APIError
	if errors.As(err, &refused) && refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence {
		return 0, errMoved
	}
	if err != nil {
		return 0, fmt.Errorf("the progress of a reader: %w", err)
	}
	return revision, nil
}

// change changes progress, however often somebody else does so in between.
func (r *Registry) change(ctx context.Context, key string, how func(p *Progress)) error {
	for {
		p, revision, err := r.get(ctx, key)
		if err != nil {
			return err
		}
		how(&p)
		if _, err := r.put(ctx, key, p, revision); !errors.Is(err, errMoved) {
			return err
		}
	}
}
