"""One name over the environments of several regions: a load balancer over theirs."""

from functools import partial
from pathlib import Path

import pulumi

from network.cli.global_entry import checked
from network.components.global_entry import GlobalLoadBalancer, GlobalLoadBalancerArgs
from network.components.outcome import tell_errors_once
from network.components.stack import read_global_entry

tell_errors_once()

# What the stack files of the environments say, in the folder above
planned = read_global_entry(partial(checked, project=Path(__file__).resolve().parents[1]))

# The load balancer over those that they have now
balancer = GlobalLoadBalancer("global", GlobalLoadBalancerArgs(planned))

pulumi.export("environments", [target.stack for target in planned.targets])
pulumi.export("problems", balancer.problems)
