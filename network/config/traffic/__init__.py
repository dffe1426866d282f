"""Named middlewares and chains (TRF-1, TRF-2, TRF-5, TRF-7), in Traefik's words."""

from collections.abc import Iterator

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model, repeated
from network.config.names import Name
from network.config.nearest import did_you_mean
from network.config.traffic.middleware import Middleware


class Traffic(Model):
    """Middlewares and the chains that routes refer to."""

    middlewares: dict[Name, Middleware] = Field(default_factory=dict)
    chains: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    """Names of middlewares in the order in which a request passes them."""
    default_chain: Name | None = None
    """Chain on every request of the `websecure` entrypoint."""

    @override
    def findings(self) -> Iterator[Finding]:
        for name, links in self.chains.items():
            yield from self._chain_findings(name, links)
        if self.default_chain is not None and self.default_chain not in self.chains:
            yield Finding(
                ("defaultChain",),
                f"no chain is named {self.default_chain}",
                did_you_mean(self.default_chain, self.chains),
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
