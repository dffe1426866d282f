package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// probes answers the kubelet.
func probes(state *state) http.Handler {
	paths := http.NewServeMux()
	answer := func(good func() bool) http.HandlerFunc {
		return func(writer http.ResponseWriter, _ *http.Request) {
			if !good() {
				writer.WriteHeader(http.StatusServiceUnavailable)
			}
		}
	}
	paths.Handle("/ready", answer(func() bool { return !state.ending.Load() && !state.mode.Load().unready }))
	paths.Handle("/live", answer(func() bool { return !state.mode.Load().dead }))
	return paths
}

// control shows and changes mode and counts. It listens on the loopback device only: whoever may run a
// command in the pod may use it.
func control(state *state) http.Handler {
	paths := http.NewServeMux()
	paths.HandleFunc("GET /__mode", func(writer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(writer, state.mode.Load())
	})
	paths.HandleFunc("POST /__mode", func(writer http.ResponseWriter, request *http.Request) {
		wanted, err := modeOf(request.URL.Query())
		if err != nil {
			http.Error(writer, err.Error(), http.StatusBadRequest)
			return
		}
		state.mode.Store(wanted)
		log.Printf(`{"event":"mode","mode":%q}`, wanted)
		fmt.Fprintln(writer, wanted)
	})
	paths.HandleFunc("GET /__count", func(writer http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(writer).Encode(state.counted())
	})
	paths.HandleFunc("POST /__count", func(http.ResponseWriter, *http.Request) { state.beginAgain() })
	paths.HandleFunc("POST /__say", func(_ http.ResponseWriter, request *http.Request) {
		log.Print(request.URL.Query().Get("text"))
	})
	return paths
}

// modeOf reads a whole mode; what is not given is normal.
func modeOf(given url.Values) (*mode, error) {
	result := &mode{}
	var err error
	if result.settings, err = parse(given.Get, settings{}); err != nil {
		return nil, err
	}
	for key, values := range given {
		if slices.Contains(known, key) {
			continue
		}
		if key == "workers" {
			number, err := strconv.Atoi(values[0])
			if err != nil || number < 1 {
				return nil, fmt.Errorf("workers=%s: a number from 1 on", values[0])
			}
			result.workers = make(chan struct{}, number)
			continue
		}
		yes, err := strconv.ParseBool(values[0])
		if err != nil {
			return nil, fmt.Errorf("%s=%s: neither true nor false", key, values[0])
		}
		switch key {
		case "ready":
			result.unready = !yes
		case "live":
			result.dead = !yes
		case "quiet":
			result.quiet = yes
		default:
			return nil, fmt.Errorf("unknown %s; known: %s, ready, live, quiet, workers", key, strings.Join(known, ", "))
		}
	}
	return result, nil
}

// String spells a mode as `demo mode` takes it.
func (m *mode) String() string {
	var words []string
	if m.delay > 0 {
		words = append(words, "delay="+m.delay.String())
	}
	if m.status > 0 {
		words = append(words, fmt.Sprintf("status=%d", m.status))
	}
	if m.size > 0 {
		words = append(words, fmt.Sprintf("size=%d", m.size))
	}
	if m.workers != nil {
		words = append(words, fmt.Sprintf("workers=%d", cap(m.workers)))
	}
	for word, set := range map[string]bool{
		"reset=true": m.reset, "ready=false": m.unready, "live=false": m.dead, "quiet=true": m.quiet,
	} {
		if set {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return "normal"
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func tellMode(words []string) error {
	if len(words) == 0 {
		return tell(http.MethodGet, "/__mode")
	}
	query := url.Values{}
	for _, word := range words {
		if word == "normal" && len(words) == 1 {
			break
		}
		key, value, found := strings.Cut(word, "=")
		if !found {
			return fmt.Errorf("%s: write it like delay=2s", word)
		}
		query.Set(key, value)
	}
	return tell(http.MethodPost, "/__mode?"+query.Encode())
}

func tellCount(words []string) error {
	if slices.Equal(words, []string{"reset"}) {
		return tell(http.MethodPost, "/__count")
	}
	return tell(http.MethodGet, "/__count")
}

// say lets the server write a line, as a program of a team's would.
func say(words []string) error {
	return tell(http.MethodPost, "/__say?"+url.Values{"text": {strings.Join(words, " ")}}.Encode())
}

// tell asks the server of the same pod.
func tell(method, path string) error {
	request, err := http.NewRequest(method, "http://127.0.0.1:"+os.Getenv("DEMO_CONTROL_PORT")+path, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", strings.TrimSpace(string(text)))
	}
	_, err = os.Stdout.Write(text)
	return err
}
