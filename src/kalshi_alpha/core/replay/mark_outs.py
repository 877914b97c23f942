"""Where the market went after our fills: adverse selection is measured, not assumed away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.replay.engine import DayReplay, ReplayOrder
from kalshi_alpha.core.replay.market_view import MarketView
from kalshi_alpha.core.types import E2_PER_CONTRACT, Side

_MINUTE_US = 60_000_000
HORIZONS = ("1m", "5m", "30m", "close")
_AFTER_US = (_MINUTE_US, 5 * _MINUTE_US, 30 * _MINUTE_US)


@dataclass(frozen=True, slots=True, eq=False)
class MarkOuts:
    """One row per fill of ours.

    Attributes
    ----------
    order : ndarray of shape (n_fills,)
        Index of the order among those of the day.
    contracts, price : ndarrays of shape (n_fills,)
        How many, and what our side cost in dollars.
    mid_before : ndarray of shape (n_fills,)
        Our side's mid just before the fill, in dollars; NaN where nothing can be said.
    mid_after : ndarray of shape (n_fills, 4)
        The same at each of `HORIZONS` after it.
    """

    order: IntArray
    contracts: FloatArray
    price: FloatArray
    mid_before: FloatArray
    mid_after: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class MarkSums:
    """The marks of each order that filled, summed up: means and their errors need no more.

    Attributes
    ----------
    order : ndarray of shape (n_orders,)
        Index of the order.
    fills, contracts, gain : ndarrays of shape (n_orders, n_horizons)
        Fills with a mid at the horizon, their contracts, and contracts times mid less price.
    drift_contracts, drift : ndarrays of shape (n_orders, n_horizons)
        The same of the fills that had a mid before too, and contracts times the mid's change.
    """

    order: IntArray
    fills: IntArray
    contracts: FloatArray
    gain: FloatArray
    drift_contracts: FloatArray
    drift: FloatArray


_BLANK = np.empty((0, len(HORIZONS)))
NO_MARKS = MarkSums(
    np.empty(0, dtype=np.int64), _BLANK.astype(np.int64), _BLANK, _BLANK, _BLANK, _BLANK
)


def mark_sums(marks: MarkOuts) -> MarkSums:
    """Sum fills up by order."""
    orders, place = np.unique(marks.order, return_inverse=True)
    shape = orders.size, len(HORIZONS)
    known = np.isfinite(marks.mid_after)
    drifted = known & np.isfinite(marks.mid_before)[:, None]
    weight = marks.contracts[:, None]
    gained = weight * (marks.mid_after - marks.price[:, None])
    moved = weight * (marks.mid_after - marks.mid_before[:, None])

    def summed(values: FloatArray | IntArray, kept: BoolArray) -> FloatArray:
        found = np.zeros(shape)
        np.add.at(found, place, np.where(kept, values, 0.0))
        return found

    return MarkSums(
        orders,
        summed(np.ones_like(known, dtype=np.float64), known).astype(np.int64),
        summed(np.broadcast_to(weight, known.shape), known),
        summed(gained, known),
        summed(np.broadcast_to(weight, known.shape), drifted),
        summed(moved, drifted),
    )


def mark_outs(day: DayReplay) -> MarkOuts:
    """Measure every fill of a day against the touches around it."""
    filled = [n for n, order in enumerate(day.orders) if order.fills.at_us.size]
    found = [_of_order(day.views[day.orders[n].event], day.orders[n]) for n in filled]
    sizes = [day.orders[n].fills.at_us.size for n in filled]
    counts = [day.orders[n].fills.count_e2 / E2_PER_CONTRACT for n in filled]
    prices = np.array([day.orders[n].proposal.price.dollars for n in filled])
    return MarkOuts(
        order=np.repeat(np.array(filled, dtype=np.int64), sizes),
        contracts=np.concatenate([*counts, np.empty(0)]),
        price=np.repeat(prices, sizes),
        mid_before=np.concatenate([*(each[0] for each in found), np.empty(0)]),
        mid_after=np.concatenate([*(each[1] for each in found), np.empty((0, len(HORIZONS)))]),
    )


def _of_order(view: MarketView, order: ReplayOrder) -> tuple[FloatArray, FloatArray]:
    at = order.fills.at_us
    later = [np.minimum(at + after, view.close_us) for after in _AFTER_US]
    # A touch is known strictly after it was seen, so one microsecond more is "by that instant".
    times = np.concatenate((at, *later, np.full(at.shape, view.close_us)))
    times[at.size :] += 1
    twice = view.touch(order.market, times).twice_mid_e4
    mids = np.where(twice < 0, np.nan, twice / 20_000)
    if order.proposal.side is Side.NO:
        mids = 1.0 - mids
    table = mids.reshape(len(HORIZONS) + 1, at.size)
    return table[0], table[1:].T
