// Command acmesolver answers one ACME HTTP-01 challenge. cert-manager's own command is not part of its
// module.
package main

import (
	"context"
	"errors"
	"flag"
	"net/http"
	"time"

	"github.com/cert-manager/cert-manager/internal/cmd/util"
	"github.com/cert-manager/cert-manager/pkg/issuer/acme/http/solver"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

// Time that open requests get when the solver ends.
const shutdownTimeout = 5 * time.Second

func main() {
	ctx, exit := util.SetupExitHandler(context.Background(), util.GracefulShutdown)
	defer exit()
	logf.InitLogs()
	defer logf.FlushLogs()

	server := new(solver.HTTP01Solver)
	flag.IntVar(&server.ListenPort, "listen-port", 8089, "port to listen on")
	flag.StringVar(&server.Domain, "domain", "", "domain name of the challenge")
	flag.StringVar(&server.Token, "token", "", "token of the challenge")
	flag.StringVar(&server.Key, "key", "", "answer to the challenge")
	flag.Parse()

	drained := make(chan struct{})
	go func() {
		defer close(drained)
		<-ctx.Done()
		deadline, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
		defer cancel()
		if err := server.Shutdown(deadline); err != nil {
			logf.Log.Error(err, "error shutting down")
		}
	}()
	if err := server.Listen(logf.Log.WithName("acmesolver")); !errors.Is(err, http.ErrServerClosed) {
		logf.Log.Error(err, "error serving")
		util.SetExitCode(err)
		return
	}
	<-drained
}
