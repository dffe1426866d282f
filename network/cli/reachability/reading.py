"""Reads what to analyse, and asks it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from network.cli import exits, files
from network.reachability import Cluster, Reachability, Semantics, analyse
from network.reachability.addresses import AddressSet
from network.reachability.ask import Aliases, peers, prepared
from network.reachability.errors import UnreadableClusterError
from network.reachability.point import Part, Verdict, answers
from network.reachability.ports import PortSet
from network.reachability.read.manifests import Contents
from network.reachability.terms import NO_TERMS, Terms

_LISTED = 5
"""Names that a note lists."""


class UnusableInputError(ValueError):
    """What was given cannot be analysed; the text says why, line by line."""


@dataclass(frozen=True)
class Read:
    """A cluster and what goes with it."""

    cluster: Cluster
    semantics: Semantics
    """What suits the cluster when nobody says otherwise."""
    apart: Terms = NO_TERMS
    """What to tell peers apart by beside the policies."""
    notes: tuple[str, ...] = ()
    """What was left out, and why that changes nothing."""
    aliases: Aliases = field(default_factory=dict)
    """Other names of pods."""


@dataclass(frozen=True)
class Ranges:
    """Where pods and nodes are, on the word of whoever asks."""

    pods: str | None = None
    nodes: str | None = None

    def applied(self, read: Read) -> Read:
        """Return the cluster with them. Raises ValueError for what is no range."""
        cluster = read.cluster
        if self.pods is not None:
            cluster = replace(cluster, pod_addresses=AddressSet.of(*self.pods.split(",")))
        if self.nodes is not None:
            cluster = replace(cluster, node_addresses=AddressSet.of(*self.nodes.split(",")))
        return replace(read, cluster=cluster)


@dataclass(frozen=True, kw_only=True)
class Input:
    """What to analyse: one of a stack, a stack file and manifests, and what is said about it."""

    stack: str | None
    file: Path | None
    folder: Path | None
    """Or a file of manifests; `-` is the standard input."""
    without: Sequence[str]
    """Kinds of manifests to leave out."""
    namespace: str | None
    """Of manifests that name none."""
    ranges: Ranges

    @property
    def is_one(self) -> bool:
        """Whether it is one, and not none or several."""
        return sum(each is not None for each in (self.stack, self.file, self.folder)) == 1

    @property
    def is_planned(self) -> bool:
        """Whether it is what a stack makes."""
        return self.folder is None

    @property
    def name(self) -> str:
        """What pictures call it."""
        return self.stack or str(self.folder or self.file)

    def read(self) -> Read:
        """Read it. Raises UnusableInputError, and ValueError for ranges that are none."""
        if self.folder is not None:
            read = of_manifests(self.folder, self.without, self.namespace)
        else:
            # The models of a stack take longer to import than most clusters to analyse.
            from network.cli.project import chosen
            from network.cli.reachability.of_stack import of_stack

            stacks = [] if self.stack is None else [self.stack]
            read = of_stack(chosen(stacks, [] if self.file is None else [self.file])[0])
        return self.ranges.applied(read)

    def beside(self, path: Path) -> Read:
        """Read what it is compared with: a stack file, or manifests of which the same is said."""
        if path.is_file() and path.name.startswith("Pulumi."):
            from network.cli.reachability.of_stack import of_stack

            return self.ranges.applied(of_stack(path))
        return self.ranges.applied(of_manifests(path, self.without, self.namespace))


def of_contents(contents: Contents) -> Read:
    """Return the cluster of manifests. Raises UnusableInputError."""
    try:
        cluster = contents.cluster()
    except UnreadableClusterError as error:
        raise UnusableInputError(str(error)) from error
    notes = [*_unknown_pods(contents), *contents.notes, *_about_names(contents)]
    notes += [
        f"there is no `{kind}` to leave out" for kind in contents.without if kind not in contents.skipped
    ]
    for kind, count in sorted(contents.skipped.items()):
        missing = ": what it brings is not in the answer" if kind in contents.bringing else ""
        notes.append(f"left out {count} of kind {kind}{missing}")
    if not cluster.policies:
        notes.append("there is no policy: every pod reaches every pod")
    if not cluster.workloads:
        notes.append("there is no workload")
    cilium = any(policy.kind == "CiliumNetworkPolicy" for policy in cluster.policies)
    return Read(cluster, "cilium" if cilium else "vanilla", notes=tuple(notes))


def listed(names: Iterable[str]) -> str:
    """Return the first few names, and how many more there are."""
    known = list(names)
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return f"{', '.join(known[:_LISTED])}{more}"


def _unknown_pods(contents: Contents) -> Iterator[str]:
    """Yield what makes pods that are not in the input: whoever asks must not take them for absent."""
    known = contents.owned.makers()
    unknown = [key for key in contents.making if key not in known]
    for kind in dict.fromkeys(kind for kind, _, _ in unknown):
        names = listed(f"{namespace}/{name}" for each, namespace, name in unknown if each == kind)
        yield (
            f"unknown: {kind} {names} makes pods, and which labels they have, only its controller knows: "
            "who reaches them and whom they reach is not in the answer, until the running pods are given too"
        )


def _about_names(contents: Contents) -> Iterator[str]:
    """Yield what was taken for granted about names and namespaces of objects."""
    if contents.repeated:
        yield f"there more than once, and counted once: {listed(contents.repeated)}"
    named = contents.namespaces.keys() | {name for _, name, _ in contents.owned.workloads}
    named |= {policy.namespace for policy in contents.policies.values()}
    if contents.unplaced and named - {contents.namespace}:
        yield (
            f"{contents.unplaced} objects name no namespace: taken to be in {contents.namespace}, as kubectl "
            "does without -n; --namespace says which"
        )


def of_manifests(folder: Path, without: Sequence[str], namespace: str | None = None) -> Read:
    """Read the manifests of a folder or a file; `-` is what kubectl prints, on the standard input."""
    from network.reachability.read import live, yaml_files

    if str(folder) == "-":
        return of_contents(live.read(files.standard_input(), without, namespace))
    if not folder.exists():
        raise UnusableInputError(f"{folder} does not exist")
    return of_contents(yaml_files.read(folder, without, namespace))


def analysed(read: Read, semantics: Semantics | None) -> tuple[Reachability, tuple[str, ...]]:
    """Analyse what was read; also return what to note."""
    found = analyse(read.cluster, semantics or read.semantics, read.apart)
    ignored = len(read.cluster.policies) - len(found.resolved.policies)
    note = (f"{ignored} CiliumNetworkPolicies do not count under vanilla semantics",) if ignored else ()
    return found, (*read.notes, *note)


def alike(before: Read, after: Read) -> tuple[Semantics, tuple[str, ...]]:
    """Return the semantics by which both sides of a comparison are read, and what to note of it: a
    difference between the ways of reading would be none between the versions."""
    if before.semantics == after.semantics:
        return before.semantics, ()
    return "cilium", (
        "one version has CiliumNetworkPolicies and the other has none: both are read with cilium semantics",
    )


def point(
    read: Read, semantics: Semantics | None, source: str, destination: str, wanted: PortSet
) -> list[Part]:
    """Return whether whoever is named reaches whoever is named on the ports, and why or why not."""
    source, destination = source.strip(), destination.strip()
    cluster, apart = prepared(read.cluster, read.apart, (source, destination))
    found = analyse(cluster, semantics or read.semantics, apart)
    sources, destinations = peers(found, source, read.aliases), peers(found, destination, read.aliases)
    parts: dict[Part, None] = {}
    for here in sources:
        for there in destinations:
            parts |= dict.fromkeys(answers(found, here, there, wanted))
    return list(parts)


def exit_code(parts: Sequence[Part]) -> int:
    """Return 0 if everything asked for is possible, 1 if a part is not, 2 if nothing is analysed, 3 if it is
    not known."""
    verdicts: set[Verdict] = {part.verdict for part in parts}
    if "denied" in verdicts:
        return exits.REFUSED
    if "unknown" in verdicts:
        return exits.UNKNOWN
    return 0 if "allowed" in verdicts else exits.UNUSABLE
