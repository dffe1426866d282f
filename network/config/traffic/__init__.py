"""Named middlewares and chains (TRF-1, TRF-2, TRF-5, TRF-7), in Traefik's words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model, repeated
from network.config.names import Name
from network.config.nearest import did_you_mean
from network.config.traffic.limits import RateLimit
from network.config.traffic.middleware import Middleware
from network.config.traffic.redis import Redis


class Passing(Protocol):
    """What says which chains its requests pass: a route."""

    @property
    def chain(self) -> str | None:
        """Its own chain."""
        ...

    @property
    def default_chain(self) -> str | Literal[False] | None:
        """What it takes in place of the platform's default chain; False for nothing."""
        ...


@dataclass(frozen=True)
class Link:
    """A middleware where it stands in a chain."""

    name: str
    chain: str
    index: int


class Traffic(Model):
    """Middlewares and the chains that routes refer to."""

    middlewares: dict[Name, Middleware] = Field(default_factory=dict)
    """What may stand between a request and its backend, by name."""
    chains: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    """Names of middlewares in the order in which a request passes them."""
    default_chain: Name | None = None
    """Chain that requests of every route pass before the route's own, unless its `defaultChain` says
    otherwise."""
    web_chain: Name | None = None
    """Chain on every request of the `web` entrypoint, which redirects to HTTPS and serves HTTP-01."""
    redis: Redis | None = None
    """Where rate limits are counted for all replicas of Traefik."""

    def is_shared(self, limit: RateLimit) -> bool:
        """Whether the limit is counted in Redis."""
        return self.redis is not None and limit.shared is not False

    def chains_of(self, route: Passing) -> tuple[str, ...]:
        """Return the chains that requests of a route pass, in order, each once."""
        default = self.default_chain if route.default_chain is None else route.default_chain
        return tuple(dict.fromkeys(each for each in (default, route.chain) if each))

    def passed(self, *chains: str) -> tuple[Link, ...]:
        """Return the middlewares that a request through these chains passes, in order."""
        return tuple(
            Link(name, chain, index) for chain in chains for index, name in enumerate(self.chains[chain])
        )

    def passed_to(self, route: Passing) -> tuple[Link, ...]:
        """Return the middlewares that requests of a route pass; none of a chain that does not exist."""
        return self.passed(*(each for each in self.chains_of(route) if each in self.chains))

    @override
    def findings(self) -> Iterator[Finding]:
        for name, links in self.chains.items():
            yield from self._chain_findings(name, links)
        for key, chain in (("defaultChain", self.default_chain), ("webChain", self.web_chain)):
            if chain is not None and chain not in self.chains:
                yield Finding((key,), f"no chain is named {chain}", did_you_mean(chain, self.chains))
        for name, middleware in self.middlewares.items():
            if middleware.rate_limit and middleware.rate_limit.shared and self.redis is None:
                yield Finding(
                    ("middlewares", name, "rateLimit", "shared"),
                    "limits are shared through a Redis, and none is given",
                    "add network:traffic.redis",
                )

    def _chain_findings(self, name: str, links: tuple[str, ...]) -> Iterator[Finding]:
        here = ("chains", name)
        if not links:
            yield Finding(
                here,
                "a chain without middlewares does nothing",
                "name one, or remove it",
            )
        if name in self.middlewares:
            yield Finding(
                here,
                "a middleware has this name; both would be one object of Traefik",
                "rename one of them",
            )
        for found in repeated(name, links):
            yield Finding(("chains", *found.location), found.rule, found.fix)
        for index, link in enumerate(links):
            if link not in self.middlewares:
                yield Finding(
                    (*here, index),
                    f"no middleware is named {link}",
                    did_you_mean(link, self.middlewares),
                )
