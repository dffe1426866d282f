"""Who may ask for which names (CRT-5), checked by the API server whoever holds which role.

RBAC already gives nobody but the platform the right to write Certificates and Ingresses. These policies
hold where somebody hands out Kubernetes' own `edit` role, and for what controllers write on behalf of
others. Whoever may change them is not bound by them: the program itself, and the cluster's admins.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.config.platform import CERT_MANAGER, TRAEFIK
from network.config.rules.certificates import covered_names
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.layer import LayerPlan
from network.plan.model.names import application_namespace

GROUP = "admissionregistration.k8s.io"

CERT_MANAGERS_ACCOUNT = f"system:serviceaccount:{CERT_MANAGER}:{CERT_MANAGER}"
"""Name by which the API server knows cert-manager's controller."""

START_CHECKS_ACCOUNT = f"{CERT_MANAGERS_ACCOUNT}-startupapicheck"
"""That of the Job which ends cert-manager's installation: it asks for a request, as a dry run."""

UNBOUND = {
    "name": "requester-may-not-change-this-policy",
    "expression": f"!authorizer.group('{GROUP}').resource('validatingadmissionpolicies')"
    ".check('update').allowed()",
}
"""An exception by right instead of by name: what DOKS calls its admins is not documented. It also spares
the program from its own policies, which the API server takes up a moment after they are written."""


@dataclass(frozen=True, kw_only=True)
class AdmissionPlan(LayerPlan):
    """ValidatingAdmissionPolicies and what puts each into force, in the same order."""

    title = "Admission"

    policies: tuple[Manifest, ...]
    bindings: tuple[Manifest, ...]


def build(config: StackConfig) -> AdmissionPlan:
    """Return the admission policies of the environment."""
    table = names_by_namespace(config)
    policies = (_certificate_names(table), _ingress_hosts(table), _requests())
    return AdmissionPlan(
        policies=policies, bindings=tuple(_binding(policy["metadata"]["name"]) for policy in policies)
    )


def names_by_namespace(config: StackConfig) -> Mapping[str, list[str]]:
    """Return the names that each namespace may use: the ingress namespace those of the environment's
    certificates, an application's namespace the hosts of its routes."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    names[TRAEFIK].update(covered_names(config.certificates, config.external.dns))
    for name, application in config.applications.items():
        for route in application.routes.values():
            names[application_namespace(config, name)].update(route.all_hosts)
    return {namespace: sorted(names[namespace]) for namespace in sorted(names)}


def _certificate_names(table: Mapping[str, list[str]]) -> Manifest:
    asked = (
        "(has(object.spec.dnsNames) ? object.spec.dnsNames : [])"
        " + (has(object.spec.commonName) && object.spec.commonName != '' ? [object.spec.commonName] : [])"
    )
    other_kinds = ("ipAddresses", "uris", "emailAddresses", "otherNames", "literalSubject")
    return _policy(
        "network-certificate-names",
        [_rule("cert-manager.io", ["certificates"], ["CREATE", "UPDATE"])],
        [
            *_only_declared(),
            {
                "expression": " && ".join(f"!has(object.spec.{kind})" for kind in other_kinds),
                "message": f"certificates are for host names only, without {', '.join(other_kinds)}",
            },
        ],
        _variables(table, asked),
    )


def _ingress_hosts(table: Mapping[str, list[str]]) -> Manifest:
    asked = (
        "has(object.spec.rules)"
        " ? object.spec.rules.map(rule, has(rule.host) && rule.host != '' ? rule.host : '(any host)') : []"
    )
    return _policy(
        "network-ingress-hosts",
        [_rule("networking.k8s.io", ["ingresses"], ["CREATE", "UPDATE"])],
        [
            *_only_declared(),
            {
                "expression": "!has(object.spec.defaultBackend)",
                "message": "a default backend would answer for every host; name the hosts in rules",
            },
        ],
        _variables(table, asked),
    )


def _requests() -> Manifest:
    """Return the policy over what cert-manager derives from Certificates. A signing request is encoded, so
    no policy can read its names: nobody else may write one."""
    return _policy(
        "network-certificate-requests",
        [
            _rule("cert-manager.io", ["certificaterequests"], ["CREATE"]),
            _rule("acme.cert-manager.io", ["orders", "challenges"], ["CREATE"]),
        ],
        [
            {
                "expression": "request.userInfo.username in "
                f"['{CERT_MANAGERS_ACCOUNT}', '{START_CHECKS_ACCOUNT}']",
                "message": "only cert-manager makes these; ask for a Certificate instead",
            }
        ],
    )


def _only_declared() -> list[dict[str, str]]:
    undeclared = "variables.asked.filter(name, !(name in variables.allowed)).join(', ')"
    return [
        {
            "expression": "variables.asked.all(name, name in variables.allowed)",
            "messageExpression": "'the stack declares for namespace ' + request.namespace + ' no ' + "
            f"{undeclared} + '; allowed: ' + variables.allowed.join(', ')",
        }
    ]


def _variables(table: Mapping[str, list[str]], asked: str) -> list[dict[str, str]]:
    return [
        {"name": "declared", "expression": json.dumps(table)},
        {
            "name": "allowed",
            "expression": "request.namespace in variables.declared"
            " ? variables.declared[request.namespace] : []",
        },
        {"name": "asked", "expression": asked},
    ]


def _rule(group: str, resources: list[str], operations: list[str]) -> dict[str, Any]:
    return {
        "apiGroups": [group],
        "apiVersions": ["*"],
        "resources": resources,
        "operations": operations,
    }


def _policy(
    name: str,
    rules: list[dict[str, Any]],
    validations: list[dict[str, str]],
    variables: list[dict[str, str]] | None = None,
) -> Manifest:
    spec: dict[str, Any] = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": rules},
        "matchConditions": [UNBOUND],
        "validations": validations,
    }
    if variables:
        spec["variables"] = variables
    return manifest(f"{GROUP}/v1", "ValidatingAdmissionPolicy", name, spec=spec)


def _binding(policy: str) -> Manifest:
    return manifest(
        f"{GROUP}/v1",
        "ValidatingAdmissionPolicyBinding",
        policy,
        spec={"policyName": policy, "validationActions": ["Deny"]},
    )
