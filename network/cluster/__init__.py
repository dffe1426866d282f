"""The DOKS cluster, its node pools and the Kubernetes provider (NET-1, ADM-1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_digitalocean as digitalocean
import pulumi_kubernetes as kubernetes

from network import cloud, outcome
from network.plan.cloud import CloudResource


@dataclass(frozen=True)
class ClusterArgs:
    """The cluster, its further node pools, and the VPC they live in."""

    cluster: CloudResource
    pools: Sequence[CloudResource]
    vpc_id: pulumi.Input[str]
    kubeconfig: Callable[[str, str, str], str]
    """Of the cluster by its id, its API server's URL and the certificate of its authority."""


class Cluster(pulumi.ComponentResource):
    """A cluster in the VPC, and the provider that everything inside it is declared with."""

    cluster_id: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    """Without a secret in it: whoever uses it is given a token at that moment (`network.credentials`)."""
    provider: kubernetes.Provider

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:cluster:Cluster", name, None, opts)
        cluster = digitalocean.KubernetesCluster(
            name,
            **args.cluster.arguments,
            vpc_uuid=args.vpc_id,
            opts=cloud.options(self, args.cluster),
        )
        cluster.status.apply(lambda status: _refuse_broken(args.cluster.name, status))
        for pool in args.pools:
            digitalocean.KubernetesNodePool(
                f"{name}-{pool.name}",
                **pool.arguments,
                cluster_id=cluster.id,
                opts=cloud.options(self, pool),
            )
        self.cluster_id = cluster.id
        # The token in `kube_configs` ends, and a state that holds it can then read nothing any more. The
        # certificate beside it is public; the SDK marks the two together as secret.
        authority = pulumi.Output.unsecret(cluster.kube_configs[0].cluster_ca_certificate)
        self.kubeconfig = pulumi.Output.all(cluster.id, cluster.endpoint, authority).apply(
            lambda known: args.kubeconfig(*known)
        )
        self.provider = kubernetes.Provider(
            name,
            kubeconfig=self.kubeconfig,
            # A new or unknown kubeconfig (token renewed, cluster updated) would otherwise replace
            # the provider and everything declared with it.
            cluster_identifier=cluster.id,
            # An object made by an interrupted run is taken over by the next one. Providers before
            # 4.29 always do this.
            upsert_existing_objects=True,
            # A rotated token or password updates its Secret instead of replacing it.
            enable_secret_mutable=True,
            enable_server_side_apply=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"clusterId": self.cluster_id, "kubeconfig": self.kubeconfig})


def _refuse_broken(name: str, status: str | None) -> None:
    """End the program before anything waits for a cluster that will not answer; None: a preview."""
    if status == "error":
        outcome.refuse(
            f"cluster {name}: DigitalOcean says that its state is `error`\n"
            "  rule: a cluster that did not come to run never will, and keeps its name and its ranges\n"
            "  fix:  docs/runbooks/interrupted-run.md, a cluster in state `error`: delete it, then `up`;\n"
            "        if it has run before, ask DigitalOcean's support first"
        )
