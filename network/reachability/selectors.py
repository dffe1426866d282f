"""Label selectors, in one canonical form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""Label that every namespace carries; the API server sets it."""

SERVICE_ACCOUNT = "io.cilium.k8s.policy.serviceaccount"
"""Label that Cilium gives to every endpoint: the pod's service account."""

Operator = Literal["In", "NotIn", "Exists", "DoesNotExist"]


@dataclass(frozen=True, slots=True, order=True)
class Requirement:
    """One condition on a label."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()
    """Sorted; empty for Exists and DoesNotExist."""

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Say whether labels meet it. NotIn holds also where the label is absent."""
        match self.operator:
            case "In":
                return labels.get(self.key) in self.values
            case "NotIn":
                return labels.get(self.key) not in self.values
            case "Exists":
                return self.key in labels
            case "DoesNotExist":
                return self.key not in labels

    def __str__(self) -> str:
        match self.operator:
            case "In" if len(self.values) == 1:
                return f"{self.key}={self.values[0]}"
            case "In":
                return f"{self.key} in ({', '.join(self.values)})"
            case "NotIn":
                return f"{self.key} not in ({', '.join(self.values)})"
            case "Exists":
                return self.key
            case "DoesNotExist":
                return f"no {self.key}"


@dataclass(frozen=True, slots=True)
class Selector:
    """All of the requirements; none of them select everything."""

    requirements: tuple[Requirement, ...] = ()
    """Sorted and without repetition."""

    @classmethod
    def of(cls, labels: Mapping[str, str]) -> "Selector":
        """Return the selector of exactly these labels."""
        return cls(tuple(sorted(Requirement(key, "In", (value,)) for key, value in labels.items())))

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Say whether labels meet every requirement."""
        return all(requirement.holds(labels) for requirement in self.requirements)

    def __str__(self) -> str:
        return ", ".join(map(str, self.requirements)) or "all"


EVERYTHING = Selector()
