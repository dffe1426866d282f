"""How the simulated account differs from a usual one, where somebody asks for it.

Kept in a file and read at each use, so that another process (a test, a user) can change it while the lab
runs: `python -m lab account --help`.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from lab.toolbox.whole_files import write_secret

WEEK = 7 * 24 * 3600
"""Seconds that a cluster's credentials live unless a call says otherwise
(docs/facts/digitalocean.md#credentials)."""


@dataclass(frozen=True)
class Options:
    """What can be chosen of an account."""

    credentials_seconds: int = WEEK
    """The longest life of a cluster's credentials, whatever is asked for."""
    credentials_ended: str = ""
    """Credentials from before this moment (ISO 8601) have ended, whatever life they were given."""
    token_accepted: bool = True
    """Whether the account's token is (still) valid."""
    second_token: str = ""
    """A token that is valid beside the account's own, as while one is rotated."""
    further_nodes: int = 0
    """Nodes of a cluster that are real beside the usual ones: while one pool takes another's place."""
    default_vpcs: bool = True
    """Whether each region has its default VPC when the account is new. Where one has none, the first VPC that
    is made there becomes it, and is never deleted."""
    gateways_take_time: bool = False
    """Whether a new NAT gateway is seen in the state `PROVISIONING`, which the provider takes for a failure
    (docs/facts/provider.md#nat-gateways)."""
    cluster_fails: str = ""
    """Why a new cluster does not come up: it ends in the state `error` with this message."""
    balancer_state: str = ""
    """State that the list of load balancers tells in place of their own, such as `errored`."""
    controllers_away: bool = False
    """Whether nobody looks after Services of type LoadBalancer: what the control panel changes of their load
    balancers stays, as on a real account until the Service changes."""


def options(folder: Path) -> Options:
    """The options of the account kept in `folder`."""
    file = _file(folder)
    return Options(**json.loads(file.read_text())) if file.exists() else Options()


def choose(folder: Path, **changes: object) -> None:
    """Change some of them."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = replace(options(folder), **changes)
    write_secret(_file(folder), json.dumps(asdict(changed)))


def _file(folder: Path) -> Path:
    return folder / "options.json"
