package apig

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/subscribe"
)

// Reactions carry on what a command began, driven by its events: after a crash they go on where they
// were.
type Reactions struct {
	Bus      *commands.Bus
	Commands *Commands
	Codec    *domain.Codec
	// Files and Documents are those of asynchronous tasks.
	Files     TaskFiles
	Documents TaskDocuments
}

// quieter makes debug messages of what Watermill tells about its own coming and going.
var quieter = map[slog.Level]slog.Level{slog.LevelInfo: slog.LevelDebug}

// closeTimeout bounds how long a router waits for reactions that are at work when it is closed. Their
// context has ended by then; what they leave undone comes again.
const closeTimeout = 2 * time.Second

// Router returns a Watermill router with all reactions on it. Run it; close it.
func (r *Reactions) Router(sub message.Subscriber, log *slog.Logger) (*message.Router, error) {
	router, err := message.NewRouter(message.RouterConfig{CloseTimeout: closeTimeout}, watermill.NewSlogLoggerWithLevelMapping(log, quieter))
	if err != nil {
		return nil, fmt.Errorf("reactions: %w", err)
	}
	router.AddMiddleware(middleware.Recoverer)
	router.AddConsumerHandler("provision_instances", "evt.apig.*.instance.*", sub, r.react(r.provision))
	router.AddConsumerHandler("republish_for_variables", "evt.apig.*.variable.*", sub, r.react(r.republish))
	router.AddConsumerHandler("carry_out_tasks", "evt.apig.*.task.*", sub, r.react(r.carryOut))
	return router, nil
}

// react opens an event for a reaction. What is gone by now needs no reaction any more. An event that
// fails comes again until it does not: it is never passed over.
func (r *Reactions) react(do func(msg *message.Message, call commands.Call, ev domain.Event) error) message.NoPublishHandlerFunc {
	return func(msg *message.Message) error {
		_, tenant, _, _, ok := eventstore.Parts(msg.Metadata.Get(subscribe.MetadataSubject))
		if !ok {
			return nil
		}
		schema, err := strconv.Atoi(msg.Metadata.Get("ce-schemaversion"))
		if err != nil {
			return fmt.Errorf("event %s: schema version: %w", msg.UUID, err)
		}
		ev, err := r.Codec.Decode(msg.Metadata.Get("ce-type"), schema, msg.Payload)
		if err != nil {
			return fmt.Errorf("event %s: %w", msg.UUID, err)
		}
		err = do(msg, commands.System(tenant, msg.UUID, "reaction to "+ev.EventType()), ev)
		if gone(err) {
			return nil
		}
		return err
	}
}

func gone(err error) bool {
	for _, what := range []*domain.Error{apig.ErrInstanceUnknown(), apig.ErrInstanceNotFound(""), apig.ErrVariableNotFound(""), apig.ErrTaskNotFound("")} {
		if errors.Is(err, what) {
			return true
		}
	}
	return false
}

// provision takes the creation of an instance, or a task of it, one step further with each of its events
// (APIG V2 §3.23.4).
func (r *Reactions) provision(msg *message.Message, call commands.Call, ev domain.Event) error {
	var i apig.Instance
	switch ev := ev.(type) {
	case apig.InstanceRequested:
		i = ev.Instance
	case apig.InstanceProgressed:
		i = ev.Instance
	case apig.InstanceIngressOrdered:
		i = ev.Instance
	case apig.InstanceResizeOrdered:
		i = ev.Instance
	default:
		return nil
	}
	if i.Status == apig.InstanceRunning {
		return nil
	}
	_, _, err := r.Commands.AdvanceInstance.Do(msg.Context(), r.Bus, call, apig.AdvanceInstance{InstanceID: i.ID, JobID: i.CurrentJob()})
	return err
}

// republish publishes the APIs again that a changed variable has left for later (APIG V2 §3.3.5).
func (r *Reactions) republish(msg *message.Message, call commands.Call, ev domain.Event) error {
	updated, ok := ev.(apig.VariableUpdated)
	if !ok {
		return nil
	}
	command := apig.RepublishForVariable{InstanceID: updated.Variable.InstanceID, VariableID: updated.Variable.ID}
	for {
		result, _, err := r.Commands.RepublishForVariable.Do(msg.Context(), r.Bus, call, command)
		if err != nil || result.Remaining == 0 {
			return err
		}
	}
}
