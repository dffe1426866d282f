"""What a review can find: the words of `--fail-on`, what each weighs, which ask for a decision record."""

from dataclasses import dataclass
from enum import IntEnum


class Weight(IntEnum):
    """How much a finding asks of its reviewer."""

    NOTE = 0
    """Worth knowing; nothing to decide."""
    ATTENTION = 1
    """Somebody may be affected: check that it is meant."""
    DANGER = 2
    """Loses something, opens something or stops something; never by accident."""


@dataclass(frozen=True)
class Kind:
    """One kind of finding."""

    name: str
    weight: Weight
    meaning: str
    """For `network review --help` and the documentation."""
    decides: bool = False
    """Whether such a change asks for a record in `docs/decisions/` (ADM-6): it opens connections to or from
    outside the cluster, changes addresses, exposes something, or gives up what was promised or guarded."""


@dataclass(frozen=True)
class Finding:
    """Something that a change does."""

    kind: Kind
    text: str
    """One sentence or two in Markdown; what comes from files stands in code spans."""


INVALID = Kind("invalid", Weight.DANGER, "the stack file is refused, so nothing of it can be deployed")
UNKNOWN_BASE = Kind("unknown-base", Weight.ATTENTION, "the base cannot be compared with")
STACK_ADDED = Kind("stack-added", Weight.ATTENTION, "a stack that the base does not have", decides=True)
STACK_REMOVED = Kind(
    "stack-removed", Weight.DANGER, "a stack file is gone; what it made stays, unmanaged", decides=True
)

STACKS_COLLIDE = Kind(
    "stacks-collide", Weight.DANGER, "two stacks take the same name, range or host in one account"
)

GLOBAL_HOST = Kind(
    "global-host", Weight.ATTENTION, "a name leads to several environments, or to others", decides=True
)
GLOBAL_HOST_REMOVED = Kind(
    "global-host-removed", Weight.DANGER, "a name of several environments leads nowhere"
)
GLOBAL_ORDER = Kind("global-order", Weight.ATTENTION, "another environment is asked first, or sooner")

PLATFORM_REPLACED = Kind(
    "platform-replaced", Weight.DANGER, "the cluster, its VPC or a zone is made anew", decides=True
)
PLATFORM_DESTROYED = Kind(
    "platform-destroyed", Weight.DANGER, "the cluster, its VPC or a zone is deleted", decides=True
)
NAMESPACE_DESTROYED = Kind(
    "namespace-destroyed", Weight.DANGER, "a namespace is deleted with everything in it", decides=True
)
PROTECTED = Kind("protected", Weight.DANGER, "Pulumi refuses: what would go is protected")
PROTECTION_REMOVED = Kind(
    "protection-removed", Weight.DANGER, "`destroy` and replacement are no longer refused", decides=True
)
OWNERSHIP_GIVEN_UP = Kind(
    "ownership-given-up", Weight.ATTENTION, "what the program made stays for good, `destroy` or not"
)
ADOPTED = Kind(
    "adopted", Weight.ATTENTION, "what exists is taken over, and changed in place where it differs"
)
UPDATE_REFUSED = Kind(
    "update-refused", Weight.DANGER, "DigitalOcean refuses the update, halfway through the `up`"
)
VERSION_REFUSED = Kind("version-refused", Weight.DANGER, "the program refuses: no cluster goes back")
BUCKET_LOST = Kind(
    "bucket-lost", Weight.DANGER, "a bucket goes, with its objects or not before somebody empties it"
)
NODES_TO_RECYCLE = Kind(
    "nodes-to-recycle", Weight.ATTENTION, "nodes that stand already must be made anew for it to reach them"
)
NODES_REPLACED = Kind("nodes-replaced", Weight.ATTENTION, "nodes of a pool go: their pods move or stop")
OBJECT_REPLACED = Kind("object-replaced", Weight.ATTENTION, "deleted and made anew, with a gap between")
KEPT_BY_PROVIDER = Kind(
    "kept-by-provider", Weight.ATTENTION, "taken out of the program, but DigitalOcean keeps the old value"
)
CLOUD_UPDATED = Kind("cloud-updated", Weight.NOTE, "a cloud resource is updated in place")

KUBERNETES_UPGRADED = Kind(
    "kubernetes-upgraded", Weight.ATTENTION, "another minor version of Kubernetes", decides=True
)
KUBERNETES_PATCHED = Kind(
    "kubernetes-patched", Weight.ATTENTION, "another patch of Kubernetes: nodes are replaced"
)
CHART_CHANGED = Kind("chart-changed", Weight.ATTENTION, "another version of a chart or image")
CHART_MAJOR = Kind(
    "chart-major", Weight.ATTENTION, "another major version of a chart, or a lower one", decides=True
)

ADDRESSES_CHANGED = Kind("addresses-changed", Weight.ATTENTION, "the address plan changes", decides=True)

OPENED_TO_INTERNET = Kind(
    "opened-to-internet", Weight.DANGER, "reachable from the whole internet, and was not", decides=True
)
ENTRY_POINT_OPENED = Kind(
    "entrypoint-opened",
    Weight.DANGER,
    "a further port of a load balancer leads into the cluster",
    decides=True,
)
ENTRY_POINT_CLOSED = Kind("entrypoint-closed", Weight.ATTENTION, "a port of a load balancer closes")
API_WIDENED = Kind("api-widened", Weight.ATTENTION, "more addresses reach the Kubernetes API", decides=True)
API_NARROWED = Kind("api-narrowed", Weight.ATTENTION, "fewer addresses reach the Kubernetes API")
FIREWALL_WIDENED = Kind("firewall-widened", Weight.ATTENTION, "more addresses reach the nodes", decides=True)
VPN_PEER_ADDED = Kind("vpn-peer-added", Weight.ATTENTION, "another device comes into the VPC by the VPN")
VPN_PEER_REMOVED = Kind("vpn-peer-removed", Weight.NOTE, "a device no longer comes into the VPC")
VPN_PEER_MOVED = Kind("vpn-peer-moved", Weight.ATTENTION, "a device must take another address")
VPN_WIDENED = Kind("vpn-widened", Weight.ATTENTION, "a device reaches more through the VPN", decides=True)
VPN_NARROWED = Kind("vpn-narrowed", Weight.ATTENTION, "a device reaches less through the VPN")
VPN_REPLACED = Kind(
    "vpn-replaced",
    Weight.DANGER,
    "the VPN's machine is made anew, with another key",
)
OPENED_CLUSTER_WIDE = Kind(
    "opened-cluster-wide", Weight.DANGER, "reachable from every pod of the cluster, and was not", decides=True
)
EXPOSURE_CLOSED = Kind("exposure-closed", Weight.ATTENTION, "no longer reachable from outside")

CONNECTION_OPENED = Kind(
    "connection-opened", Weight.ATTENTION, "a connection within the cluster becomes possible"
)
OPENED_OUTSIDE = Kind(
    "opened-outside",
    Weight.ATTENTION,
    "a connection to or from outside the cluster becomes possible",
    decides=True,
)
CONNECTION_CLOSED = Kind("connection-closed", Weight.ATTENTION, "a connection is no longer possible")
EGRESS_CHANGED = Kind(
    "egress-changed", Weight.ATTENTION, "connections leave by another public address", decides=True
)
OPENED_WITHOUT_FLOW = Kind(
    "opened-without-flow", Weight.DANGER, "policies allow what no flow asks for", decides=True
)
FLOW_CUT = Kind("flow-cut", Weight.DANGER, "policies forbid what a flow needs")
DNS_CUT = Kind("dns-cut", Weight.DANGER, "pods can no longer resolve names")
SELECTOR_CHANGED = Kind("selector-changed", Weight.DANGER, "pods that run lose Service, routes and policies")
POLICY_LINT = Kind("policy-lint", Weight.ATTENTION, "a rule that does not do what it seems to")
POLICY_UNREAD = Kind("policy-unread", Weight.DANGER, "policies that the analysis cannot read")

ROUTE_ADDED = Kind(
    "route-added", Weight.ATTENTION, "a new address that the internet, or the VPC, can ask", decides=True
)
ROUTE_REMOVED = Kind("route-removed", Weight.ATTENTION, "an address answers 404 from now on")
ROUTE_CHANGED = Kind("route-changed", Weight.ATTENTION, "an address leads elsewhere")
ROUTE_PUBLISHED = Kind(
    "route-published",
    Weight.DANGER,
    "what was served within the VPC alone is served to the internet",
    decides=True,
)
GUARD_DROPPED = Kind(
    "guard-dropped", Weight.DANGER, "a route loses authentication, an allow list or mutual TLS", decides=True
)
GUARD_CHANGED = Kind("guard-changed", Weight.ATTENTION, "an authentication or allow list admits others")
LIMIT_DROPPED = Kind("limit-dropped", Weight.DANGER, "a route loses a rate, in-flight or size limit")
ENCODED_LET_IN = Kind(
    "encoded-let-in", Weight.ATTENTION, "paths may hold an encoded character that was refused", decides=True
)
DEFAULT_CHAIN_LEFT = Kind(
    "default-chain-left", Weight.ATTENTION, "a route no longer passes the stack's default chain", decides=True
)
MIDDLEWARE_DROPPED = Kind("middleware-dropped", Weight.ATTENTION, "a route loses a middleware")
MIDDLEWARE_CHANGED = Kind("middleware-changed", Weight.NOTE, "a middleware of routes has other settings")
TLS_CHANGED = Kind("tls-changed", Weight.ATTENTION, "TLS versions, suites or options change", decides=True)

CERTIFICATE_UNTRUSTED = Kind(
    "certificate-untrusted", Weight.DANGER, "browsers will refuse the certificate that is served"
)
CERTIFICATE_CHANGED = Kind("certificate-changed", Weight.ATTENTION, "a certificate is issued again")
CERTIFICATE_REMOVED = Kind("certificate-removed", Weight.ATTENTION, "names are no longer covered")
CERTIFICATE_ADDED = Kind("certificate-added", Weight.NOTE, "a further certificate")
NAME_REMOVED = Kind("name-removed", Weight.ATTENTION, "a DNS name no longer resolves")

WATCH_REMOVED = Kind(
    "watch-removed",
    Weight.ATTENTION,
    "nobody is told any more from outside when a host or the way to it fails",
)

CAPACITY_LOWERED = Kind("capacity-lowered", Weight.ATTENTION, "fewer nodes, replicas or pods than before")
CAPACITY_RAISED = Kind("capacity-raised", Weight.NOTE, "more nodes, replicas or pods; nodes cost money")
MONTHLY_COST = Kind("monthly-cost", Weight.NOTE, "the platform costs more or less a month")
HEADROOM_SHRUNK = Kind(
    "headroom-shrunk", Weight.ATTENTION, "less is left of a limit: it holds less, or 80 % of it are needed"
)
NO_LONGER_FITS = Kind(
    "no-longer-fits", Weight.DANGER, "the load that the stack is built for does not fit, with a node gone"
)
VOLUMES_COST = Kind("volumes-cost", Weight.NOTE, "volumes cost more or less a month")
VOLUME_DELETED = Kind("volume-deleted", Weight.ATTENTION, "a volume is deleted, with what is in it")
VOLUME_LEFT = Kind(
    "volume-left", Weight.ATTENTION, "a volume is left in the account, and costs until somebody deletes it"
)
QUOTA_TOO_SMALL = Kind("quota-too-small", Weight.DANGER, "a quota below what the declared workloads need")

WATCHING_REMOVED = Kind(
    "watching-removed", Weight.DANGER, "nothing is measured, alerted on or probed any more", decides=True
)
OBJECTIVE_REMOVED = Kind("objective-removed", Weight.DANGER, "a promise is given up", decides=True)
OBJECTIVE_LOOSENED = Kind("objective-loosened", Weight.ATTENTION, "less is promised", decides=True)
OBJECTIVE_CHANGED = Kind("objective-changed", Weight.ATTENTION, "a promise is of something else")
OBJECTIVE_TIGHTENED = Kind("objective-tightened", Weight.NOTE, "more is promised")
OBJECTIVE_ADDED = Kind("objective-added", Weight.NOTE, "a further promise")
ALERT_REMOVED = Kind("alert-removed", Weight.DANGER, "nobody is told of something any more")
ALERT_LOWERED = Kind("alert-lowered", Weight.ATTENTION, "an alert of a lower severity")
ALERT_RAISED = Kind("alert-raised", Weight.NOTE, "an alert of a higher severity")
ALERT_ADDED = Kind("alert-added", Weight.NOTE, "a further alert")
PROBE_REMOVED = Kind("probe-removed", Weight.ATTENTION, "a host is served and no longer probed")
RECEIVER_REMOVED = Kind("receiver-removed", Weight.DANGER, "somebody is told of no alert any more")
RECEIVER_CHANGED = Kind("receiver-changed", Weight.ATTENTION, "others are told of alerts, or of other ones")
TEAM_UNTOLD = Kind("team-untold", Weight.DANGER, "alerts of an application reach nobody of its team any more")
LOGS_WIDENED = Kind(
    "logs-widened", Weight.DANGER, "the log store holds personal data that were dropped", decides=True
)
LOGS_REMOVED = Kind("logs-removed", Weight.ATTENTION, "lines that could be looked up are no longer kept")
SERIES_GROWN = Kind("series-grown", Weight.ATTENTION, "Prometheus holds over a fifth more series")

DEFAULT_CHANGED = Kind(
    "default-changed", Weight.ATTENTION, "a value changes that the stack file does not mention"
)
SECRET_CHANGED = Kind("secret-changed", Weight.ATTENTION, "another value of a secret; it is never shown")
SETTING_CHANGED = Kind("setting-changed", Weight.NOTE, "another value in the stack file")
OBJECTS_CHANGED = Kind("objects-changed", Weight.NOTE, "Kubernetes objects made, updated or removed")

KINDS = {kind.name: kind for kind in list(globals().values()) if isinstance(kind, Kind)}
"""Every kind by its name."""
