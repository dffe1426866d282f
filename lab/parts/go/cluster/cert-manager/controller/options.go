package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/api/resource"
	cliflag "k8s.io/component-base/cli/flag"
	logsapi "k8s.io/component-base/logs/api/v1"

	"github.com/cert-manager/cert-manager/pkg/controller"
	dnsutil "github.com/cert-manager/cert-manager/pkg/issuer/acme/dns/util"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/util"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
)

// options are the flags that the chart passes or that its extraArgs may name, with cert-manager's
// defaults.
type options struct {
	context                 controller.ContextOptions
	logging                 logsapi.LoggingConfiguration
	controllers             []string
	concurrentWorkers       int
	leaderElection          bool
	leaderElectionNamespace string
	leaseDuration           time.Duration
	renewDeadline           time.Duration
	retryPeriod             time.Duration
	metricsAddress          string
	healthAddress           string
	healthLeaderTimeout     time.Duration
}

func newOptions() *options {
	opts := &options{
		controllers:             []string{"*"},
		concurrentWorkers:       5,
		leaderElection:          true,
		leaderElectionNamespace: "kube-system",
		leaseDuration:           60 * time.Second,
		renewDeadline:           40 * time.Second,
		retryPeriod:             15 * time.Second,
		metricsAddress:          "0.0.0.0:9402",
		healthAddress:           "0.0.0.0:9403",
		healthLeaderTimeout:     20 * time.Second,
	}
	opts.context = controller.ContextOptions{
		KubernetesAPIQPS:   20,
		KubernetesAPIBurst: 50,
		ACMEOptions: controller.ACMEOptions{
			HTTP01SolverImage:                 "quay.io/jetstack/cert-manager-acmesolver:" + util.AppVersion,
			HTTP01SolverResourceRequestCPU:    resource.MustParse("10m"),
			HTTP01SolverResourceRequestMemory: resource.MustParse("64Mi"),
			HTTP01SolverResourceLimitsCPU:     resource.MustParse("100m"),
			HTTP01SolverResourceLimitsMemory:  resource.MustParse("64Mi"),
			ACMEHTTP01SolverRunAsNonRoot:      true,
			DNS01Nameservers:                  dnsutil.RecursiveNameservers,
			DNS01CheckAuthoritative:           true,
			DNS01CheckRetryPeriod:             10 * time.Second,
		},
		IssuerOptions: controller.IssuerOptions{
			ClusterIssuerAmbientCredentials: true,
			ClusterResourceNamespace:        "kube-system",
		},
		IngressShimOptions: controller.IngressShimOptions{
			DefaultIssuerKind:                 "Issuer",
			DefaultIssuerGroup:                "cert-manager.io",
			DefaultAutoCertificateAnnotations: []string{"kubernetes.io/tls-acme"},
		},
		CertificateOptions: controller.CertificateOptions{
			CopiedAnnotationPrefixes: []string{
				"*", "-kubectl.kubernetes.io/", "-fluxcd.io/", "-argocd.argoproj.io/",
			},
			CertificateRequestMinimumBackoffDuration: time.Hour,
			CertificateRequestMaximumBackoffDuration: 32 * time.Hour,
		},
		SchedulerOptions: controller.SchedulerOptions{MaxConcurrentChallenges: 60},
	}
	logsapi.SetRecommendedLoggingConfiguration(&opts.logging)
	return opts
}

func (o *options) addFlags(flags *pflag.FlagSet) {
	c := &o.context
	flags.StringVar(&c.Kubeconfig, "kubeconfig", c.Kubeconfig, "kubeconfig; empty: in-cluster")
	flags.StringVar(&c.Namespace, "namespace", c.Namespace, "only namespace to work in; empty: all")
	flags.StringVar(&c.ClusterResourceNamespace, "cluster-resource-namespace", c.ClusterResourceNamespace,
		"namespace of the Secrets that a ClusterIssuer names")
	flags.BoolVar(&c.ClusterIssuerAmbientCredentials, "cluster-issuer-ambient-credentials",
		c.ClusterIssuerAmbientCredentials, "let a ClusterIssuer use ambient credentials")
	flags.BoolVar(&c.IssuerAmbientCredentials, "issuer-ambient-credentials", c.IssuerAmbientCredentials,
		"let an Issuer use ambient credentials")

	flags.StringVar(&c.HTTP01SolverImage, "acme-http01-solver-image", c.HTTP01SolverImage, "image of the HTTP-01 solver")
	flags.StringVar(&c.HTTP01SolverRuntimeClassName, "acme-http01-solver-runtime-class-name", "", "its runtime class")
	flags.StringSliceVar(&c.HTTP01SolverNameservers, "acme-http01-solver-nameservers", nil,
		"resolvers of the HTTP-01 self-check, host:port")
	flags.Var(cliflag.NewMapStringString(&c.HTTP01SolverExtraLabels), "acme-http01-solver-extra-labels",
		"more labels of the HTTP-01 solver's objects")
	flags.StringSliceVar(&c.DNS01Nameservers, "dns01-recursive-nameservers", c.DNS01Nameservers,
		"resolvers of the DNS-01 self-check, host:port")
	flags.BoolFunc("dns01-recursive-nameservers-only", "ask those resolvers only", func(value string) error {
		only, err := strconv.ParseBool(value)
		c.DNS01CheckAuthoritative = !only
		return err
	})
	flags.DurationVar(&c.DNS01CheckRetryPeriod, "dns01-check-retry-period", c.DNS01CheckRetryPeriod,
		"pause between self-checks")
	flags.IntVar(&c.MaxConcurrentChallenges, "max-concurrent-challenges", c.MaxConcurrentChallenges,
		"challenges at the same time")

	flags.StringVar(&c.DefaultIssuerName, "default-issuer-name", "", "issuer of an Ingress that names none")
	flags.StringVar(&c.DefaultIssuerKind, "default-issuer-kind", c.DefaultIssuerKind, "its kind")
	flags.StringVar(&c.DefaultIssuerGroup, "default-issuer-group", c.DefaultIssuerGroup, "its group")
	flags.BoolVar(&c.EnableOwnerRef, "enable-certificate-owner-ref", false, "make the Certificate own its Secret")

	flags.StringSliceVar(&o.controllers, "controllers", o.controllers, "controllers to run; -name leaves one out")
	flags.IntVar(&o.concurrentWorkers, "concurrent-workers", o.concurrentWorkers, "workers of each controller")
	flags.BoolVar(&o.leaderElection, "leader-elect", o.leaderElection, "run only while holding the lease")
	flags.StringVar(&o.leaderElectionNamespace, "leader-election-namespace", o.leaderElectionNamespace, "the lease's namespace")
	flags.DurationVar(&o.leaseDuration, "leader-election-lease-duration", o.leaseDuration, "how long a lease holds")
	flags.DurationVar(&o.renewDeadline, "leader-election-renew-deadline", o.renewDeadline, "time to renew it")
	flags.DurationVar(&o.retryPeriod, "leader-election-retry-period", o.retryPeriod, "pause between tries")
	flags.StringVar(&o.metricsAddress, "metrics-listen-address", o.metricsAddress, "address of the metrics")
	flags.Func("feature-gates", "name=true|false,…", utilfeature.DefaultMutableFeatureGate.Set)
	logf.AddFlags(&o.logging, flags)
}

// enabledControllers tells which of the built-in controllers the flag --controllers selects.
func (o *options) enabledControllers() func(name string) bool {
	named := slices.ContainsFunc(o.controllers, func(c string) bool { return c != "*" && !strings.HasPrefix(c, "-") })
	return func(name string) bool {
		if slices.Contains(o.controllers, "-"+name) {
			return false
		}
		return !named || slices.Contains(o.controllers, "*") || slices.Contains(o.controllers, name)
	}
}
