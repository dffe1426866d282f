"""Where the lab keeps its files: nothing outside these folders survives `make down`."""

import os
from pathlib import Path

NAME = "webgrip-network"


def cache_dir() -> Path:
    """What can be made again: parts, images."""
    return _base("XDG_CACHE_HOME", ".cache") / NAME


def state_dir() -> Path:
    """What a lab knows between two runs: the simulated account, clusters, Pulumi's state."""
    return _base("XDG_STATE_HOME", ".local/state") / NAME


def project_dir() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parent.parent


def _base(variable: str, fallback: str) -> Path:
    """The folder that an XDG variable names; as the XDG specification says, a relative one counts
    as unset."""
    named = Path(os.environ.get(variable, ""))
    return named if named.is_absolute() else Path.home() / fallback
