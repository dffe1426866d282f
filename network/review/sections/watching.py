"""What is promised, alerted on, probed and told to whom (OBS-4, OBS-6, OBS-8)."""

from collections.abc import Iterator, Mapping
from typing import Any

from network.review import kinds
from network.review.differences import differences, dotted
from network.review.kinds import Finding
from network.review.markdown import ABSENT, change, code, codes, counted
from network.review.promises import beyond, subject
from network.review.routes import routes
from network.review.sections import Section
from network.review.side import Side

SEVERITIES = ("info", "warning", "critical")
"""The lightest first."""
FIXED = ("window",)
"""Of an objective, what is neither more nor less when it changes."""
GROWN = 1.2
"""Series after and before, from which on it is told: Prometheus' memory and volume grow with them."""


def compare(base: Side, head: Side) -> Section:
    """Return what is promised, told or seen less, or more."""
    if _watched(base) and not _watched(head):
        text = "**Nothing is watched any more**: no metrics, alerts, objectives, probes or dashboards."
        return Section("Observability", (Finding(kinds.WATCHING_REMOVED, text),))
    findings = [
        *_objectives(base, head),
        *_alerts(base, head),
        *_probes(base, head),
        *_receivers(base, head),
        *_teams(base, head),
        *_told_from_outside(base, head),
        *_logs(base, head),
        *_series(base, head),
    ]
    return Section("Observability", tuple(findings))


def _watched(side: Side) -> bool:
    return side.config.get("observability") is not None


def _of(side: Side, *path: str) -> Mapping[str, Any]:
    """Return a part of the layer's configuration, empty where it is absent."""
    part: Any = side.config.get("observability") or {}
    for key in path:
        part = part.get(key) or {}
    return part


def _objectives(base: Side, head: Side) -> Iterator[Finding]:
    old, new = _of(base, "objectives"), _of(head, "objectives")
    for name in [*old, *(name for name in new if name not in old)]:
        before, after = old.get(name), new.get(name)
        if after is None and before is not None:
            yield Finding(
                kinds.OBJECTIVE_REMOVED,
                f"**Objective {code(name)} of {code(subject(before))} is gone**: nothing is promised of "
                "it, and no alert tells when it fails.",
            )
        elif before is None and after is not None:
            yield Finding(kinds.OBJECTIVE_ADDED, f"Objective {code(name)} of {code(subject(after))}.")
        elif before is not None and after is not None:
            yield from _changed(name, before, after)


def _changed(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Finding]:
    who = f"Objective {code(name)} of {code(subject(after))}"
    less = [f"{code(each.what)} {change(each.mine, each.theirs)}" for each in beyond(before, after)]
    more = [f"{code(each.what)} {change(each.theirs, each.mine)}" for each in beyond(after, before)]
    if less:
        yield Finding(kinds.OBJECTIVE_LOOSENED, f"{who} promises less: {'; '.join(less)}.")
    if more:
        yield Finding(kinds.OBJECTIVE_TIGHTENED, f"{who} promises more: {'; '.join(more)}.")
    other = [
        f"{code(key)} {change(before.get(key, ABSENT), after.get(key, ABSENT))}"
        for key in FIXED
        if before.get(key) != after.get(key)
    ]
    if subject(before) != subject(after):
        other.append(f"it is of {change(subject(before), subject(after))}")
    if other:
        yield Finding(
            kinds.OBJECTIVE_CHANGED,
            f"{who}: {'; '.join(other)}. What is spent of its budget is counted anew.",
        )


def _alerts(base: Side, head: Side) -> Iterator[Finding]:
    old, new = _severities(base), _severities(head)
    gone = [name for name in old if name not in new]
    if gone:
        yield Finding(
            kinds.ALERT_REMOVED, f"{counted(len(gone), 'alert')} can no longer fire: {codes(gone, most=20)}."
        )
    for name, before in old.items():
        after = new.get(name)
        if after is not None and after != before:
            lower = SEVERITIES.index(after) < SEVERITIES.index(before)
            yield Finding(
                kinds.ALERT_LOWERED if lower else kinds.ALERT_RAISED,
                f"Alert {code(name)}: {change(before, after)}"
                + (", so it wakes nobody." if lower and before == "critical" else "."),
            )
    added = [name for name in new if name not in old]
    if added and old:
        yield Finding(kinds.ALERT_ADDED, f"{counted(len(added), 'further alert')}: {codes(added, most=20)}.")


def _severities(side: Side) -> dict[str, str]:
    return {each["name"]: each["severity"] for each in side.document.get("alerts", [])}


def _probes(base: Side, head: Side) -> Iterator[Finding]:
    """Yield addresses that are no longer probed though their hosts are still served."""
    gone = [each for each in _probed(base) if each not in _probed(head) and _is_served(head, each)]
    if gone:
        text = f"No longer probed from inside the cluster, though still served: {codes(gone)}."
        yield Finding(kinds.PROBE_REMOVED, text)


def _probed(side: Side) -> list[str]:
    """Return what is probed, without paths; where only a handshake is tried, the target is `host:443`."""
    targets = (
        target
        for probe in side.of_kind("Probe").values()
        for target in probe["spec"]["targets"]["staticConfig"]["static"]
    )
    return list(dict.fromkeys(_address(target) for target in targets))


def _address(target: str) -> str:
    scheme, separator, rest = target.partition("://")
    if not separator:
        return f"https://{target.partition(':')[0]}"
    return f"{scheme}://{rest.partition('/')[0]}"


def _is_served(side: Side, address: str) -> bool:
    host = address.partition("://")[2]
    return any(f"`{host}`" in route.rule for route in routes(side).values())


def _receivers(base: Side, head: Side) -> Iterator[Finding]:
    old, new = _of(base, "alerting", "receivers"), _of(head, "alerting", "receivers")
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            text = f"**Receiver {code(name)} is gone**: who is told by it hears of no alert any more."
            yield Finding(kinds.RECEIVER_REMOVED, text)
        elif name not in old:
            yield Finding(kinds.RECEIVER_CHANGED, f"Receiver {code(name)} is told of alerts from now on.")
        elif changed := list(differences(old[name], new[name])):
            what = "; ".join(f"{code(dotted(path))} {change(was, now)}" for path, was, now in changed)
            yield Finding(kinds.RECEIVER_CHANGED, f"Receiver {code(name)}: {what}.")
    before, after = _of(base, "alerting", "deadManSwitch"), _of(head, "alerting", "deadManSwitch")
    if before and not after:
        text = "**The dead man's switch is gone**: nothing tells when alerting itself is down."
        yield Finding(kinds.RECEIVER_REMOVED, text)
    elif before != after:
        what = "; ".join(
            f"{code(dotted(path))} {change(was, now)}" for path, was, now in differences(before, after)
        )
        yield Finding(kinds.RECEIVER_CHANGED, f"The dead man's switch: {what}.")


def _teams(base: Side, head: Side) -> Iterator[Finding]:
    """Yield the applications whose team is no longer told: by a receiver that is gone or takes less, or since
    their alerts bear another team's name, or none."""
    old, new = base.config.get("applications") or {}, head.config.get("applications") or {}
    for name, before in old.items():
        team = before.get("team")
        if team is None or name not in new:
            continue
        now = new[name].get("team")
        told = _receivers_of(base, team)
        lost = _severities_of(told) - _severities_of(_still_told(head, now, told))
        if lost:
            why = "no receiver takes them" if now == team else "it is of another team now"
            yield Finding(
                kinds.TEAM_UNTOLD,
                f"**Alerts of application {code(name)} reach nobody of team {code(team)} any more** "
                f"({codes(sorted(lost))}): {'it has no team now' if now is None else why}.",
            )
        elif now != team and (told or _of(head, "prometheus", "integrate")):
            labels = change(team, ABSENT if now is None else now)
            text = f"Alerts of application {code(name)} bear another label {code('team')}: {labels}."
            yield Finding(kinds.RECEIVER_CHANGED, text)


def _receivers_of(side: Side, team: str | None) -> Mapping[str, Any]:
    """Return the receivers that are told of a team's alerts, and not of everybody's."""
    receivers = _of(side, "alerting", "receivers")
    return {name: each for name, each in receivers.items() if team in (each.get("teams") or ())}


def _still_told(head: Side, team: str | None, before: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the receivers of a team, and those told before that are told of everybody's alerts by now."""
    receivers = _of(head, "alerting", "receivers")
    widened = {name: each for name, each in receivers.items() if name in before and not each.get("teams")}
    return {**_receivers_of(head, team), **widened}


def _severities_of(receivers: Mapping[str, Any]) -> set[str]:
    return {severity for each in receivers.values() for severity in each.get("severities") or ()}


def _told_from_outside(base: Side, head: Side) -> Iterator[Finding]:
    """Yield who else DigitalOcean tells; that nobody asks from outside any more is its own section's."""
    old, new = _of(base, "outside"), _of(head, "outside")
    if old and new:
        for key in ("emails", "slackChannel"):
            if old.get(key) != new.get(key):
                what = f"Told from outside, {code(key)}: {change(old.get(key), new.get(key))}."
                yield Finding(kinds.RECEIVER_CHANGED, what)


def _logs(base: Side, head: Side) -> Iterator[Finding]:
    old, new = _of(base, "logs"), _of(head, "logs")
    if new.get("userNames") == "keep" and old.get("userNames") != "keep":
        text = "**Names of users, and what was typed in their place, are kept** with the access log."
        yield Finding(kinds.LOGS_WIDENED, text)
    if old and not new:
        yield Finding(kinds.LOGS_REMOVED, "**No logs are kept any more.**")
    elif gone := [each for each in old.get("applications", ()) if each not in new.get("applications", ())]:
        yield Finding(kinds.LOGS_REMOVED, f"Lines of {codes(gone)} are no longer kept.")


def _series(base: Side, head: Side) -> Iterator[Finding]:
    old, new = base.document.get("seriesByJob", {}), head.document.get("seriesByJob", {})
    before, after = sum(old.values()), sum(new.values())
    if before and after > GROWN * before:
        most = max(new, key=lambda what: new[what] - old.get(what, 0))
        yield Finding(
            kinds.SERIES_GROWN,
            f"Series that Prometheus holds, by estimate: {change(f'{before:,}', f'{after:,}')}, most of "
            f"them by {code(most)} ({change(f'{old.get(most, 0):,}', f'{new[most]:,}')}). Its memory and "
            "volume grow with them.",
        )
