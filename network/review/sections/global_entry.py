"""A global load balancer: which name everybody reaches in which environments, and at what cost."""

from collections.abc import Iterator, Sequence

from network.review import kinds
from network.review.document import Document
from network.review.kinds import Finding
from network.review.markdown import change, code, table
from network.review.sections import Section

TITLE = "One name over several regions"


def compare(base: Document | None, head: Document) -> Section:
    """Return what a change does; None is a base without it, or with a refused one."""
    before = None if base is None else base.get("entry")
    after = head["entry"]
    findings = [*_hosts(before, after), *_order(before, after), *_cost(base or {}, head)]
    details = table(("asked", "environment", "region", "load balancer"), _rows(after))
    return Section(TITLE, tuple(findings), details)


def _hosts(before: Document | None, after: Document) -> Iterator[Finding]:
    old = {} if before is None else {each["name"]: each for each in before["hosts"]}
    new = {each["name"]: each for each in after["hosts"]}
    behind = ", ".join(code(each["stack"]) for each in after["targets"])
    for name, host in new.items():
        if name not in old:
            records = (
                "DigitalOcean writes its records and issues its certificate"
                if host["managed"]
                else "its records are made elsewhere, as the control panel shows them"
            )
            yield Finding(
                kinds.GLOBAL_HOST,
                f"**Everybody reaches {code(name)}** in {behind}, by {code(after['name'])}; {records}.",
            )
        elif old[name] != host:
            served = change(_by(old[name]), _by(host))
            yield Finding(kinds.GLOBAL_HOST, f"{code(name)} changes who serves its zone: {served}.")
    for name in old:
        if name not in new:
            yield Finding(kinds.GLOBAL_HOST_REMOVED, f"**{code(name)} leads nowhere any more**.")


def _by(host: Document) -> str:
    return "DigitalOcean" if host["managed"] else "another provider"


def _order(before: Document | None, after: Document) -> Iterator[Finding]:
    if before is None:
        return
    if (was := _in_order(before)) != (now := _in_order(after)):
        yield Finding(kinds.GLOBAL_ORDER, f"Who is asked changes: {change(was, now)}.")
    if (was := before["failoverThreshold"]) != (now := after["failoverThreshold"]):
        share = change(f"{was} %", f"{now} %")
        yield Finding(kinds.GLOBAL_ORDER, f"A region is left once {share} of its targets have failed.")


def _in_order(entry: Document) -> str:
    return ", ".join(f"{each['stack']} ({_when(each)})" for each in entry["targets"])


def _when(target: Document) -> str:
    return "nearest" if target["priority"] is None else f"priority {target['priority']}"


def _cost(base: Document, head: Document) -> Iterator[Finding]:
    before, after = f"{base.get('monthly', 0):g}", f"{head['monthly']:g}"
    if before != after:
        yield Finding(
            kinds.MONTHLY_COST,
            f"The global load balancer costs {change(before, after)} dollars a month, and more by use.",
        )


def _rows(entry: Document) -> Iterator[Sequence[str]]:
    for each in entry["targets"]:
        yield _when(each), code(each["stack"]), code(each["region"]), code(each["loadBalancer"])
