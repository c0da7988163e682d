package gatelog

import (
	"sync"

	"github.com/gatelog/gatelog/domain"
)

// Bounds of the live streams of one node.
const (
	mostStreams       = 512
	mostTenantStreams = 64
)

// codeTooManyStreams says that no more live streams are served now.
const codeTooManyStreams = "gatelog.too_many_streams"

// Streams counts the live streams that a node serves, and ends them when it stops. It is safe for concurrent
// use.
type Streams struct {
	end chan struct{}

	mu       sync.Mutex
	ended    bool
	total    int
	byTenant map[string]int
}

// NewStreams returns a count that is at zero.
func NewStreams() *Streams { return &Streams{end: make(chan struct{}), byTenant: map[string]int{}} }

// End ends all streams, and lets no new ones begin. It may be called more than once.
func (s *Streams) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.ended = true
		close(s.end)
	}
}

// begin counts a stream of a tenant. The returned func takes it out again. Errors: codeTooManyStreams;
// domain.CodeUnavailable while the node stops.
func (s *Streams) begin(tenant string) (func(), error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return nil, domain.Errorf(domain.CodeUnavailable, "the server is stopping: connect again, with Last-Event-ID")
	case s.total >= mostStreams:
		return nil, domain.Errorf(codeTooManyStreams, "this node serves %d live streams already: try again later", mostStreams)
	case s.byTenant[tenant] >= mostTenantStreams:
		return nil, domain.Errorf(codeTooManyStreams, "this node serves %d live streams of the project already: end one first", mostTenantStreams)
	}
	s.total++
	s.byTenant[tenant]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.total--
		if s.byTenant[tenant]--; s.byTenant[tenant] == 0 {
			delete(s.byTenant, tenant)
		}
	}, nil
}
