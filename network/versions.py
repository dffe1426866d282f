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
