"""The journal and its fold, kept together: what is written is what is known.

An intent is written and waited for. What the venue tells is taken in at once and written with the
next commit, at the latest when the event loop comes round: were it lost in a crash, the venue
would tell it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from kalshi_alpha.core.errors import DataError
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.errors import IllegalEvent
from kalshi_alpha.core.orders.events import OrderEvent

Listener = Callable[[OrderEvent], None]


class Journal(Protocol):
    """Keeps events; they are durable when ``append`` returns."""

    def append(self, events: Iterable[OrderEvent]) -> int:
        """Write events, all or none, and return the number of the last."""
        ...

    def replay(self) -> Iterable[OrderEvent]:
        """Return every event, oldest first."""
        ...


class OrderLog:
    """Writes events and folds them.

    Parameters
    ----------
    journal
        Is replayed first.
    on_event
        Called with every new event once it is taken in, for telemetry and audit.
    on_failure
        Called once with why nothing can be written any more.

    Raises
    ------
    IllegalEvent
        If the journal's events cannot have followed each other.
    """

    def __init__(
        self,
        journal: Journal,
        on_event: Listener | None = None,
        on_failure: Callable[[str], None] | None = None,
    ) -> None:
        self._journal = journal
        self._on_event = on_event
        self._on_failure = on_failure
        self._waiting: list[OrderEvent] = []
        self._flush_planned = False
        self.blotter = Blotter(journal.replay())
        self.failure: str | None = None
        """Why nothing more can be written; None while the journal works."""

    def write(self, *events: OrderEvent) -> None:
        """Take events in and write them, with all that waits; durable when this returns.

        Raises
        ------
        IllegalEvent
            If one cannot follow; those before it are written, it and those after it are not.
        DataError
            If the journal cannot be written; nothing can be any more.
        """
        try:
            self._take_in(events)
        finally:
            self.flush()

    def learn(self, *events: OrderEvent) -> IllegalEvent | None:
        """Take in what the venue told, and write it with the next commit.

        Return the error of the first event that cannot follow what is known; it and those after
        it are not taken in.
        """
        try:
            self._take_in(events)
        except IllegalEvent as error:
            return error
        finally:
            self._plan_flush()
        return None

    def flush(self) -> None:
        """Write what waits.

        Raises
        ------
        DataError
            If it cannot be written.
        """
        if not self._waiting or self.failure is not None:
            return
        batch, self._waiting = self._waiting, []
        try:
            self._journal.append(batch)
        except DataError as error:
            self._fail(str(error))
            raise

    def _take_in(self, events: Iterable[OrderEvent]) -> None:
        for event in events:
            self.blotter.apply(event)
            self._waiting.append(event)
            if self._on_event is not None:
                self._on_event(event)

    def _plan_flush(self) -> None:
        if not self._waiting or self._flush_planned:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
            return
        self._flush_planned = True
        loop.call_soon(self._planned_flush)

    def _planned_flush(self) -> None:
        self._flush_planned = False
        if self.failure is not None or not self._waiting:
            return
        batch, self._waiting = self._waiting, []
        try:
            self._journal.append(batch)
        except DataError as error:
            # Nobody waits for this commit; the failure stops the next order.
            self._fail(str(error))

    def _fail(self, why: str) -> None:
        if self.failure is None and self._on_failure is not None:
            self._on_failure(why)
        self.failure = why
