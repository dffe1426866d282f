"""Faults that tests and users ask for."""

import threading
from pathlib import Path

import pytest

from lab.cloud.cloud import Cloud, calls
from lab.cloud.errors import ApiError, ConnectionDroppedError
from lab.cloud.faults import Fault, inject, pending, release
from lab.cloud.state import Kind


def listed(account: Cloud) -> int:
    try:
        return account.call("GET", "/v2/vpcs")[0]
    except ApiError as error:
        return error.status


def folder(account: Cloud) -> Path:
    return account.store.folder


def test_the_next_calls_fail_and_the_one_after_works(account: Cloud) -> None:
    inject(folder(account), Fault("list_vpcs", times=2, status=500))
    assert [listed(account) for _ in range(3)] == [500, 500, 200]
    assert pending(folder(account)) == []


def test_other_operations_are_left_alone(account: Cloud) -> None:
    inject(folder(account), Fault("create_*", status=500))
    assert listed(account) == 200
    assert len(pending(folder(account))) == 1


def test_a_lost_answer_leaves_the_object_made(account: Cloud) -> None:
    inject(folder(account), Fault("create_domain", lose_answer=True))
    with pytest.raises(ConnectionDroppedError):
        account.call("POST", "/v2/domains", {"name": "example.org"})
    assert account.store.account.find(Kind.DOMAIN, "example.org") is not None
    assert calls(folder(account))[-1].status == 0


def test_a_hanging_call_goes_on_when_it_is_released(account: Cloud) -> None:
    inject(folder(account), Fault("list_vpcs", hang=-1))
    answered: list[int] = []
    caller = threading.Thread(target=lambda: answered.append(listed(account)))
    caller.start()
    caller.join(0.3)
    assert answered == []
    release(folder(account), "list_vpcs")
    caller.join(5)
    assert answered == [200]


def test_a_hanging_call_ends_when_its_caller_has_gone(account: Cloud) -> None:
    inject(folder(account), Fault("list_vpcs", hang=-1, status=500))
    with pytest.raises(ApiError):
        account.call("GET", "/v2/vpcs", alive=lambda: False)


def test_calls_that_were_refused_are_in_the_log_with_their_bodies_but_without_keys(account: Cloud) -> None:
    body = {"name": "c", "type": "custom", "private_key": "hidden", "dns_names": []}
    account.call("POST", "/v2/certificates", body)
    with pytest.raises(ApiError):
        account.call("POST", "/v2/vpcs", {"name": "_", "region": "ams3"})
    made, refused = calls(folder(account))
    assert (made.operation, made.status, "private_key" in made.body) == ("create_certificate", 201, False)
    assert (refused.operation, refused.status, refused.body["name"]) == ("create_vpc", 422, "_")
