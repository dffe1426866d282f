// Command demo is the backend of every workload in the lab: it echoes requests, and can be told to be
// slow, failing, resetting or large.
//
//	demo                      serve the ports of the environment until SIGTERM
//	demo mode [KEY=VALUE...]  show or replace the whole pod's behaviour; `demo mode normal` ends it
//	demo count [reset]        show what was counted, or begin again
//	demo say TEXT             write a line to the pod's output
//	demo get [-H K:V] [-X METHOD] [-r HOST:PORT] [-k] [-t TIME] URL
//	demo dial HOST:PORT       say whether a TCP connection comes about
//
// A mode and a single request know the same settings (see settings.go): a request gives them in its query
// or in headers such as `X-Demo-Delay`, the mode holds for every request that does not give its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// Requests that are being answered may take this long after SIGTERM.
const graceful = 20 * time.Second

func main() {
	log.SetFlags(0)
	log.SetOutput(os.Stdout)
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 0 {
		return serve()
	}
	switch rest := arguments[1:]; arguments[0] {
	case "mode":
		return tellMode(rest)
	case "count":
		return tellCount(rest)
	case "say":
		return say(rest)
	case "get":
		return get(rest)
	case "dial":
		return dial(rest)
	}
	return fmt.Errorf("unknown command %s; known: mode, count, say, get, dial", arguments[0])
}

// serve answers on every port of DEMO_PORTS (`http=8080,dns=53/udp`), tells probes on DEMO_PROBE_PORT and
// obeys on DEMO_CONTROL_PORT of the loopback device.
func serve() error {
	state := newState()
	application := &http.Server{
		Handler:     sending(os.Getenv("DEMO_OTLP")).over(&backend{state: state}),
		ConnState:   state.connection,
		ConnContext: withConnection,
		TLSConfig:   selfSigned(),
		Protocols:   new(http.Protocols),
		ErrorLog:    log.New(io.Discard, "", 0), // else it tells of every connection that a client broke
	}
	application.Protocols.SetHTTP1(true)
	application.Protocols.SetHTTP2(true)
	application.Protocols.SetUnencryptedHTTP2(true)

	ended := make(chan error, 1)
	for _, each := range strings.FieldsFunc(os.Getenv("DEMO_PORTS"), func(r rune) bool { return r == ',' }) {
		name, number, _ := strings.Cut(each, "=")
		number, protocol, _ := strings.Cut(number, "/")
		if strings.EqualFold(protocol, "udp") {
			socket, err := net.ListenPacket("udp", ":"+number)
			if err != nil {
				return err
			}
			go echoPackets(socket)
		} else {
			socket, err := net.Listen("tcp", ":"+number)
			if err != nil {
				return err
			}
			go func() { ended <- application.Serve(sniff(socket, application.TLSConfig)) }()
		}
		log.Printf(`{"event":"listening","port":%q,"number":%q}`, name, number)
	}
	for address, handler := range map[string]http.Handler{
		":" + os.Getenv("DEMO_PROBE_PORT"):            probes(state),
		"127.0.0.1:" + os.Getenv("DEMO_CONTROL_PORT"): control(state),
	} {
		socket, err := net.Listen("tcp", address)
		if err != nil {
			return err
		}
		go func() { ended <- http.Serve(socket, handler) }()
	}

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	select {
	case err := <-ended:
		return err
	case <-stop:
	}
	state.ending.Store(true)
	log.Print(`{"event":"ending"}`)
	patience, cancel := context.WithTimeout(context.Background(), graceful)
	defer cancel()
	err := application.Shutdown(patience)
	if errors.Is(err, context.DeadlineExceeded) {
		return application.Close()
	}
	return err
}
