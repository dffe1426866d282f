"""A replaced cluster waits until the one before it is gone.

DigitalOcean answers a deletion at once and carries it out afterwards. Until then the name and, where the VPC
is kept, the ranges are taken, and the new cluster, which wants the same ones, is refused.
"""

import asyncio
from collections.abc import Callable, Sequence

import pulumi

from network.components.cluster.account import AccountError, LiveCluster

Clusters = Callable[[], Sequence[LiveCluster]]

INTERVAL = 10.0
"""Seconds between two looks: the provider's own, where it waits for a cluster."""

LONGEST = 900.0
"""Seconds that a deletion may take: as long as the VPC's own deletion waits for the same thing."""

TAKEN = ("overlap", "already exists", "already in use", "already taken")
"""Of what the API says when a name or a range is not free. Its wording is not documented."""


def is_taken(error: str) -> bool:
    """Say whether a creation was refused because a name or a range is not free."""
    return any(words in error.lower() for words in TAKEN)


class Predecessor:
    """Whatever of the account holds the new cluster's name or ranges, and is being deleted."""

    def __init__(self, clusters: Clusters, before: LiveCluster | None) -> None:
        """`clusters` says what the account has; `before` had the name when the program started."""
        self._clusters = clusters
        self._before = before
        self._left = LONGEST

    def hook(self) -> pulumi.ErrorHook:
        """Return what lets the engine try a refused creation again."""
        return pulumi.ErrorHook("cluster-after-its-predecessor", self.again)

    async def again(self, args: pulumi.ErrorHookArgs) -> bool:
        """Say whether an operation that failed shall be tried again, once that may help."""
        if args.failed_operation != "create" or not is_taken(args.errors[0]):
            return False
        return await self.make_way()

    async def make_way(self) -> bool:
        """Wait while clusters are being deleted; say whether the way may be free now.

        A cluster that stays is not waited for: it is somebody else's, or was left by an interrupted run.
        """
        waited = False
        while self._left > 0:
            going, vanished = await asyncio.to_thread(self._look)
            if not going and (waited or not vanished):
                return waited
            if not waited:
                pulumi.log.info("waiting until DigitalOcean has deleted the cluster that is replaced")
            await asyncio.sleep(INTERVAL)
            self._left -= INTERVAL
            if not going:
                return True
            waited = True
        return False

    def _look(self) -> tuple[bool, bool]:
        """Whether a cluster is being deleted, and whether the one before is not even listed any more, though
        what it held may still be taken."""
        try:
            clusters = self._clusters()
        except AccountError:
            # The same API has just answered the provider: it will again.
            return True, False
        there = {each.id for each in clusters}
        vanished = self._before is not None and self._before.id not in there
        return any(each.going for each in clusters), vanished
