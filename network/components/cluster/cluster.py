"""The DOKS cluster, its node pools and the Kubernetes provider (NET-1, ADM-1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_digitalocean as digitalocean
import pulumi_kubernetes as kubernetes

from network.components import cloud
from network.components.cluster.account import LiveCluster
from network.components.cluster.predecessor import Clusters, Predecessor
from network.components.cluster.refusals import refuse_broken, within_bounds
from network.plan.model.cloud import CloudResource

READER = "whichever cluster there is"
"""What the reading provider's cluster is called, so that none is ever another one."""


@dataclass(frozen=True)
class ClusterArgs:
    """The cluster, its further node pools, and the VPC they live in."""

    cluster: CloudResource
    pools: Sequence[CloudResource]
    vpc_id: pulumi.Input[str]
    kubeconfig: Callable[[str, str, str], str]
    """Of the cluster by its id, its API server's URL and the certificate of its authority."""
    before: LiveCluster | None
    """What the account has by the cluster's name when the program starts."""
    clusters: Clusters
    """Says what the account has at any moment."""
    after: Sequence[pulumi.Resource] = ()
    """What nodes must find when they are made."""


class Cluster(pulumi.ComponentResource):
    """A cluster in the VPC, and the provider that everything inside it is declared with."""

    cluster_id: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    """Without a secret in it: whoever uses it is given a token at that moment (`network.credentials`)."""
    endpoint: pulumi.Output[str]
    """URL of the API server."""
    provider: kubernetes.Provider
    """Declares what is in the cluster."""
    reader: kubernetes.Provider
    """Reads what others made in the cluster."""

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:cluster:Cluster", name, None, opts)
        cluster = digitalocean.KubernetesCluster(
            name,
            **args.cluster.arguments,
            vpc_uuid=args.vpc_id,
            opts=cloud.options(
                self,
                args.cluster,
                depends_on=args.after,
                hooks=pulumi.ResourceHookBinding(on_error=[Predecessor(args.clusters, args.before).hook()]),
            ),
        )
        cluster.status.apply(lambda status: refuse_broken(args.cluster.name, status))
        pools = [
            digitalocean.KubernetesNodePool(
                f"{name}-{pool.name}",
                **pool.arguments,
                cluster_id=cluster.id,
                opts=cloud.options(self, pool),
            )
            for pool in args.pools
        ]
        arguments = args.cluster.arguments
        counts = [
            within_bounds(arguments["name"], arguments["node_pool"], cluster.node_pool.node_count),
            *(
                within_bounds(arguments["name"], planned.arguments, pool.node_count)
                for planned, pool in zip(args.pools, pools, strict=True)
            ),
        ]
        self.cluster_id = cluster.id
        self.endpoint = cluster.endpoint
        # The token in `kube_configs` ends, and a state that holds it can then read nothing any more. The
        # certificate beside it is public; the SDK marks the two together as secret.
        authority = pulumi.Output.unsecret(cluster.kube_configs[0].cluster_ca_certificate)
        self.kubeconfig = pulumi.Output.all(cluster.id, cluster.endpoint, authority).apply(
            lambda known: args.kubeconfig(*known)
        )
        # Goes with a replaced cluster, and lets the provider go along without being asked what differs.
        # Asked, that answers "replace", and the engine (3.274) thereupon ends the very process that has to
        # delete what is in the cluster. `deleted_with` the cluster itself it would go before what it deletes,
        # and an edit that is taken back halfway would find it missing.
        life = pulumi.Stash(
            f"{name}-life", input=cluster.id, opts=pulumi.ResourceOptions(parent=self, deleted_with=cluster)
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
            # A rotated token or password updates its Secret, a dashboard its ConfigMap: neither is gone for
            # a moment, as it is when it is replaced.
            enable_secret_mutable=True,
            enable_config_map_mutable=True,
            enable_server_side_apply=True,
            opts=pulumi.ResourceOptions(parent=self, deleted_with=life),
        )
        # A replaced provider is another one to the engine, and a resource that is only read is in no
        # replacement: it would be left with a provider that no longer exists. This one is never replaced.
        self.reader = kubernetes.Provider(
            f"{name}-reader",
            kubeconfig=self.kubeconfig,
            cluster_identifier=READER,
            opts=pulumi.ResourceOptions(parent=self),
        )
        outputs = {"clusterId": self.cluster_id, "kubeconfig": self.kubeconfig, "nodeCounts": counts}
        self.register_outputs(outputs)
