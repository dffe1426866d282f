"""Names in traffic and access that refer to other layers (TRF-1, ADM-1)."""

from collections.abc import Iterator
from typing import Any

from network.config.access import Access
from network.config.applications import Application
from network.config.model import Finding
from network.config.nearest import unknown
from network.config.traffic import Traffic


def basic_auth_users_exist(traffic: Traffic, basic_auth_users: dict[str, Any]) -> Iterator[Finding]:
    """A basicAuth without its Secret refuses everybody."""
    for name, middleware in traffic.middlewares.items():
        if middleware.basic_auth and middleware.basic_auth.users not in basic_auth_users:
            users = middleware.basic_auth.users
            yield Finding(
                ("traffic", "middlewares", name, "basicAuth", "users"),
                f"the secret network:basicAuthUsers has no key {users}",
                f"set it: pulumi config set --secret --path network:basicAuthUsers.{users}",
            )


def basic_auth_users_are_used(traffic: Traffic, basic_auth_users: dict[str, Any]) -> Iterator[Finding]:
    """Warn of passwords that open nothing."""
    used = {m.basic_auth.users for m in traffic.middlewares.values() if m.basic_auth}
    for name in basic_auth_users:
        if name not in used:
            yield Finding(
                ("basicAuthUsers", name),
                "no basicAuth middleware uses it",
                f"remove it: pulumi config rm --path network:basicAuthUsers.{name}",
            )


def middlewares_are_used(traffic: Traffic) -> Iterator[Finding]:
    """Warn of middlewares that stand in no chain: routes refer to chains only."""
    used = {name for chain in traffic.chains.values() for name in chain}
    for name in traffic.middlewares:
        if name not in used:
            yield Finding(("traffic", "middlewares", name), "no chain uses it", "put it into a chain")


def chains_do_not_repeat_the_default(
    traffic: Traffic, applications: dict[str, Application]
) -> Iterator[Finding]:
    """Warn of what a request would pass twice: a rate limit would count it twice."""
    for route in (route for each in applications.values() for route in each.routes.values()):
        known: dict[str, str] = {}
        for link in traffic.passed_to(route):
            default = known.setdefault(link.name, link.chain)
            if default != link.chain:
                yield Finding(
                    ("traffic", "chains", link.chain, link.index),
                    f"requests pass {link.name} twice: the default chain {default} has it too",
                    "remove it here",
                )


def access_names_applications(access: Access, applications: dict[str, Application]) -> Iterator[Finding]:
    """Developers and deployers are those of an application."""
    for role, holders in (("developers", access.developers), ("deployers", access.deployers)):
        for name in holders:
            if name not in applications:
                yield unknown(("access", role, name), "application", name, applications)
