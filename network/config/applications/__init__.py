"""Applications: namespaces, workloads, routes and whom they talk to (SVC-3, SVC-4)."""

from network.config.applications.application import Application
from network.config.applications.backends import Backend
from network.config.applications.balancing import Service
from network.config.applications.quota import Quota
from network.config.applications.routes import Route
from network.config.applications.talks import Accept, Talk
from network.config.applications.workloads import Port, Workload

__all__ = [
    "Accept",
    "Application",
    "Backend",
    "Port",
    "Quota",
    "Route",
    "Service",
    "Talk",
    "Workload",
]
