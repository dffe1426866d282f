"""`python -m lab.packets KUBECTL PORT...`, inside a lab's namespaces.

Tries each port (`TCP/8080`) from every place to every other and prints JSON: the places, and the tries that
were let through.
"""

import argparse
import json
from dataclasses import asdict
from typing import Any, cast

from lab.internet.addresses import OPERATOR
from lab.packets.places import Place, find
from lab.packets.probe import Port, Prober, Protocol, Try
from lab.toolbox.kubectl import Kubectl


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m lab.packets", description=__doc__)
    parser.add_argument("kubectl", help="the command that asks the cluster")
    parser.add_argument("ports", nargs="*", help="such as TCP/8080")
    arguments = parser.parse_args()
    places = find(Kubectl(*arguments.kubectl.split()), OPERATOR)
    print(json.dumps(_table(places, arguments.ports)))


def _table(places: list[Place], texts: list[str]) -> dict[str, Any]:
    ports = [_port(text) for text in texts]
    tries = [
        Try(source, target, port)
        for source in places
        for target in places
        if source != target
        for port in ports
    ]
    with Prober(places, ports) as prober:
        verdicts = prober.verdicts(tries)
    return {
        "places": [_described(place) for place in places],
        "open": [_named(each) for each, verdict in verdicts.items() if verdict.through],
    }


def _port(text: str) -> Port:
    protocol, _, number = text.partition("/")
    return cast(Protocol, protocol), int(number)


def _named(each: Try) -> tuple[str, str, str]:
    return each.source.name, each.target.name, f"{each.port[0]}/{each.port[1]}"


def _described(place: Place) -> dict[str, Any]:
    return {**asdict(place), "address": str(place.address), "handle": None}


if __name__ == "__main__":
    main()
