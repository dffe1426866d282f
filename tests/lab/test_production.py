"""The prod stack in a simulated account of its own."""

from collections.abc import Iterator

import pytest

from lab.cloud.cloud import calls
from lab.cloud.state import Kind
from lab.internet.receivers import told
from tests.lab.patience import until
from tests.lab.platform import Platform
from tests.lab.prometheus import viewed

pytestmark = pytest.mark.lab

PATIENCE = 180
"""Seconds until what watches has scraped, evaluated and told."""


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("prod"), "prod", watched=True) as platform:
        platform.lab("up")
        yield platform


def test_the_production_stack_comes_up_with_production_certificates(prod: Platform) -> None:
    certificates = prod.objects("certificates", "--all-namespaces")
    wildcard = [
        each
        for each in certificates
        if any(name.startswith("*.") for name in each["spec"].get("dnsNames", ()))
    ]
    assert {each["spec"]["issuerRef"]["name"] for each in wildcard} == {"letsencrypt-production"}


def test_probes_verify_the_certificate_of_each_public_host(prod: Platform) -> None:
    """Of staging's, which the dev stack has, nobody trusts the authority."""
    with viewed(prod) as prometheus:
        until(
            lambda: {each["value"][1] for each in prometheus.query("probe_success")} == {"1"},
            "each probe succeeds",
            PATIENCE,
        )
        assert prometheus.query("probe_ssl_earliest_cert_expiry > time()")


def test_the_dead_man_s_switch_hears_of_alertmanager(prod: Platform) -> None:
    def heard() -> bool:
        return any(
            message.host == "hc-ping.com" and message.message["alerts"][0]["status"] == "firing"
            for message in told(prod.folder / "internet")
        )

    until(heard, "Watchdog arrives", PATIENCE)


def test_the_adopted_zone_is_not_pulumi_s_to_delete(prod: Platform) -> None:
    (zone,) = prod.resources("digitalocean:index/domain:Domain")
    assert zone["retainOnDelete"]
    assert zone["importID"] == zone["id"]
    operations = [call.operation for call in calls(prod.folder / "cloud")]
    assert operations.count("create_domain") == 1, "the account's own, from before the stack"
    assert "delete_domain" not in operations


def test_destroy_is_refused_and_deletes_nothing(prod: Platform) -> None:
    before = {each["urn"] for each in prod.export()["deployment"]["resources"]}
    output = prod.lab("destroy", status=None)
    assert "pulumi state unprotect" in output
    assert prod.account[Kind.VPC]
    assert prod.account[Kind.CLUSTER]
    assert prod.account[Kind.LOAD_BALANCER]
    assert {each["urn"] for each in prod.export()["deployment"]["resources"]} == before


def test_an_unprotected_destroy_leaves_the_adopted_zone_and_nothing_else(prod: Platform) -> None:
    prod.run("pulumi", "state", "unprotect", "--all", "--yes")
    prod.lab("destroy")
    left = {kind: held for kind, held in prod.account.items() if held and kind is not Kind.TAG}
    assert left.keys() == {Kind.DOMAIN, Kind.RECORD}
    assert {record["type"] for record in left[Kind.RECORD].values()} == {"SOA", "NS"}, "the zone's own"
    assert not list((prod.folder / "volumes").iterdir())
