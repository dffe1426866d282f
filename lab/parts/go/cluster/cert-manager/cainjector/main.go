// Command cainjector is cert-manager's CA injector. cert-manager's own command is not part of its
// module.
package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	apiext "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	kscheme "k8s.io/client-go/kubernetes/scheme"
	logsapi "k8s.io/component-base/logs/api/v1"
	apireg "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/cert-manager/cert-manager/internal/cmd/util"
	cmscheme "github.com/cert-manager/cert-manager/pkg/client/clientset/versioned/scheme"
	"github.com/cert-manager/cert-manager/pkg/controller/cainjector"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	cmutil "github.com/cert-manager/cert-manager/pkg/util"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
)

// options are the flags that the chart passes, with cert-manager's defaults.
type options struct {
	logging                 logsapi.LoggingConfiguration
	namespace               string
	leaderElection          bool
	leaderElectionNamespace string
	leaseDuration           time.Duration
	renewDeadline           time.Duration
	retryPeriod             time.Duration
	metricsAddress          string
}

func main() {
	ctx, exit := util.SetupExitHandler(context.Background(), util.GracefulShutdown)
	defer exit()
	logf.InitLogs()
	defer logf.FlushLogs()
	ctrl.SetLogger(logf.Log)
	ctx = logf.NewContext(ctx, logf.Log, "cainjector")

	opts := &options{}
	logsapi.SetRecommendedLoggingConfiguration(&opts.logging)
	cmd := &cobra.Command{
		Use:           "cainjector",
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := logf.ValidateAndApply(&opts.logging); err != nil {
				return err
			}
			return run(cmd.Context(), opts)
		},
	}
	opts.addFlags(cmd.Flags())
	if err := cmd.ExecuteContext(ctx); err != nil {
		logf.Log.Error(err, "error executing command")
		util.SetExitCode(err)
	}
}

func (o *options) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.namespace, "namespace", "", "only namespace to watch; empty: all")
	flags.BoolVar(&o.leaderElection, "leader-elect", true, "run only while holding the lease")
	flags.StringVar(&o.leaderElectionNamespace, "leader-election-namespace", "kube-system", "the lease's namespace")
	flags.DurationVar(&o.leaseDuration, "leader-election-lease-duration", 60*time.Second, "how long a lease holds")
	flags.DurationVar(&o.renewDeadline, "leader-election-renew-deadline", 40*time.Second, "time to renew it")
	flags.DurationVar(&o.retryPeriod, "leader-election-retry-period", 15*time.Second, "pause between tries")
	flags.StringVar(&o.metricsAddress, "metrics-listen-address", "0.0.0.0:9402", "address of the metrics; 0: none")
	flags.Func("feature-gates", "name=true|false,…", utilfeature.DefaultMutableFeatureGate.Set)
	logf.AddFlags(&o.logging, flags)
}

// run injects CA bundles until the context ends.
func run(ctx context.Context, opts *options) error {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		kscheme.AddToScheme, cmscheme.AddToScheme, apiext.AddToScheme, apireg.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	var namespaces map[string]cache.Config
	if opts.namespace != "" {
		namespaces = map[string]cache.Config{opts.namespace: {}}
	}
	// The field manager of every apply comes from the user agent: without it each apply is refused.
	manager, err := ctrl.NewManager(cmutil.RestConfigWithUserAgent(config, "cainjector"), ctrl.Options{
		Scheme:                        scheme,
		Cache:                         cache.Options{ReaderFailOnMissingInformer: true, DefaultNamespaces: namespaces},
		Client:                        client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}}}},
		LeaderElection:                opts.leaderElection,
		LeaderElectionNamespace:       opts.leaderElectionNamespace,
		LeaderElectionID:              "cert-manager-cainjector-leader-election",
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 &opts.leaseDuration,
		RenewDeadline:                 &opts.renewDeadline,
		RetryPeriod:                   &opts.retryPeriod,
		Metrics:                       metricsserver.Options{BindAddress: opts.metricsAddress},
	})
	if err != nil {
		return err
	}
	err = cainjector.RegisterAllInjectors(ctx, manager, cainjector.SetupOptions{
		Namespace:                    opts.namespace,
		EnableCertificatesDataSource: true,
		EnabledReconcilersFor: map[string]bool{
			cainjector.MutatingWebhookConfigurationName:   true,
			cainjector.ValidatingWebhookConfigurationName: true,
			cainjector.APIServiceName:                     true,
			cainjector.CustomResourceDefinitionName:       true,
		},
	})
	if err != nil {
		return err
	}
	return manager.Start(ctx)
}
