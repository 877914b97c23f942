"""Which orders may still rest, read from the journal by other means than its own.

The kill switch must know this while the rest of the program is broken: standard library only,
read-only, and doubt is an answer. An order counts as open until the journal proves that it ended;
whoever reads the journal properly may find fewer, never more.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import sqlite3

_BUSY_S = 0.5
_SELECT = "SELECT body FROM events ORDER BY seq"
_NEVER_WAS = frozenset({"withheld", "rejected", "absent"})


class Glance(NamedTuple):
    """What the journal shows.

    Attributes
    ----------
    resting
        Client order ids of orders that the venue took and that may still rest, then the venue's
        ids of second orders under one of them.
    unknown
        Those of orders of which nobody knows what became, in flight ones included.
    problem
        Why the journal could not be read; empty if it was, or if there is none.
    exists
        Whether there is a journal.
    account
        Whose orders these are, such as ``demo``; empty if the journal does not say.
    """

    resting: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    problem: str = ""
    exists: bool = True
    account: str = ""

    @property
    def may_rest(self) -> bool:
        """Whether anything may rest at the venue: doubt counts as yes."""
        return bool(self.resting or self.unknown or self.problem)

    def to_text(self) -> str:
        """Return what the journal shows in a few words."""
        if self.problem:
            return f"order journal unreadable: {self.problem}"
        if not self.exists:
            return "no order journal"
        return f"{len(self.resting)} resting, {len(self.unknown)} unknown"


def glance(journal: Path) -> Glance:
    """Read which orders may still rest; whatever is wrong with the file becomes a problem."""
    import os

    if not os.path.lexists(journal):
        if os.path.lexists(f"{journal}-wal"):
            return Glance(problem=f"{journal} is gone, and its log is not")
        return Glance(exists=False)
    try:
        import sqlite3
    except ImportError as error:
        return Glance(problem=f"no SQLite here: {error}")
    try:
        # SQLite would take an empty file for a new database.
        if not journal.stat().st_size:
            return Glance(problem=f"{journal} is empty, as no journal ever is")
        uri = f"{journal.absolute().as_uri()}?mode=ro"
        database = sqlite3.connect(uri, uri=True, timeout=_BUSY_S)
        try:
            bodies = [body for (body,) in database.execute(_SELECT)]
            account = _account(database)
        finally:
            database.close()
    except (sqlite3.Error, OSError) as error:
        return Glance(problem=str(error))
    try:
        return _fold(bodies, account)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Glance(problem=f"an event cannot be read: {error!r}")


def _account(database: sqlite3.Connection) -> str:
    if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'account'").fetchone():
        return ""
    row = database.execute("SELECT name FROM account").fetchone()
    return "" if row is None else str(row[0])


def _fold(bodies: Iterable[str], account: str) -> Glance:
    import json

    orders: dict[str, _Order] = {}
    seconds: dict[str, None] = {}
    for body in bodies:
        event = json.loads(body)
        order_id = event.get("client_order_id")
        if event["kind"] == "surplus_found":
            seconds[event["order_id"]] = None
        elif event["kind"] == "surplus_over":
            seconds.pop(event["order_id"], None)
        elif order_id is not None:
            orders.setdefault(order_id, _Order()).apply(event)
    live = {key: order for key, order in orders.items() if not order.ended}
    return Glance(
        resting=(*(key for key, order in live.items() if order.taken), *seconds),
        unknown=tuple(key for key, order in live.items() if not order.taken),
        account=account,
    )


class _Order:
    """As much of an order as tells whether it ended."""

    def __init__(self) -> None:
        self.ended = False
        self.taken = False
        self._wanted_e2: int | None = None
        self._fills: dict[str, int] = {}

    def apply(self, event: dict[str, Any]) -> None:
        kind = event["kind"]
        if kind == "intended":
            self._wanted_e2 = event["intent"]["contracts"]["e2"]
        elif kind in _NEVER_WAS:
            # Of an order that the venue showed before, this proves nothing.
            self.ended = self.ended or not self.taken
        elif kind == "cancelled":
            self._ends()
        elif kind in {"accepted", "seen", "filled"}:
            self._shown(kind, event)

    def _shown(self, kind: str, event: dict[str, Any]) -> None:
        if not self.taken:
            # Whatever was said before, the venue has it.
            self.ended, self.taken = False, True
        if kind == "filled":
            self._fills[event["trade_id"]] = event["contracts"]["e2"]
            whole = self._wanted_e2 is not None and sum(self._fills.values()) >= self._wanted_e2
        else:
            status = event.get("status", "resting")
            gone = event["remaining"]["e2"] == 0 and status == "resting"
            whole = gone or status in {"canceled", "executed"}
        if whole:
            self._ends()

    def _ends(self) -> None:
        self.ended, self.taken = True, True
