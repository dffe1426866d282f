"""Middlewares and chains (TRF-1, TRF-2, TRF-5, TRF-7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from network.components.manifests import declare
from network.components.secrets import SecretValues, declare_secret
from network.plan.traffic import TrafficPlan


@dataclass(frozen=True)
class TrafficArgs:
    """The plan, the secrets that middlewares read, and what must exist before."""

    traffic: TrafficPlan
    secret_values: SecretValues
    after: Sequence[pulumi.Resource]


class Traffic(pulumi.ComponentResource):
    """Named middlewares and the chains that routes refer to."""

    chains: Mapping[str, pulumi.Resource]
    """By name; a route depends on the one that it refers to."""

    def __init__(self, name: str, args: TrafficArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:traffic:Traffic", name, None, opts)
        secrets = [
            declare_secret(self, secret, args.secret_values, depends_on=args.after)
            for secret in args.traffic.secrets
        ]
        middlewares = [
            declare(self, middleware, depends_on=[*args.after, *secrets])
            for middleware in args.traffic.middlewares
        ]
        self.chains = {
            chain["metadata"]["name"]: declare(self, chain, depends_on=[*args.after, *middlewares])
            for chain in args.traffic.chains
        }
        self.register_outputs({})
