package main

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// settings say how a request is answered; the zero value answers at once with 200 and an echo.
type settings struct {
	delay  time.Duration // delay=2s: wait before the answer
	status int           // status=503
	size   int64         // size=10MB: that many bytes of text instead of the echo
	reset  bool          // reset=1: break the connection instead of an answer
}

// known lists the keys of settings as requests and modes spell them.
var known = []string{"delay", "status", "size", "reset"}

// parse reads settings from a lookup by key; an empty value leaves `from` as it is.
func parse(lookup func(string) string, from settings) (settings, error) {
	result := from
	for _, key := range known {
		text := lookup(key)
		if text == "" {
			continue
		}
		var err error
		switch key {
		case "delay":
			result.delay, err = time.ParseDuration(text)
		case "status":
			result.status, err = strconv.Atoi(text)
			if err == nil && (result.status < 200 || result.status > 599) {
				err = fmt.Errorf("%d is no status of an answer", result.status)
			}
		case "size":
			result.size, err = bytesOf(text)
		case "reset":
			result.reset, err = strconv.ParseBool(text)
		}
		if err != nil {
			return from, fmt.Errorf("%s=%s: %w", key, text, err)
		}
	}
	return result, nil
}

// ofRequest reads what a request asks for, in its query or else in its headers, over the mode.
func ofRequest(request *http.Request, query url.Values, mode settings) (settings, error) {
	return parse(func(key string) string {
		if query.Has(key) {
			return query.Get(key)
		}
		return request.Header.Get("X-Demo-" + key)
	}, mode)
}

// bytesOf reads a number of bytes: `512`, `10KB`, `10MB` (powers of ten).
func bytesOf(text string) (int64, error) {
	factor := int64(1)
	for unit, value := range map[string]int64{"KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000} {
		if number, found := strings.CutSuffix(text, unit); found {
			text, factor = number, value
			break
		}
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err == nil && (number < 0 || number > math.MaxInt64/factor) {
		err = strconv.ErrRange
	}
	return number * factor, err
}
