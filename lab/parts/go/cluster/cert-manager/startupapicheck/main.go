// Command startupapicheck waits until cert-manager's API answers: it creates a Certificate as a dry run
// until the webhook accepts it. cert-manager's own command is not part of its module.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	logsapi "k8s.io/component-base/logs/api/v1"

	"github.com/cert-manager/cert-manager/internal/cmd/util"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/util/cmapichecker"
)

func main() {
	ctx, exit := util.SetupExitHandler(context.Background(), util.GracefulShutdown)
	defer exit()
	logf.InitLogs()
	defer logf.FlushLogs()

	var patience, interval time.Duration
	var logging logsapi.LoggingConfiguration
	logsapi.SetRecommendedLoggingConfiguration(&logging)
	cluster := genericclioptions.NewConfigFlags(true)
	api := &cobra.Command{
		Use:           "api",
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return check(cmd.Context(), cluster, patience, interval)
		},
	}
	api.Flags().DurationVar(&patience, "wait", 0, "how long to wait; 0s: one try")
	api.Flags().DurationVar(&interval, "interval", 5*time.Second, "pause between tries")
	cluster.AddFlags(api.Flags())

	check := &cobra.Command{Use: "check"}
	check.AddCommand(api)
	root := &cobra.Command{
		Use:           "startupapicheck",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return logf.ValidateAndApply(&logging)
		},
	}
	logf.AddFlagsNonDeprecated(&logging, root.PersistentFlags())
	// The chart passes -v without a value.
	root.PersistentFlags().Lookup("v").NoOptDefVal = "2"
	root.AddCommand(check)
	if err := root.ExecuteContext(ctx); err != nil {
		logf.Log.Error(err, "error executing command")
		util.SetExitCode(err)
	}
}

// check tries the API until it answers or the patience ends; it returns the last refusal then.
func check(
	ctx context.Context, cluster *genericclioptions.ConfigFlags, patience, interval time.Duration,
) error {
	config, err := cluster.ToRESTConfig()
	if err != nil {
		return err
	}
	namespace, _, err := cluster.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return err
	}
	checker, err := cmapichecker.New(config, namespace)
	if err != nil {
		return err
	}
	start := time.Now()
	var refusal error
	err = wait.PollUntilContextCancel(ctx, interval, true, func(ctx context.Context) (bool, error) {
		if refusal = checker.Check(ctx); refusal == nil {
			return true, nil
		}
		if time.Since(start) > patience {
			return false, context.DeadlineExceeded
		}
		return false, nil
	})
	if refusal != nil {
		return refusal
	}
	if err != nil {
		return err
	}
	fmt.Println("The cert-manager API is ready")
	return nil
}
