"""The lab's one process: a simulated cloud, the internet around it, and real clusters.

`python -m lab.instance.daemon FOLDER`, inside a sandbox (`lab.machine.sandbox`); `Lab.start` starts it.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from ipaddress import IPv4Address
from pathlib import Path

from lab.cloud import api, authenticator, provider
from lab.cloud.cloud import Cloud
from lab.cloud.controller import Controllers
from lab.cloud.endpoints.domains import records_of
from lab.cloud.fleet import running
from lab.cloud.machines import Machines
from lab.cloud.routing_agent import RoutingAgents
from lab.cloud.state import Account, Kind
from lab.cloud.volumes import Volumes
from lab.instance.acme_accounts import begin_again
from lab.instance.supplies import Supplies
from lab.internet.addresses import OPERATOR, RESOLVER
from lab.internet.ca import Authority
from lab.internet.internet import TRUSTED, Internet
from lab.internet.zones import Record
from lab.machine.pod_networks import POD_NETWORKS
from lab.machine.process import Supervisor
from lab.paths import cache_dir
from lab.toolbox.kubernetes_api import KubernetesError
from lab.toolbox.whole_files import write_secret

BOOT_TIMEOUT = 400.0
"""Seconds for the clusters that the account knows to run again."""


def main() -> int:
    """Run until SIGTERM or SIGINT; the account and the clusters' state stay."""
    folder = Path(sys.argv[1])
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    supplies = Supplies.read(folder / "supplies.json")
    # What compiles, checks and routes is found on PATH by Cilium, kube-proxy and the CNI plugins.
    os.environ["PATH"] = ":".join([*map(str, supplies.parts.values()), os.environ.get("PATH", os.defpath)])

    supervisor = Supervisor(folder / "logs")
    pods = POD_NETWORKS[supplies.cni]
    namespaces = folder / "namespaces.json"
    asked = authenticator.url(OPERATOR)
    machines = Machines(
        *(folder / "clusters", supplies.parts, supplies.images, namespaces, pods, asked),
        trust=folder / "internet" / TRUSTED,
    )
    cloud = Cloud(folder / "cloud", machines, RESOLVER, report=_report)
    api_port = api.serve(cloud)
    authority = Authority.at(cache_dir() / "authority")
    internet = Internet(
        *(folder / "internet", supplies.parts, supervisor, authority, api_port, supplies.elsewhere),
        told=supplies.told,
        sent=supplies.sent,
    )
    internet.start()
    authenticator.serve(cloud.store, OPERATOR)
    _report("The outside world answers: DNS, Let's Encrypt, the API")

    def follow(_: Account | None, account: Account) -> None:
        internet.dns.serve(*_names(account))
        _write_kubeconfig(folder, machines, account)

    for zone in supplies.zones:
        if cloud.store.account.find(Kind.DOMAIN, zone) is None:
            cloud.call("POST", "/v2/domains", {"name": zone})
    cloud.store.subscribe(follow)
    follow(None, cloud.store.account)
    controllers = Controllers(cloud, internet.load_balancers, _report)
    controllers.start()
    volumes = Volumes(cloud, folder / "volumes", _report)
    volumes.start()
    routing_agents = RoutingAgents(cloud, _report)
    routing_agents.start()
    cloud.fleet.resume()
    if not cloud.fleet.settle(BOOT_TIMEOUT):
        _report("Some clusters do not run yet; see logs/ below their folders")
    for cluster in machines.running().values():
        try:
            begin_again(cluster.api)
        except KubernetesError as error:
            _report(f"cert-manager could not be told that its accounts are gone: {error}")
    _, provider_port = provider.serve(cloud)
    _tell(folder, {"provider_port": provider_port, "token": cloud.store.account.token})
    ended.wait()

    routing_agents.stop()
    volumes.stop()
    controllers.stop()
    machines.stop()
    supervisor.end_all()
    return 0


def _report(line: str) -> None:
    print(line, flush=True)


def _names(account: Account) -> tuple[dict[str, list[Record]], dict[str, IPv4Address]]:
    """The zones that the account serves, and the public names of its API servers."""
    zones: dict[str, list[Record]] = {
        domain["name"]: [*records_of(account, domain["name"])] for domain in account.all(Kind.DOMAIN)
    }
    hosts = {
        f"{cluster['id']}.k8s.ondigitalocean.com": IPv4Address(cluster["machines"]["control_plane"])
        for cluster in account.all(Kind.CLUSTER)
    }
    return zones, hosts


def _write_kubeconfig(folder: Path, machines: Machines, account: Account) -> None:
    """Keep the operator's kubeconfig at the newest running cluster; none when there is none."""
    file = folder / "kubeconfig"
    clusters = running(account)
    if not clusters:
        file.unlink(missing_ok=True)
        return
    write_secret(file, machines.kubeconfig(clusters[-1]["id"]))


def _tell(folder: Path, facts: Mapping[str, object]) -> None:
    """Say that everything runs, and where."""
    write_secret(folder / "ready.json", json.dumps(facts))


if __name__ == "__main__":
    sys.exit(main())
