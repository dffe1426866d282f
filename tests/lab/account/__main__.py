"""What the program declares in the account: its first layers, as they stand in it, and the records.

The runbook's rows are rehearsed with it, since an account needs no machines.
"""

from pathlib import Path

LOAD_BALANCER = "203.0.113.100"
INSIDE = "\n# Namespaces, "
"""Where the program goes on inside the cluster."""

program = Path(__file__).resolve().parents[3] / "__main__.py"
outside, _, inside = program.read_text().partition(INSIDE)
assert inside, f"{program} has no more the comment that begins with {INSIDE.strip()!r}"
names = dict(globals())
exec(compile(outside, program, "exec"), names)
addresses = names["LoadBalancerAddresses"](LOAD_BALANCER, None)
(zone,) = names["planned"].external.zones
in_zones = [(names["network"].zones[zone.name], zone.records)]
names["Records"]("records", names["RecordsArgs"](in_zones, addresses))
