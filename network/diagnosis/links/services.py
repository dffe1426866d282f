"""Services of Kubernetes, what balances over them, and their endpoints (SVC-1, TRF-4)."""

from collections.abc import Mapping, Sequence

from network.diagnosis.compared import difference
from network.diagnosis.facts import Facts, Object
from network.diagnosis.links.pods import is_ready
from network.diagnosis.walk import Link, Outcome

OF_SERVICE = "kubernetes.io/service-name"
"""Label of EndpointSlices."""


def declared_as(subject: str, planned: Sequence[Object], declared: str) -> Link:
    """Return the link of Services and what balances over them."""
    namespace = planned[0]["metadata"]["namespace"]
    names = ", ".join(f"{each['kind']} {each['metadata']['name']}" for each in planned)

    def judge(facts: Facts) -> Outcome:
        source = f"kubectl get services,traefikservices.traefik.io -n {namespace} -o yaml"
        for each in planned:
            if wrong := difference(facts.objects, each):
                return Outcome(f"{wrong} (namespace {namespace})", source, "pulumi up --refresh")
        return Outcome("as planned", source)

    return Link("service", subject, f"{names}, as declared", judge, declared)


def endpoints(
    subject: str, namespace: str, service: str, labels: Mapping[str, str], ports: Sequence[int], declared: str
) -> Link:
    """Return the link of a Service's endpoints: every Ready pod of the workload, and no other."""

    def judge(facts: Facts) -> Outcome:
        source = f"kubectl get endpointslices -n {namespace} -l {OF_SERVICE}={service} -o yaml"
        selector = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
        pods_of = f"kubectl get pods -n {namespace} -l {selector} -o wide"
        command = f"{pods_of}; kubectl describe service -n {namespace} {service}"
        slices = [
            each
            for each in facts.objects.list("EndpointSlice", namespace)
            if each["metadata"].get("labels", {}).get(OF_SERVICE) == service
            and each.get("addressType") == "IPv4"
        ]
        found = {address for each in slices for address in _addresses(each)}
        pods = {
            pod["status"]["podIP"]: pod["metadata"]["name"]
            for pod in facts.objects.pods(namespace, labels)
            if is_ready(pod) and pod.get("status", {}).get("podIP")
        }
        left = [name for address, name in pods.items() if address not in found]
        if left:
            return Outcome(f"{', '.join(sorted(left))}, Ready, is no endpoint of {service}", source, command)
        if strange := sorted(found - pods.keys() - _of_workload(facts, namespace, labels)):
            return Outcome(
                f"{', '.join(strange)} is an endpoint, and no pod of the workload", source, command
            )
        listening = {port["port"] for each in slices for port in each.get("ports") or () if _addresses(each)}
        if found and not listening >= set(ports):
            told = ", ".join(map(str, sorted(listening))) or "no port"
            return Outcome(f"its endpoints are on {told}", source, command)
        return Outcome(f"{len(found)} endpoints for {len(pods)} Ready pods", source)

    wanted = ", ".join(map(str, ports))
    planned = f"every Ready pod of it is an endpoint, on {wanted}"
    return Link("endpoints", subject, planned, judge, declared)


def _of_workload(facts: Facts, namespace: str, labels: Mapping[str, str]) -> set[str]:
    """Return the addresses of the workload's pods, Ready or ending: slices follow a moment later."""
    return {
        pod["status"]["podIP"]
        for pod in facts.objects.list("Pod", namespace)
        if labels.items() <= pod["metadata"].get("labels", {}).items() and pod.get("status", {}).get("podIP")
    }


def _addresses(each: Object) -> list[str]:
    ready = (
        one for one in each.get("endpoints") or () if (one.get("conditions") or {}).get("ready") is not False
    )
    return [address for one in ready for address in one["addresses"]]
