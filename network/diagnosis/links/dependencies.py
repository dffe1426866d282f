"""What a workload's pods need: the other ends of its declared flows, and the cluster's DNS (SVC-3, POL-3)."""

from collections.abc import Sequence

from network.diagnosis.facts import Facts, seen
from network.diagnosis.links.pods import is_ready
from network.diagnosis.walk import Link, Outcome
from network.plan.cluster_dns import CLUSTER_DNS
from network.plan.model.flows import Flow, Host, Pods


def needed(subject: str, flows: Sequence[Flow], declared: str) -> Link:
    """Return the link of what a workload's flows lead to. Addresses and entities are not tried from here."""
    pods = {
        (f.destination.namespace, f.destination.name): f.destination
        for f in flows
        if isinstance(f.destination, Pods)
    }
    hosts = {
        f.destination.name: None
        for f in flows
        if isinstance(f.destination, Host) and "*" not in f.destination.name
    }

    def judge(facts: Facts) -> Outcome:
        for peer in pods.values():
            if not any(is_ready(pod) for pod in facts.objects.pods(peer.namespace, peer.labels)):
                command = f"kubectl get pods -n {peer.namespace}"
                return Outcome(f"no pod of {peer.namespace}/{peer.name} is Ready", command, command)
        for host in hosts:
            answer = seen(facts.names[host])
            if not answer.values:
                return Outcome(f"{host} answers {answer.status}", f"dig {host}", f"dig +trace {host}")
        told = [*(f"{namespace}/{name}" for namespace, name in pods), *hosts]
        return Outcome(f"there: {', '.join(told)}" if told else "it needs nobody", "kubectl get pods; dig")

    count = len(pods) + len(hosts)
    planned = f"the other ends of its {count} declared connections that can be seen from here"
    return Link("dependencies", subject, planned if count else "it needs nobody", judge, declared)


def cluster_dns() -> Link:
    """Return the link of the cluster's DNS."""

    def judge(facts: Facts) -> Outcome:
        pods = facts.objects.pods(CLUSTER_DNS.namespace, CLUSTER_DNS.labels)
        ready = sum(map(is_ready, pods))
        command = "kubectl get pods -n kube-system -l k8s-app=kube-dns"
        if not ready:
            return Outcome(
                f"{ready} of {len(pods)} pods Ready",
                command,
                "kubectl describe pod -n kube-system -l k8s-app=kube-dns",
            )
        if facts.objects.get("Service", "kube-dns", CLUSTER_DNS.namespace) is None:
            return Outcome(
                "there is no Service kube-dns", "kubectl get service -n kube-system kube-dns", command
            )
        return Outcome(f"{ready} of {len(pods)} pods Ready", command)

    return Link("cluster-dns", "kube-system/kube-dns", "a pod of the cluster's DNS is Ready", judge)
