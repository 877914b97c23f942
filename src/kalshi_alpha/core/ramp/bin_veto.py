r"""Which honesty bins speak against a pilot: those that earned less than their beliefs allow.

A bin's mean against the spread that its own units showed is no such test: twenty longshots that
were honestly sold as seven in a hundred all lose in one sample out of four, have then hardly any
spread, and look like proof. Here the spread is the one that the stored beliefs imply, and the
threshold allows for the number of bins that are looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import NormalDist

from kalshi_alpha.core.ledger.entry import PAYOUT_E6_PER_E2, LedgerEntry
from kalshi_alpha.core.ledger.honesty_bins import BinKey, bin_key
from kalshi_alpha.core.types import E4_PER_DOLLAR

LEVEL = 0.05
"""Odds that an honest ledger is vetoed by any of its bins."""

UNITS_MIN = 10


class BinScores:
    r"""Profit and spread of every bin, added up row by row.

    With the honest probability :math:`h = c + s w (p - c)` of every fill,
    :math:`z = \sum n (Y - h) / \sqrt{\sum_g (\sum_{i \in g} n_i \sqrt{h_i (1 - h_i)})^2}`: fills of
    one unit are taken to win and lose together, which is the widest spread they can have. A bin
    vetoes below the normal quantile of ``LEVEL`` over the number of bins tested.
    """

    __slots__ = ("_scores", "_spreads")

    def __init__(self) -> None:
        self._scores: dict[BinKey, float] = defaultdict(float)
        self._spreads: dict[BinKey, dict[str, float]] = defaultdict(lambda: defaultdict(float))

    def add(self, row: LedgerEntry) -> None:
        """Take in one settled row with contracts."""
        key = bin_key(row.family, row.side, row.price_e4, row.lead_hours)
        count_e2, cost = row.count_e2, row.price_e4 / E4_PER_DOLLAR
        honest = cost + row.shrink * row.w_bin * (row.p - cost)
        paid = (row.payout_e6 or 0) / (count_e2 * PAYOUT_E6_PER_E2)
        self._scores[key] += count_e2 * (paid - honest)
        self._spreads[key][row.risk_unit] += count_e2 * (honest * (1.0 - honest)) ** 0.5

    def vetoing(self) -> tuple[BinKey, ...]:
        """Return the bins that veto, in order."""
        tested = {key: units for key, units in self._spreads.items() if len(units) >= UNITS_MIN}
        if not tested:
            return ()
        least = NormalDist().inv_cdf(LEVEL / len(tested))
        return tuple(
            key
            for key, units in sorted(tested.items())
            if self._scores[key] <= least * sum(spread**2 for spread in units.values()) ** 0.5
        )


def vetoing_bins(rows: Iterable[LedgerEntry]) -> tuple[BinKey, ...]:
    """Return the bins whose profit is too low for the beliefs stored with it.

    Parameters
    ----------
    rows
        Settled rows with contracts.
    """
    scores = BinScores()
    for row in rows:
        scores.add(row)
    return scores.vetoing()
