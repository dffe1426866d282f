"""Every version that the platform pins; each line is kept current by Renovate."""

METRICS_SERVER_IMAGE = "registry.k8s.io/metrics-server/metrics-server"
# renovate: datasource=docker depName=registry.k8s.io/metrics-server/metrics-server
METRICS_SERVER_IMAGE_TAG = "v0.9.0"

TRAEFIK_CHART_REPOSITORY = "https://traefik.github.io/charts"
# renovate: datasource=helm depName=traefik registryUrl=https://traefik.github.io/charts
TRAEFIK_CHART = "41.3.0"
# renovate: datasource=docker depName=traefik
TRAEFIK_IMAGE_TAG = "v3.7.15"

CERT_MANAGER_CHART_REPOSITORY = "https://charts.jetstack.io"
# renovate: datasource=helm depName=cert-manager registryUrl=https://charts.jetstack.io
CERT_MANAGER_CHART = "v1.21.1"
# renovate: datasource=docker depName=quay.io/jetstack/cert-manager-controller
CERT_MANAGER_IMAGE_TAG = "v1.21.1"

COLLECTOR_CHART_REPOSITORY = "https://open-telemetry.github.io/opentelemetry-helm-charts"
# renovate: datasource=helm depName=opentelemetry-collector registryUrl=https://open-telemetry.github.io/opentelemetry-helm-charts
COLLECTOR_CHART = "0.170.0"
COLLECTOR_IMAGE = "otel/opentelemetry-collector-k8s"
# renovate: datasource=docker depName=otel/opentelemetry-collector-k8s
COLLECTOR_IMAGE_TAG = "0.158.0"

VICTORIA_LOGS_CHART_REPOSITORY = "https://victoriametrics.github.io/helm-charts"
# renovate: datasource=helm depName=victoria-logs-single registryUrl=https://victoriametrics.github.io/helm-charts
VICTORIA_LOGS_CHART = "0.13.9"
VICTORIA_LOGS_IMAGE = "victoriametrics/victoria-logs"
# renovate: datasource=docker depName=victoriametrics/victoria-logs
VICTORIA_LOGS_IMAGE_TAG = "v1.52.2"

PROMETHEUS_CHART_REPOSITORY = "https://prometheus-community.github.io/helm-charts"
# renovate: datasource=helm depName=kube-prometheus-stack registryUrl=https://prometheus-community.github.io/helm-charts
PROMETHEUS_STACK_CHART = "88.5.3"
# renovate: datasource=docker depName=quay.io/prometheus-operator/prometheus-operator
PROMETHEUS_OPERATOR_IMAGE_TAG = "v0.93.1"
# renovate: datasource=docker depName=quay.io/prometheus/prometheus
PROMETHEUS_IMAGE_TAG = "v3.14.0"
# renovate: datasource=docker depName=quay.io/prometheus/alertmanager
ALERTMANAGER_IMAGE_TAG = "v0.34.0"
# renovate: datasource=docker depName=quay.io/prometheus/node-exporter
NODE_EXPORTER_IMAGE_TAG = "v1.12.1"
# renovate: datasource=docker depName=registry.k8s.io/kube-state-metrics/kube-state-metrics
KUBE_STATE_METRICS_IMAGE_TAG = "v2.20.0"
# renovate: datasource=docker depName=docker.io/grafana/grafana
GRAFANA_IMAGE_TAG = "13.2.0"
# renovate: datasource=docker depName=quay.io/kiwigrid/k8s-sidecar
GRAFANA_SIDECAR_IMAGE_TAG = "2.10.1"

# renovate: datasource=helm depName=prometheus-blackbox-exporter registryUrl=https://prometheus-community.github.io/helm-charts
BLACKBOX_EXPORTER_CHART = "11.17.2"
# renovate: datasource=docker depName=quay.io/prometheus/blackbox-exporter
BLACKBOX_EXPORTER_IMAGE_TAG = "v0.28.0"

WHOAMI_IMAGE = "docker.io/traefik/whoami"
# renovate: datasource=docker depName=docker.io/traefik/whoami
WHOAMI_IMAGE_TAG = "v1.11.0"
