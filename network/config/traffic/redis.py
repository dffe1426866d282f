"""Where rate limits are counted for all replicas of Traefik (TRF-2)."""

from collections.abc import Iterator

from pydantic import Field
from typing_extensions import override

from network.config.hosts import ServerHost
from network.config.model import Finding, Model
from network.config.names import Name, PortReference


class Redis(Model):
    """A Redis or Valkey: a workload of an application, or a host outside, then always by TLS.

    While it is down, Traefik answers 500 to every request that a shared limit counts
    (docs/decisions/0008-shared-limits-fail-closed.md). The password is the secret
    `network:redisPassword`; without it Traefik gives none.
    """

    application: Name | None = None
    """Whose workload it is; or give `host`."""
    workload: Name | None = None
    """Which of the application's workloads it is."""
    host: ServerHost | None = None
    """Of a Redis outside the cluster; or give `application` and `workload`."""
    port: PortReference = Field(examples=["redis", 6379])
    """Name of the workload's port, or the host's number."""
    username: str = Field(default="default", min_length=1)
    """User of Redis' access lists; goes with the password."""
    db: int = Field(default=0, ge=0, le=15)
    """Number of the database."""
    ca_secret: Name | None = None
    """Secret in Traefik's namespace, made by others, with the certificates to trust as `tls.ca` or
    `ca.crt`; a workload is reached by TLS only with it."""

    @override
    def findings(self) -> Iterator[Finding]:
        workload = {"application": self.application, "workload": self.workload}
        for key, value in workload.items():
            if self.host is None and value is None:
                yield Finding(
                    (key,),
                    "a Redis is an application's workload, or a host outside",
                    f"add {key}, or give host alone",
                )
            if self.host is not None and value is not None:
                yield Finding((key,), "the Redis is the host already", f"remove {key}, or remove host")
        if self.host is not None and isinstance(self.port, str):
            yield Finding(("port",), "only a workload's ports have names", "give the port's number")
