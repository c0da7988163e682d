package engine

import (
	"fmt"
	"log/slog"
	"sync"
)

// brokerLog passes the NATS server's messages to slog and keeps the last grave one, because the
// server reports a failed start nowhere else.
type brokerLog struct {
	log  *slog.Logger
	mu   sync.Mutex
	last string
}

func (l *brokerLog) Noticef(format string, v ...any) { l.log.Debug(fmt.Sprintf(format, v...)) }
func (l *brokerLog) Warnf(format string, v ...any)   { l.log.Warn(fmt.Sprintf(format, v...)) }
func (l *brokerLog) Errorf(format string, v ...any)  { l.log.Error(fmt.Sprintf(format, v...)) }
func (l *brokerLog) Debugf(format string, v ...any)  { l.log.Debug(fmt.Sprintf(format, v...)) }
func (l *brokerLog) Tracef(format string, v ...any)  { l.log.Debug(fmt.Sprintf(format, v...)) }

// Fatalf must not end the process: the embedding program decides that.
func (l *brokerLog) Fatalf(format string, v ...any) {
	message := fmt.Sprintf(format, v...)
	l.mu.Lock()
	l.last = message
	l.mu.Unlock()
	l.log.Error(message)
}

// fatal returns the last grave message, or nothing.
func (l *brokerLog) fatal() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}
