"""Pods that others run: in namespaces that this stack does not declare."""

from pydantic import Field

from network.config.model import Model
from network.config.names import LabelKey, LabelValue, Name


class Pods(Model):
    """Pods by namespace and labels."""

    namespace: Name
    """In which the pods are."""
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """Labels that select the pods; every pod of the namespace when empty."""
