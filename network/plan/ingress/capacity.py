"""What the way in holds: the load balancers' units, Traefik's processors and memory, the nodes that it runs
on (ADM-5). Which figures were measured, and where: docs/capacity.md#traefik."""

from collections.abc import Iterator

from network.config import StackConfig
from network.config.entry_points import Balancer
from network.config.expected_load import DOUBLES_IN
from network.config.quantities import mebibytes, millicores, seconds
from network.plan import metrics
from network.plan.ingress import usage
from network.plan.ingress.alerts import PER_UNIT
from network.plan.ingress.tracing import is_on
from network.plan.model.capacity import Charge, Limit, Need, Taken
from network.plan.model.nodes import left_without_a_node, open_nodes, smallest

DOLLARS_PER_UNIT, DOLLARS_PER_NETWORK_LOAD_BALANCER = 12, 15
"""A month (docs/facts/digitalocean.md#prices)."""

NETWORK_LOAD_BALANCER_MEGABITS = 50
"""A second, into one of type REGIONAL_NETWORK (docs/facts/digitalocean.md#units-of-load-balancers)."""

REQUEST_MICROSECONDS = 67
"""Of a core, that Traefik takes for a request with nothing on that watches. With all of what follows 286 were
measured (docs/observability.md#what-it-costs); the difference is shared out as each was measured alone."""
METRICS_MICROSECONDS, ACCESS_LOG_MICROSECONDS, SPANS_MICROSECONDS = 47, 101, 71

HANDSHAKE_MICROSECONDS = {"ECDSA": 600, "RSA": 1500}
"""Of a core, for a handshake that resumes nothing, by what signs it: P-256, RSA-2048
(docs/facts/traefik.md#handshakes)."""
_BY_LENGTH = ((300, 7500), (200, 1500), (120, 5400), (0, 600))
"""The same by the bytes of a bought certificate's public key, from which on: RSA-4096, RSA-2048, P-521,
P-256."""

EMPTY_MEBIBYTES = 120
KIBIBYTES_PER_CONNECTION = 64
"""Of a replica without a connection, and for each that is open by TLS
(docs/facts/traefik.md#memory-of-connections)."""

SYNC_SECONDS, START_SECONDS = 15, 30
"""How often the autoscaler looks (kube-controller-manager's default), and a judgement of how long a pod needs
to be scheduled, its image to be pulled and its routes to be read."""

CROSSINGS = 2
"""How often a byte passes the interface of the node that Traefik is on, in each direction: from the client,
and on to a pod of another node."""

TRACKED_PER_CONNECTION = 4
"""Entries in Cilium's table of connections: at the Service and at the pod, for the client's connection and
for Traefik's own behind it (a judgement)."""
CLOSED_SECONDS = 10
"""How long an entry stays after its connection (Cilium's `bpf-ct-timeout-regular-tcp-fin`)."""
TRACKED_AT_LEAST, TRACKED_PER_GIBIBYTE = 131_072, 9_418
"""Entries of connections by TCP on a node, as Cilium's chart sizes the table by memory
(docs/facts/digitalocean.md#tables-of-cilium)."""


def limits(config: StackConfig) -> tuple[Limit, ...]:
    """Return the limits of the ingress layer."""
    return (*_load_balancers(config), *_traefik(config), *_nodes(config))


def taken(config: StackConfig) -> Taken:
    """Return what Traefik asks of nodes. The autoscaler adds a replica for each share of the requested CPU
    that it lets one have; that those which are always there take some of the load is not reckoned."""
    resources, scale = config.ingress.resources, config.ingress.scale
    requested = millicores(resources.cpu_request)
    each = requested / 1000 * scale.target_cpu_percent / 100
    return Taken(
        "traefik",
        requested,
        mebibytes(resources.memory_request),
        scale.min_replicas,
        more=Need(request=cores_per_request(config) / each, handshake=cores_per_handshake(config) / each),
        most=scale.max_replicas,
    )


def charges(config: StackConfig) -> Iterator[Charge]:
    """Yield what the load balancers cost."""
    public, internal = config.ingress.load_balancer, config.ingress.internal_load_balancer
    if public.type == "REGIONAL":
        yield Charge("load balancer, public", DOLLARS_PER_UNIT, public.size_unit)
    else:
        yield Charge("load balancer, public", DOLLARS_PER_NETWORK_LOAD_BALANCER)
    if internal is not None:
        yield Charge("load balancer, internal", DOLLARS_PER_UNIT, internal.size_unit)


def cores_per_request(config: StackConfig) -> float:
    """Return what Traefik takes of a core for a request a second, with what the stack has on."""
    micros = REQUEST_MICROSECONDS + METRICS_MICROSECONDS
    micros += ACCESS_LOG_MICROSECONDS if config.ingress.access_log else 0
    micros += SPANS_MICROSECONDS if is_on(config) else 0
    return micros / 1e6


def cores_per_handshake(config: StackConfig) -> float:
    """Return what Traefik takes of a core for a handshake a second: by the costliest key that it serves."""
    keys = [HANDSHAKE_MICROSECONDS[config.certificates.key_algorithm]]
    keys += [handshake_microseconds(each.leaf.public) for each in config.certificates.bought.values()]
    return max(keys) / 1e6


def handshake_microseconds(public: bytes) -> int:
    """Return what Traefik takes of a core for a handshake that this public key's private one signs."""
    return next(micros for least, micros in _BY_LENGTH if len(public) >= least)


def lag_seconds(config: StackConfig) -> float:
    """Return how long the load grows before a further replica of Traefik answers."""
    ready = config.ingress.load_balancer.health_check.recovery_seconds
    return metrics.RESOLUTION_SECONDS + SYNC_SECONDS + START_SECONDS + ready


def growth_within_lag(config: StackConfig) -> float:
    """Return how many times as much is asked for after that."""
    expected = config.ingress.expected_load
    doubling = DOUBLES_IN if expected is None else expected.doubles_in
    return 2 ** (lag_seconds(config) / seconds(doubling))


def _load_balancers(config: StackConfig) -> Iterator[Limit]:
    public, internal = config.ingress.load_balancer, config.ingress.internal_load_balancer
    if public.type == "REGIONAL":
        yield from _units(config, "public", public.size_unit, Need(request=1), Need(connection=1))
    else:
        yield Limit(
            "load balancer, public: bandwidth",
            "Mbit/s",
            NETWORK_LOAD_BALANCER_MEGABITS,
            Need(megabit=1),
            "ingress.loadBalancer.type",
            f"REGIONAL has units instead, for {DOLLARS_PER_UNIT} dollars a month each",
            today=usage.megabits("public"),
        )
    if internal is not None:
        # Nobody says what its clients ask for: the expected load is the public one's.
        yield from _units(config, "internal", internal.size_unit, Need(), Need())


def _units(
    config: StackConfig, balancer: Balancer, units: int, requests: Need, connections: Need
) -> Iterator[Limit]:
    key = "ingress.loadBalancer.sizeUnit" if balancer == "public" else "ingress.internalLoadBalancer.sizeUnit"
    price = f"{DOLLARS_PER_UNIT} dollars a month for each further {PER_UNIT:,}"
    yield Limit(
        f"load balancer, {balancer}: requests",
        "requests/s",
        units * PER_UNIT,
        requests,
        key,
        price,
        today=usage.requests(balancer),
    )
    yield Limit(
        f"load balancer, {balancer}: connections",
        "connections",
        units * PER_UNIT,
        connections,
        key,
        price,
        today=usage.connections(config, balancer),
    )


def _traefik(config: StackConfig) -> Iterator[Limit]:
    scale, resources, nodes = config.ingress.scale, config.ingress.resources, open_nodes(config)
    cores = millicores(resources.cpu_request) / 1000
    request, handshake = cores_per_request(config), cores_per_handshake(config)
    yield Limit(
        "Traefik: CPU",
        "cores",
        scale.max_replicas * cores,
        Need(request=request, handshake=handshake),
        "ingress.scale.maxReplicas",
        "nodes that hold them",
        left_without_a_node(scale.max_replicas, nodes) * cores,
        'sum(rate(container_cpu_usage_seconds_total{namespace="traefik", container!=""}[5m]))',
    )
    if scale.min_replicas < scale.max_replicas:
        fewest = scale.min_replicas * cores
        # Above this share of it the autoscaler has asked for another replica already.
        grown = fewest * scale.target_cpu_percent / 100 * growth_within_lag(config)
        yield Limit(
            "Traefik: CPU until the autoscaler has answered",
            "cores",
            fewest,
            Need(request=request, handshake=handshake, at_most=grown),
            "ingress.scale.minReplicas, or a lower ingress.scale.targetCpuPercent",
            "nodes that hold them",
        )
    # The autoscaler looks at processors alone, and connections that are idle take none.
    each = max(mebibytes(resources.memory_limit) - EMPTY_MEBIBYTES, 0) * 1024 / KIBIBYTES_PER_CONNECTION
    yield Limit(
        "Traefik: connections by memory",
        "connections",
        scale.min_replicas * each,
        Need(connection=1),
        "ingress.resources.memoryLimit, or ingress.scale.minReplicas",
        "nodes that hold them",
        left_without_a_node(scale.min_replicas, nodes) * each,
        "sum(traefik_open_connections)",
    )


def _nodes(config: StackConfig) -> Iterator[Limit]:
    """Yield the limits of the nodes that Traefik is on, which alone the load balancer connects to."""
    replicas = config.ingress.scale.min_replicas
    nodes = min(open_nodes(config), replicas)
    raised_by = (
        "ingress.scale.minReplicas" if replicas < open_nodes(config) else "cluster.nodePools (more nodes)"
    )
    size = smallest(config)
    yield Limit(
        "Traefik's nodes: bandwidth",
        "Mbit/s",
        None if size is None else nodes * size.megabits,
        Need(megabit=CROSSINGS),
        f"{raised_by}, or a premium size",
        "by the node",
        None if size is None else (nodes - 1) * size.megabits,
        f"{CROSSINGS} * {usage.megabits('public')}",
    )
    if config.cluster.cni == "cilium":
        each = None if size is None else max(TRACKED_AT_LEAST, size.gibibytes * TRACKED_PER_GIBIBYTE)
        yield Limit(
            "Traefik's nodes: tracked connections",
            "entries",
            None if each is None else nodes * each,
            Need(connection=TRACKED_PER_CONNECTION, handshake=TRACKED_PER_CONNECTION * CLOSED_SECONDS),
            f"{raised_by}, or a size with more memory",
            "by the node",
            None if each is None else (nodes - 1) * each,
        )
