"""Guardrail breaches in the ledger: dollars beyond a cap, and orders placed within a freeze."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.types import Money

Frozen = Callable[[datetime], bool | None]
"""Whether a family was frozen at an instant; None where nobody knows."""


def breaches(
    rows: Sequence[LedgerEntry],
    *,
    strike_cap: Callable[[LedgerEntry], Money],
    ladder_cap: Callable[[LedgerEntry], Money],
    frozen: Frozen,
    since: datetime,
) -> tuple[str, ...]:
    """Return every breach of the declared window, one line each, in the order of the ledger.

    What stands in a market or an event is summed over all of its orders, the earlier ones too, if
    any of them was placed in the window.

    Parameters
    ----------
    rows
        A family's rows of fills.
    strike_cap, ladder_cap
        Dollars that the market and the event of a row may have at risk.
    frozen
        Whether the family was frozen at an instant; what it does not know is no breach, and is
        counted by `unjudged`.
    since
        When the window begins.
    """
    return (
        *_beyond(rows, "strike cap", lambda row: row.market_ticker, strike_cap, since),
        *_beyond(rows, "ladder cap", lambda row: row.event_ticker, ladder_cap, since),
        *_while_frozen((row for row in rows if row.placed_at >= since), frozen),
    )


def _beyond(
    rows: Iterable[LedgerEntry],
    what: str,
    of: Callable[[LedgerEntry], str],
    cap: Callable[[LedgerEntry], Money],
    since: datetime,
) -> Iterator[str]:
    groups: dict[tuple[str, str, str], list[LedgerEntry]] = defaultdict(list)
    for row in rows:
        # What was traded on paper and what was traded in earnest never stood in one account.
        groups[(row.mode, row.environment, of(row))].append(row)
    for (mode, _, name), members in groups.items():
        if all(row.placed_at < since for row in members):
            continue
        at_risk = Money(sum(row.cost.e6 + row.fee_e6 for row in members))
        if not at_risk <= cap(members[0]):
            yield f"{name}: {at_risk.dollars} dollars at risk ({mode}), {what} {cap(members[0])}"


def unjudged(
    rows: Iterable[LedgerEntry], *, frozen: Frozen, since: datetime
) -> tuple[LedgerEntry, ...]:
    """Return the orders of the declared window of which nobody can say whether it was a freeze.

    The parameters are those of `breaches`.
    """
    window = (row for row in rows if row.placed_at >= since)
    return tuple(row for row, was in _judged(window, frozen) if was is None)


def _judged(
    rows: Iterable[LedgerEntry], frozen: Frozen
) -> Iterator[tuple[LedgerEntry, bool | None]]:
    known: dict[datetime, bool | None] = {}
    for row in rows:
        at = row.placed_at
        if at not in known:
            known[at] = frozen(at)
        yield row, known[at]


def _while_frozen(rows: Iterable[LedgerEntry], frozen: Frozen) -> Iterator[str]:
    for row, was in _judged(rows, frozen):
        if was:
            at = row.placed_at
            yield f"{row.market_ticker}: placed {at.isoformat()}, within a freeze"
