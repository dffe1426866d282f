"""Who scrapes and evaluates rules: a Prometheus of the platform's own, or one that exists (OBS-7)."""

from collections.abc import Iterator

from typing_extensions import override

from network.config.model import Finding, Model, exactly_one
from network.config.names import Name
from network.config.pods import Pods


class Install(Model):
    """kube-prometheus-stack, released by the platform."""


class Integrate(Model):
    """An operator of Prometheus or VictoriaMetrics that somebody else released; it reads the same objects."""

    namespace: Name
    """Where it looks for monitors and rules."""
    scraper: Pods
    """Its pods that scrape: they alone may reach the endpoints."""


class Prometheus(Model):
    """One of the two."""

    install: Install | None = None
    integrate: Integrate | None = None

    @override
    def findings(self) -> Iterator[Finding]:
        yield from exactly_one(self, "Prometheus is installed by the platform, or is one that exists")
