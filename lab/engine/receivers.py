"""Whom a stack's Alertmanager tells, and the secrets by which it does so in the lab."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from network.config.model import LENIENT
from network.config.observability.alerting import DEAD_MAN_SWITCH, Alerting, named_receivers

Values = Mapping[str, Any]
"""The `config` mapping of a stack file."""


@dataclass(frozen=True)
class Receiver:
    """One of them."""

    name: str
    """In `network:alertReceivers`."""
    host: str
    """Empty where the stack file has mistakes."""
    port: int
    is_url: bool
    """Whether its secret is a URL; else it is a key."""

    def secret(self, random: str) -> str:
        """A secret of the form that is wanted, with `random` in it."""
        if not self.is_url:
            return random
        return f"https://{self.host}{'' if self.port == 443 else f':{self.port}'}/{random}"


def receivers(config: Values) -> tuple[Receiver, ...]:
    """Everybody whom Alertmanager tells."""
    observability = config.get("network:observability")
    names = named_receivers(observability)
    if not names:
        return ()
    assert isinstance(observability, Mapping)
    try:
        alerting = Alerting.model_validate(observability["alerting"], context=LENIENT)
    except ValidationError:
        return tuple(Receiver(name, "", 443, is_url=False) for name in names)
    found = [
        Receiver(name, *receiver.endpoint, is_url=receiver.pager_duty is None)
        for name, receiver in alerting.receivers.items()
    ]
    if switch := alerting.dead_man_switch:
        found.append(Receiver(DEAD_MAN_SWITCH, switch.host, switch.port, is_url=True))
    return tuple(found)
