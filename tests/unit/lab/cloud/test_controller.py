"""Services of type LoadBalancer become load balancers of the account."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from lab.cloud.annotations import DISOWN, ID, PREFIX, refusals
from lab.cloud.cloud import Cloud
from lab.cloud.controller import FINALIZER, Controllers
from lab.cloud.faults import Fault, inject
from lab.cloud.options import choose
from lab.cloud.state import Json, Kind
from lab.internet.global_load_balancer import GlobalLoadBalancer
from lab.internet.load_balancer import LoadBalancer
from tests.unit.lab.cloud.fakes import cloud
from tests.unit.lab.cloud.requests import make_cluster, make_vpc

Changes = Mapping[str, Any]


class FakeServices:
    """One cluster's Services, merged into as the Kubernetes API does."""

    def __init__(self) -> None:
        self.held: list[Json] = []
        self.events: list[str] = []

    def services(self) -> list[Json]:
        return list(self.held)

    def patch(self, service: Json, change: Json, part: str = "") -> Json:
        del part
        _merge(service, change)
        if "deletionTimestamp" in service["metadata"] and not service["metadata"]["finalizers"]:
            self.held.remove(service)
        return service

    def warn(self, service: Json, reason: str, message: str) -> None:
        del service, reason
        self.events.append(message)

    def close(self) -> None:
        pass


def _merge(into: Json, change: Changes) -> None:
    for key, value in change.items():
        if isinstance(value, Mapping):
            _merge(into.setdefault(key, {}), value)
        elif value is None:
            into.pop(key, None)
        else:
            into[key] = value


class FakeBalancers:
    """What HAProxy would be."""

    def __init__(self) -> None:
        self.now: Sequence[LoadBalancer] = ()

    def apply(self, balancers: Sequence[LoadBalancer], over: Sequence[GlobalLoadBalancer] = ()) -> None:
        del over
        self.now = balancers


class Scene:
    """A running cluster, its Services, and the controller, looking when told to."""

    def __init__(self, folder: Path) -> None:
        self.cloud: Cloud = cloud(folder)
        self.vpc = make_vpc(self.cloud)
        self.cluster = make_cluster(self.cloud, self.vpc)
        self.services = FakeServices()
        self.balancers = FakeBalancers()
        self.controllers = Controllers(
            self.cloud, self.balancers, lambda _: None, connect=lambda _: self.services
        )
        self.controllers.start()
        self.controllers.stop()

    def look(self) -> None:
        self.controllers.look()

    @property
    def made(self) -> list[Json]:
        return self.cloud.store.account.all(Kind.LOAD_BALANCER)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def a_service(**annotations: str) -> Json:
    return {
        "metadata": {
            "name": "traefik",
            "namespace": "traefik",
            "uid": "0b7a1f6e-1111-2222-3333-444455556666",
            "resourceVersion": "1",
            "annotations": {f"{PREFIX}{key.replace('_', '-')}": value for key, value in annotations.items()},
        },
        "spec": {
            "type": "LoadBalancer",
            "externalTrafficPolicy": "Local",
            "healthCheckNodePort": 32000,
            "loadBalancerSourceRanges": ["203.0.113.0/24"],
            "ports": [{"port": 443, "nodePort": 30443, "protocol": "TCP"}],
        },
        "status": {},
    }


def test_a_service_gets_an_address_and_a_load_balancer_behind_it(scene: Scene) -> None:
    service = a_service(
        name="network-dev", type="REGIONAL", network_stack="IPV4", enable_proxy_protocol="true"
    )
    scene.services.held.append(service)
    scene.look()
    (balancer,) = scene.made
    assert service["status"]["loadBalancer"]["ingress"] == [{"ip": "203.0.113.100"}]
    assert service["metadata"]["annotations"][ID] == balancer["id"]
    (real,) = scene.balancers.now
    assert (real.name, str(real.address), real.proxy_protocol) == ("network-dev", "203.0.113.100", True)
    assert [(rule.entry_port, rule.node_port) for rule in real.rules] == [(443, 30443)]
    assert (real.health_check.protocol, real.health_check.port) == ("http", 32000)
    assert [str(each) for each in real.source_ranges] == ["203.0.113.0/24"]
    assert [str(node.address) for node in real.nodes] == ["10.0.0.11", "10.0.0.12"]


def test_behind_it_are_the_droplets_of_the_nodes_that_have_joined(scene: Scene) -> None:
    scene.services.held.append(a_service(type="REGIONAL", http_idle_timeout_seconds="90"))
    scene.look()
    (balancer,) = scene.made
    (pool,) = scene.cluster["node_pools"]
    assert [str(each) for each in balancer["droplet_ids"]] == [node["droplet_id"] for node in pool["nodes"]]
    assert balancer["http_idle_timeout_seconds"] == 90
    path = f"/v2/kubernetes/clusters/{scene.cluster['id']}/node_pools/{pool['id']}"
    scene.cloud.call("PUT", path, {"name": pool["name"], "count": 3})
    scene.cloud.fleet.settle(5)
    scene.look()
    # Of the lab's nodes two are real.
    assert scene.made == [balancer]


def test_a_node_port_is_opened_to_its_load_balancer_alone(scene: Scene) -> None:
    scene.services.held.append(a_service())
    scene.look()
    (balancer,) = scene.made
    listed = scene.cloud.call("GET", "/v2/firewalls")[1]["firewalls"]
    (opened,) = [each for each in listed if each["name"].startswith("k8s-public-access-")]
    assert opened["inbound_rules"] == [
        {"protocol": "tcp", "ports": "30443", "sources": {"load_balancer_uids": [balancer["id"]]}}
    ]


def test_firewall_rules_in_annotations_become_ranges(scene: Scene) -> None:
    service = a_service(deny_rules="ip:198.51.100.7,cidr:192.0.2.0/24", allow_rules="cidr:10.0.0.0/8")
    scene.services.held.append(service)
    scene.look()
    (real,) = scene.balancers.now
    assert [str(each) for each in real.denied_ranges] == ["198.51.100.7/32", "192.0.2.0/24"]
    # The Service's own field goes before the annotation.
    assert [str(each) for each in real.source_ranges] == ["203.0.113.0/24"]


def test_looking_again_changes_nothing(scene: Scene) -> None:
    scene.services.held.append(a_service())
    scene.look()
    before = scene.cloud.store.account
    scene.look()
    assert scene.cloud.store.account is before


def test_a_changed_service_changes_its_load_balancer_and_keeps_the_address(scene: Scene) -> None:
    service = a_service(type="REGIONAL")
    scene.services.held.append(service)
    scene.look()
    service["spec"]["ports"][0]["nodePort"] = 31443
    scene.look()
    (real,) = scene.balancers.now
    assert (real.rules[0].node_port, str(real.address)) == (31443, "203.0.113.100")


def test_while_nobody_looks_after_services_what_is_changed_by_hand_stays(scene: Scene) -> None:
    scene.services.held.append(a_service(type="REGIONAL", enable_proxy_protocol="true"))
    scene.look()
    (made,) = scene.made
    choose(scene.cloud.store.folder, controllers_away=True)
    scene.cloud.call("PUT", f"/v2/load_balancers/{made['id']}", {**made, "enable_proxy_protocol": False})
    scene.look()
    (real,) = scene.balancers.now
    assert not real.proxy_protocol
    choose(scene.cloud.store.folder, controllers_away=False)
    scene.look()
    (real,) = scene.balancers.now
    assert real.proxy_protocol


def test_a_deleted_service_waits_for_its_load_balancer_to_go(scene: Scene) -> None:
    service = a_service()
    scene.services.held.append(service)
    scene.look()
    assert service["metadata"]["finalizers"] == [FINALIZER]
    service["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    scene.look()
    assert scene.made == []
    assert scene.services.held == []
    assert list(scene.balancers.now) == []


def test_a_service_that_is_no_longer_a_load_balancer_gives_it_back(scene: Scene) -> None:
    service = a_service()
    scene.services.held.append(service)
    scene.look()
    service["spec"]["type"] = "ClusterIP"
    scene.look()
    assert scene.made == []
    assert service["metadata"]["finalizers"] == []
    assert ID not in service["metadata"]["annotations"]


def test_a_load_balancer_whose_creation_was_not_answered_is_not_made_twice(scene: Scene) -> None:
    inject(scene.cloud.store.folder, Fault("create_load_balancer", lose_answer=True))
    service = a_service(name="network-dev")
    scene.services.held.append(service)
    scene.look()
    assert scene.services.events
    again = Controllers(scene.cloud, scene.balancers, lambda _: None, connect=lambda _: scene.services)
    again.look()
    (balancer,) = scene.made
    assert service["metadata"]["annotations"][ID] == balancer["id"]


def test_a_load_balancer_that_is_let_go_is_left_as_it_is_and_taken_by_its_name(scene: Scene) -> None:
    service = a_service(name="network-dev")
    scene.services.held.append(service)
    scene.look()
    (before,) = scene.made
    service["metadata"]["annotations"][DISOWN] = "true"
    service["spec"]["ports"][0]["nodePort"] = 31443
    scene.look()
    service["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    scene.look()
    assert (scene.services.held, scene.made) == ([], [before])
    scene.cloud.call("DELETE", f"/v2/kubernetes/clusters/{scene.cluster['id']}")
    scene.cloud.fleet.settle(5)
    scene.cluster = make_cluster(scene.cloud, scene.vpc)
    scene.services.held.append(a_service(name="network-dev"))
    scene.look()
    (after,) = scene.made
    assert (after["id"], after["ip"]) == (before["id"], before["ip"])
    assert after["tags"] == [f"k8s:{scene.cluster['id']}"]


def test_a_hostname_annotation_takes_the_place_of_the_address(scene: Scene) -> None:
    service = a_service(hostname="lb.example.org")
    scene.services.held.append(service)
    scene.look()
    assert service["status"]["loadBalancer"]["ingress"] == [{"hostname": "lb.example.org"}]


@pytest.mark.parametrize(
    ("annotations", "named"),
    [
        ({"enable_proxy_protocol": "true"}, "needs"),
        ({"enable_proxy_protocol": "yes", "type": "REGIONAL"}, "invalid value 'yes'"),
        ({"size_unit": "101"}, "size-unit"),
        ({"healthcheck_check_interval_seconds": "1"}, "interval-seconds"),
        ({"deny_rules": "198.51.100.7"}, "deny-rules"),
        ({"typ": "REGIONAL"}, "no such annotation"),
    ],
)
def test_annotations_that_the_admission_webhook_refuses(annotations: dict[str, str], named: str) -> None:
    assert named in "; ".join(refusals(a_service(**annotations)))


def test_a_refused_service_gets_an_event_and_no_load_balancer(scene: Scene) -> None:
    scene.services.held.append(a_service(enable_proxy_protocol="true"))
    scene.look()
    assert scene.made == []
    assert "REGIONAL" in scene.services.events[0]


def test_a_load_balancer_keeps_its_vpc_from_being_deleted_and_outlives_its_cluster(scene: Scene) -> None:
    scene.services.held.append(a_service())
    scene.look()
    scene.cloud.call("DELETE", f"/v2/kubernetes/clusters/{scene.cluster['id']}")
    scene.cloud.fleet.settle(5)
    assert len(scene.made) == 1
    (member,) = scene.cloud.call("GET", f"/v2/vpcs/{scene.vpc['id']}/members")[1]["members"]
    assert member["urn"].startswith("do:loadbalancer:")


def test_a_dangerous_deletion_takes_the_load_balancers_along(scene: Scene) -> None:
    scene.services.held.append(a_service())
    scene.look()
    path = f"/v2/kubernetes/clusters/{scene.cluster['id']}/destroy_with_associated_resources"
    (listed,) = scene.cloud.call("GET", path)[1]["load_balancers"]
    scene.cloud.call("DELETE", f"{path}/dangerous")
    assert scene.made == []
    assert listed["id"]


@pytest.mark.parametrize(
    ("annotations", "addresses"),
    [
        ({"type": "REGIONAL"}, ["203.0.113.100", "2001:db8::cb00:7164"]),
        ({"type": "REGIONAL", "network_stack": "IPV4"}, ["203.0.113.100"]),
        ({"type": "REGIONAL", "network_stack": "DUALSTACK", "network": "INTERNAL"}, ["10.0.255.253"]),
        ({}, ["203.0.113.100"]),
    ],
)
def test_a_regional_load_balancer_has_an_ipv6_address_behind_the_other_unless_it_is_told_not_to(
    scene: Scene, annotations: dict[str, str], addresses: list[str]
) -> None:
    service = a_service(**annotations)
    scene.services.held.append(service)
    scene.look()
    assert [each["ip"] for each in service["status"]["loadBalancer"]["ingress"]] == addresses
    (real,) = scene.balancers.now
    assert str(real.address_6) == (addresses[1] if len(addresses) > 1 else "None")


def test_packets_and_a_network_within_the_vpc_are_carried_too(scene: Scene) -> None:
    service = a_service(network="INTERNAL", type="REGIONAL")
    service["spec"]["ports"].append({"port": 27015, "nodePort": 30015, "protocol": "UDP"})
    scene.services.held.append(service)
    scene.look()
    (real,) = scene.balancers.now
    assert [(rule.protocol, rule.entry_port) for rule in real.rules] == [("tcp", 443), ("udp", 27015)]
    assert service["status"]["loadBalancer"]["ingress"] == [{"ip": str(real.address)}]
    assert real.within is not None
    assert real.address in real.within
