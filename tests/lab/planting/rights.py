"""Who looks with other rights than an administrator's."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from network.plan.access import READER
from tests.lab.planting.objects import made, shown
from tests.lab.traffic_lab import TrafficLab

RBAC = "rbac.authorization.k8s.io"


def kubeconfig_of(traffic: TrafficLab, user: str, *groups: str) -> str:
    """The file of a kubeconfig by which kubectl acts as somebody."""
    known = json.loads(traffic.kubectl("config", "view", "--raw", "--minify", "--output=json"))
    known["users"][0]["user"] |= {"as": user, "as-groups": [*groups, "system:authenticated"]}
    file = traffic.platform.state / f"{user}.json"
    file.write_text(json.dumps(known))
    return str(file)


def _asked(traffic: TrafficLab, path: str) -> dict[str, Any]:
    return json.loads(traffic.kubectl("get", "--raw", f"/apis/{path}"))


@contextmanager
def reader_without(traffic: TrafficLab, group: str, resource: str) -> Generator[str]:
    """Yield the kubeconfig of somebody who has all rights of the role `network-reader`, but for one."""
    version = _asked(traffic, group)["preferredVersion"]["groupVersion"]
    known = [each["name"] for each in _asked(traffic, version)["resources"]]
    others = [name for name in known if name != resource]
    rules = [
        {**rule, "resources": others} if rule.get("apiGroups") == [group] else rule
        for rule in shown(traffic, ("clusterrole", READER))["rules"]
    ]
    metadata = {"name": f"reads-no-{resource}"}
    role = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": metadata,
        "rules": rules,
    }
    binding = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": metadata["name"]},
        "subjects": [{"apiGroup": RBAC, "kind": "User", "name": "ann"}],
    }
    with made(role)(traffic), made(binding)(traffic):
        yield kubeconfig_of(traffic, "ann")
