"""The versions of the parts that are built from Go modules: our own go.mod files name each of them once."""

from lab.parts.builders.go import module_version

_MODULES = {
    "kubernetes": ("cluster", "k8s.io/kubernetes"),
    "containerd": ("cluster", "github.com/containerd/containerd/v2"),
    "cni": ("cluster", "github.com/containernetworking/plugins"),
    "cilium": ("cluster", "github.com/cilium/cilium"),
    "cert-manager": ("cluster", "github.com/cert-manager/cert-manager"),
    "coredns": ("cluster", "github.com/coredns/coredns"),
    "pebble": ("cluster", "github.com/letsencrypt/pebble/v2"),
    "metrics-server": ("cluster", "sigs.k8s.io/metrics-server"),
    "prometheus": ("cluster", "github.com/prometheus/prometheus"),
    "prometheus-operator": ("cluster", "github.com/prometheus-operator/prometheus-operator"),
    "kube-state-metrics": ("cluster", "k8s.io/kube-state-metrics/v2"),
    "node-exporter": ("cluster", "github.com/prometheus/node_exporter"),
    "blackbox-exporter": ("cluster", "github.com/prometheus/blackbox_exporter"),
    "alertmanager": ("alertmanager", "github.com/prometheus/alertmanager"),
    "collector": ("collector", "go.opentelemetry.io/collector/otelcol"),
    "victoria-logs": ("victoria-logs", "github.com/VictoriaMetrics/VictoriaLogs"),
    "sloth": ("sloth", "github.com/slok/sloth"),
    "kube-router": ("kube-router", "github.com/cloudnativelabs/kube-router/v2"),
    "runc": ("runc", "github.com/opencontainers/runc"),
    "pulumi": ("pulumi", "github.com/pulumi/pulumi/pkg/v3"),
    "pulumi-kubernetes": ("pulumi-kubernetes", "github.com/pulumi/pulumi-kubernetes/provider/v4"),
    "actionlint": ("actionlint", "github.com/rhysd/actionlint"),
    "helm": ("helm", "helm.sh/helm/v3"),
    "traefik-crds": ("traefik", "github.com/traefik/traefik/v3"),
    "godo": ("godo", "github.com/digitalocean/godo"),
    "wireguard": ("wireguard", "golang.zx2c4.com/wireguard"),
    "cyclonus": ("cyclonus", "github.com/mattfenwick/cyclonus"),
}
"""What is built from a Go module, with our module that requires it, and so pins it."""


def pinned(program: str) -> str:
    """The version that a go.mod of ours requires. PartError if it requires none."""
    return module_version(*_MODULES[program])
