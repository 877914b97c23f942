"""Ledger entries gathered into risk units: what each piece of news earned, and could have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import PAYOUT_E6_PER_E2, LedgerEntry
from kalshi_alpha.core.ledger.summary import profit_bounds
from kalshi_alpha.core.types import E2_PER_CONTRACT, E6_PER_DOLLAR, Money, Side


@dataclass(frozen=True, slots=True)
class SettledUnit:
    """One wholly settled risk unit.

    ``expected_usd`` is what the beliefs stored at placement promised after fees; ``best`` and
    ``worst`` bound the profit, markets taken one by one, so a ladder stays within them.
    """

    risk_unit: str
    settled_at: datetime
    realised: Money
    expected_usd: float
    best: Money
    worst: Money


def settled_units(entries: Iterable[LedgerEntry]) -> list[SettledUnit]:
    """Return the units whose every entry with contracts is settled, oldest settlement first.

    A unit with an open entry waits: half a release says nothing about the whole.
    """
    groups: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        if entry.count_e2:
            groups[entry.risk_unit].append(entry)
    units = [_unit(name, rows) for name, rows in groups.items() if all(r.is_settled for r in rows)]
    return sorted(units, key=lambda unit: (unit.settled_at, unit.risk_unit))


def _unit(name: str, rows: Sequence[LedgerEntry]) -> SettledUnit:
    profits = [row.realised.e6 for row in rows if row.realised is not None]
    times = [row.settled_at for row in rows if row.settled_at is not None]
    worst, best = profit_bounds(rows)
    promised = sum(row.ev_expected * row.count_e2 / E2_PER_CONTRACT for row in rows)
    return SettledUnit(name, max(times), Money(sum(profits)), promised, best, worst)


def atom_pnl(entries: Iterable[LedgerEntry], yes_pays: Mapping[str, BoolArray]) -> FloatArray:
    """Net profit of one ladder's entries on each atom of its settlement value.

    Parameters
    ----------
    entries
        Entries of one event; their contracts, costs and fees count whether settled or not.
    yes_pays
        By market ticker, whether YES pays on each atom: arrays of shape ``(n_atoms,)``.

    Returns
    -------
    ndarray of shape (n_atoms,)
        Dollars, fees included.

    Raises
    ------
    BadParameter
        If there are no entries, or a market's payoffs are missing or of another length.
    """
    total: FloatArray | None = None
    for entry in entries:
        pays = yes_pays.get(entry.market_ticker)
        if pays is None or (total is not None and pays.shape != total.shape):
            raise BadParameter(f"no payoffs on these atoms for {entry.market_ticker}")
        won = pays if entry.side is Side.YES else ~pays
        profit_e6 = won * (entry.count_e2 * PAYOUT_E6_PER_E2) - (entry.cost.e6 + entry.fee_e6)
        total = profit_e6 / E6_PER_DOLLAR + (np.zeros(pays.shape) if total is None else total)
    if total is None:
        raise BadParameter("no entries to take profits of")
    return total
