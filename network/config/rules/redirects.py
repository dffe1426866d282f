"""Redirects that lead somewhere, and to an end (TRF-5)."""

import re
from collections.abc import Iterator
from itertools import product
from urllib.parse import urlsplit

from network.config.applications import Application, Route
from network.config.applications.matching import fits_path, priority
from network.config.external import External
from network.config.go_regex import matches, replaced, uses
from network.config.hosts import inside_cluster
from network.config.model import Finding, Location
from network.config.traffic import Traffic
from network.config.traffic.redirects import RedirectRegex
from network.config.zones import zone_of, zones

Applications = dict[str, Application]

MOST_HOPS = 10
"""Browsers give up after 20; what ends does so after one or two."""
_FILLINGS = ("", "a", "/a")
"""What groups of an expression may have caught, beside a host."""
_MOST_TRIALS = 200


def _redirects(traffic: Traffic) -> Iterator[tuple[str, Location, RedirectRegex]]:
    for name, middleware in traffic.middlewares.items():
        if middleware.redirect_regex is not None:
            yield name, ("traffic", "middlewares", name, "redirectRegex"), middleware.redirect_regex


def redirects_come_to_an_end(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """A redirect whose answer is redirected again, for ever, shows nobody anything."""
    by_host: dict[str, list[Route]] = {}
    for application in applications.values():
        for route in application.routes.values():
            for host in route.named_hosts:
                by_host.setdefault(host, []).append(route)
    for name, location, redirect in _redirects(traffic):
        passing = {
            host: routes
            for host, routes in by_host.items()
            if any(_passes(traffic, route, name) for route in routes)
        }
        for url in _requests(redirect, list(passing)):
            last = _followed(traffic, name, redirect, passing, url)
            if last is not None:
                yield Finding(
                    (*location, "replacement"),
                    f"it never ends: {url} leads to {last}, which it redirects again",
                    "let the expression fit only what is to be redirected, anchored by ^ and $",
                )
                break


def _requests(redirect: RedirectRegex, hosts: list[str]) -> Iterator[str]:
    """Yield requests to own hosts that a redirect itself leads to: every loop comes by one of them."""
    filled = [*hosts[:3], *(f"{host}/a" for host in hosts[:1]), *_FILLINGS]
    used = uses(redirect.replacement)
    trials = product(filled, repeat=min(len(used), 3))
    for number, values in enumerate(trials):
        if number == _MOST_TRIALS:
            return
        url = redirect.replacement
        for use, value in zip(used, values, strict=False):
            url = url.replace(use, value)
        url = re.sub("^http:", "https:", url)
        if urlsplit(url).hostname in hosts:
            yield url


def _followed(
    traffic: Traffic, name: str, redirect: RedirectRegex, passing: dict[str, list[Route]], url: str
) -> str | None:
    """Return where a request is after so many hops, or None if it ends before."""
    for _ in range(MOST_HOPS):
        parts = urlsplit(url)
        routes = [r for r in passing.get(str(parts.hostname), ()) if fits_path(parts.path or "/", r)]
        serving = max(routes, key=lambda r: priority(str(parts.hostname), r), default=None)
        if serving is None or not _passes(traffic, serving, name) or not matches(redirect.regex, url):
            return None
        url = re.sub("^http:", "https:", replaced(redirect.regex, redirect.replacement, url))
        if url.startswith("/"):
            url = f"https://{parts.hostname}{url}"
    return url


def _passes(traffic: Traffic, route: Route, name: str) -> bool:
    return any(name == link.name for link in traffic.passed_to(route))


def redirects_stay_with_tls(
    external: External, traffic: Traffic, applications: Applications
) -> Iterator[Finding]:
    """The `web` entrypoint sends what comes back by plain HTTP to https again."""
    own = {h for a in applications.values() for route in a.routes.values() for h in route.all_hosts}
    for _, location, redirect in _redirects(traffic):
        host = _host(redirect)
        if redirect.replacement.startswith("http://") and (
            "$" in host or host in own or zone_of(host, zones(external.dns)) is not None
        ):
            yield Finding(
                (*location, "replacement"),
                "a redirect to http never ends: the `web` entrypoint redirects to https",
                f"write `https://{redirect.replacement.removeprefix('http://')}`, or remove the middleware",
            )


def redirects_lead_out_of_tls(
    external: External, traffic: Traffic, applications: Applications
) -> Iterator[Finding]:
    """Warn of a redirect to plain HTTP elsewhere."""
    refused = {found.location for found in redirects_stay_with_tls(external, traffic, applications)}
    for _, location, redirect in _redirects(traffic):
        here = (*location, "replacement")
        if redirect.replacement.startswith("http://") and here not in refused:
            yield Finding(
                here,
                f"clients go on to {_host(redirect)} in plain text, where anybody may read and answer",
                f"write `https://{redirect.replacement.removeprefix('http://')}`, if it is served there",
            )


def redirects_lead_outside(traffic: Traffic) -> Iterator[Finding]:
    """Browsers do not know the cluster's names."""
    for _, location, redirect in _redirects(traffic):
        if inside_cluster(_host(redirect)):
            yield Finding(
                (*location, "replacement"),
                f"{_host(redirect)} is a name inside the cluster, and browsers are outside",
                "name the host of its route",
            )


def redirects_can_happen(traffic: Traffic) -> Iterator[Finding]:
    """Behind the redirect to https an expression for http:// fits nothing."""
    web = traffic.chains.get(traffic.web_chain or "", ())
    for name, location, redirect in _redirects(traffic):
        if name not in web and redirect.regex.lstrip("^(?:").startswith("http:"):
            yield Finding(
                (*location, "regex"),
                "it fits no request: chains of routes stand behind the redirect to https",
                f"write `{redirect.regex.replace('http:', 'https:', 1)}`",
            )


def _host(redirect: RedirectRegex) -> str:
    """Return the host that the replacement names; it may hold groups."""
    return re.split(r"[/?#:]", redirect.replacement.partition("://")[2])[0]
