package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

// pprofAddr is the environment variable that makes the server give profiles of itself away on an
// address of their own, e.g. 127.0.0.1:6060. They tell a lot: never where strangers can reach it.
const pprofAddr = "GATELOG_PPROF_ADDR"

// profiling serves profiles on an address; "" for not at all. The returned func ends it.
func profiling(ctx context.Context, addr string) (stop func(), err error) {
	if addr == "" {
		return func() {}, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pprofAddr, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	web := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = web.Serve(listener) // ends with Close
	}()
	return func() {
		_ = web.Close()
		<-done
	}, nil
}
