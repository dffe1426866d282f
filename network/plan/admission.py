"""Who may ask for which names (CRT-5), and past which chains (TRF-8), checked by the API server whoever holds
which role.

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
from network.config.applications.asked import asked_hosts
from network.config.applications.host_patterns import is_expression
from network.config.platform import CERT_MANAGER, TRAEFIK
from network.config.rules.certificates import issued_names
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.layer import LayerPlan
from network.plan.model.names import application_namespace
from network.plan.model.traefik import traefik_name

GROUP = "admissionregistration.k8s.io"

CERT_MANAGERS_ACCOUNT = f"system:serviceaccount:{CERT_MANAGER}:{CERT_MANAGER}"
"""Name by which the API server knows cert-manager's controller."""

START_CHECKS_ACCOUNT = f"{CERT_MANAGERS_ACCOUNT}-startupapicheck"
"""That of the Job which ends cert-manager's installation: it asks for a request, as a dry run."""

_ROUTER = "traefik.ingress.kubernetes.io/router."
_SERVICE = "traefik.ingress.kubernetes.io/service."
"""Beginnings of annotations by which an Ingress or a Service names objects of Traefik's."""
_CLASS = "kubernetes.io/ingress.class"
"""Annotation that names a class as Kubernetes did before 1.18; Traefik still reads it."""
_ANNOTATIONS = "has(object.metadata.annotations) ? object.metadata.annotations : {}"

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
    policies = (
        _certificate_names(names_by_namespace(config)),
        _ingress_hosts(config),
        _ingress_references(config),
        _service_references(config),
        _requests(),
    )
    return AdmissionPlan(
        policies=policies, bindings=tuple(_binding(policy["metadata"]["name"]) for policy in policies)
    )


def names_by_namespace(config: StackConfig) -> Mapping[str, list[str]]:
    """Return the names that each namespace may use: the ingress namespace those of the environment's
    certificates, an application's namespace the hosts of its routes, wildcards among them. An expression is
    none: no certificate and no Ingress can be for one."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    names[TRAEFIK].update(issued_names(config.certificates, config.external.dns))
    for name, application in config.applications.items():
        for route in application.routes.values():
            hosts = (host for host in route.all_hosts if not is_expression(host))
            names[application_namespace(config, name)].update(hosts)
    return {namespace: sorted(names[namespace]) for namespace in sorted(names)}


def internal_hosts(config: StackConfig) -> tuple[str, ...]:
    """Return the hosts to which the internal load balancer leads, wildcards and expressions among them. An
    Ingress is on the public entrypoint whatever its host, so it may be for none of them."""
    entry_points = config.ingress.entry_points
    asked = (each.host for each in asked_hosts(config.applications) if each.is_internal(entry_points))
    return tuple(dict.fromkeys(asked))


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


def _ingress_hosts(config: StackConfig) -> Manifest:
    internal = internal_hosts(config)
    table = {
        namespace: [name for name in names if name not in internal]
        for namespace, names in names_by_namespace(config).items()
    }
    asked = (
        "has(object.spec.rules)"
        " ? object.spec.rules.map(rule, has(rule.host) && rule.host != '' ? rule.host : '(any host)') : []"
    )
    return _policy(
        "network-ingress-hosts",
        [_rule("networking.k8s.io", ["ingresses"], ["CREATE", "UPDATE"])],
        [
            *(_none_internal(internal) if internal else ()),
            *_only_declared(),
            {
                "expression": "!has(object.spec.defaultBackend)",
                "message": "a default backend would answer for every host; name the hosts in rules",
            },
        ],
        _variables(table, asked),
    )


def _none_internal(hosts: tuple[str, ...]) -> list[dict[str, str]]:
    """Return what also keeps those from Ingresses that lie below a wildcard of the public load balancer."""
    expressions = [host for host in hosts if is_expression(host)]
    is_internal = f"(name in {json.dumps([host for host in hosts if not is_expression(host)])})"
    if expressions:
        is_internal = f"({is_internal} || {json.dumps(expressions)}.exists(each, name.matches(each)))"
    return [
        {
            "expression": f"variables.asked.all(name, name in variables.allowed || !{is_internal})",
            "messageExpression": "'hosts of the internal load balancer are for routes of the stack file: an "
            f"Ingress would serve them to the internet: ' + variables.asked.filter(name, {is_internal})"
            ".join(', ')",
        }
    ]


def _ingress_references(config: StackConfig) -> Manifest:
    """Return the policy over what Ingresses borrow of Traefik's. One that Traefik serves names the default
    chain first, as every route does that the stack file lets not leave it. Chains stand in Traefik's own
    namespace: what else an annotation may name, such as TLS options, is another application's."""
    default_chain, served = config.traffic.default_chain, config.ingress.ingress_class.name
    key, chain = f"{_ROUTER}middlewares", traefik_name(TRAEFIK, str(default_chain))
    names = f"each.startsWith('{TRAEFIK}_') && each.endsWith('@kubernetescrd')"
    return _policy(
        "network-ingress-references",
        [_rule("networking.k8s.io", ["ingresses"], ["CREATE", "UPDATE"])],
        [
            *(
                []
                if default_chain is None
                else [
                    {
                        "expression": "!variables.served || "
                        f"(variables.chains.size() > 0 && variables.chains[0] == '{chain}')",
                        "message": "Traefik would serve it without the stack's default chain: let annotation "
                        f"{key} begin with {chain}",
                    }
                ]
            ),
            {
                "expression": f"variables.chains.all(each, {names})",
                "message": f"{key} names chains of the stack only: {TRAEFIK}_<chain>@kubernetescrd",
            },
            {
                # Traefik reads what follows the prefix without regard to case.
                "expression": f"variables.annotations.all(key, key == '{key}' || "
                f"!['{key}', '{_ROUTER}tls.options'].exists(each, key.lowerAscii().startsWith(each)))",
                "message": f"of Traefik's own objects an Ingress names chains, as {key}, and no TLS options",
            },
        ],
        [
            {"name": "annotations", "expression": _ANNOTATIONS},
            {
                "name": "chains",
                "expression": f"'{key}' in variables.annotations"
                f" ? variables.annotations['{key}'].split(',').map(each, each.trim()) : []",
            },
            {
                # HTTP-01's solvers are in Traefik's own namespace, and answer by plain HTTP.
                "name": "served",
                "expression": f"request.namespace != '{TRAEFIK}' && "
                f"((has(object.spec.ingressClassName) && object.spec.ingressClassName == '{served}') || "
                f"('{_CLASS}' in variables.annotations && variables.annotations['{_CLASS}'] == '{served}'))",
            },
        ],
    )


def _service_references(config: StackConfig) -> Manifest:
    """Return the policy over what Services borrow of Traefik's, for the Ingresses that name them. It is over
    the namespaces of the stack alone: Services of DOKS' own must never hang on it, and DigitalOcean's linter
    keeps clusters from upgrades for less."""
    namespaces = {TRAEFIK, *(application_namespace(config, name) for name in config.applications)}
    named = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": sorted(namespaces)}
    refused = json.dumps([f"{_SERVICE}{each}" for each in ("serverstransport", "middlewares")])
    return _policy(
        "network-service-references",
        [_rule("", ["services"], ["CREATE", "UPDATE"])],
        [
            {
                "expression": f"variables.annotations.all(key, "
                f"!{refused}.exists(each, key.lowerAscii().startsWith(each)))",
                "message": "Traefik's transports and middlewares are of the stack file's workloads and "
                "routes, not of Services",
            }
        ],
        [{"name": "annotations", "expression": _ANNOTATIONS}],
        {"matchExpressions": [named]},
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
    # Below a wildcard of its own a namespace may have every name but those that another declares.
    below = "name.contains('.') && name.substring(name.indexOf('.')) in variables.below"
    others = f"other != request.namespace && other != '{TRAEFIK}'"
    taken = f"variables.declared.exists(other, {others} && name in variables.declared[other])"
    declared = f"(name in variables.allowed || (!name.startsWith('*') && {below} && !{taken}))"
    undeclared = f"variables.asked.filter(name, !{declared}).join(', ')"
    return [
        {
            "expression": f"variables.asked.all(name, {declared})",
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
        {
            # Traefik's own certificates and solvers are for the very names that are declared.
            "name": "below",
            "expression": f"request.namespace == '{TRAEFIK}' ? [] : "
            "variables.allowed.filter(name, name.startsWith('*.')).map(name, name.substring(1))",
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
    namespaces: dict[str, Any] | None = None,
) -> Manifest:
    within = {} if namespaces is None else {"namespaceSelector": namespaces}
    spec: dict[str, Any] = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": rules, **within},
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
