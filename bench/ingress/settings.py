"""Traefik's arguments: which the plan's values lead to, with and without features, and on loopback ports."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from network.plan.ingress.entrypoints import WEBSECURE

OURS, DEFAULTS, PLAIN = "our settings", "the chart's defaults", "without features"
"""Names of settings, besides those of FEATURES."""

FEATURES = {
    "access log": r"--accesslog\b",
    "metrics": r"--metrics\.",
    "request hygiene": r"--entrypoints\.\w+\.http\.(encodedcharacters|sanitizepath|aliasheadersstrategy)\b",
}
"""What our values switch on, and the arguments that do so. Without them, Traefik has its own defaults."""

DEFAULT_CHAIN = rf"--entrypoints\.{WEBSECURE}\.http\.middlewares="


def defaults_with_features(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values that switch the features of ours on, each as the chart has it by default."""
    return {
        "accessLog": {"enabled": values["accessLog"]["enabled"]},
        # The other labels are on by default, as is Prometheus.
        "metrics": {"prometheus": {"addRoutersLabels": values["metrics"]["prometheus"]["addRoutersLabels"]}},
        "ports": {
            WEBSECURE: {"http": {"middlewares": values["ports"][WEBSECURE]["http"]["middlewares"]}},
        },
    }


def variants(ours: Sequence[str], defaults: Sequence[str]) -> dict[str, list[str]]:
    """Return all settings by name: both that are given, ours without features, and with one of them each.

    Raises ValueError if ours lack a feature: its cost would be that of nothing.
    """
    for feature, pattern in FEATURES.items():
        if not any(_is(pattern, argument) for argument in ours):
            raise ValueError(f"our settings have no {feature}: nothing matches {pattern}")
    chainless = [argument for argument in ours if not _is(DEFAULT_CHAIN, argument)]
    return {
        OURS: list(ours),
        DEFAULTS: list(defaults),
        PLAIN: _without(chainless, FEATURES.values()),
        **{
            feature: _without(chainless, (other for other in FEATURES.values() if other != pattern))
            for feature, pattern in FEATURES.items()
        },
    }


def on_loopback(arguments: Sequence[str], free_port: Callable[[], int]) -> tuple[list[str], int]:
    """Return arguments for a Traefik outside a cluster, and its port of the HTTPS entrypoint.

    Every entrypoint gets a free loopback port, Kubernetes is not asked, and middlewares are those of the
    file provider.
    """
    result: list[str] = []
    secure = 0
    for argument in arguments:
        if listener := re.match(r"--entrypoints\.(\w+)\.address=", argument, re.IGNORECASE):
            port = free_port()
            result.append(f"{listener[0]}127.0.0.1:{port}/tcp")
            if listener[1].lower() == WEBSECURE:
                secure = port
        elif not _is(r"--providers\.", argument):
            result.append(re.sub(r"\b[a-z0-9-]+_([a-z0-9-]+)@kubernetescrd", r"\1@file", argument))
    return result, secure


def _without(arguments: Sequence[str], patterns: Iterable[str]) -> list[str]:
    unwanted = list(patterns)
    return [each for each in arguments if not any(_is(pattern, each) for pattern in unwanted)]


def _is(pattern: str, argument: str) -> bool:
    return re.match(pattern, argument, re.IGNORECASE) is not None
