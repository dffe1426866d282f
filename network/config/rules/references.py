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
    default = traffic.default_chain
    by_default = traffic.chains[default] if default else ()
    routed = {route.chain for a in applications.values() for route in a.routes.values()}
    for name, links in traffic.chains.items():
        for index, link in enumerate(links):
            if name != default and name in routed and link in by_default:
                yield Finding(
                    ("traffic", "chains", name, index),
                    f"requests pass {link} twice: the default chain {default} has it too",
                    "remove it here",
                )


def access_names_applications(access: Access, applications: dict[str, Application]) -> Iterator[Finding]:
    """Developers and deployers are those of an application."""
    for role, holders in (("developers", access.developers), ("deployers", access.deployers)):
        for name in holders:
            if name not in applications:
                yield unknown(("access", role, name), "application", name, applications)
