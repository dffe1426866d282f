"""Random clusters and policy sets, small enough to shrink to something a person can read."""

from typing import Any, Literal, cast

from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.unit.reachability.naive import Pod, World

EVERY_HEALTH_CHECK = cast("list[HealthCheck]", list(HealthCheck))
"""Hypothesis types the members of its enumeration as instances of its metaclass."""
NAMESPACES = ("x", "y", "z")
PODS = ("a", "b", "c")
PORTS = (80, 81, 8080)
PROTOCOLS: tuple[Literal["TCP", "UDP", "SCTP"], ...] = ("TCP", "UDP", "SCTP")
OUTSIDE = ("203.0.113.5", "203.0.113.200", "198.51.100.1", "2001:db8::1")
BLOCKS = ("203.0.113.0/24", "203.0.113.0/25", "198.51.100.0/24", "0.0.0.0/0", "2001:db8::/32", "::/0")
POD_BLOCKS = ("10.244.0.0/16", "10.244.1.0/24", "10.0.0.0/8")
EXCEPTIONS = {
    "203.0.113.0/24": ("203.0.113.128/25",),
    "0.0.0.0/0": ("203.0.113.0/24", "10.0.0.0/8"),
    "10.0.0.0/8": ("10.244.1.0/24",),
    "::/0": ("2001:db8::/32",),
}


def _expressions(key: str, values: tuple[str, ...]) -> SearchStrategy[dict[str, Any]]:
    some = st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)
    return st.one_of(
        st.builds(
            lambda o, v: {"key": key, "operator": o, "values": v}, st.sampled_from(["In", "NotIn"]), some
        ),
        st.builds(lambda o: {"key": key, "operator": o}, st.sampled_from(["Exists", "DoesNotExist"])),
    )


def _selectors(labels: dict[str, tuple[str, ...]]) -> SearchStrategy[dict[str, Any]]:
    one = st.sampled_from(sorted(labels)).flatmap(
        lambda key: st.sampled_from(labels[key]).map(lambda value: {"matchLabels": {key: value}})
    )
    expression = st.sampled_from(sorted(labels)).flatmap(lambda key: _expressions(key, labels[key]))
    return st.one_of(
        st.just({}),
        one,
        expression.map(lambda each: {"matchExpressions": [each]}),
        st.tuples(one, expression).map(lambda both: {**both[0], "matchExpressions": [both[1]]}),
    )


POD_SELECTORS = _selectors({"pod": PODS, "tier": ("front", "back")})
NAMESPACE_SELECTORS = _selectors(
    {"ns": NAMESPACES, "kubernetes.io/metadata.name": NAMESPACES, "env": ("dev",)}
)


@st.composite
def _blocks(draw: st.DrawFn) -> dict[str, Any]:
    cidr = draw(st.sampled_from(BLOCKS + POD_BLOCKS))
    exceptions = draw(st.lists(st.sampled_from(EXCEPTIONS.get(cidr, ("",))), max_size=2, unique=True))
    if "" in exceptions or not exceptions:
        return {"ipBlock": {"cidr": cidr}}
    return {"ipBlock": {"cidr": cidr, "except": exceptions}}


_PEERS = st.one_of(
    POD_SELECTORS.map(lambda pods: {"podSelector": pods}),
    NAMESPACE_SELECTORS.map(lambda namespaces: {"namespaceSelector": namespaces}),
    st.builds(lambda n, p: {"namespaceSelector": n, "podSelector": p}, NAMESPACE_SELECTORS, POD_SELECTORS),
    _blocks(),
)
_PROTOCOL = st.sampled_from([{}, *({"protocol": protocol} for protocol in PROTOCOLS)])
_NUMBERED = (
    _PROTOCOL,
    st.builds(lambda p, n: {**p, "port": n}, _PROTOCOL, st.sampled_from(PORTS)),
    st.builds(
        lambda p, n, m: {**p, "port": n, "endPort": n + m},
        _PROTOCOL,
        st.sampled_from(PORTS),
        st.sampled_from([0, 1, 9000]),
    ),
)
_NAMED = st.builds(lambda p, n: {**p, "port": n}, _PROTOCOL, st.sampled_from(["http", "dns", "absent"]))


@st.composite
def rules(draw: st.DrawFn, key: str, *, named: bool = True) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    if peers := draw(st.lists(_PEERS, max_size=2)):
        rule[key] = peers
    if ports := draw(st.lists(st.one_of(*_NUMBERED, *([_NAMED] if named else [])), max_size=2)):
        # The entry {} is every TCP port; spelled out, since some readers refuse an empty one.
        rule["ports"] = [port or {"protocol": "TCP"} for port in ports]
    return rule


@st.composite
def policies(draw: st.DrawFn, number: int, *, named: bool = True) -> dict[str, Any]:
    spec: dict[str, Any] = {"podSelector": draw(POD_SELECTORS)}
    types = draw(st.sampled_from([None, ["Ingress"], ["Egress"], ["Ingress", "Egress"]]))
    if types is not None:
        spec["policyTypes"] = types
    if types is None or "Ingress" in types:
        spec["ingress"] = draw(st.lists(rules("from", named=named), max_size=2))
    if types is None or "Egress" in types:
        spec["egress"] = draw(st.lists(rules("to", named=named), max_size=2))
    namespace = draw(st.sampled_from(NAMESPACES))
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"policy-{number}", "namespace": namespace},
        "spec": spec,
    }


@st.composite
def worlds(draw: st.DrawFn, *, named: bool = True, labelled: bool = False) -> World:
    """Draw a world; with `labelled`, every pod and namespace has every label that selectors ask for."""
    tiers = [{"tier": "front"}, {"tier": "back"}]
    pods = [
        Pod(
            namespace,
            name,
            {"pod": name, **draw(st.sampled_from(tiers if labelled else [{}, *tiers]))},
            f"10.244.{n}.{p + 10}",
            {
                ("http", "TCP"): draw(st.sampled_from(PORTS)),
                ("dns", draw(st.sampled_from(["UDP", "TCP"]))): 53,
            },
        )
        for n, namespace in enumerate(NAMESPACES)
        for p, name in enumerate(PODS)
    ]
    count = draw(st.integers(min_value=0, max_value=5))
    return World(
        {
            name: {"ns": name, **({"env": "dev"} if name == "x" else {"env": "prod"} if labelled else {})}
            for name in NAMESPACES
        },
        pods,
        [draw(policies(number, named=named)) for number in range(count)],
    )
