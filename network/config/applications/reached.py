"""What stands behind a backend, through the services that it names."""

from collections.abc import Iterator

from network.config.applications.application import Application
from network.config.applications.backends import Backend


def workload_ports(application: Application, backend: Backend) -> dict[tuple[str, str], None]:
    """Return workload and port of everything that may answer for a backend, each once, in order."""
    return dict.fromkeys(_workload_ports(application, backend))


def external_services(application: Application, backend: Backend) -> dict[str, None]:
    """Return every external service that may answer for a backend, each once, in order."""
    if backend.service in application.external_services:
        return {str(backend.service): None}
    members = [] if backend.service is None else application.services[backend.service].backends()
    return {name: None for _, member in members for name in external_services(application, member)}


def is_grpc(application: Application, backend: Backend) -> bool:
    """Whether all that may answer speaks HTTP/2 without TLS, which gRPC alone needs."""
    behind = workload_ports(application, backend)
    return (
        bool(behind)
        and not external_services(application, backend)
        and all(application.workloads[workload].ports[port].scheme == "h2c" for workload, port in behind)
    )


def _workload_ports(application: Application, backend: Backend) -> Iterator[tuple[str, str]]:
    if backend.service in application.services:
        for _, member in application.services[str(backend.service)].backends():
            yield from _workload_ports(application, member)
    elif backend.workload is not None and backend.port is not None:
        yield backend.workload, backend.port
