"""DigitalOcean's resources: what is replaced, deleted, refused or quietly kept."""

from collections.abc import Iterator, Sequence

from network.review import kinds
from network.review.document import Document
from network.review.kinds import Finding
from network.review.markdown import change, code, codes, counted, table
from network.review.replacement import (
    CONTAINS,
    Change,
    changes,
    lowers_version,
    numbers,
    replaces,
    stays,
)
from network.review.sections import Section
from network.review.side import ResourceKey, Side

PLATFORM = ("KubernetesCluster", "Vpc", "Domain")
LOSSES = {
    "Vpc": "With it go the cluster, its nodes, everything that runs and is stored in it, and the load "
    "balancer with its address",
    "KubernetesCluster": "With it go all nodes, every team's objects and volumes, and the load balancer with "
    "its address",
    "Domain": "With it go all its records, also those that others made; names resolve again once it is back "
    "and delegated",
    "VpcNatGateway": "No other gateway ever has its public address",
    "ReservedIp": "No other one ever is the VPN's address: its peers must be told",
    "SpacesKey": "Whoever shows it is refused from then on",
    "KubernetesNodePool": "Pods on its nodes start anew on others, as far as there is room and their labels "
    "and tolerations allow",
    "Droplet": "With it goes its key: no peer comes in until it is told the new one",
}
TOLD_ELSEWHERE = ("Tag", "ReservedIpAssignment")
"""What the VPN's machine is told, of which the VPN's section says the meaning; and what follows it."""

WATCHES = {
    "UptimeCheck": "nobody asks the host from outside any more",
    "UptimeAlert": "nobody is told of it from outside any more",
    "MonitorAlert": "nobody is told by DigitalOcean that its load balancer is full",
}


def compare(base: Side, head: Side) -> Section:
    """Return what happens to each resource of the account."""
    rows: list[Sequence[str]] = []
    findings: list[Finding] = []
    replaced: set[ResourceKey] = set()
    updated: list[ResourceKey] = []
    zones = _deleted_zones(base, head)
    for key, before in base.resources.items():
        after = head.resources.get(key)
        if after is None:
            if key[0] != "DnsRecord" or before["inputs"]["domain"] not in zones:
                findings += _deleted(key, before)
            rows.append((_title(key), "**deleted**", ""))
            continue
        differing = list(changes(before, after))
        causes = [each for each in differing if replaces(key[0], each)]
        if causes:
            replaced.add(key)
            findings += _replaced(key, before, after, causes)
        elif any(not lowers_version(key[0], each) for each in differing):
            updated.append(key)
        findings += _otherwise(key, before, after, differing)
        rows += [(_title(key), _effect(key, each), _input(each)) for each in differing]
    findings += _first_peering(base, head, replaced)
    for key, after in head.resources.items():
        if key not in base.resources:
            rows.append((_title(key), "imported" if after.get("adopted") else "made", ""))
            findings += _adopted(key, {}, after)
    for key, outer in _swept(base, head, replaced):
        rows.append((_title(key), f"**replaced** with the {outer}", ""))
        replaced.add(key)
    left = [_title(key) for key in updated if key not in replaced]
    if left:
        text = f"{counted(len(left), 'cloud resource')} updated in place: {codes(left)}."
        findings.append(Finding(kinds.CLOUD_UPDATED, text))
    return Section("Cloud resources", tuple(findings), table(("resource", "effect", "input"), rows))


def _first_peering(base: Side, head: Side, replaced: set[ResourceKey]) -> Iterator[Finding]:
    """Yield what nodes miss that stand when their VPC gets its first peering."""
    before, after = ([key for key in side.resources if key[0] == "VpcPeering"] for side in (base, head))
    stays = ("KubernetesCluster", "") in base.resources.keys() & head.resources.keys()
    if before or not after or not stays or {"Vpc", "KubernetesCluster"} & {key[0] for key in replaced}:
        return
    yield Finding(
        kinds.NODES_TO_RECYCLE,
        f"{codes(name for _, name in after)}: the first peering of the VPC. Nodes that stand already do not "
        "find the peer. Once it is made, replace them one after the other (`doctl kubernetes cluster "
        "node-pool replace-node`), or their pods time out towards it.",
    )


def _deleted_zones(base: Side, head: Side) -> set[str]:
    """Return the domain names of zones that are deleted: their records go with them, and are not told of."""
    return {
        each["inputs"]["name"]
        for key, each in base.resources.items()
        if key[0] == "Domain" and key not in head.resources and not each.get("retainOnDelete")
    }


def _swept(base: Side, head: Side, replaced: set[ResourceKey]) -> Iterator[tuple[ResourceKey, str]]:
    """Yield what is replaced only because what it belongs to is, and the type of that."""
    gone = {type_name for type_name, _ in replaced}
    zones = {base.resources[key]["inputs"]["name"] for key in replaced if key[0] == "Domain"}
    for outer, inner in CONTAINS.items():
        if outer in gone:
            for key, each in base.resources.items():
                if key[0] not in inner or key not in head.resources or key in replaced:
                    continue
                if outer != "Domain" or each["inputs"]["domain"] in zones:
                    gone.add(key[0])
                    yield key, outer


def _title(key: ResourceKey) -> str:
    return f"{key[0]} {key[1]}".strip()


def _input(each: Change) -> str:
    return f"{code(each.name)} {change(each.before, each.after)}"


def _effect(key: ResourceKey, each: Change) -> str:
    if replaces(key[0], each):
        return "**replaced**"
    if lowers_version(key[0], each):
        return "**refused**"
    return "kept by DigitalOcean" if stays(key[0], each) else "updated in place"


def _deleted(key: ResourceKey, before: Document) -> Iterator[Finding]:
    type_name, name = key
    if before.get("retainOnDelete"):
        text = (
            f"{_title(key)} {code(before['inputs']['name'])} is no longer managed; it stays in the account."
        )
        yield Finding(kinds.CLOUD_UPDATED, text)
        if before["protect"]:
            yield _refused(key, "deletion")
    elif type_name in PLATFORM:
        text = f"**{_title(key)} {code(before['inputs']['name'])} is deleted.** {LOSSES[type_name]}."
        yield Finding(kinds.PLATFORM_DESTROYED, text)
        if before["protect"]:
            yield _refused(key, "deletion")
    elif type_name == "KubernetesNodePool":
        text = f"Node pool {code(name)} is deleted: its pods move elsewhere or stay pending."
        yield Finding(kinds.NODES_REPLACED, text)
    elif type_name == "DnsRecord":
        inputs = before["inputs"]
        yield Finding(
            kinds.NAME_REMOVED,
            f"Record {code(inputs['name'])} {inputs['type']} of {code(inputs['domain'])} is deleted"
            + (": the name resolves by the wildcard at most." if inputs["type"] in ("A", "AAAA") else "."),
        )
    elif type_name in TOLD_ELSEWHERE:
        return
    elif type_name == "Droplet":
        yield Finding(kinds.VPN_REPLACED, f"The VPN's machine is deleted. {LOSSES[type_name]}.")
        if before["protect"]:
            yield _refused(key, "deletion")
    elif type_name == "Firewall" and not name:
        text = f"Firewall {code(before['name'])} is deleted: only DigitalOcean's own for DOKS is left."
        yield Finding(kinds.FIREWALL_WIDENED, text)
    elif type_name in WATCHES:
        text = f"{_title(key)} is deleted: {WATCHES[type_name]}."
        yield Finding(kinds.WATCH_REMOVED, text)
    elif type_name == "SpacesBucket":
        yield Finding(kinds.BUCKET_LOST, f"**{_bucket(before)} is deleted**, {_objects(before)}.")
        if before["protect"]:
            yield _refused(key, "deletion")
    else:
        loss = f" {LOSSES[type_name]}." if type_name in LOSSES else ""
        yield Finding(kinds.OBJECT_REPLACED, f"{_title(key)} {code(before['name'])} is deleted.{loss}")
        if before["protect"]:
            yield _refused(key, "deletion")


def _replaced(
    key: ResourceKey, before: Document, after: Document, causes: Sequence[Change]
) -> Iterator[Finding]:
    type_name, name = key
    why = " and ".join(f"{code(each.name)} changes, {change(each.before, each.after)}" for each in causes)
    if before.get("retainOnDelete") and type_name == "Domain":
        text = (
            f"Another {type_name} is taken instead, with new records; the former stays in the account: {why}."
        )
        yield Finding(kinds.NAME_REMOVED, text)
    elif type_name in PLATFORM:
        text = (
            f"**{_title(key)} {code(before['inputs']['name'])} is replaced**, {_order(before, after)}: {why}."
        )
        yield Finding(kinds.PLATFORM_REPLACED, f"{text} {LOSSES[type_name]}.")
    elif type_name == "KubernetesNodePool":
        text = f"Node pool {code(name)} is replaced, {_order(before, after)}: {why}. {LOSSES[type_name]}."
        yield Finding(kinds.NODES_REPLACED, text)
    elif type_name in TOLD_ELSEWHERE:
        return
    elif type_name == "Droplet":
        inputs = codes(each.name for each in causes)
        text = f"**The VPN's machine is replaced**, since {inputs} differ. {LOSSES[type_name]}."
        yield Finding(kinds.VPN_REPLACED, text)
    elif type_name == "SpacesBucket":
        text = f"**{_bucket(before)} is replaced** by {_bucket(after)}, which is empty: {why}."
        yield Finding(kinds.BUCKET_LOST, f"{text} The former goes last, {_objects(before)}.")
    elif type_name == "Certificate":
        # Its values are long and of no use to a reader.
        text = f"{_title(key)} is made anew, and the CDN shows it before the former goes."
        yield Finding(kinds.CERTIFICATE_CHANGED, text)
    elif type_name == "Cdn" and after.get("deleteBeforeReplace"):
        text = f"{_title(key)} is replaced: {why}. Its name answers nobody until the new one stands."
        yield Finding(kinds.OBJECT_REPLACED, text)
    else:
        loss = f" {LOSSES[type_name]}." if type_name in LOSSES else ""
        yield Finding(kinds.OBJECT_REPLACED, f"{_title(key)} is replaced: {why}.{loss}")
    if after["protect"] or before["protect"]:
        yield _refused(key, "replacement")


def _bucket(bucket: Document) -> str:
    return f"Bucket {code(bucket['inputs']['name'])} in {code(bucket['inputs']['region'])}"


def _objects(bucket: Document) -> str:
    """Return what becomes of what is in a bucket that goes."""
    if bucket["inputs"].get("forceDestroy"):
        return "with all objects in it"
    return "if nobody has put objects there; else `up` fails at it until it is empty"


def _order(before: Document, after: Document) -> str:
    if after.get("deleteBeforeReplace"):
        return "deleted first and then made anew"
    name = after["inputs"].get("name")
    if name == before["inputs"].get("name"):
        return "made anew first, under the same name, which DigitalOcean may refuse"
    return f"made anew first, as {code(name)}"


def _refused(key: ResourceKey, what: str) -> Finding:
    return Finding(
        kinds.PROTECTED,
        f"{_title(key)} is protected: `pulumi up` stops at its {what}, until somebody runs "
        "`pulumi state unprotect`.",
    )


def _otherwise(
    key: ResourceKey, before: Document, after: Document, differing: Sequence[Change]
) -> Iterator[Finding]:
    """Yield what an update in place does that its reviewer would not expect."""
    kept, keeps = before.get("retainOnDelete", False), after.get("retainOnDelete", False)
    yield from _adopted(key, before, after)
    if keeps and not kept and not after.get("adopted"):
        zone = code(before["inputs"]["name"])
        text = f"{_title(key)} {zone} is handed over: it stays, also when the stack goes."
        yield Finding(kinds.OWNERSHIP_GIVEN_UP, text)
    elif kept and not keeps:
        text = f"{_title(key)} becomes the program's: it goes with the stack, with everything in it."
        yield Finding(kinds.PROTECTION_REMOVED, text)
    elif before["protect"] and not after["protect"]:
        text = f"{_title(key)} is no longer protected from `pulumi destroy` and replacement."
        yield Finding(kinds.PROTECTION_REMOVED, text)
    for each in differing:
        if stays(key[0], each):
            yield Finding(
                kinds.KEPT_BY_PROVIDER,
                f"{code(each.name)} of {_title(key)} is taken out ({code(each.before)}): DigitalOcean keeps "
                "what was set. Give the wanted value instead.",
            )
        elif key[0] == "KubernetesCluster":
            yield from _of_cluster(each)


def _adopted(key: ResourceKey, before: Document, after: Document) -> Iterator[Finding]:
    """Yield that a resource is taken over; `before` is empty where it was none."""
    adopted, former = after.get("adopted"), before.get("adopted")
    if adopted and adopted != former:
        yield Finding(
            kinds.ADOPTED,
            f"{_title(key)} {code(after['inputs']['name'])} is taken over, as {code(adopted)}: `up` imports "
            "it, protects it, and changes in place what differs (`network adopt` shows what). `destroy` "
            "leaves it.",
        )
        if former:
            yield _refused(key, "replacement")


def _of_cluster(each: Change) -> Iterator[Finding]:
    match each.name, each.after:
        case "ha", False:
            text = "High availability of the control plane cannot be switched off: the API refuses the `up`."
            yield Finding(kinds.UPDATE_REFUSED, text)
        case "destroyAllAssociatedResources", True:
            text = "Destroying the cluster deletes its volumes and load balancers too from now on."
            yield Finding(kinds.PROTECTION_REMOVED, text)
        case "version", _ if lowers_version("KubernetesCluster", each):
            text = (
                f"Kubernetes {change(each.before, each.after)}: no cluster goes back. `pulumi preview` and "
                "`up` refuse it before anything is touched, if the cluster has the higher version already."
            )
            yield Finding(kinds.VERSION_REFUSED, text)
        case "version", _:
            minor = numbers(each.before)[:2] != numbers(each.after)[:2]
            yield Finding(
                kinds.KUBERNETES_UPGRADED if minor else kinds.KUBERNETES_PATCHED,
                f"Kubernetes {change(each.before, each.after)}: nodes are replaced one after the other, and "
                "only a new cluster leads back."
                + (" Check removed APIs and what the charts support." if minor else ""),
            )
        case _:
            return
