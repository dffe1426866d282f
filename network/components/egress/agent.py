"""A Route waits for the agent that brings its kind: a cluster answers before DigitalOcean has installed
it."""

import asyncio

import pulumi

INTERVAL = 10.0
"""Seconds between two attempts."""

LONGEST = 600.0
"""Seconds that the agent may take. How long it takes is not documented."""

NO_KIND = ("no matches for kind", "could not find the requested resource")
"""Of what an API server's client says of a kind that nobody has defined."""


class AgentToCome:
    """Lets the engine try a Route again while the cluster has no such kind."""

    def __init__(self) -> None:
        self._left = LONGEST

    def hook(self) -> pulumi.ErrorHook:
        """Return what the engine asks after a failure."""
        return pulumi.ErrorHook("route-after-its-agent", self.again)

    async def again(self, args: pulumi.ErrorHookArgs) -> bool:
        """Say whether an operation that failed shall be tried again."""
        error = args.errors[0].lower()
        if args.failed_operation != "create" or not any(words in error for words in NO_KIND):
            return False
        if self._left <= 0:
            return False
        if self._left == LONGEST:
            pulumi.log.info("waiting until DigitalOcean has installed the cluster's routing agent")
        self._left -= INTERVAL
        await asyncio.sleep(INTERVAL)
        return True
