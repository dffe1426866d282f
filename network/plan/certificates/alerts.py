"""What somebody on call is told of certificates, and of what issues them (OBS-6)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from network.config.platform import TRAEFIK
from network.plan.model.rules import Alert, Recording, RuleGroup, Severity

DASHBOARD = "network-security"

_CONTROLLER = 'job="cert-manager-controller"'

_READY = "certmanager_certificate_ready_status"

_SUBJECT = "certificate {{ $labels.namespace }}/{{ $labels.name }}"


def build(
    hosts: Sequence[tuple[str, str]], names: Sequence[str], bought: Mapping[str, datetime]
) -> RuleGroup:
    """Return the rules of the certificates layer.

    `hosts`: each public host, with the certificate that is served for it. `names`: the certificates that the
    platform has issued, in Traefik's namespace. `bought`: those that others have issued, and when they end.
    """
    rules = [
        *_bought(bought),
        *_served(hosts, f"({_latest('expiration')} or {END_OF_BOUGHT})" if bought else _latest("expiration")),
        _near("CertificateRenewalOverdue", 0.8, "1h", "warning"),
        _near("CertificateNearExpiry", 0.3, "10m", "critical"),
        _not_ready(),
        _issuance_failing(),
        _issuer_not_ready(),
    ]
    if names:
        rules.append(_missing(names))
    return RuleGroup("certificates", tuple(rules))


def _near(name: str, share: float, wait: str, severity: Severity) -> Alert:
    """Return an alert by what is left of the time between renewal and expiry: days would be right for one
    life of certificates only, and those are announced to shorten."""
    end = _latest("expiration")
    left, margin = f"({end} - time())", f"({end} - {_latest('renewal')})"
    return Alert(
        name,
        f"{left} / {margin} < {share} and {end} > 0",
        wait,
        severity,
        f"Clients will soon refuse {_SUBJECT}"
        if severity == "critical"
        else f"Nobody has renewed {_SUBJECT}",
        "{{ $value | humanizePercentage }} of the time between its renewal and its end are left; "
        f"told below {share:.0%}. When it has ended, no client connects to its hosts.",
        DASHBOARD,
    )


def _latest(moment: str) -> str:
    """Return a moment of each certificate, as its newest series has it: of a controller that was replaced the
    old one stands for some minutes more."""
    return f"max by (namespace, name) (certmanager_certificate_{moment}_timestamp_seconds{{{_CONTROLLER}}})"


def _not_ready() -> Alert:
    return Alert(
        "CertificateNotReady",
        f'max by (namespace, name) ({_READY}{{{_CONTROLLER},condition!="True"}}) == 1',
        "15m",
        "warning",
        f"No valid {_SUBJECT} can be had",
        "cert-manager says since at least 15 minutes that it is not issued, not up to date or not valid.",
        DASHBOARD,
    )


def _missing(names: Sequence[str]) -> Alert:
    """Return the alert of a certificate that is gone: its series go with it, and no other alert sees it."""
    gone = " or ".join(f'absent({_READY}{{namespace="{TRAEFIK}",name="{name}"}})' for name in names)
    return Alert(
        "CertificateMissing",
        f"({gone}) and on () (max(up{{{_CONTROLLER}}}) == 1)",
        "10m",
        "critical",
        f"Nobody renews {_SUBJECT}: it is gone",
        "The stack declares it, and cert-manager knows none of this name. Its Secret may still be served, "
        "until "
        "it ends.",
        DASHBOARD,
    )


def _issuance_failing() -> Alert:
    # A counter that has just appeared has counted from nothing, which `increase` does not see; where nothing
    # was read an hour ago, as after a start of Prometheus, it may be an old one.
    refused = f'certmanager_http_acme_client_request_count{{{_CONTROLLER},status=~"4..|5..|999"}}'
    read = f"(max(up{{{_CONTROLLER}}} offset 1h) == 1)"
    grown = f"(({refused} unless {refused} offset 1h) and on () {read}) or increase({refused}[1h])"
    return Alert(
        "IssuanceFailing",
        f"sum by (host, status) ({grown}) > 3",
        "5m",
        "warning",
        "No certificate can be issued or renewed: {{ $labels.host }} refuses cert-manager",
        "{{ $value | humanize }} requests of the last hour were answered {{ $labels.status }}; up to 3 are "
        "usual, "
        "for a nonce that is too old. 429 is a limit of the authority.",
        DASHBOARD,
    )


def _issuer_not_ready() -> Alert:
    kinds = ("certmanager_clusterissuer_ready_status", "certmanager_issuer_ready_status")
    unready = " or ".join(
        f'max by (namespace, name) ({kind}{{{_CONTROLLER},condition!="True"}})' for kind in kinds
    )
    return Alert(
        "IssuerNotReady",
        f"({unready}) == 1",
        "10m",
        "warning",
        "No certificate can be issued or renewed by issuer {{ $labels.name }}",
        "cert-manager says since at least 10 minutes that it is not ready: its account is refused, or the "
        "authority cannot be reached.",
        DASHBOARD,
    )


CERTIFICATE_OF_HOST = "network:host_certificate:info"
"""Constant 1 for each public host, with name and namespace of the certificate that is served for it."""


END_OF_BOUGHT = "network:bought_certificate_end:seconds"
"""When a certificate that was bought ends, as the stack file has it, in seconds since 1970."""

TIME_TO_BUY = timedelta(days=30)
"""Left of a certificate when somebody is told to buy the next one (a judgement): orders, approvals and
proofs of an authority that sells take days."""


def _bought(ends: Mapping[str, datetime]) -> Iterator[Recording | Alert]:
    """Yield what tells of certificates that nobody renews but a person."""
    for name, end in ends.items():
        labels = {"namespace": TRAEFIK, "name": name}
        yield Recording(END_OF_BOUGHT, f"vector({int(end.timestamp())})", labels)
    if ends:
        yield Alert(
            "BoughtCertificateEnds",
            f"{END_OF_BOUGHT} - time() < {int(TIME_TO_BUY.total_seconds())}",
            "1h",
            "warning",
            f"Clients will refuse {_SUBJECT}, which was bought, unless somebody buys the next one",
            "It ends in {{ $value | humanizeDuration }}, and nothing renews it; "
            f"told {TIME_TO_BUY.days} days before.",
            DASHBOARD,
        )


def _served(hosts: Sequence[tuple[str, str]], issued: str) -> Iterator[Recording | Alert]:
    """Yield what compares the certificates that clients see with those that were issued. `issued`: when each
    of these ends."""
    for host, name in hosts:
        yield Recording(CERTIFICATE_OF_HOST, "vector(1)", {"host": host, "namespace": TRAEFIK, "name": name})
    if hosts:
        seen = (
            "min by (host) (label_replace(probe_ssl_earliest_cert_expiry, "
            '"host", "$1", "instance", "(?:https?://)?([^/:]+).*")) '
            f"* on (host) group_left (namespace, name) {CERTIFICATE_OF_HOST}"
        )
        yield Alert(
            "ServedCertificateOutdated",
            f"{issued} - on (namespace, name) group_right () ({seen}) > 60",
            "30m",
            "critical",
            f"Clients of {{{{ $labels.host }}}} are served an old one in place of {_SUBJECT}",
            "What is served ends {{ $value | humanizeDuration }} before what was issued: Traefik has not "
            "read the "
            "new one, and clients will refuse the old one when it ends.",
            DASHBOARD,
        )
