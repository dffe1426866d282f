"""Middlewares in the order in which a request passes them: the default chain, then the route's (TRF-7)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from network.config.applications import Application, Route
from network.config.applications.reached import workload_ports
from network.config.certificates import Certificates
from network.config.model import Finding, Location
from network.config.traffic import Traffic
from network.config.traffic.middleware import Middleware
from network.config.traffic.resilience import RETRY_BODY_BYTES
from network.config.traffic.roles import Login

Applications = dict[str, Application]


CHANGE_PATHS = ("strip_prefix", "strip_prefix_regex", "add_prefix", "replace_path", "replace_path_regex")
"""Middlewares after which a request has another path."""


@dataclass(frozen=True)
class _Step:
    """One middleware on the way of a request."""

    name: str
    middleware: Middleware
    location: Location
    earlier: tuple["_Step", ...]

    @property
    def authenticates(self) -> bool:
        return isinstance(self.middleware.kind, Login)


def _ways(traffic: Traffic, applications: Applications) -> Iterator[tuple[_Step, ...]]:
    """Yield the steps of each way that a route takes, and of those that one may: each chain behind the
    default one, and that alone."""
    default = [traffic.default_chain] if traffic.default_chain else []
    taken = {chain for route in _routes(applications) for chain in traffic.chains_of(route)[1:]}
    untaken = [c for c in traffic.chains if c not in (*default, *taken, traffic.web_chain)]
    ways = [tuple(default), *((*default, chain) for chain in untaken)]
    ways += [
        tuple(chain for chain in traffic.chains_of(route) if chain in traffic.chains)
        for route in _routes(applications)
    ]
    for chains in dict.fromkeys(ways):
        steps: list[_Step] = []
        for link in traffic.passed(*chains):
            location = ("traffic", "chains", link.chain, link.index)
            steps.append(_Step(link.name, traffic.middlewares[link.name], location, tuple(steps)))
        yield tuple(steps)


def _routes(applications: Applications) -> Iterator[Route]:
    for application in applications.values():
        yield from application.routes.values()


def _steps(traffic: Traffic, applications: Applications) -> Iterator[_Step]:
    for way in _ways(traffic, applications):
        yield from way


def preflights_pass_without_credentials(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """Browsers ask by OPTIONS, without credentials, before they send a request of another origin."""
    for step in _steps(traffic, applications):
        headers = step.middleware.headers
        if headers is not None and (
            headers.access_control_allow_origin_list or headers.access_control_allow_origin_list_regex
        ):
            for before in step.earlier:
                if before.authenticates:
                    yield Finding(
                        step.location,
                        f"{before.name} stands before it and refuses the browser's preflight request, which "
                        "never carries credentials",
                        f"put it before {before.name}",
                    )


def protected_answers_are_not_shared(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """A CDN would show one user's answers to everybody."""
    for way in _ways(traffic, applications):
        guards = [step.name for step in way if step.authenticates]
        for step in way:
            if guards and step.middleware.cache_control and step.middleware.cache_control.shared:
                yield Finding(
                    step.location,
                    f"answers behind {guards[0]} would be kept by shared caches and shown to anybody",
                    "use a cacheControl with `visibility: private` or `noStore: true`",
                )


def retries_repeat_the_backend_only(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """Warn of checks that each try passes again."""
    for step in _steps(traffic, applications):
        counts = step.middleware.rate_limit is not None or step.middleware.in_flight_req is not None
        for before in step.earlier:
            if before.middleware.retry is not None and (counts or step.authenticates):
                yield Finding(
                    step.location,
                    f"{before.name} stands before it, so each try of a request passes it again",
                    f"put {before.name} behind it",
                )


def retries_keep_what_is_let_in(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """Warn of bodies that are let in and yet too large to be sent again."""
    for way in _ways(traffic, applications):
        limits = [s.middleware.buffering.max_request_body_bytes for s in way if s.middleware.buffering]
        for step in way:
            retry = step.middleware.retry
            if retry is None or retry.status is None:
                continue
            kept = RETRY_BODY_BYTES if retry.max_request_body_bytes is None else retry.max_request_body_bytes
            if any(limit is not None and limit > kept for limit in limits):
                yield Finding(
                    step.location,
                    f"requests with more than {kept} bytes are let in, but not tried again",
                    "raise its maxRequestBodyBytes, or lower buffering's",
                )


def logins_see_the_whole_path(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """Warn of paths that are changed before a login sees them: it sends clients back to what it saw."""
    for step in _steps(traffic, applications):
        for before in step.earlier:
            kind = next((kind for kind in CHANGE_PATHS if getattr(before.middleware, kind) is not None), None)
            if step.middleware.forward_auth is not None and kind is not None:
                yield Finding(
                    step.location,
                    f"{before.name} changes the path before it: X-Forwarded-Uri tells the service the "
                    "changed one, and whoever has logged in is sent back there",
                    f"put it before {before.name}",
                )


def guesses_are_limited(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """Warn of passwords that anybody may try as often as they like."""
    for step in _steps(traffic, applications):
        before = [s for s in step.earlier if s.middleware.rate_limit or s.middleware.ip_allow_list]
        if step.middleware.basic_auth is not None and not before:
            yield Finding(
                step.location,
                "passwords can be tried without limit, and each try costs a bcrypt",
                "put a rateLimit or an ipAllowList before it",
            )


def counted_headers_are_vouched_for(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """Warn of limits that a client evades by another value of the header it is counted by."""
    for step in _steps(traffic, applications):
        limit = step.middleware.rate_limit or step.middleware.in_flight_req
        header = limit.source_criterion.request_header_name if limit else None
        set_before = {
            name.lower()
            for before in step.earlier
            if before.middleware.forward_auth
            for name in before.middleware.forward_auth.auth_response_headers or ()
        }
        if header is not None and header.lower() not in set_before:
            yield Finding(
                step.location,
                f"clients choose {header} themselves: each new value has a limit of its own",
                "let a forwardAuth before it set the header, or count by ipStrategy",
            )


def authentication_has_no_way_around(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """Warn of a backend that believes headers of a forwardAuth, and has a route on which clients may send
    them."""
    guarded: dict[tuple[str, str], str] = {}
    believed: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    open_ways: list[tuple[str, str, str, set[str]]] = []
    for name, application in applications.items():
        for route_name, route in application.routes.items():
            passed = [traffic.middlewares[link.name] for link in traffic.passed_to(route)]
            told = [m.forward_auth.auth_response_headers or () for m in passed if m.forward_auth]
            for workload, _ in workload_ports(application, route):
                if any(told):
                    guarded.setdefault((name, workload), route_name)
                    believed[name, workload].update(header.lower() for headers in told for header in headers)
                else:
                    open_ways.append((name, route_name, workload, _overwritten(passed)))
    for name, route_name, workload, overwritten in open_ways:
        if left := sorted(believed[name, workload] - overwritten):
            yield Finding(
                ("applications", name, "routes", route_name, "chain"),
                f"{workload} believes headers that a forwardAuth sets on route {guarded[name, workload]}; "
                f"here a client may send them itself ({', '.join(left)})",
                "use a chain with the same forwardAuth, or remove the headers by customRequestHeaders",
            )


def _overwritten(passed: Iterable[Middleware]) -> set[str]:
    """Headers of clients that no backend sees, in small letters: middlewares remove or set them."""
    given = (each.headers.custom_request_headers or {} for each in passed if each.headers)
    return {name.lower() for headers in given for name in headers}


def auth_services_ask_nobody(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """Warn of a login page that only those see who are logged in."""
    for name, application in applications.items():
        for route_name, route in application.routes.items():
            for link in traffic.passed_to(route):
                auth = traffic.middlewares[link.name].forward_auth
                reached = {(name, workload) for workload, _ in workload_ports(application, route)}
                if auth is not None and (auth.application, auth.workload) in reached:
                    yield Finding(
                        ("applications", name, "routes", route_name),
                        f"it leads to the service that {link.name} asks, and {link.name} guards it: nobody "
                        "can log in",
                        "use a chain without it"
                        if link.chain == route.chain
                        else "set `defaultChain: false`, or name a chain without it there",
                    )


def plain_http_asks_for_nothing(traffic: Traffic, certificates: Certificates) -> Iterator[Finding]:
    """The web entrypoint redirects and answers Let's Encrypt; both must stay open."""
    for index, name in enumerate(traffic.chains[traffic.web_chain] if traffic.web_chain else ()):
        middleware = traffic.middlewares[name]
        here = ("traffic", "chains", str(traffic.web_chain), index)
        if middleware.basic_auth or middleware.forward_auth:
            yield Finding(
                here,
                "on the web entrypoint it asks for credentials in plain text, before the redirect to HTTPS",
                "remove it from webChain; the route's chain asks after the redirect",
            )
        if (middleware.ip_allow_list or middleware.ip_deny_list) and certificates.http01 is not None:
            yield Finding(
                here,
                "Let's Encrypt checks HTTP-01 from addresses that it does not publish",
                "remove it from webChain, or use dns01",
            )
