"""Settled figures from sums by risk unit, so that a refresh costs what is new and not what is old.

A fill enters the settled half of the scoreboard by sums alone: contracts, cost, payout, fees and
the edge that was promised, by carrier, family, risk unit and settlement instant. All are integers,
so sums of days merge to the sums of the whole, in any order, to the last digit; windows, clustered
errors and drawdowns are worked out of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.delta import BPS
from kalshi_alpha.core.ledger.standard_errors import (
    cluster_se,
    hac_se,
    newey_west_lag,
    t_statistic,
)
from kalshi_alpha.core.risk.drawdown import Drawdown
from kalshi_alpha.core.scoreboard.figures import Edge
from kalshi_alpha.core.scoreboard.windows import Window
from kalshi_alpha.core.types import E2_PER_CONTRACT, Contracts, Money

Texts = npt.NDArray[np.object_]

E9_PER_E6 = 1_000
E9_PER_DOLLAR = 1e9
MOST_E2 = 9 * 10**11
"""Hundredths of contracts beyond which a promised edge of a dollar each would leave 64 bits."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class UnitSums:
    """Sums over settled fills of one carrier; arrays of one shape (n_sums,), in no order.

    Attributes
    ----------
    family, risk_unit
        Whose they are; a pair may come several times.
    settled_us
        The settlement instant, microseconds since 1970, UTC.
    n_fills, count_e2
        Fills, and their hundredths of contracts.
    cost_e6, payout_e6, fees_e6
        Money in 1e-6 dollars.
    promised_e9
        Honest expected edge before fees, ``s w (p - c)`` times contracts, each fill's rounded to
        1e-9 dollars.

    Raises
    ------
    BadParameter
        If the columns differ in length, or hold so many contracts that sums could overflow.
    """

    family: Texts
    risk_unit: Texts
    settled_us: IntArray
    n_fills: IntArray
    count_e2: IntArray
    cost_e6: IntArray
    payout_e6: IntArray
    fees_e6: IntArray
    promised_e9: IntArray

    def __post_init__(self) -> None:
        if any(getattr(self, name).shape != self.family.shape for name in self.__slots__):
            raise BadParameter("columns of unit sums differ in length")
        # Summed as floats: integers would wrap before they could be found too large.
        if not float(self.count_e2.sum(dtype=np.float64)) <= MOST_E2:
            raise BadParameter(f"unit sums hold more than {MOST_E2}e-2 contracts")

    def only(self, chosen: npt.NDArray[np.bool_]) -> UnitSums:
        """Return the sums that are chosen, by a mask of shape (n_sums,)."""
        return UnitSums(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class SettledLine:
    """What the settled fills of a family did; the fields are those of `Figures`."""

    n_settled: int
    contracts: Contracts
    gross: Money
    fees: Money
    net: Money
    edge: Edge | None
    drawdown: Drawdown


def settled_line(sums: UnitSums, window: Window | None = None) -> SettledLine:
    """Work out the figures of one family's settled fills, or of several families'.

    Parameters
    ----------
    sums
        Of one carrier, of the families that are meant.
    window
        Settlements in it count; all of them if None.
    """
    if window is not None:
        begins, ends = (_micros(at) for at in (window.begins_at, window.ends_at))
        sums = sums.only((sums.settled_us > begins) & (sums.settled_us <= ends))
    gross_e6 = int(sums.payout_e6.sum()) - int(sums.cost_e6.sum())
    fees_e6 = int(sums.fees_e6.sum())
    return SettledLine(
        n_settled=int(sums.n_fills.sum()),
        contracts=Contracts(int(sums.count_e2.sum())),
        gross=Money(gross_e6),
        fees=Money(fees_e6),
        net=Money(gross_e6 - fees_e6),
        edge=_edge(sums) if sums.family.size else None,
        drawdown=_drawdown(sums),
    )


def settled_lines(sums: UnitSums, window: Window | None = None) -> dict[str, SettledLine]:
    """Return the figures of each family, by name."""
    return {
        family: settled_line(sums.only(sums.family == family), window)
        for family in sorted(set(sums.family.tolist()))
    }


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _edge(sums: UnitSums) -> Edge:
    """Return what `clustered_mean` would say of the fills themselves.

    A unit's score is its summed delta less the mean times its contracts, so the sums suffice.
    Units come in the order of their first settlement, as fills do.
    """
    names, unit = np.unique(sums.risk_unit, return_inverse=True)
    first = np.full(names.size, np.iinfo(np.int64).max)
    np.minimum.at(first, unit, sums.settled_us)
    order = np.lexsort((np.arange(names.size), first))
    deltas, weights = (np.zeros(names.size, dtype=np.int64) for _ in range(2))
    delta_e9 = (sums.payout_e6 - sums.cost_e6) * E9_PER_E6 - sums.promised_e9
    np.add.at(deltas, unit, delta_e9)
    np.add.at(weights, unit, sums.count_e2)
    total = int(weights.sum()) / E2_PER_CONTRACT
    in_bps = BPS / E9_PER_DOLLAR
    mean = int(deltas.sum()) * in_bps / total
    scores = (deltas * in_bps - mean * (weights / E2_PER_CONTRACT))[order]
    n = names.size
    se = max(cluster_se(scores, total), hac_se(scores, total, newey_west_lag(n))) if n > 1 else None
    fees_e9 = int(sums.fees_e6.sum()) * E9_PER_E6
    realised_e9 = int(delta_e9.sum()) + int(sums.promised_e9.sum()) - fees_e9
    return Edge(
        n_fills=int(sums.n_fills.sum()),
        n_units=n,
        expected_bps=(int(sums.promised_e9.sum()) - fees_e9) * in_bps / total,
        realised_bps=realised_e9 * in_bps / total,
        delta_bps=mean,
        se_bps=se,
        t_stat=t_statistic(mean, se),
    )


def _drawdown(sums: UnitSums) -> Drawdown:
    """Return the falls of settled profit; what settles at one instant is one step."""
    instants, at = np.unique(sums.settled_us, return_inverse=True)
    steps = np.zeros(instants.size, dtype=np.int64)
    np.add.at(steps, at, sums.payout_e6 - sums.cost_e6 - sums.fees_e6)
    total = np.concatenate([[0], np.cumsum(steps)])
    below = np.maximum.accumulate(total) - total
    return Drawdown(deepest=Money(int(below.max())), current=Money(int(below[-1])))
