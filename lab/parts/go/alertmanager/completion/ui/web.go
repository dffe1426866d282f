// Package ui serves Alertmanager's page. Its own is compiled from Elm packages that no Go module carries; this
// one lists alerts and silences, by the same API.
package ui

import (
	_ "embed"
	"net/http"

	"github.com/prometheus/common/route"
)

//go:embed index.html
var page []byte

// Register makes the page the answer at the root of the router.
func Register(router *route.Router) {
	router.Get("/", func(answer http.ResponseWriter, _ *http.Request) {
		answer.Header().Set("Content-Type", "text/html; charset=utf-8")
		answer.Header().Set("Cache-Control", "no-store")
		_, _ = answer.Write(page)
	})
}
