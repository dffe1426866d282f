"""A platform that is fit gives no finding; what is planted is told by its own row and by no other."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from network.live.finding import CannotLookError, status
from network.plan.model.parts import found
from network.plan.model.peers import TRAEFIK
from network.preflight import CHECKS
from network.preflight.reading import Reading
from tests.stacks import stack_config
from tests.unit.preflight.ready import METRICS, Ready, budget, ready, requested, webhooks

PARTS = [field.name for field in dataclasses.fields(Reading)]
NAMED = [name for name in PARTS if name not in ("server", "nodes")]
"""Parts whose elements are looked into; of nodes only whose they are, which the server tells first."""


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    return ready(stack_config("dev"), tmp_path_factory.mktemp("dev"))


def others(dev: Ready, reading: Any = None, wanted: str = "", *manifests: Any) -> dict[str, str]:
    """What is not fit, by code."""
    return {
        each.code: each.found
        for each in dev.findings(reading, wanted, *manifests)
        if each.verdict != "as planned"
    }


def test_a_platform_that_is_fit_gives_no_finding(dev: Ready) -> None:
    assert others(dev) == {}
    assert status(dev.findings()) == 0
    assert {each.code for each in dev.findings()} == {check.code for check in CHECKS}


def webhook(reading: Any) -> Any:
    return reading.webhooks[0]["webhooks"][0]


def asks_about_pods(reading: Any) -> None:
    reading.webhooks.append(webhooks("injector", [""]))


def elsewhere(reading: Any) -> None:
    """It asks about pods outside of its own namespace and kube-system alone."""
    asks_about_pods(reading)
    name = {
        "key": "kubernetes.io/metadata.name",
        "operator": "NotIn",
        "values": ["cert-manager", "kube-system"],
    }
    reading.webhooks[-1]["webhooks"][0]["namespaceSelector"] = {"matchExpressions": [name]}


def denies_everywhere(reading: Any) -> None:
    del reading.policies[0]["spec"]["matchConstraints"]["namespaceSelector"]


def denies_nodes(reading: Any) -> None:
    reading.policies[0]["spec"]["matchConstraints"]["resourceRules"][0]["resources"] = ["nodes/status"]


def digitalocean_s(reading: Any) -> None:
    denies_everywhere(reading)
    reading.policies[0]["metadata"]["labels"] = {"doks.digitalocean.com/managed": "true"}


def of_nobody(reading: Any) -> None:
    del reading.pods[0]["metadata"]["ownerReferences"]


def on_one_node(reading: Any) -> None:
    for each in reading.pods:
        if each["metadata"]["namespace"] == "traefik":
            each["spec"]["nodeName"] = "one"


def not_ready(reading: Any) -> None:
    shop = next(each for each in reading.pods if each["metadata"]["namespace"] == "shop")
    shop["status"]["conditions"][0]["status"] = "False"


def full(reading: Any) -> None:
    reading.account["droplet_limit"] = len(reading.clusters[0]["node_pools"][0]["nodes"]) + 1


def two_budgets(reading: Any) -> None:
    reading.budgets.append(budget("again", dict(TRAEFIK.labels)))


PLANTED: dict[str, tuple[Callable[[Any], None], dict[str, str]]] = {
    "a webhook is waited for too long": (
        lambda reading: webhook(reading).update(timeoutSeconds=30),
        {"webhook-timeout": "cert-manager-webhook: asks.example.org is waited for 30 s"},
    ),
    "a webhook must answer for every pod": (
        asks_about_pods,
        {"webhook-blocks": "injector: asks.example.org"},
    ),
    "a webhook that leaves the system and itself out is none": (elsewhere, {}),
    "a webhook leads nowhere": (
        lambda reading: reading.services.pop(),
        {
            "webhook-service": "cert-manager-webhook: asks.example.org leads to "
            "cert-manager/cert-manager-webhook"
        },
    ),
    "a policy denies in kube-system": (denies_everywhere, {"admission-policy": "names"}),
    "a policy denies nodes": (denies_nodes, {"admission-policy": "names"}),
    "a policy of DigitalOcean's own is none": (digitalocean_s, {}),
    "a policy that only warns is none": (
        lambda reading: (
            denies_everywhere(reading),
            reading.bindings[0]["spec"].update(validationActions=["Warn"]),
        )[-1],
        {},
    ),
    "a budget lets no pod go": (
        lambda reading: reading.budgets[0]["status"].update(disruptionsAllowed=0, currentHealthy=1),
        {"budget-blocks": "traefik/traefik (1 ready, 1 needed)"},
    ),
    "a budget without pods blocks nothing": (
        lambda reading: reading.budgets[0]["status"].update(disruptionsAllowed=0, expectedPods=0),
        {},
    ),
    "Traefik runs on one node": (on_one_node, {"one-node": "traefik/traefik (2 ready on 1)"}),
    "the account is full": (full, {"upgrade-droplets": "2 Droplets of 3 at most, and 2 more while it runs"}),
    "nothing newer is offered": (
        lambda reading: reading.upgrades.clear(),
        {
            "upgrade-offered": "1.36.1-do.0, and it is offered no newer one",
            "upgrade-supported": "there is no version to upgrade to",
            "apis-requested": "there is no version to upgrade to",
            "apis-declared": "there is no version to upgrade to",
        },
    ),
    "the next minor is not supported": (
        lambda reading: reading.upgrades.append({"slug": "1.37.1-do.0"}),
        {"upgrade-supported": "1.37.1-do.0"},
    ),
    "old nodes go first": (
        lambda reading: reading.clusters[0].update(surge_upgrade=False),
        {"upgrade-surge": "off"},
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_told_by_its_own_row(dev: Ready, name: str) -> None:
    plant, told = PLANTED[name]
    reading = dev.changed()
    plant(reading)
    assert others(dev, reading) == told


def test_a_pod_of_two_budgets_and_one_of_nobody_are_named(dev: Ready) -> None:
    reading = dev.changed()
    two_budgets(reading)
    of_nobody(reading)
    told = others(dev, reading)
    assert told.keys() == {"budget-overlap", "bare-pods"}
    assert told["budget-overlap"].count(" of traefik and again") == 2
    assert told["bare-pods"] == f"traefik/{reading.pods[0]['metadata']['name']}"


def test_a_backend_with_one_ready_pod_is_named(dev: Ready) -> None:
    reading = dev.changed()
    not_ready(reading)
    (told,) = others(dev, reading).items()
    assert told[0] == "one-node"
    assert "(1 ready on 1)" in told[1]


def test_apis_that_somebody_asked_for_count_where_the_target_has_them_no_more(dev: Ready) -> None:
    for gone, told in (("1.36", {"apis-requested"}), ("1.37", set[str]())):
        reading = dataclasses.replace(
            dev.changed(), metrics=METRICS + requested("attributes", "storage.k8s.io", "v1beta1", gone)
        )
        assert set(others(dev, reading)) == told
    reading.upgrades.append({"slug": "1.37.0-do.0"})
    assert others(dev, reading, "1.36") == {}
    assert (
        others(dev, reading, "1.37")["apis-requested"] == "attributes in storage.k8s.io/v1beta1, gone in 1.37"
    )


def test_what_a_chart_writes_is_held_against_the_target(dev: Ready) -> None:
    def written(api_version: str, kind: str) -> dict[str, Any]:
        return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "it"}}

    fine = written("policy/v1", "PodDisruptionBudget")
    old = written("policy/v1beta1", "PodDisruptionBudget")
    going = written("networking.k8s.io/v1beta1", "ServiceCIDR")
    assert others(dev, None, "", fine, going) == {}
    assert others(dev, None, "", old) == {"apis-declared": "PodDisruptionBudget it in policy/v1beta1"}
    reading = dev.changed()
    reading.upgrades.append({"slug": "1.37.0-do.0"})
    assert others(dev, reading, "", going)["apis-declared"] == "ServiceCIDR it in networking.k8s.io/v1beta1"


def test_a_version_that_is_not_offered_is_told_with_those_that_are(dev: Ready) -> None:
    assert others(dev, None, "1.37")["upgrade-offered"] == "1.36.1-do.0, and it is offered 1.36.4-do.0"
    assert status(dev.findings(None, "1.37")) == 1


@pytest.mark.parametrize("name", PARTS)
def test_one_missing_right_never_looks_fit_nor_unfit(dev: Ready, name: str) -> None:
    error = CannotLookError("GET /v2", "403 forbidden", "give the token the scope")
    rows = dev.findings(dataclasses.replace(dev.changed(), **{name: error}))
    assert {each.verdict for each in rows} == {"as planned", "could not look"}, name
    assert status(rows) == 2


@pytest.mark.parametrize("name", NAMED)
def test_an_answer_of_another_form_is_told_and_breaks_nothing(dev: Ready, name: str) -> None:
    strange: Any = {"metrics": "<html>", "account": {}}.get(name, [{"metadata": None}])
    rows = dev.findings(dataclasses.replace(dev.changed(), **{name: strange}))
    assert {each.code for each in rows} == {check.code for check in CHECKS}
    assert "could not look" in {each.verdict for each in rows}, name


def test_of_another_cluster_nothing_is_told(dev: Ready) -> None:
    reading = dev.changed()
    for each in reading.nodes:
        each["metadata"]["labels"] = {}
    there = dataclasses.replace(reading, server="https://elsewhere.k8s.ondigitalocean.com")
    told = {each.code: each.verdict for each in dev.findings(there)}
    assert told["cluster-reached"] == "differs"
    assert {told[code] for code in ("webhook-timeout", "budget-blocks", "one-node", "apis-requested")} == {
        "not reached"
    }


def test_what_the_platform_itself_denies_is_nothing_of_digitalocean_s(dev: Ready) -> None:
    reading = dev.changed()
    declared = [each for each in found(dev.scene.plan.layers, dict) if "kind" in each]
    for part, kind in ((reading.policies, "Policy"), (reading.bindings, "PolicyBinding")):
        part[:] = [each for each in declared if each["kind"] == f"ValidatingAdmission{kind}"]
        assert part
    assert others(dev, reading) == {}


def test_what_is_shipped_declares_nothing_that_goes(tmp_path: Path) -> None:
    prod = ready(stack_config("prod"), tmp_path)
    reading = prod.changed()
    reading.upgrades[:] = [{"slug": "1.42.0-do.0"}]
    told = {each.code: each.verdict for each in prod.findings(reading)}
    assert told["apis-declared"] == "as planned"
