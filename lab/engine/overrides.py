"""Where the lab departs from the user's stack file: all of it, each with its reason.

The stack file itself stays as it is; the lab's copy of it carries these values (`stack_file.py`). They are
found in the file's own mapping and not in the checked config: in `make shell` the file may have mistakes,
which the program itself shall tell.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lab.engine import bought
from lab.engine.elsewhere import cloudflare_token, is_address, tsig_secret
from lab.engine.otlp import SIGNALS, credential, secret
from lab.engine.receivers import Receiver, receivers
from lab.engine.throwaway import htpasswd, throw_away
from lab.internet.addresses import PRIMARY
from network.config.charts import Charts
from network.config.cluster import Cluster

Values = Mapping[str, Any]
"""The `config` mapping of a stack file."""


REDIS_PASSWORD = "redis-password"
"""Name of the throw-away password of the lab's Redis."""
OUTSIDE_WEBHOOK = "outside-webhook"
"""Name of what the webhook's URL is made of that the simulated account is given."""


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
        *_bought(config, state),
        *(_receiver(receiver, state) for receiver in receivers(config)),
        *_outside_slack_url(config, state),
        *_events(config),
        *(_credential(signal, state) for signal in SIGNALS if f"network:{signal}Credential" in config),
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


def _bought(config: Values, state: Path) -> Iterator[Override]:
    """A certificate of the lab's in place of each that was bought, with its key."""
    for name, names in bought.bought_names(config).items():
        yield Override(
            f"network:certificates.bought.{name}.pem",
            bought.chain(name, names, state),
            "your certificate's key is encrypted for your stack only: the lab's own, for the same names",
        )
        yield Override(
            f"network:certificateKeys.{name}",
            f"the key in secrets/certificate-key-{name}",
            "the key of that certificate",
            partial(bought.key, name, state),
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


def _outside_slack_url(config: Values, state: Path) -> Sequence[Override]:
    """The webhook by which DigitalOcean tells a channel of its checks."""
    observability = config.get("network:observability")
    outside = observability.get("outside") if isinstance(observability, Mapping) else None
    tells = isinstance(outside, Mapping) and outside.get("slackChannel") is not None
    if not tells and "network:outsideSlackUrl" not in config:
        return ()
    return (
        Override(
            "network:outsideSlackUrl",
            f"made of secrets/{OUTSIDE_WEBHOOK}, and called by nobody",
            "your webhook is encrypted for your stack only, and the simulated account tells nobody",
            lambda: f"https://hooks.slack.com/services/{throw_away(state, OUTSIDE_WEBHOOK)}",
        ),
    )


def _events(config: Values) -> Sequence[Override]:
    """Kubernetes' Events, which a stack that keeps logs takes unless it says otherwise."""
    observability = config.get("network:observability")
    logs = observability.get("logs") if isinstance(observability, Mapping) else None
    if not isinstance(logs, Mapping) or logs.get("events") is False:
        return ()
    return (
        Override(
            "network:observability.logs.events",
            False,
            "the lab's collector has no receiver of them: its module is served by no proxy",
        ),
    )


def _credential(signal: str, state: Path) -> Override:
    """What is shown to whoever takes logs or traces."""
    return Override(
        f"network:{signal}Credential",
        f"made of secrets/{secret(signal)}, and wanted by the lab's own receiver",
        f"your credential is encrypted for your stack only, and nobody is sent the lab's {signal}",
        lambda: credential(signal, state),
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
