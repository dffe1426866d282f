package main

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// Kinds of requests that are counted apart; the rest are counted together.
const mostKinds = 1000

// mode is how the whole pod behaves.
type mode struct {
	settings
	unready bool // ready=false: the readiness probe fails
	dead    bool // live=false: the liveness probe fails
	quiet   bool // quiet=1: requests are not logged
	// workers=2: so many requests are answered at a time, the rest wait; nil without a bound. Each request
	// that is being answered has put something in.
	workers chan struct{}
}

// work waits for a worker; done gives it back. Whether there was one before the client went away.
func (m *mode) work(client context.Context) (done func(), found bool) {
	if m.workers == nil {
		return func() {}, true
	}
	select {
	case m.workers <- struct{}{}:
		return func() { <-m.workers }, true
	case <-client.Done():
		return nil, false
	}
}

// counts is what the pod has seen since its start, or since the counts began again.
type counts struct {
	Requests    int64            `json:"requests"`
	Connections int64            `json:"connections"`
	Open        int64            `json:"open"`
	Kinds       map[string]int64 `json:"kinds"` // by "METHOD /path"
}

// state is what the parts of the program share.
type state struct {
	ending      atomic.Bool
	mode        atomic.Pointer[mode]
	requests    atomic.Int64
	connections atomic.Int64
	open        atomic.Int64

	lock  sync.Mutex
	kinds map[string]int64
}

func newState() *state {
	result := &state{kinds: map[string]int64{}}
	result.mode.Store(&mode{})
	return result
}

// connection counts connections as http.Server tells of them.
func (s *state) connection(_ net.Conn, now http.ConnState) {
	switch now {
	case http.StateNew:
		s.connections.Add(1)
		s.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.open.Add(-1)
	}
}

func (s *state) count(request *http.Request) {
	s.requests.Add(1)
	kind := request.Method + " " + request.URL.Path
	s.lock.Lock()
	defer s.lock.Unlock()
	if _, seen := s.kinds[kind]; !seen && len(s.kinds) >= mostKinds {
		kind = "others"
	}
	s.kinds[kind]++
}

func (s *state) counted() counts {
	s.lock.Lock()
	defer s.lock.Unlock()
	kinds := make(map[string]int64, len(s.kinds))
	for kind, number := range s.kinds {
		kinds[kind] = number
	}
	return counts{s.requests.Load(), s.connections.Load(), s.open.Load(), kinds}
}

func (s *state) beginAgain() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.requests.Store(0)
	s.connections.Store(0)
	s.kinds = map[string]int64{}
}
