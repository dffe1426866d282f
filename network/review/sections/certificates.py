"""Certificates and their issuers."""

from collections.abc import Iterator, Sequence
from typing import Any

from network.config.bought import BoughtCertificate
from network.review import kinds
from network.review.differences import differences, dotted
from network.review.document import Document
from network.review.kinds import Finding
from network.review.markdown import change, code, codes, table
from network.review.sections import Section
from network.review.side import Side

ISSUED_AGAIN = ("dnsNames", "issuerRef", "privateKey", "secretName")
"""Fields of a Certificate whose change makes cert-manager order a new one at once."""
STAGING = "staging"
"""Part of the URL of a directory whose certificates are for trying out only."""


def compare(base: Side, head: Side) -> Section:
    """Return which certificates are ordered, changed or given up."""
    old, new = base.of_kind("Certificate"), head.of_kind("Certificate")
    findings: list[Finding] = []
    rows: list[Sequence[str]] = []
    for key in [*old, *(key for key in new if key not in old)]:
        name = code("/".join(key))
        before, after = old.get(key), new.get(key)
        if before is None and after is not None:
            findings.append(
                Finding(kinds.CERTIFICATE_ADDED, f"Certificate {name} is ordered for {codes(_names(after))}.")
            )
        elif after is None and before is not None:
            findings.append(
                Finding(
                    kinds.CERTIFICATE_REMOVED, f"Certificate {name} for {codes(_names(before))} is given up."
                )
            )
        elif before is not None and after is not None and before != after:
            findings += _changed(name, before, after)
            rows += [
                (name, code(dotted(path)), change(was, now))
                for path, was, now in differences(before["spec"], after["spec"])
            ]
    findings += _bought(base, head)
    findings += _issuers(base, head)
    findings += _untrusted(base, head)
    return Section("Certificates", tuple(findings), table(("certificate", "field", "change"), rows))


def _issuer(certificate: Document) -> str:
    return certificate["spec"]["issuerRef"]["name"]


def _names(certificate: Document) -> list[str]:
    return certificate["spec"].get("dnsNames", [])


def _changed(name: str, before: Document, after: Document) -> Iterator[Finding]:
    old, new = before["spec"], after["spec"]
    lost = [each for each in _names(before) if each not in _names(after)]
    gained = [each for each in _names(after) if each not in _names(before)]
    if lost:
        yield Finding(kinds.CERTIFICATE_REMOVED, f"Certificate {name} no longer covers {codes(lost)}.")
    if gained:
        yield Finding(kinds.CERTIFICATE_CHANGED, f"Certificate {name} covers {codes(gained)} as well.")
    if old.get("issuerRef") != new.get("issuerRef"):
        yield Finding(
            kinds.CERTIFICATE_CHANGED,
            f"Certificate {name} is issued again: issuer {change(_issuer(before), _issuer(after))}.",
        )
    fields = [
        path[0]
        for path, *_ in differences(old, new)
        if path[0] in ISSUED_AGAIN and path[0] not in ("dnsNames", "issuerRef")
    ]
    if fields:
        yield Finding(
            kinds.CERTIFICATE_CHANGED, f"Certificate {name} is issued again: {codes(fields)} changed."
        )


def _bought(base: Side, head: Side) -> Iterator[Finding]:
    """Yield which certificates from elsewhere are served, and which no longer are."""
    old, new = _from_elsewhere(base), _from_elsewhere(head)
    for name in [*old, *(name for name in new if name not in old)]:
        title, before, after = f"Certificate {code(name)}, which was bought,", old.get(name), new.get(name)
        lost = (
            [host for host in before.dns_names if after is None or host not in after.dns_names]
            if before
            else []
        )
        if lost:
            yield Finding(kinds.CERTIFICATE_REMOVED, f"{title} no longer covers {codes(lost)}.")
        if after is not None and before is None:
            text = f"{title} is served for {codes(after.dns_names)} until {after.ends:%Y-%m-%d}."
            yield Finding(kinds.CERTIFICATE_ADDED, text)
        elif after is not None and before is not None and after.pem != before.pem:
            text = f"{title} is another one for {codes(after.dns_names)}, until {after.ends:%Y-%m-%d}."
            yield Finding(kinds.CERTIFICATE_CHANGED, text)


def _from_elsewhere(side: Side) -> dict[str, BoughtCertificate]:
    bought = side.config.get("certificates", {}).get("bought", {})
    return {name: BoughtCertificate.model_validate(each) for name, each in bought.items()}


def _untrusted(base: Side, head: Side) -> Iterator[Finding]:
    """Yield certificates of production that come from an issuer that nobody trusts, and did not before."""
    if not head.production:
        return
    for key, certificate in head.of_kind("Certificate").items():
        server = _directory(head, certificate)
        before = base.of_kind("Certificate").get(key)
        if STAGING in server and (before is None or STAGING not in _directory(base, before)):
            yield Finding(
                kinds.CERTIFICATE_UNTRUSTED,
                f"**Certificate {code('/'.join(key))} comes from a staging directory** "
                f"({code(server)}), which no client trusts: requests to {codes(_names(certificate))} fail.",
            )


def _directory(side: Side, certificate: Document) -> str:
    issuer: Any = side.of_kind("ClusterIssuer").get(("", certificate["spec"]["issuerRef"]["name"]), {})
    return issuer.get("spec", {}).get("acme", {}).get("server", "")


def _issuers(base: Side, head: Side) -> Iterator[Finding]:
    old, new = base.of_kind("ClusterIssuer"), head.of_kind("ClusterIssuer")
    for key in sorted(old.keys() | new.keys()):
        name = code(key[1])
        if key not in new:
            yield Finding(
                kinds.CERTIFICATE_REMOVED, f"Issuer {name} is removed: nothing it issued is renewed."
            )
        elif key in old:
            for path, was, now in differences(old[key]["spec"], new[key]["spec"]):
                yield Finding(
                    kinds.CERTIFICATE_CHANGED, f"Issuer {name}: {code(dotted(path))} {change(was, now)}."
                )
