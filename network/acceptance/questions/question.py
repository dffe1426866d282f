"""One question that only an account answers, and what it is asked of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from network.acceptance.journal import Row
from network.acceptance.run import Run, now
from network.live.account import Account
from network.live.changes import ChangeError, Changes
from network.live.cluster import Cluster
from network.live.finding import CannotLookError

When = Literal["look", "ask", "probe", "compare"]
"""The step that asks it: before anything is made, of what runs, by trying what may be refused, after node and
version have changed."""

Json = Mapping[str, Any]


class UnansweredError(Exception):
    """A question has no answer here; the message says why."""


@dataclass
class World:
    """What a run can be asked by: each is read once for each step."""

    run: Run
    account: Account
    changes: Changes
    cluster: Cluster
    seen: dict[str, str] = field(default_factory=dict[str, str])
    """Results of earlier questions, by code."""
    answers: bool = True
    """Whether the backend has answered requests from here."""

    @cached_property
    def own_cluster(self) -> Json:
        """The run's cluster, as the account tells it. Raises UnansweredError."""
        found = self.account.list("/v2/kubernetes/clusters", "kubernetes_clusters")
        return self._own(found, "cluster")

    @cached_property
    def own_balancer(self) -> Json:
        """The run's load balancer."""
        return self._own(self.account.list("/v2/load_balancers", "load_balancers"), "load balancer")

    @cached_property
    def own_vpc(self) -> Json:
        """The run's VPC."""
        return self._own(self.account.list("/v2/vpcs", "vpcs"), "VPC")

    def _own(self, found: list[Any], kind: str) -> Json:
        mine = next((each for each in found if each["name"] == self.run.name), None)
        if mine is None:
            raise UnansweredError(f"the run has no {kind} now")
        return mine

    @cached_property
    def cilium_config(self) -> Mapping[str, str]:
        """The configuration of DigitalOcean's Cilium."""
        found = self.cluster.get("configmap", "cilium-config", "kube-system")
        if found is None:
            raise UnansweredError("there is no ConfigMap kube-system/cilium-config")
        return found["data"]

    def image(self, kind: str, name: str) -> str:
        """Return the images of a workload of kube-system. Raises UnansweredError."""
        found = self.cluster.get(kind, name, "kube-system")
        if found is None:
            raise UnansweredError(f"kube-system has no {kind} {name}")
        return ", ".join(each["image"] for each in found["spec"]["template"]["spec"]["containers"])


@dataclass(frozen=True)
class Question:
    """Something that no documentation answers, or that may have changed since it was read."""

    code: str
    """Stable, never given to another question."""
    asks: str
    fact: str
    """Where docs/facts say what is assumed: file and heading, with a `#` between them."""
    source: str
    """What it is answered by."""
    when: When
    answer: Callable[[World], str]
    """Returns the result. Raises UnansweredError, CannotLookError or ChangeError."""

    def row(self, world: World, version: str) -> Row:
        """Return the answer as a row; an answer of another form than is known is none."""
        at = now().isoformat()
        try:
            return Row(self.code, self.answer(world), "", at, version)
        except (UnansweredError, CannotLookError, ChangeError) as error:
            why = str(error)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            why = f"the answer has another form than is known ({error!r})"
        return Row(self.code, None, why, at, version)


def needs(what: str) -> Callable[[World], str]:
    """Return the answer of a question that the smallest stack cannot be asked."""

    def answer(_: World) -> str:
        raise UnansweredError(f"it needs {what}, and the smallest stack has none")

    return answer
