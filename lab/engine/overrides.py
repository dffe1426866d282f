"""Where the lab departs from the user's stack file: all of it, each with its reason.

The stack file itself stays as it is; the lab's copy of it carries these values (`stack_file.py`). They are
found in the file's own mapping and not in the checked config: in `make shell` the file may have mistakes,
which the program itself shall tell.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.engine.elsewhere import cloudflare_token, is_address, tsig_secret
from lab.engine.receivers import Receiver, receivers
from lab.engine.throwaway import htpasswd, throw_away
from lab.internet.addresses import PRIMARY
from network.config.charts import Charts
from network.config.cluster import Cluster

Values = Mapping[str, Any]
"""The `config` mapping of a stack file."""


REDIS_PASSWORD = "redis-password"
"""Name of the throw-away password of the lab's Redis."""


@dataclass(frozen=True)
class Override:
    """One value that differs in the lab."""

    path: str
    """Pulumi's path of the value, for example `network:certificates.dns01`."""
    value: object
    """What the lab's copy holds; of a secret, a name that says where it comes from."""
    reason: str
    secret: Callable[[], str] | None = None
    """Makes the plain value of a secret; called once, when it is encrypted for the first time."""


def overrides(
    config: Values, charts: Mapping[str, Path], token: str, state: Path, cni: str
) -> tuple[Override, ...]:
    """Every override for a stack whose file holds `config`.

    `charts` are the folders of those charts that the lab provides, by their key in
    `network:charts`; `token` is the simulated account's; `state` is the lab's state folder, which keeps
    its secrets; `cni` is the lab's pod network.
    """
    return (
        *(_chart(config, name, folder) for name, folder in charts.items()),
        Override(
            "network:certificates.dns01.waitInsteadOfSelfCheck",
            "0s",
            "records are served at once here; cert-manager's own wait takes 60 s per name",
        ),
        *_provider(config, token),
        *_zone(config, token, state),
        *_pod_network(config, cni),
        *(_users(name, state) for name in _basic_auth(config)),
        *_redis_password(config, state),
        *(_receiver(receiver, state) for receiver in receivers(config)),
    )


def _provider(config: Values, token: str) -> Sequence[Override]:
    """The provider's token, where the stack file holds one; else the lab's environment gives it."""
    if "digitalocean:token" not in config:
        return ()
    reason = "your token is encrypted for your stack only, and is for your account"
    return (Override("digitalocean:token", "the simulated account's token", reason, lambda: token),)


def _zone(config: Values, token: str, state: Path) -> Sequence[Override]:
    """What gives write access to the zone, by who serves it."""
    solver: Mapping[str, Any] = config.get("network:certificates", {}).get("dns01", {})
    what, secret = {
        "cloudflare": ("the token of the simulated Cloudflare account", lambda: cloudflare_token(state)),
        "rfc2136": ("the key of the lab's name server", lambda: tsig_secret(state)),
    }.get(solver.get("provider", ""), ("the simulated account's token", lambda: token))
    reason = "your token is encrypted for your stack only, and nobody knows it here"
    found = [Override("network:dnsToken", what, reason, secret)]
    host, _, port = solver.get("nameserver", "").rpartition(":")
    if is_address(host):
        reason = "the lab's name server, in the place of yours"
        found.append(Override("network:certificates.dns01.nameserver", f"{PRIMARY}:{port}", reason))
    return found


def declared_pod_network(config: Values) -> str:
    """The pod network that a stack file asks for, or the default."""
    return config.get("network:cluster", {}).get("cni", Cluster.model_fields["cni"].default)


def _pod_network(config: Values, cni: str) -> Sequence[Override]:
    if declared_pod_network(config) == cni:
        return ()
    reason = f"this lab was started with CNI={cni}: its policies must be those that its enforcer reads"
    return (Override("network:cluster.cni", cni, reason),)


def _chart(config: Values, name: str, folder: Path) -> Override:
    default = Charts().model_dump(by_alias=True)[name]
    given: Mapping[str, object] = config.get("network:charts", {}).get(name, {})
    # Images that the lab makes have other digests.
    given = {key: value for key, value in given.items() if not key.startswith("imageDigest")}
    return Override(
        f"network:charts.{name}",
        {key: default[key] for key in ("repository", "version")} | {**given, "path": str(folder)},
        "the chart's repository cannot be reached from inside the lab",
    )


def _users(name: str, state: Path) -> Override:
    """One user, named as the list of users is; the password is in the lab's state folder."""
    password = f"basic-auth-{name}"
    return Override(
        f"network:basicAuthUsers.{name}",
        f"user {name}, password in secrets/{password}",
        "your users' hashes are encrypted for your stack only",
        lambda: htpasswd(name, throw_away(state, password)),
    )


def _receiver(receiver: Receiver, state: Path) -> Override:
    """Whom Alertmanager tells: the name stays, and in the lab it is the lab that listens there."""
    password = f"alert-receiver-{receiver.name}"
    return Override(
        f"network:alertReceivers.{receiver.name}",
        f"secrets/{password}, taken by {receiver.host} in the lab",
        "your receivers' secrets are encrypted for your stack only, and nobody is told of the lab's alerts",
        lambda: receiver.secret(throw_away(state, password)),
    )


def _redis_password(config: Values, state: Path) -> Sequence[Override]:
    """The password of the lab's own Redis, where the stack names a workload for it."""
    if "workload" not in (config.get("network:traffic", {}).get("redis") or {}):
        return ()
    return (
        Override(
            "network:redisPassword",
            f"the password in secrets/{REDIS_PASSWORD}",
            "your password is encrypted for your stack only",
            lambda: throw_away(state, REDIS_PASSWORD),
        ),
    )


def _basic_auth(config: Values) -> Sequence[str]:
    """Names of the user lists that middlewares refer to."""
    middlewares = config.get("network:traffic", {}).get("middlewares", {})
    used = {
        options["basicAuth"].get("users", "")
        for options in middlewares.values()
        if isinstance(options, dict) and isinstance(options.get("basicAuth"), dict)
    }
    return sorted(used - {""})
