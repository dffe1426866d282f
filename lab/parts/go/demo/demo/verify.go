package main

import (
	"net/http"
	"strings"
)

// verifyPath makes any backend the service that a forwardAuth asks.
const verifyPath = "/verify"

// verify lets `Authorization: Bearer demo-NAME` pass and tells NAME in X-User; `demo-` alone is somebody
// without a name. Everybody else is refused.
func verify(writer http.ResponseWriter, request *http.Request) {
	name, known := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer demo-")
	if !known {
		writer.Header().Set("WWW-Authenticate", `Bearer realm="demo"`)
		writer.WriteHeader(http.StatusUnauthorized)
		return
	}
	if name != "" {
		writer.Header().Set("X-User", name)
	}
}
