"""The HTTP front, called as cert-manager's solver calls it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lab.cloud import api
from lab.cloud.cloud import Cloud
from lab.cloud.faults import Fault, inject
from tests.unit.lab.cloud.fakes import cloud

ZONE = "dev.example.org"


@pytest.fixture
def account(tmp_path: Path) -> Cloud:
    return cloud(tmp_path)


@pytest.fixture
def client(account: Cloud) -> Iterator[httpx.Client]:
    url = f"http://127.0.0.1:{api.serve(account)}/v2/"
    headers = {"Authorization": f"Bearer {account.store.account.token}"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def zone(client: httpx.Client) -> str:
    client.post("domains", json={"name": ZONE}).raise_for_status()
    return f"domains/{ZONE}/records"


def test_a_call_without_the_account_s_token_is_refused(client: httpx.Client) -> None:
    answer = client.get("domains", headers={"Authorization": "Bearer other"})
    assert answer.status_code == 401
    assert answer.json()["id"] == "unauthorized"


def test_the_solver_s_calls_make_a_challenge_record_and_remove_it(client: httpx.Client, zone: str) -> None:
    record = {"type": "TXT", "name": "_acme-challenge", "data": "proof", "ttl": 60}
    made = client.post(zone, json=record)
    assert made.status_code == 201
    found = client.get(zone, params={"type": "TXT", "name": f"_acme-challenge.{ZONE}"}).json()
    assert [each["data"] for each in found["domain_records"]] == ["proof"]
    assert client.delete(f"{zone}/{made.json()['domain_record']['id']}").status_code == 204
    assert client.get(zone, params={"type": "TXT"}).json()["domain_records"] == []


def test_lists_come_in_pages_of_twenty(client: httpx.Client, zone: str) -> None:
    for number in range(25):
        body = {"type": "TXT", "name": f"n{number}", "data": "x"}
        client.post(zone, json=body).raise_for_status()
    first = client.get(zone, params={"type": "TXT"}).json()
    second = client.get(zone, params={"type": "TXT", "page": 2}).json()
    assert len(first["domain_records"]) == 20
    assert "page=2" in first["links"]["pages"]["next"]
    assert len(second["domain_records"]) == 5
    assert "next" not in second["links"]["pages"]
    assert first["meta"]["total"] == 25


def test_a_refusal_has_the_shape_of_digitalocean_s_errors(client: httpx.Client, zone: str) -> None:
    answer = client.post(zone, json={"type": "A", "name": "@", "data": "1.2.3.400"})
    assert answer.status_code == 422
    assert answer.json()["id"] == "unprocessable_entity"
    assert answer.json()["message"] == "Data is not a valid IPv4 address"


def test_an_unknown_path_is_not_found(client: httpx.Client) -> None:
    assert client.get("snapshots").status_code == 404


def test_a_lost_answer_ends_the_connection_after_the_record_was_made(
    client: httpx.Client, zone: str, account: Cloud
) -> None:
    inject(account.store.folder, Fault("create_record", lose_answer=True))
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(zone, json={"type": "TXT", "name": "lost", "data": "x"})
    found = client.get(zone, params={"name": f"lost.{ZONE}"}).json()["domain_records"]
    assert len(found) == 1


def test_too_many_requests_say_when_to_come_back(client: httpx.Client, account: Cloud) -> None:
    inject(account.store.folder, Fault("list_domains", status=429, retry_after=3))
    answer = client.get("domains")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "3"
