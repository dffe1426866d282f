"""The certificate that clients of a host get (CRT-3, CRT-4)."""

from datetime import datetime, timedelta

from network.config.applications.host_patterns import fits
from network.diagnosis.facts import Facts, seen
from network.diagnosis.links.issuance import stops_at
from network.diagnosis.walk import Link, Outcome
from network.live.finding import CannotLookError

_CLOCKS = timedelta(minutes=1)
"""Between what cert-manager says of an end and what the certificate does."""


def certificate(
    host: str, name: str | None, bought_until: datetime | None, *, trusted: bool, declared: str
) -> Link:
    """Return the link of a host's certificate: `name` is the one that is planned, None if none is; those that
    were bought have their end in the stack file. Nobody trusts one of staging."""

    def judge(facts: Facts) -> Outcome:
        source = f"openssl s_client -connect {host}:443 -servername {host}"
        command = source if name is None else f"network doctor certificate {name}"
        tried = facts.host(host).handshake
        if tried is None:
            raise CannotLookError(source, "nobody shook hands", source)
        shaken = seen(tried)
        if shaken.outcome not in ("shaken", "alert"):
            raise CannotLookError(source, shaken.reason, f"network doctor {host}")
        if shaken.ends is None:
            return Outcome(f"Traefik refuses the name: {shaken.reason}{_why(facts, name)}", source, command)
        if not any(fits(each, host) for each in shaken.names):
            return Outcome(f"it gets one of {', '.join(shaken.names)}{_why(facts, name)}", source, command)
        if shaken.ends <= facts.now:
            return Outcome(f"it ended {shaken.ends:%Y-%m-%d %H:%M}{_why(facts, name)}", source, command)
        if trusted and shaken.trusted:
            return Outcome(f"clients refuse it: {shaken.trusted}", source, command)
        newest = bought_until or _issued_until(facts, name)
        if newest is not None and newest - shaken.ends > _CLOCKS:
            return Outcome(
                f"it ends {shaken.ends:%Y-%m-%d %H:%M}, and the newest one {newest:%Y-%m-%d %H:%M}",
                source,
                "kubectl logs -n traefik -l app.kubernetes.io/name=traefik",
            )
        return Outcome(f"of {', '.join(shaken.names)}, until {shaken.ends:%Y-%m-%d}", source)

    what = "a certificate that names it" if name is None else f"certificate {name}"
    return Link(
        "certificate-served", host, what + (", trusted by clients" if trusted else ""), judge, declared
    )


def _issued_until(facts: Facts, name: str | None) -> datetime | None:
    if name is None:
        return None
    found = facts.objects.get("Certificate", name, "traefik") or {}
    until = found.get("status", {}).get("notAfter")
    return None if until is None else datetime.fromisoformat(until.replace("Z", "+00:00"))


def _why(facts: Facts, name: str | None) -> str:
    """Return what cert-manager tells of it, where that explains something."""
    if name is None:
        return ""
    try:
        why = stops_at(facts, name)
    except CannotLookError:
        return ""
    return f"; {why}" if why else ""
