"""What is compared with what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.ingress.settings import (
    BUFFERS,
    DEFAULTS,
    FEATURES,
    LEVELS,
    OURS,
    PLAIN,
    SAMPLES,
    WATCHED,
    WATCHED_BUFFERED,
)
from network.plan.model.kubernetes import Manifest
from network.plan.traffic import TrafficPlan

ENCODINGS = ("gzip", "br", "zstd")
COMPRESSIBLE = "/?size=10KB"
"""What the backend answers with that much text."""

USER, PASSWORD = "bench", "bench"
AUTHORIZATION = "Basic YmVuY2g6YmVuY2g="
"""Of that user."""


@dataclass(frozen=True)
class Side:
    """One Traefik and the middlewares of its route."""

    settings: str
    middlewares: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """Two sides that get the same requests."""

    title: str
    base: Side
    side: Side
    path: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def compressions() -> dict[str, dict[str, Any]]:
    """Return middlewares that the cases need besides the plan's."""
    return {f"compress-{encoding}": {"compress": {"encodings": [encoding]}} for encoding in ENCODINGS}


def cases(traffic: TrafficPlan, default_chain: str | None) -> list[Case]:
    """Return all cases: settings, features, ways to watch, compression, each middleware of a chain, each
    chain."""
    plain = Side(PLAIN)
    middlewares = {each["metadata"]["name"]: each for each in traffic.middlewares}
    chains = {each["metadata"]["name"]: links(each) for each in traffic.chains}
    default = (default_chain,) if default_chain else ()
    path, headers = _request([middlewares[name] for chain in default for name in chains[chain]])
    return [
        Case("our settings", Side(DEFAULTS, default), Side(OURS, default), path, headers),
        # How far from 1 a ratio must be to mean something.
        Case("nothing", plain, plain),
        *(Case(feature, plain, Side(feature)) for feature in FEATURES),
        *(Case(name, plain, Side(name)) for name in (*LEVELS, *BUFFERS, *SAMPLES, WATCHED, WATCHED_BUFFERED)),
        # What is chosen between, side by side.
        *(Case(name, Side("metrics"), Side(name)) for name in LEVELS),
        *(Case(name, Side("access log"), Side(name)) for name in BUFFERS),
        Case(WATCHED_BUFFERED, Side(WATCHED), Side(WATCHED_BUFFERED)),
        *(
            Case(
                f"compression, {encoding}",
                plain,
                Side(PLAIN, (f"compress-{encoding}",)),
                COMPRESSIBLE,
                {"Accept-Encoding": encoding},
            )
            for encoding in ENCODINGS
        ),
        *_of_chains(middlewares, chains),
        Case("all features, default chain", plain, Side(OURS, default), path, headers),
    ]


def links(chain: Manifest) -> list[str]:
    """Return the names of a chain's middlewares."""
    return [link["name"] for link in chain["spec"]["chain"]["middlewares"]]


def kind(middleware: Manifest) -> str:
    """Return a middleware's kind in Traefik's words."""
    [name] = middleware["spec"]
    return name


def _of_chains(middlewares: Mapping[str, Manifest], chains: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    used = {name for names in chains.values() for name in names}
    for name, middleware in middlewares.items():
        if name in used:
            title = f"{kind(middleware)}: {name}"
            yield Case(title, Side(PLAIN), Side(PLAIN, (name,)), *_request([middleware]))
    for name, names in chains.items():
        request = _request([middlewares[each] for each in names])
        yield Case(f"chain: {name}", Side(PLAIN), Side(PLAIN, (name,)), *request)


def _request(middlewares: Sequence[Manifest]) -> tuple[str, Mapping[str, str]]:
    """Return path and headers of a request that gives these middlewares something to do."""
    path, headers = "/", dict[str, str]()
    for middleware in middlewares:
        options = middleware["spec"][kind(middleware)]
        match kind(middleware):
            case "basicAuth":
                headers["Authorization"] = AUTHORIZATION
            case "compress":
                path, headers["Accept-Encoding"] = COMPRESSIBLE, ENCODINGS[0]
            case "headers" if origins := options.get("accessControlAllowOriginList"):
                headers["Origin"] = origins[0]
            case "stripPrefix":
                path = f"{options['prefixes'][0]}{path}"
            case _:
                pass
    return path, headers
