"""The prober among addresses of this machine; what an enforcer does to packets is shown by the lab."""

import socket
from ipaddress import IPv4Address

import pytest

from lab.packets.places import Place
from lab.packets.probe import Port, Prober, Try
from network import plan
from tests.lab.declared import ports
from tests.stacks import stack_config


def place(name: str, address: str) -> Place:
    return Place(name, "outside", IPv4Address(address), None)


ONE, OTHER, SILENT = place("one", "127.0.0.2"), place("other", "127.0.0.3"), place("silent", "127.0.0.4")


@pytest.fixture
def free() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.mark.parametrize("protocol", ["TCP", "UDP"])
def test_a_connection_to_a_listener_passes_and_one_to_nobody_does_not(protocol: str, free: int) -> None:
    port: Port = ("TCP" if protocol == "TCP" else "UDP", free)
    there, nowhere = Try(ONE, OTHER, port), Try(ONE, SILENT, port)
    with Prober([ONE, OTHER], [port]) as prober:
        verdicts = prober.verdicts([there, nowhere])
    assert (verdicts[there].through, verdicts[nowhere].through) == (True, False)
    assert verdicts[there].resent == 0


def test_a_port_that_somebody_listens_on_is_tried_as_it_is(free: int) -> None:
    with socket.create_server((str(OTHER.address), free)), Prober([OTHER], [("TCP", free)]) as prober:
        (verdict,) = prober.verdicts([Try(ONE, OTHER, ("TCP", free))]).values()
    assert verdict.through


def test_connections_come_from_the_address_of_their_source(free: int) -> None:
    with socket.create_server((str(OTHER.address), free)) as server, Prober([], []) as prober:
        prober.verdicts([Try(ONE, OTHER, ("TCP", free))])
        assert server.accept()[1][0] == str(ONE.address)


def test_nothing_stays_open(free: int) -> None:
    with Prober([OTHER], [("TCP", free)]) as prober:
        prober.verdicts([Try(ONE, OTHER, ("TCP", free))])
    with pytest.raises(ConnectionRefusedError), socket.socket() as late:
        late.connect((str(OTHER.address), free))


def test_every_port_that_a_flow_names_is_tried() -> None:
    flows = plan.build(stack_config("prod")).flows
    assert {(port.protocol, port.port) for flow in flows for port in flow.ports} <= set(ports(flows))
