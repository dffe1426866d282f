"""The account as data, kept in one file that is replaced atomically at each change."""

import copy
import json
import secrets
import threading
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from lab.cloud.catalogue import DEFAULT_VPC_RANGES
from lab.cloud.errors import not_found
from lab.cloud.options import options
from lab.toolbox.whole_files import write_secret

Json = dict[str, Any]
"""An object in the shape in which the API answers it."""


class Kind(StrEnum):
    """The collections of an account."""

    VPC = "vpcs"
    CLUSTER = "kubernetes_clusters"
    DOMAIN = "domains"
    RECORD = "domain_records"
    FIREWALL = "firewalls"
    LOAD_BALANCER = "load_balancers"
    TAG = "tags"
    RESERVED_IP = "reserved_ips"
    CERTIFICATE = "certificates"
    CDN = "endpoints"
    VPC_PEERING = "vpc_peerings"
    NAT_GATEWAY = "vpc_nat_gateways"
    PROJECT = "projects"
    BUCKET = "buckets"
    SPACES_KEY = "keys"
    UPTIME_CHECK = "checks"
    UPTIME_ALERT = "uptime_alerts"
    ALERT_POLICY = "policies"
    VOLUME = "volumes"
    DROPLET = "droplets"


@dataclass
class Account:
    """Everything one DigitalOcean account holds. Objects are found by kind and id."""

    token: str
    """The API token that calls must carry."""
    serial: int = 0
    """The last numeric id that was given out."""
    objects: dict[Kind, dict[str, Json]] = field(default_factory=dict[Kind, dict[str, Json]])
    grants: dict[str, Json] = field(default_factory=dict[str, Json])
    """Tokens for clusters (`lab.cloud.tokens`)."""

    def all(self, kind: Kind) -> list[Json]:
        """Every object of a kind, oldest first."""
        return list(self.objects.get(kind, {}).values())

    def find(self, kind: Kind, key: str) -> Json | None:
        """The object, or None."""
        return self.objects.get(kind, {}).get(key)

    def get(self, kind: Kind, key: str) -> Json:
        """The object. Raises a 404 ApiError when there is none."""
        found = self.find(kind, key)
        if found is None:
            raise not_found()
        return found

    def put(self, kind: Kind, key: str, value: Json) -> Json:
        """Add or replace an object."""
        self.objects.setdefault(kind, {})[key] = value
        return value

    def drop(self, kind: Kind, key: str) -> Json:
        """Remove an object and return it. Raises a 404 ApiError when there is none."""
        self.get(kind, key)
        return self.objects[kind].pop(key)

    def next_serial(self) -> int:
        """A numeric id that no object of the account has or had."""
        self.serial += 1
        return self.serial


def fresh_account(default_vpcs: bool = True) -> Account:
    """A new account: nothing in it but each region's default VPC.

    A region's first VPC becomes its default and can never be deleted
    (docs/facts/provider.md#the-default-vpc).
    Accounts that have been used before hold one already, and so does this one unless told otherwise.
    """
    account = Account(token=f"dop_v1_{secrets.token_hex(32)}", serial=1000)
    for region, ip_range in DEFAULT_VPC_RANGES.items() if default_vpcs else ():
        add_vpc(account, f"default-{region}", region, IPv4Network(ip_range), default=True)
    return account


def add_vpc(
    account: Account,
    name: str,
    region: str,
    ip_range: IPv4Network,
    description: str = "",
    default: bool = False,
) -> Json:
    """Add a VPC whose values have been found valid."""
    key = str(uuid.uuid4())
    return account.put(
        Kind.VPC,
        key,
        {
            "id": key,
            "urn": f"do:vpc:{key}",
            "name": name,
            "region": region,
            "ip_range": str(ip_range),
            "description": description,
            "default": default,
            "created_at": now(),
        },
    )


def now() -> str:
    """The time as the API writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Listener = Callable[[Account, Account], None]
"""Called with the account before and after a change."""


class Store:
    """The account's file. Readers get a snapshot that never changes; writers are let in one at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._file = folder / "cloud.json"
        self._changed = threading.Condition(threading.RLock())
        self._listeners: list[Listener] = []
        if self._file.exists():
            self._account = _load(self._file)
        else:
            self._account = fresh_account(options(folder).default_vpcs)
            _save(self._account, self._file)

    @property
    def account(self) -> Account:
        """The account as of now; to be read only."""
        return self._account

    @contextmanager
    def change(self) -> Generator[Account]:
        """A copy of the account to change: saved when the block ends, forgotten when it raises."""
        with self._changed:
            before, after = self._account, copy.deepcopy(self._account)
            yield after
            if after == before:
                return
            _save(after, self._file)
            self._account = after
            for listener in self._listeners:
                listener(before, after)
            self._changed.notify_all()

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` after each change, in order, before the call that made it is answered."""
        self._listeners.append(listener)

    def wait(self, condition: Callable[[Account], bool], timeout: float) -> bool:
        """Wait until the account fulfils `condition`, at most `timeout` seconds; whether it does."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self._account), timeout)


def _load(file: Path) -> Account:
    data = json.loads(file.read_text())
    objects = {Kind(kind): held for kind, held in data["objects"].items()}
    return Account(data["token"], data["serial"], objects, data.get("grants", {}))


def _save(account: Account, file: Path) -> None:
    write_secret(file, json.dumps(asdict(account), indent=1), durable=True)
