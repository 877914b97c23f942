"""Reconcile with the venue: read, compare, write down, and read again while it may be lag."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from kalshi_alpha.brokers.account_view import read_account
from kalshi_alpha.brokers.live_options import LiveOptions
from kalshi_alpha.brokers.order_log import OrderLog
from kalshi_alpha.brokers.venue_port import VenuePort
from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.core.orders.reconcile import BreakKind, Reconciliation, reconcile
from kalshi_alpha.core.ports import Clock

# Readings in a row that show the same breaks: then it is not lag.
_SAME_READINGS = 5
_LOOK_AGAIN_S = 0.01
# How old a reading may be where the venue does not say how new its data is.
_LAG = timedelta(seconds=2)


class Reconciler:
    """Compares the log with the account.

    Parameters
    ----------
    venue, log, clock, options
        As the gateway has them.
    """

    def __init__(self, venue: VenuePort, log: OrderLog, clock: Clock, options: LiveOptions) -> None:
        self._venue = venue
        self._log = log
        self._clock = clock
        self._options = options
        self._sending = 0
        self._comparing = 0
        self._one_at_a_time = asyncio.Lock()
        self._quiet_since = clock.now()
        self._is_new_enough = False
        self.last: Reconciliation | None = None
        """The last comparison."""

    @property
    def ready(self) -> bool:
        """Whether orders may be sent: the last comparison was clean, and none is under way."""
        return self.last is not None and self.last.clean and not self._comparing

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Hold while orders are under way; a comparison waits for it."""
        self._sending += 1
        try:
            yield
        finally:
            self._sending -= 1

    async def reconcile(self, *, accept: str | None = None) -> Reconciliation:
        """Compare until all agrees, or patience ends, or the same breaks stay.

        Nothing is sent meanwhile, and a reading counts only if it is newer than the last thing
        that was sent. What the venue shows is written down at every reading; that
        the comparison was made, at the last.

        Raises
        ------
        VenueError
            If the account could not be read until patience ended.
        """
        self._comparing += 1
        try:
            async with self._one_at_a_time:
                while self._sending:
                    await asyncio.sleep(_LOOK_AGAIN_S)
                found = await self._until_it_agrees()
                if accept is not None and not found.clean:
                    found = await self._compare(accept)
                self._log.write(found.events[-1])
                self.last = found
                return found
        finally:
            self._comparing -= 1

    async def _until_it_agrees(self) -> Reconciliation:
        self._quiet_since = self._clock.now()
        give_up_at = self._quiet_since + self._options.reconcile_patience
        seen: list[tuple[object, ...]] = []
        while True:
            found = await self._compare_or_none(give_up_at)
            if found is not None:
                kinds = {each.kind for each in found.breaks}
                seen.append(found.breaks)
                lasting = len(seen) >= _SAME_READINGS and len(set(seen[-_SAME_READINGS:])) == 1
                over = found.clean or (lasting and BreakKind.UNRESOLVED not in kinds)
                if (over and self._is_new_enough) or self._clock.now() >= give_up_at:
                    return found
            await asyncio.sleep(self._options.reconcile_every.total_seconds())

    async def _compare_or_none(self, give_up_at: datetime) -> Reconciliation | None:
        try:
            return await self._compare(None)
        except VenueError:
            if self._clock.now() >= give_up_at:
                raise
            return None

    async def _compare(self, accept: str | None) -> Reconciliation:
        view = await read_account(self._venue, self._log.blotter, self._clock)
        # A reading from before the quiet may agree and still lack what happened last.
        if view.data_as_of is not None:
            self._is_new_enough = view.data_as_of >= self._quiet_since
        else:
            self._is_new_enough = view.read_at >= self._quiet_since + _LAG
        found = reconcile(
            self._log.blotter,
            view,
            self._clock.now(),
            policy=self._options.unknown,
            accept=accept,
        )
        self._log.learn(*found.events[:-1])
        return found
