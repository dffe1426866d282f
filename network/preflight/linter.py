"""What DigitalOcean's own linter calls an error, and so refuses to upgrade over
(docs/facts/kubernetes.md#the-linter-before-an-upgrade)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from network.live.cluster import Object
from network.live.finding import Finding
from network.preflight.reading import ADMISSION_POLICIES, WEBHOOKS, Objects, Reading
from network.preflight.selection import selects
from network.verification.cluster import Own
from network.verification.row import Check, both

_ITS_OWNER = "set it where the webhook is declared, in the values of its chart"

TIMEOUT = Check(
    "webhook-timeout",
    "each webhook is waited for from 1 to 29 s: DigitalOcean's own calls end after 30",
    WEBHOOKS,
    f"`timeoutSeconds`: {_ITS_OWNER}",
)
BLOCKING = Check(
    "webhook-blocks",
    "no webhook in the cluster must answer before pods and what runs them come back: with its own pods down "
    "it would keep them down",
    WEBHOOKS,
    f"a namespaceSelector without kube-system and its own namespace, or failurePolicy Ignore: {_ITS_OWNER}",
)
SERVICE = Check(
    "webhook-service",
    "each webhook leads to a Service that is there",
    WEBHOOKS,
    "`kubectl delete` what its chart left behind, or install that again",
)
POLICY = Check(
    "admission-policy",
    "no ValidatingAdmissionPolicy denies nodes, or pods and what runs them in kube-system",
    ADMISSION_POLICIES,
    "a namespaceSelector without kube-system, of the policy or its binding; or validationActions Warn",
)
CHECKS = (TIMEOUT, BLOCKING, SERVICE, POLICY)

SYSTEM = "kube-system"
_LONGEST = 29
_DEFAULT_TIMEOUT = 10
"""Seconds of a webhook that names none (Kubernetes' API)."""
_VERSIONS = {"*", "v1", "v1beta1", "v1beta2"}
_GROUPS = {"", "*", "apps"}
"""Of pods and what runs them."""
_MANAGED = "doks.digitalocean.com/managed"
"""Label of what DigitalOcean keeps itself."""


def findings(reading: Reading, it: Own) -> Iterator[Finding]:
    """Yield the rows of webhooks and policies."""
    webhooks = it.inside(reading.webhooks)
    around = both(webhooks, both(it.inside(reading.namespaces), it.inside(reading.nodes)))
    yield TIMEOUT.row("webhooks", "none outside of that").none(webhooks, _timeouts)
    yield BLOCKING.row("webhooks", "none that must").none(around, lambda seen: _blocking(seen[0], *seen[1]))
    yield SERVICE.row("webhooks", "none without").none(
        both(webhooks, it.inside(reading.services)), lambda pair: _without_service(*pair)
    )
    policies = both(it.inside(reading.policies), it.inside(reading.bindings))
    yield POLICY.row("ValidatingAdmissionPolicies", "none that denies").none(
        both(policies, it.inside(reading.namespaces)), lambda seen: _denying(*seen[0], seen[1])
    )


def _each(configurations: Objects) -> Iterator[tuple[str, Object]]:
    """Yield each webhook with its name, and that of its configuration."""
    for each in configurations:
        name = each["metadata"]["name"]
        for webhook in each.get("webhooks") or ():
            yield f"{name}: {webhook['name']}", webhook


def _timeouts(configurations: Objects) -> Iterator[str]:
    for name, webhook in _each(configurations):
        seconds = webhook.get("timeoutSeconds", _DEFAULT_TIMEOUT)
        if not 1 <= seconds <= _LONGEST:
            yield f"{name} is waited for {seconds} s"


def _blocking(configurations: Objects, namespaces: Objects, nodes: Objects) -> Iterator[str]:
    labels = _labels(namespaces)
    for name, webhook in _each(configurations):
        service = webhook["clientConfig"].get("service")
        if service is None or (service["namespace"], service["name"]) == ("default", "kubernetes"):
            continue
        if webhook.get("failurePolicy") == "Ignore" or not any(map(_of_pods, webhook.get("rules") or ())):
            continue
        selector = webhook.get("namespaceSelector")
        own = labels.get(service["namespace"])
        apart = own is not None and not selects(selector, own) and len(nodes) > 1
        if selects(selector, labels[SYSTEM]) and not apart:
            yield name


def _of_pods(rule: Mapping[str, Any]) -> bool:
    """Whether a rule asks about pods or what runs them."""
    groups = rule.get("apiGroups") or _GROUPS
    return bool(_VERSIONS & set(rule.get("apiVersions") or ()) and _GROUPS & set(groups))


def _without_service(configurations: Objects, services: Objects) -> Iterator[str]:
    present = {(each["metadata"]["namespace"], each["metadata"]["name"]) for each in services}
    for name, webhook in _each(configurations):
        service = webhook["clientConfig"].get("service")
        if service is not None and (service["namespace"], service["name"]) not in present:
            yield f"{name} leads to {service['namespace']}/{service['name']}"


def _denying(policies: Objects, bindings: Objects, namespaces: Objects) -> Iterator[str]:
    system = _labels(namespaces)[SYSTEM]
    by_name = {each["metadata"]["name"]: each for each in policies}
    for binding in bindings:
        policy = by_name.get(binding["spec"]["policyName"])
        if policy is None or "Deny" not in (binding["spec"].get("validationActions") or ()):
            continue
        if (policy["metadata"].get("labels") or {}).get(_MANAGED) == "true":
            continue
        scopes = (policy["spec"].get("matchConstraints") or {}, binding["spec"].get("matchResources") or {})
        reaches = all(selects(each.get("namespaceSelector"), system) for each in scopes)
        if _covers_pods(scopes[0].get("resourceRules") or (), in_namespaces=reaches):
            yield policy["metadata"]["name"]


def _covers_pods(rules: Iterable[Mapping[str, Any]], *, in_namespaces: bool) -> bool:
    """Whether rules are about nodes, which no namespaceSelector leaves out, or what runs in namespaces."""
    asked = {
        kind.partition("/")[0] for rule in rules if _of_pods(rule) for kind in rule.get("resources") or ()
    }
    return bool(asked & {"*", "nodes"}) or (in_namespaces and bool(asked))


def _labels(namespaces: Objects) -> dict[str, dict[str, str]]:
    return {each["metadata"]["name"]: each["metadata"].get("labels") or {} for each in namespaces}
