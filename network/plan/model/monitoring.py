"""Words of the Prometheus operator's kinds, which other operators read too (OBS-7)."""

GROUP = "monitoring.coreos.com"
API_VERSION = f"{GROUP}/v1"
"""PodMonitor, Probe and PrometheusRule."""
SCRAPE_CONFIG_VERSION = f"{GROUP}/v1alpha1"
"""ScrapeConfig."""

PROBES_JOB = "probe"
"""Label `job` of everything that probes tell."""
