"""What is left of a forgotten ACME account when the lab starts again."""

from typing import Any, cast

import pytest

from lab.instance.acme_accounts import API, begin_again
from lab.toolbox.kubernetes_api import KubernetesApi, KubernetesError


class Cluster:
    """Answers with fixed lists, and remembers changes."""

    def __init__(self, lists: dict[str, list[dict[str, Any]]], refusals: int = 0) -> None:
        self.lists = lists
        self.refusals = refusals
        self.changes: list[str] = []

    def get(self, path: str) -> dict[str, Any]:
        plural = path.removeprefix(f"{API}/")
        if plural not in self.lists:
            raise KubernetesError(404, path)
        return {"items": self.lists[plural]}

    def delete(self, path: str) -> None:
        self.changes.append(f"DELETE {path}")

    def merge(self, path: str, change: dict[str, Any]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise KubernetesError(500, "failed calling webhook")
        self.changes.append(f"MERGE {path} {sorted(change['status'])}")


def named(name: str, status: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {"metadata": {"namespace": "traefik", "name": name}, "status": status or {}, **fields}


def changes(refusals: int = 0, **lists: list[dict[str, Any]]) -> list[str]:
    everything = {"clusterissuers": [], "certificaterequests": [], "certificates": [], **lists}
    cluster = Cluster(everything, refusals)
    begin_again(cast(KubernetesApi, cluster))
    return cluster.changes


def test_a_cluster_without_cert_manager_is_left_alone() -> None:
    cluster = Cluster({})
    begin_again(cast(KubernetesApi, cluster))
    assert cluster.changes == []


def test_an_api_server_that_still_starts_is_asked_again() -> None:
    class Starting(Cluster):
        def get(self, path: str) -> dict[str, Any]:
            if self.refusals:
                self.refusals -= 1
                raise KubernetesError(429, "storage is (re)initializing")
            return super().get(path)

    issuer = named("staging", spec={"acme": {"privateKeySecretRef": {"name": "key"}}})
    lists = {"clusterissuers": [issuer], "certificaterequests": [], "certificates": []}
    cluster = Starting(lists, refusals=1)
    begin_again(cast(KubernetesApi, cluster))
    assert len(cluster.changes) == 1


def test_the_account_key_of_an_acme_issuer_is_deleted() -> None:
    issuer = named("staging", spec={"acme": {"privateKeySecretRef": {"name": "key"}}})
    own = named("own", spec={"selfSigned": {}})
    assert changes(clusterissuers=[issuer, own]) == ["DELETE /api/v1/namespaces/cert-manager/secrets/key"]


@pytest.mark.parametrize("conditions", [[], [{"type": "Ready", "status": "False"}]])
def test_a_request_without_its_certificate_is_made_again(conditions: list[dict[str, str]]) -> None:
    request = named("wildcard-2", {"conditions": conditions})
    assert changes(certificaterequests=[request]) == [
        f"DELETE {API}/namespaces/traefik/certificaterequests/wildcard-2"
    ]


def test_a_fulfilled_request_stays() -> None:
    request = named("wildcard-1", {"conditions": [{"type": "Ready", "status": "True"}]})
    assert changes(certificaterequests=[request]) == []


def test_a_certificate_that_rests_after_a_failure_is_issued_now_even_if_the_webhook_is_late() -> None:
    certificates = [named("rests", {"lastFailureTime": "2026-01-01T00:00:00Z"}), named("well")]
    assert changes(refusals=1, certificates=certificates) == [
        f"MERGE {API}/namespaces/traefik/certificates/rests/status "
        "['failedIssuanceAttempts', 'lastFailureTime']"
    ]
