r"""Realised minus honest expected edge, in basis points of a one dollar payout.

The numeraire is payout notional, not cost: it adds across YES and NO and across prices, is
symmetric under complement, and does not blow up at a price of a few cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import PAYOUT_E6_PER_E2, LedgerEntry
from kalshi_alpha.core.types import E2_PER_CONTRACT, E4_PER_DOLLAR

BPS = 1e4


@dataclass(frozen=True, slots=True)
class SettledFill:
    r"""One settled entry in basis points.

    ``expected_bps`` is :math:`10^4 (s w (p-c) - \varphi)`, ``realised_bps`` is
    :math:`10^4 (Y - c - \varphi)`, and ``delta_bps`` their difference with the fee cancelled
    before rounding can touch it: :math:`10^4 (Y - c - s w (p - c))`. ``noise_bps`` is
    :math:`10^4 (Y - m)` against the closing mid ``m``, None without a valid one.
    ``contracts`` is the weight.
    """

    risk_unit: str
    settled_at: datetime
    contracts: float
    expected_bps: float
    realised_bps: float
    delta_bps: float
    noise_bps: float | None


def settled_fill(entry: LedgerEntry) -> SettledFill:
    """Express one settled entry in basis points of payout.

    Raises
    ------
    BadParameter
        If it is not settled, or is about no contracts.
    """
    if entry.payout_e6 is None or entry.settled_at is None or not entry.count_e2:
        raise BadParameter(f"{entry.market_ticker} is not a settled fill")
    price = entry.price_e4 / E4_PER_DOLLAR
    paid = entry.payout_e6 / (entry.count_e2 * PAYOUT_E6_PER_E2)
    honest_edge = entry.shrink * entry.w_bin * (entry.p - price)
    fee = entry.fee_per_contract
    return SettledFill(
        risk_unit=entry.risk_unit,
        settled_at=entry.settled_at,
        contracts=entry.count_e2 / E2_PER_CONTRACT,
        expected_bps=BPS * (honest_edge - fee),
        realised_bps=BPS * (paid - price - fee),
        delta_bps=BPS * (paid - price - honest_edge),
        noise_bps=None if entry.close_mid is None else BPS * (paid - entry.close_mid),
    )


def settled_fills(entries: Iterable[LedgerEntry]) -> list[SettledFill]:
    """Return the settled entries with contracts, oldest settlement first, as fills in bps."""
    rows = [settled_fill(entry) for entry in entries if entry.is_settled and entry.count_e2]
    return sorted(rows, key=lambda row: (row.settled_at, row.risk_unit))


@dataclass(frozen=True, slots=True)
class SeriesDelta:
    """Contract-weighted edges of a series in basis points, and how much they rest on."""

    n_fills: int
    n_units: int
    contracts: float
    edge_expected_bps: float
    edge_realised_bps: float
    delta_bps: float

    @property
    def ev_gap_bps(self) -> float:
        """Expected less realised: how much was promised and not delivered."""
        return -self.delta_bps


def series_delta(fills: Sequence[SettledFill]) -> SeriesDelta:
    """Weight the fills by contracts.

    Raises
    ------
    BadParameter
        If there are none.
    """
    if not fills:
        raise BadParameter("no settled fill to take a mean of")
    weights = contracts(fills)
    return SeriesDelta(
        n_fills=len(fills),
        n_units=len({fill.risk_unit for fill in fills}),
        contracts=float(weights.sum()),
        edge_expected_bps=_mean([fill.expected_bps for fill in fills], weights),
        edge_realised_bps=_mean([fill.realised_bps for fill in fills], weights),
        delta_bps=_mean([fill.delta_bps for fill in fills], weights),
    )


def contracts(fills: Sequence[SettledFill]) -> FloatArray:
    """Return each fill's contracts, shape ``(n_fills,)``."""
    return np.array([fill.contracts for fill in fills], dtype=np.float64)


def closing_line_deltas(fills: Sequence[SettledFill], beta: float = 1.0) -> FloatArray:
    r"""Deltas with the settlement noise taken out by the closing mid, in bps.

    :math:`\Delta^{cv} = \Delta - \beta\,10^4 (Y - m)`. At ``beta`` 1 the outcome drops out
    and what is left is closing-line value. It is unbiased only while closing mids are
    calibrated, which is the caller's to test; a fill without a valid mid keeps its delta.

    Parameters
    ----------
    fills
        Settled fills.
    beta
        Control coefficient: 1, an estimate from past units, or 0 to switch it off.

    Returns
    -------
    ndarray of shape (n_fills,)

    Raises
    ------
    BadParameter
        If ``beta`` is not finite.
    """
    if not np.isfinite(beta):
        raise BadParameter(f"control coefficient must be finite, was {beta}")
    return np.array([fill.delta_bps - beta * (fill.noise_bps or 0.0) for fill in fills])


def _mean(values: Sequence[float], weights: FloatArray) -> float:
    return float(np.dot(np.array(values), weights) / weights.sum())
