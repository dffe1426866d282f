"""Rules across layers. Each takes the layers it reads, by their names in `StackConfig`."""

from collections.abc import Callable, Iterable

from network.config.model import Finding

Rule = Callable[..., Iterable[Finding]]

RULES: tuple[Rule, ...] = ()
"""What is refused."""

WARNINGS: tuple[Rule, ...] = ()
"""What works but deserves a look."""
