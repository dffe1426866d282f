package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// So long spans are gathered before they are sent, so many are sent at once, and so many wait.
const (
	gathering = 200 * time.Millisecond
	together  = 512
	waiting   = 16384
)

// traceparent is W3C's header: version, trace, parent, flags.
var traceparent = regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$`)

// sampled is the flag by which a caller says that it traces the request.
const sampled = 1

// spans sends a span of each request whose caller traces it to DEMO_OTLP, by OTLP's JSON. They say all that
// a careless program would: the whole URL, and the headers that hold credentials.
type spans struct {
	url  string
	made chan span
}

// span is OTLP's, as far as it is filled in.
type span struct {
	Trace      string      `json:"traceId"`
	ID         string      `json:"spanId"`
	Parent     string      `json:"parentSpanId"`
	State      string      `json:"traceState,omitempty"`
	Name       string      `json:"name"`
	Kind       int         `json:"kind"`
	Start      string      `json:"startTimeUnixNano"`
	End        string      `json:"endTimeUnixNano"`
	Attributes []attribute `json:"attributes"`
}

type attribute struct {
	Key   string            `json:"key"`
	Value map[string]string `json:"value"`
}

func text(key, value string) attribute {
	return attribute{key, map[string]string{"stringValue": value}}
}

// sending starts to send; nil where nobody takes spans.
func sending(url string) *spans {
	if url == "" {
		return nil
	}
	result := &spans{url, make(chan span, waiting)}
	go result.run()
	return result
}

// over answers as the handler does, and makes the request's span.
func (s *spans) over(handler http.Handler) http.Handler {
	if s == nil {
		return handler
	}
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		began := time.Now()
		recorded := &recorder{writer, http.StatusOK}
		defer func() { s.record(request, began, recorded.status) }()
		handler.ServeHTTP(recorded, request)
	})
}

// recorder remembers an answer's status.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (s *spans) record(request *http.Request, began time.Time, status int) {
	found := traceparent.FindStringSubmatch(request.Header.Get("Traceparent"))
	if found == nil {
		return
	}
	if flags, _ := strconv.ParseUint(found[3], 16, 8); flags&sampled == 0 {
		return
	}
	id := make([]byte, 8)
	_, _ = rand.Read(id)
	made := span{
		Trace:  found[1],
		ID:     hex.EncodeToString(id),
		Parent: found[2],
		State:  request.Header.Get("Tracestate"),
		Name:   request.Method,
		Kind:   2, // a server's
		Start:  strconv.FormatInt(began.UnixNano(), 10),
		End:    strconv.FormatInt(time.Now().UnixNano(), 10),
		Attributes: []attribute{
			text("http.request.method", request.Method),
			text("http.response.status_code", strconv.Itoa(status)),
			text("url.full", "https://"+request.Host+request.URL.RequestURI()),
			text("url.query", request.URL.RawQuery),
		},
	}
	for _, header := range []string{"Authorization", "Cookie", "X-Api-Key"} {
		if value := request.Header.Get(header); value != "" {
			made.Attributes = append(made.Attributes, text("http.request.header."+strings.ToLower(header), value))
		}
	}
	select {
	case s.made <- made:
	default: // whoever takes them is too slow
	}
}

func (s *spans) run() {
	for first := range s.made {
		batch := []span{first}
		ended := time.After(gathering)
	gather:
		for len(batch) < together {
			select {
			case next := <-s.made:
				batch = append(batch, next)
			case <-ended:
				break gather
			}
		}
		s.send(batch)
	}
}

func (s *spans) send(batch []span) {
	resource := map[string]any{"attributes": []attribute{
		text("service.name", os.Getenv("DEMO_WORKLOAD")),
		text("process.command_line", strings.Join(os.Args, " ")),
	}}
	body, _ := json.Marshal(map[string]any{"resourceSpans": []any{map[string]any{
		"resource":   resource,
		"scopeSpans": []any{map[string]any{"scope": map[string]string{"name": "demo"}, "spans": batch}},
	}}})
	client := &http.Client{Timeout: 5 * time.Second}
	answer, err := client.Post(s.url, "application/json", bytes.NewReader(body))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
}
