"""How a certificate comes to be: who may issue, the issuer, the order, the store (CRT-1 to CRT-5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from network.diagnosis.compared import difference
from network.diagnosis.facts import Facts, Object, seen
from network.diagnosis.walk import Link, Outcome

AUTHORITY = "letsencrypt.org"
_OVERDUE = timedelta(hours=1)
"""After which a renewal that is due is late: an attempt that failed is repeated then."""


def allowed(certificate: str, names: Sequence[str], declared: str) -> Link:
    """Return the link of the CAA records."""

    def judge(facts: Facts) -> Outcome:
        for name in names:
            answer = seen(facts.authorities[name])
            plain = name.removeprefix("*.")
            tags = [value.split(" ", 2)[1:] for value in answer.values]
            wild = [value for tag, value in tags if tag == "issuewild"] if name.startswith("*.") else []
            issuers = wild or [value for tag, value in tags if tag == "issue"]
            if issuers and not any(value.split(";")[0].strip() == AUTHORITY for value in issuers):
                return Outcome(
                    f"only {', '.join(issuers)} may issue for {name}",
                    f"dig CAA {plain}",
                    f"dig +trace CAA {plain}",
                )
            if answer.status not in ("NOERROR", "NXDOMAIN"):
                return Outcome(
                    f"CAA of {plain} answers {answer.status}, which Let's Encrypt takes for a refusal",
                    f"dig CAA {plain}",
                    f"dig +trace CAA {plain}",
                )
        return Outcome(
            f"no record forbids it for {', '.join(names)}", f"dig CAA {names[0].removeprefix('*.')}"
        )

    return Link("issuance-allowed", certificate, f"{AUTHORITY} may issue", judge, declared)


def issuer(planned: Object) -> Link:
    """Return the link of a ClusterIssuer."""
    name = planned["metadata"]["name"]

    def judge(facts: Facts) -> Outcome:
        source, command = f"kubectl get clusterissuer {name}", f"kubectl describe clusterissuer {name}"
        if wrong := difference(facts.objects, planned):
            return Outcome(wrong, source, command)
        live = facts.objects.get("ClusterIssuer", name) or {}
        ready, why = _condition(live, "Ready")
        return Outcome("Ready", source) if ready else Outcome(f"not Ready: {why}", source, command)

    return Link("issuer", f"ClusterIssuer {name}", "as planned, and Ready", judge, "certificates.issuer")


def issued(planned: Object, declared: str) -> Link:
    """Return the link of a Certificate."""
    name = planned["metadata"]["name"]

    def judge(facts: Facts) -> Outcome:
        source, command = (
            f"kubectl get certificate -n traefik {name}",
            f"cmctl status certificate -n traefik {name}",
        )
        if wrong := difference(facts.objects, planned):
            return Outcome(wrong, source, "pulumi up --refresh")
        if why := stops_at(facts, name):
            return Outcome(why, source, command)
        status = (facts.objects.get("Certificate", name, "traefik") or {}).get("status", {})
        due = _time(status.get("renewalTime"))
        if due is not None and facts.now - due > _OVERDUE:
            return Outcome(f"its renewal is overdue since {due:%Y-%m-%d %H:%M}", source, command)
        return Outcome(f"issued, until {str(status.get('notAfter'))[:10]}", source)

    names = ", ".join(planned["spec"]["dnsNames"])
    return Link(
        "certificate-issued", f"Certificate {name}", f"issued for {names}, renewed in time", judge, declared
    )


def stops_at(facts: Facts, name: str) -> str | None:
    """Return where and why the issuance of a certificate stops; None if it is issued.

    Raises CannotLookError.
    """
    live = facts.objects.get("Certificate", name, "traefik")
    if live is None:
        return f"there is no Certificate {name}"
    ends = _time(live.get("status", {}).get("notAfter"))
    ready, why = _condition(live, "Ready")
    if ready and (ends is None or ends > facts.now):
        return None
    for kind, owner in (
        ("CertificateRequest", "Certificate"),
        ("Order", "CertificateRequest"),
        ("Challenge", "Order"),
    ):
        owned = [each for each in facts.objects.list(kind, "traefik") if _is_of(each, owner, name)]
        newest = max(owned, key=lambda each: str(each["metadata"].get("creationTimestamp")), default=None)
        if newest is None:
            break
        told = newest.get("status", {}).get("reason") or _condition(newest, "Ready")[1]
        why = (
            f"{kind} {newest['metadata']['name']}: {newest.get('status', {}).get('state', '')} {told}".strip()
        )
        name = newest["metadata"]["name"]
    return f"not issued: {why}"


def _is_of(each: Object, kind: str, name: str) -> bool:
    owners = each["metadata"].get("ownerReferences", ())
    return any(owner["kind"] == kind and owner["name"] == name for owner in owners)


def store(planned: Object, secret: str) -> Link:
    """Return the link of the TLSStore, which serves the certificate in a Secret."""

    def judge(facts: Facts) -> Outcome:
        source = "kubectl get tlsstore -n traefik default -o yaml"
        wrong = difference(facts.objects, planned)
        return Outcome(wrong, source, "pulumi up --refresh") if wrong else Outcome(f"names {secret}", source)

    return Link("tls-store", "TLSStore traefik/default", f"serves Secret {secret}", judge)


def _condition(live: Object, kind: str) -> tuple[bool, str]:
    for each in live.get("status", {}).get("conditions", ()):
        if each["type"] == kind:
            return each["status"] == "True", each.get("message") or each.get("reason") or ""
    return False, "it has no condition yet"


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00"))
