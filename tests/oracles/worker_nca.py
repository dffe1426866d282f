"""What network-config-analyzer says about connections; runs apart from our packages.

Each line of the input is a world in JSON: a folder of manifests, peers and ports. For each it prints one line
with a 0 or 1 for every source, destination and port, in that order.
"""

import contextlib
import io
import json
import sys
from typing import Any

from nca.CoreDS.Peer import IpBlock
from nca.NetworkConfig.ResourcesHandler import ResourcesHandler


def verdicts(world: dict[str, Any]) -> str:
    folder = [world["folder"]]
    config = ResourcesHandler().get_network_config(folder, folder, folder, None)
    allowed = config.allowed_connections().all_allowed_conns
    cubes = []
    for cube in allowed:
        found = allowed.get_connectivity_cube(cube)
        cubes.append((found["src_peers"], found["dst_peers"], found["protocols"], found["dst_ports"]))
    peers = [_peer(each) for each in world["peers"]]
    return "".join(
        "1" if any(_has(cube, source, destination, port) for cube in cubes) else "0"
        for source in peers
        for destination in peers
        for port in world["ports"]
    )


def _peer(peer: dict[str, Any]) -> Any:
    if peer["namespace"]:
        return f"{peer['namespace']}/{peer['name']}"
    return IpBlock(f"{peer['address']}/{128 if ':' in peer['address'] else 32}")


def _has(cube: Any, source: Any, destination: Any, port: dict[str, Any]) -> bool:
    sources, destinations, protocols, ports = cube
    return (
        _in(sources, source)
        and _in(destinations, destination)
        and port["protocol"] in protocols
        and any(each.start <= port["number"] <= each.end for each in ports.port_set.interval_set)
    )


def _in(peers: Any, peer: Any) -> bool:
    if isinstance(peer, str):
        return any(
            not isinstance(each, IpBlock) and f"{each.namespace.name}/{each.name}" == peer for each in peers
        )
    return peer in peers


if __name__ == "__main__":
    answers = sys.stdout
    for line in sys.stdin:
        # It tells warnings on both streams.
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            answer = verdicts(json.loads(line))
        print(answer, file=answers, flush=True)
