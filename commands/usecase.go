package commands

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gatelog/gatelog/domain"
)

// Surface is what the kernel needs to know of a surface.
type Surface struct {
	// Name is the second token of the subjects of its events.
	Name string
	// Codec knows its event types.
	Codec *domain.Codec
	// NewState returns the empty state of a tenant.
	NewState func(tenant string) domain.State

	cases map[string]useCase
}

// Decides reports whether the surface has a use case of a name.
func (s *Surface) Decides(name string) bool {
	_, ok := s.cases[name]
	return ok
}

// useCase is a UseCase with its types erased, as the writer runs it.
type useCase struct {
	decide func(domain.State, *domain.Moment, any) (any, []domain.Event, error)
	decode func([]byte) (any, error)
	result func([]byte) (any, error)
}

// UseCase is one thing that can be done to a surface: it takes a command C and answers with an R.
// Both must survive JSON, since a command may be decided on another node.
type UseCase[C, R any] struct {
	surface *Surface
	name    string
}

// Define adds a use case to a surface. decide is a pure function of the tenant's state: it returns
// the answer and the events, and changes nothing. It panics when the name is taken, a mistake of
// the program.
func Define[S domain.State, C, R any](s *Surface, name string, decide func(S, *domain.Moment, C) (R, []domain.Event, error)) UseCase[C, R] {
	if s.cases == nil {
		s.cases = map[string]useCase{}
	}
	if _, taken := s.cases[name]; taken {
		panic("commands: use case defined twice: " + name)
	}
	s.cases[name] = useCase{
		decide: func(state domain.State, m *domain.Moment, command any) (any, []domain.Event, error) {
			return decide(state.(S), m, command.(C))
		},
		decode: func(data []byte) (any, error) { return decodeInto[C](data) },
		result: func(data []byte) (any, error) { return decodeInto[R](data) },
	}
	return UseCase[C, R]{surface: s, name: name}
}

func decodeInto[T any](data []byte) (any, error) {
	var v T
	err := json.Unmarshal(data, &v)
	return v, err
}

// Name is the name of the use case as the log has it, e.g. "apig.CreateAPI".
func (u UseCase[C, R]) Name() string { return u.surface.Name + "." + u.name }

// Do decides the command on the tenant's one writer, wherever it runs, and returns its answer and
// the position of the last event it caused (of the tenant's newest event when it caused none). When
// it returns without an error the change is on disk and every read that begins now sees it. An error
// with a position says that the change is in the log but the read models are behind.
func (u UseCase[C, R]) Do(ctx context.Context, b *Bus, call Call, command C) (R, domain.Position, error) {
	var none R
	if call.tenant == "" {
		return none, 0, domain.Errorf(domain.CodeForbidden, "%s was called without authorisation", u.Name())
	}
	out, err := b.execute(ctx, u.surface, u.name, call, command)
	if err != nil {
		return none, 0, err
	}
	call.meta.Trace.heard(out)
	answer, ok := out.result.(R)
	if !ok {
		return none, 0, fmt.Errorf("%s answered with a %T", u.Name(), out.result)
	}
	if err := b.await(ctx, u.surface.Name, out.position); err != nil {
		return answer, out.position, err
	}
	return answer, out.position, nil
}
