"""Traefik's entrypoints behind the load balancer: whom they believe, and that they answer (ING-1, ING-5)."""

from collections.abc import Sequence

from network.diagnosis.facts import Facts, seen
from network.diagnosis.walk import Link, Outcome
from network.live.finding import CannotLookError

_DEPLOYMENT = "kubectl get deployment -n traefik traefik -o yaml"
_LOG = "kubectl logs -n traefik -l app.kubernetes.io/name=traefik"


def answering(
    host: str, names: Sequence[str], believed: Sequence[str], *, redirects: bool, reached: bool
) -> Link:
    """Return the link of the entrypoints `names` of a host, which believe PROXY headers of the ranges
    `believed`; `redirects` where plain HTTP does; `reached` where anybody may connect."""

    def judge(facts: Facts) -> Outcome:
        deployment = facts.objects.get("Deployment", "traefik", "traefik")
        if deployment is None:
            raise CannotLookError(_DEPLOYMENT, "there is no Deployment traefik/traefik", _DEPLOYMENT)
        containers = deployment["spec"]["template"]["spec"]["containers"]
        given = [argument.lower() for each in containers for argument in each.get("args", ())]
        for name in names:
            option = f"--entrypoints.{name}.proxyprotocol.trustedips="
            told = next((each.removeprefix(option) for each in given if each.startswith(option)), "")
            if set(filter(None, told.split(","))) != set(believed):
                return Outcome(
                    f"{name} believes {told or 'nobody'}, planned is {', '.join(believed) or 'nobody'}",
                    _DEPLOYMENT,
                    "pulumi up --refresh",
                )
        tried = facts.host(host)
        handshake = None if tried.handshake is None else seen(tried.handshake)
        if handshake is None:
            raise CannotLookError(
                f"curl -v https://{host}/", "nobody shook hands", f"curl -v https://{host}/"
            )
        if handshake.outcome not in ("shaken", "alert") and not reached:
            raise CannotLookError(
                f"curl -v https://{host}/",
                f"{handshake.reason}; not everybody may connect",
                "look from within the ranges that may",
            )
        if handshake.outcome not in ("shaken", "alert"):
            return Outcome(
                f"it takes the connection to 443 and {_how(handshake.outcome)}: {handshake.reason}",
                f"openssl s_client -connect {host}:443 -servername {host}",
                _LOG,
            )
        if tried.plain is not None and redirects:
            plain = seen(tried.plain)
            source = f"curl -v http://{host}/"
            if plain.status is None:
                return Outcome(f"port 80 answers nothing: {plain.reason}", source, _LOG)
            if not plain.location.startswith("https://"):
                return Outcome(f"port 80 answers {plain.status}, and no redirect to https", source, _LOG)
        return Outcome(
            "speaks TLS" + (", and redirects plain HTTP" if redirects else ""), f"curl -v https://{host}/"
        )

    planned = f"{', '.join(names)} believe{'s' if len(names) == 1 else ''} {', '.join(believed) or 'nobody'}"
    return Link(
        "entrypoint",
        host,
        f"{planned}; TLS on 443" + (", a redirect on 80" if redirects else ""),
        judge,
        "ingress.loadBalancer.proxyProtocol",
    )


def _how(outcome: str) -> str:
    return {"closed": "closes it without an answer", "silent": "says nothing"}.get(outcome, outcome)
