// Package engine runs the two engines Gatelog stands on, so that `gatelog serve` needs nothing
// started beside it: a NATS JetStream broker inside the process and a private PostgreSQL server as
// a child process. Where real ones are configured it connects to them instead.
//
// Everything here can be stopped twice, waits for what it stops, and leaves a data directory that the
// next start accepts, also after kill -9 of either process. Linux and macOS.
package engine
