"""A route in Traefik: its router and the middlewares that its requests pass (ING-2, TRF-1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from network.diagnosis.compared import difference
from network.diagnosis.facts import Facts, Object, Reply, seen
from network.diagnosis.walk import Link, Outcome
from network.live.finding import CannotLookError

ROLE = "a role that may port-forward in namespace traefik (`access.platformEngineers`) sees its routers"


@dataclass(frozen=True)
class Routed:
    """A route for one of its hosts."""

    name: str
    """`<application>/<route>`."""
    host: str
    path: str
    """Of a request that comes to it; empty where a plain GET cannot."""
    manifest: Object
    """Its IngressRoute."""
    router: str
    """As Traefik calls it."""
    middlewares: Sequence[Object]
    """Chains and what they name, in the order of a request."""
    declared: str


def router(route: Routed) -> Link:
    """Return the link of a route's router."""
    namespace, name = route.manifest["metadata"]["namespace"], route.manifest["metadata"]["name"]

    def judge(facts: Facts) -> Outcome:
        source = f"kubectl get ingressroute -n {namespace} {name} -o yaml"
        if wrong := difference(facts.objects, route.manifest):
            return Outcome(f"{wrong} (namespace {namespace})", source, "pulumi up --refresh")
        api = "Traefik's API, /api/http/routers"
        loaded = _loaded(facts, route)
        if loaded is None:
            _unless_unknown(facts, route)
            return Outcome("as planned; Traefik has a router that takes the request", source)
        for pod, each in loaded.items():
            if each is None:
                return Outcome(f"{pod} has no router {route.router}", api, f"kubectl logs -n traefik {pod}")
            if each.get("status") == "disabled" and not _of_middlewares(each):
                return Outcome(
                    f"{pod} refuses it: {'; '.join(_errors(each))}", api, f"kubectl logs -n traefik {pod}"
                )
        return Outcome(f"loaded by {len(loaded)} pods", api)

    rules = " or ".join(each["match"] for each in route.manifest["spec"]["routes"][:1])
    return Link("router", route.name, f"every pod of Traefik routes {rules}", judge, route.declared)


def middlewares(route: Routed) -> Link:
    """Return the link of the middlewares that a route's requests pass."""

    def judge(facts: Facts) -> Outcome:
        source = "kubectl get middlewares.traefik.io -n traefik -o yaml"
        for planned in route.middlewares:
            if wrong := difference(facts.objects, planned):
                return Outcome(wrong, source, "pulumi up --refresh")
        loaded = _loaded(facts, route)
        if loaded is None:
            _unless_unknown(facts, route)
            return Outcome("as planned", source)
        for pod, each in loaded.items():
            if each is not None and (errors := _of_middlewares(each)):
                return Outcome(
                    f"{pod}: {'; '.join(errors)}",
                    "Traefik's API, /api/http/routers",
                    f"kubectl logs -n traefik {pod} | grep -i middleware",
                )
        return Outcome(f"{len(route.middlewares)} as planned, without errors", source)

    names = ", ".join(each["metadata"]["name"] for each in route.middlewares)
    return Link("middleware", route.name, f"requests pass {names}", judge, f"{route.declared}.chain")


def _loaded(facts: Facts, route: Routed) -> dict[str, Object | None] | None:
    """Return the route's router in each pod of Traefik, None in one without; None where nobody may look."""
    if isinstance(facts.routers, CannotLookError):
        return None
    found = {pod: known for pod, known in facts.routers.items() if not isinstance(known, CannotLookError)}
    return {pod: known.get(route.router) for pod, known in found.items()} if found else None


def _unless_unknown(facts: Facts, route: Routed) -> None:
    """Raise CannotLookError where requests tell as little as the API, which nobody may ask."""
    reply = facts.host(route.host).replies.get(route.path)
    answer = None if reply is None or isinstance(reply, CannotLookError) else reply
    if answer is None or answer.status is None or answer.is_traefik_s_own:
        why = "and no answer came" if answer is None else _told(answer)
        raise CannotLookError("Traefik's API", f"its routers cannot be read, {why}", ROLE)


def _told(answer: Reply) -> str:
    if answer.status is None:
        return f"and no answer came ({answer.reason})"
    return "and the 404 that a request gets may be Traefik's own, or the application's"


def _errors(router_: Object) -> list[str]:
    errors = router_.get("error") or []
    return [errors] if isinstance(errors, str) else list(errors)


def _of_middlewares(router_: Object) -> list[str]:
    return [each for each in _errors(router_) if "middleware" in each.lower()]


def answer(route: Routed) -> Link:
    """Return the link of what a request gets in the end."""

    def judge(facts: Facts) -> Outcome:
        url = f"https://{route.host}{route.path}"
        reply = facts.host(route.host).replies.get(route.path)
        if reply is None:
            raise CannotLookError(f"curl {url}", "nobody asked", f"curl -v {url}")
        told, shaken = seen(reply), facts.host(route.host).handshake
        if shaken is not None and seen(shaken).outcome != "shaken":
            raise CannotLookError(f"curl {url}", seen(shaken).reason, f"network doctor {route.host}")
        if told.status is None:
            return Outcome(f"no answer: {told.reason}", f"curl {url}", f"curl -v {url}")
        if told.status >= 500:
            return Outcome(f"{told.status}", f"curl {url}", "network objectives; kubectl logs of the pod")
        return Outcome(f"{told.status} after {told.seconds * 1000:.0f} ms", f"curl {url}")

    return Link("answer", f"{route.host}{route.path}", "an answer that is no failure", judge, route.declared)


def answer_time(route: Routed, objective: str, within: float) -> Link:
    """Return the link of how long an answer takes, beside what an objective promises."""

    def judge(facts: Facts) -> Outcome:
        url = f"https://{route.host}{route.path}"
        reply = facts.host(route.host).replies.get(route.path)
        if reply is None:
            raise CannotLookError(f"curl {url}", "nobody asked", f"curl -v {url}")
        told = seen(reply)
        if told.status is None:
            raise CannotLookError(f"curl {url}", f"no answer: {told.reason}", f"network doctor {route.host}")
        took = f"{told.seconds * 1000:.0f} ms"
        if told.seconds > within:
            return Outcome(f"its first byte came after {took}", f"curl {url}", "network objectives")
        return Outcome(took, f"curl {url}")

    planned = f"within {within * 1000:.0f} ms (objective {objective})"
    return Link(
        "answer-time", f"{route.host}{route.path}", planned, judge, f"observability.objectives.{objective}"
    )
