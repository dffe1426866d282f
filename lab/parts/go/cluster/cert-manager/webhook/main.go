// Command webhook is cert-manager's admission webhook. cert-manager's own command is not part of its
// module.
package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/cert-manager/cert-manager/internal/cmd/util"
	"github.com/cert-manager/cert-manager/internal/webhook"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
	"github.com/cert-manager/cert-manager/pkg/webhook/options"
)

func main() {
	ctx, exit := util.SetupExitHandler(context.Background(), util.GracefulShutdown)
	defer exit()
	logf.InitLogs()
	defer logf.FlushLogs()
	ctx = logf.NewContext(ctx, logf.Log, "webhook")

	config, err := options.NewWebhookConfiguration()
	if err != nil {
		logf.Log.Error(err, "error building the default configuration")
		util.SetExitCode(err)
		return
	}
	cmd := &cobra.Command{
		Use:           "webhook",
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := utilfeature.DefaultMutableFeatureGate.SetFromMap(config.FeatureGates); err != nil {
				return err
			}
			if err := logf.ValidateAndApply(&config.Logging); err != nil {
				return err
			}
			server, err := webhook.NewCertManagerWebhookServer(logf.FromContext(cmd.Context()), *config)
			if err != nil {
				return err
			}
			return server.Run(cmd.Context())
		},
	}
	options.AddConfigFlags(cmd.Flags(), config)
	if err := cmd.ExecuteContext(ctx); err != nil {
		logf.Log.Error(err, "error executing command")
		util.SetExitCode(err)
	}
}
