"""No-arbitrage bounds that have a closed form; all amounts are dollars per contract.

Legs of such sets fill one by one, so these are checks of the venue's data and limits for our own
quotes, never a strategy.
"""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import FloatArray


def buy_all_yes_profit(asks: FloatArray, fees: FloatArray) -> float:
    """Return what buying YES of every market of a partition earns for sure.

    Parameters
    ----------
    asks, fees : ndarrays of shape (n_markets,)
        YES asks, and the fee of buying at each; a missing ask is NaN and makes the result NaN.
    """
    return float(1.0 - asks.sum() - fees.sum())


def buy_all_no_profit(bids: FloatArray, fees: FloatArray) -> float:
    """Return what buying NO of every market of a partition earns for sure.

    All but one of the NO contracts pay, and each costs one dollar less the YES bid.

    Parameters
    ----------
    bids, fees : ndarrays of shape (n_markets,)
        YES bids, and the fee of buying NO at one less each.
    """
    return float(bids.sum() - fees.sum() - 1.0)


def best_no_set_profit(bids: FloatArray, fees: FloatArray) -> float:
    """Return the most that buying NO of some markets of a partition earns for sure.

    Any set of NO contracts loses one dollar at most, so each leg whose bid exceeds its fee is
    worth adding: a partition whose cheap tails have no bid can still be inconsistent. Missing
    bids are NaN and left out.
    """
    gain = bids - fees
    return float(gain[gain > 0.0].sum() - 1.0)


def threshold_pair_profit(
    lower_ask: FloatArray, upper_bid: FloatArray, lower_fee: FloatArray, upper_fee: FloatArray
) -> FloatArray:
    """Return what YES of the lower strike with NO of the upper one earns for sure.

    The pair pays one dollar at least, and two when the value lands between the strikes.

    Parameters
    ----------
    lower_ask, upper_bid : ndarrays
        YES ask at the lower strike, YES bid at the upper one; shapes broadcast.
    lower_fee, upper_fee : ndarrays
        Fees of buying YES at that ask and NO at one less that bid.
    """
    profit: FloatArray = upper_bid - lower_ask - (lower_fee + upper_fee)
    return profit


def bracket_bounds(
    lower_bid: float, lower_ask: float, upper_bid: float, upper_ask: float
) -> tuple[float, float]:
    """Return the least and greatest worth of a bracket, given the thresholds at its two ends.

    A bracket ``lo .. hi`` is the threshold at ``lo`` without the one at ``hi + 1``, so it is
    worth at least what buying it that way round fetches and at most what that costs.

    Parameters
    ----------
    lower_bid, lower_ask, upper_bid, upper_ask : float
        Quotes of "at least lo" and of "at least hi + 1"; use 0 and 1 for a missing side.
    """
    least, greatest = lower_bid - upper_ask, lower_ask - upper_bid
    return min(max(least, 0.0), 1.0), min(max(greatest, 0.0), 1.0)


def survival_bounds(bids: FloatArray, asks: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Tighten each rung's bounds by its neighbours': a survival curve never rises.

    The bid of a higher strike supports every rung below it, and the ask of a lower strike caps
    every rung above it; a rung with one side only, or none, is bounded too.

    Parameters
    ----------
    bids, asks : ndarrays of shape (n_rungs,)
        Ascending by strike; use 0 and 1 for a missing side.

    Returns
    -------
    tuple of two ndarrays of shape (n_rungs,)
        Lower and upper bounds; a lower one above its upper one shows an executable violation.
    """
    lower = np.maximum.accumulate(bids[::-1])[::-1]
    upper = np.minimum.accumulate(asks)
    return lower, upper
