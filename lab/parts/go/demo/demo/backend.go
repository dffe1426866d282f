package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// echo is the answer to a request that asks for nothing else.
type echo struct {
	Pod      string      `json:"pod"`
	Workload string      `json:"workload"`
	Node     string      `json:"node"`
	Port     string      `json:"port"`
	Peer     string      `json:"peer"`
	Protocol string      `json:"protocol"`
	TLS      *encrypted  `json:"tls"` // null without
	Method   string      `json:"method"`
	Host     string      `json:"host"`
	Path     string      `json:"path"`
	Query    string      `json:"query"`
	Headers  http.Header `json:"headers"`
	Body     int64       `json:"body"` // bytes that came with the request
}

// encrypted is what a client of TLS said about itself and about whom it wants.
type encrypted struct {
	ServerName string `json:"serverName"`
	Client     string `json:"client"` // subject of its certificate; empty without one
}

func encryptedOf(state *tls.ConnectionState) *encrypted {
	if state == nil {
		return nil
	}
	result := &encrypted{ServerName: state.ServerName}
	if len(state.PeerCertificates) > 0 {
		result.Client = state.PeerCertificates[0].Subject.String()
	}
	return result
}

// backend answers requests.
type backend struct{ state *state }

func (b *backend) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	b.state.count(request)
	now := b.state.mode.Load()
	query := request.URL.Query()
	wanted, err := ofRequest(request, query, now.settings)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	body, _ := io.Copy(io.Discard, request.Body)
	done, found := now.work(request.Context())
	if !found {
		return
	}
	defer done()
	if wanted.delay > 0 {
		select {
		case <-time.After(wanted.delay):
		case <-request.Context().Done():
		}
	}
	if !now.quiet {
		logRequest(request, wanted)
	}
	if wanted.reset {
		reset(writer, request)
		return
	}
	if request.URL.Path == verifyPath {
		verify(writer, request)
		return
	}
	// Each `header=Name:Value` of the query becomes a header of the answer.
	for _, each := range query["header"] {
		if name, value, ok := bytes.Cut([]byte(each), []byte(":")); ok {
			writer.Header().Add(string(name), string(bytes.TrimSpace(value)))
		}
	}
	status := http.StatusOK
	if wanted.status > 0 {
		status = wanted.status
	}
	if wanted.size > 0 {
		large(writer, status, wanted.size)
		return
	}
	writer.Header().Set("Content-Type", "application/json")
	writer.WriteHeader(status)
	if request.Method != http.MethodHead && status != http.StatusNoContent && status != http.StatusNotModified {
		_ = json.NewEncoder(writer).Encode(echoOf(request, body))
	}
}

func echoOf(request *http.Request, body int64) echo {
	local, _ := request.Context().Value(http.LocalAddrContextKey).(net.Addr)
	_, port, _ := net.SplitHostPort(local.String())
	return echo{
		Pod:      os.Getenv("POD_NAME"),
		Workload: os.Getenv("DEMO_WORKLOAD"),
		Node:     os.Getenv("NODE_NAME"),
		Port:     port,
		Peer:     request.RemoteAddr,
		Protocol: request.Proto,
		TLS:      encryptedOf(request.TLS),
		Method:   request.Method,
		Host:     request.Host,
		Path:     request.URL.Path,
		Query:    request.URL.RawQuery,
		Headers:  request.Header,
		Body:     body,
	}
}

// line is a line of text, so that a large answer compresses as text does.
var line = []byte("The quick brown fox jumps over the lazy dog; the lab's large answers repeat it.\n")

func large(writer http.ResponseWriter, status int, size int64) {
	writer.Header().Set("Content-Type", "text/plain; charset=utf-8")
	writer.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	writer.WriteHeader(status)
	block := bytes.Repeat(line, 400)
	for size > 0 {
		part := block[:min(size, int64(len(block)))]
		if _, err := writer.Write(part); err != nil {
			return
		}
		size -= int64(len(part))
	}
}

// connectionKey is where a request's context keeps its connection.
type connectionKey struct{}

func withConnection(parent context.Context, connection net.Conn) context.Context {
	return context.WithValue(parent, connectionKey{}, connection)
}

// reset breaks the connection: with a RST packet for HTTP/1, with RST_STREAM for HTTP/2.
func reset(writer http.ResponseWriter, request *http.Request) {
	if request.ProtoMajor == 1 {
		if socket := tcpOf(request.Context().Value(connectionKey{})); socket != nil {
			_ = socket.SetLinger(0)
			_ = socket.Close()
		}
	}
	panic(http.ErrAbortHandler)
}

func logRequest(request *http.Request, wanted settings) {
	entry, _ := json.Marshal(map[string]any{
		"event":  "request",
		"method": request.Method,
		"host":   request.Host,
		"path":   request.URL.RequestURI(),
		"peer":   request.RemoteAddr,
		"for":    request.Header.Get("X-Forwarded-For"),
		"status": max(wanted.status, http.StatusOK),
		"reset":  wanted.reset,
	})
	log.Print(string(entry))
}
