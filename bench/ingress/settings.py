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

METRICS, ACCESS_LOG, TRACES = FEATURES["metrics"], FEATURES["access log"], r"--tracing\."
"""Arguments by which Traefik tells of requests."""

LEVELS = {
    "metrics, by entrypoint": ("EntryPoints",),
    "metrics, by entrypoint and router": ("EntryPoints", "Routers"),
    "metrics, by entrypoint and service": ("EntryPoints", "Services"),
}
"""Metrics with fewer levels of labels than ours, which are all three."""

BUFFERS = {f"access log, buffer of {lines}": lines for lines in (100, 1000)}
"""Access logs that are written beside the requests, and how many lines may wait."""

SAMPLES = {"traces": 1.0, "traces, 5 %": 0.05}
"""Shares of requests of which a span is made; ours is the first, since the collector draws."""

WATCHED, WATCHED_BUFFERED = "all that watches", "all that watches, buffer of 1000"


def defaults_with_features(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values that switch the features of ours on, each as the chart has it by default."""
    return {
        "accessLog": {"enabled": values["accessLog"]["enabled"]},
        # The other labels are on by default, as is Prometheus.
        "metrics": {"prometheus": {"addRoutersLabels": values["metrics"]["prometheus"]["addRoutersLabels"]}},
    }


def variants(ours: Sequence[str], defaults: Sequence[str]) -> dict[str, list[str]]:
    """Return all settings by name: both that are given, ours without features, and with one of them each.

    Raises ValueError if ours lack a feature: its cost would be that of nothing.
    """
    for feature, pattern in FEATURES.items():
        if not any(_is(pattern, argument) for argument in ours):
            raise ValueError(f"our settings have no {feature}: nothing matches {pattern}")
    return {
        OURS: list(ours),
        DEFAULTS: list(defaults),
        PLAIN: _without(ours, FEATURES.values()),
        **{
            feature: _without(ours, (other for other in FEATURES.values() if other != pattern))
            for feature, pattern in FEATURES.items()
        },
    }


def watching(watched: Sequence[str]) -> dict[str, list[str]]:
    """Return settings by name that tell of requests in some way and have no other feature, from arguments
    with metrics, access log and traces.

    Raises ValueError if one of those is missing.
    """
    for name, pattern in {"metrics": METRICS, "access log": ACCESS_LOG, "traces": TRACES}.items():
        if not any(_is(pattern, argument) for argument in watched):
            raise ValueError(f"the arguments have no {name}: nothing matches {pattern}")

    def only(*patterns: str) -> list[str]:
        others = {TRACES, *FEATURES.values()}.difference(patterns)
        return _without(watched, others)

    def buffered(lines: int) -> str:
        return f"--accesslog.bufferingsize={lines}"

    def by_levels(levels: Sequence[str]) -> list[str]:
        switches = [
            f"--metrics.prometheus.add{level}Labels={str(level in levels).lower()}"
            for level in ("EntryPoints", "Routers", "Services")
        ]
        return [*_without(only(METRICS), [r"--metrics\.prometheus\.add\w+labels"]), *switches]

    def sampled(share: float) -> list[str]:
        return [*_without(only(TRACES), [r"--tracing\.samplerate="]), f"--tracing.sampleRate={share:g}"]

    everything = only(METRICS, ACCESS_LOG, TRACES)
    return {
        **{name: by_levels(levels) for name, levels in LEVELS.items()},
        **{name: [*only(ACCESS_LOG), buffered(lines)] for name, lines in BUFFERS.items()},
        **{name: sampled(share) for name, share in SAMPLES.items()},
        WATCHED: everything,
        WATCHED_BUFFERED: [*everything, buffered(1000)],
    }


def on_loopback(
    arguments: Sequence[str], free_port: Callable[[], int], collector: str
) -> tuple[list[str], int]:
    """Return arguments for a Traefik outside a cluster, and its port of the HTTPS entrypoint.

    Every entrypoint gets a free loopback port, Kubernetes is not asked, middlewares are those of the file
    provider, and spans go to the URL `collector`.
    """
    result: list[str] = []
    secure = 0
    for argument in arguments:
        if listener := re.match(r"--entrypoints\.(\w+)\.address=", argument, re.IGNORECASE):
            port = free_port()
            result.append(f"{listener[0]}127.0.0.1:{port}/tcp")
            if listener[1].lower() == WEBSECURE:
                secure = port
        elif endpoint := re.match(r"--tracing\.otlp\.http\.endpoint=", argument, re.IGNORECASE):
            result.append(f"{endpoint[0]}{collector}")
        elif not _is(r"--providers\.", argument):
            result.append(re.sub(r"\b[a-z0-9-]+_([a-z0-9-]+)@kubernetescrd", r"\1@file", argument))
    return result, secure


def _without(arguments: Sequence[str], patterns: Iterable[str]) -> list[str]:
    unwanted = list(patterns)
    return [each for each in arguments if not any(_is(pattern, each) for pattern in unwanted)]


def _is(pattern: str, argument: str) -> bool:
    return re.match(pattern, argument, re.IGNORECASE) is not None
