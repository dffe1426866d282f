"""Certificates that were bought: each with its key, and no other's names (CRT-6)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from network.config import x509
from network.config.certificates import Certificates
from network.config.external import External
from network.config.model import Finding
from network.config.rules.certificates import issued_names, zone_certificate
from network.config.secrets import KEY_PLACEHOLDER
from network.config.zones import governing_zone, zones

_SET = "pulumi config set --secret --path network:certificateKeys."


def bought_certificates_have_their_keys(
    certificates: Certificates, certificate_keys: dict[str, SecretStr]
) -> Iterator[Finding]:
    """Traefik serves none without the key that it was issued for."""
    for name, bought in certificates.bought.items():
        here, key = ("certificates", "bought", name), certificate_keys.get(name)
        if key is None:
            rule = f"the secret network:certificateKeys has no key {name}"
            yield Finding(here, rule, f"set it: {_SET}{name}")
        elif key.get_secret_value() != KEY_PLACEHOLDER:
            ((_, content),) = x509.blocks(key.get_secret_value())
            if not bought.leaf.is_of(content):
                yield Finding(
                    here,
                    "the key in network:certificateKeys is another certificate's",
                    f"set the one that it was issued for: {_SET}{name}",
                )


def bought_certificates_have_names_of_their_own(
    external: External, certificates: Certificates
) -> Iterator[Finding]:
    """Its Secret is called after it, as that of one that is issued here."""
    issued = {*certificates.named, *map(zone_certificate, zones(external.dns))}
    for name in certificates.bought:
        if name in issued:
            yield Finding(
                ("certificates", "bought", name),
                f"the certificate {name} is issued by the stack itself",
                "give it another name",
            )


def hosts_have_one_certificate(external: External, certificates: Certificates) -> Iterator[Finding]:
    """Of two for one name Traefik shows either."""
    known = dict.fromkeys(issued_names(certificates, external.dns), "the stack's own issuer")
    for name, bought in certificates.bought.items():
        for host in bought.dns_names:
            other = known.setdefault(host, f"certificates.bought.{name}")
            if other != f"certificates.bought.{name}":
                yield Finding(
                    ("certificates", "bought", name, "pem"),
                    f"{host} has a certificate by {other} too, and Traefik shows either",
                    "let one of them be without the name",
                )


def certificate_keys_are_used(
    certificates: Certificates, certificate_keys: dict[str, Any]
) -> Iterator[Finding]:
    """Warn of keys without a certificate."""
    for name in certificate_keys:
        if name not in certificates.bought:
            yield Finding(
                ("certificateKeys", name),
                "no certificate of certificates.bought has this name",
                f"remove it: pulumi config rm --path network:certificateKeys.{name}",
            )


def bought_certificates_last(certificates: Certificates) -> Iterator[Finding]:
    """Warn of one that has ended: clients refuse it."""
    for name, bought in certificates.bought.items():
        if bought.ends < datetime.now(UTC):
            yield Finding(
                ("certificates", "bought", name, "pem"),
                f"it ended on {bought.ends:%Y-%m-%d}: clients refuse its hosts",
                "put the next one in its place, with its key",
            )


def authorities_may_issue_again(external: External, certificates: Certificates) -> Iterator[Finding]:
    """Warn where CAA records keep whoever sold a certificate from issuing the next one."""
    for name, bought in certificates.bought.items():
        met = ((host, governing_zone(host, external.dns)) for host in bought.dns_names)
        host, zone = next(((host, zone) for host, zone in met if zone is not None), ("", None))
        if zone is not None:
            yield Finding(
                ("certificates", "bought", name, "pem"),
                f"the zone's CAA records let Let's Encrypt alone issue for {host}: nobody else sells the "
                "next one",
                f"set `{zone.path}.caa: {{ publish: false }}`, or let the stack issue it "
                "(certificates.named)",
            )
