"""Whole lots: the last step between a size and an order. Standard library only."""

from __future__ import annotations

import math
from collections.abc import Callable

from kalshi_alpha.core.errors import BadContracts, BadParameter
from kalshi_alpha.core.types import E2_PER_CONTRACT, Contracts


def floor_to_lot(contracts: float, lot: Contracts) -> Contracts:
    """Return the largest whole number of lots not above ``contracts``.

    Raises
    ------
    BadContracts
        If the size is negative or not finite.
    BadParameter
        If the lot is empty.
    """
    if not 0.0 <= contracts < math.inf:
        raise BadContracts(f"{contracts!r} contracts")
    if lot.e2 <= 0:
        raise BadParameter("a lot of zero contracts")
    lots = math.floor(contracts * E2_PER_CONTRACT / lot.e2)
    # Multiplying and dividing may round up across a whole lot, which would exceed a cap.
    if lots * lot.e2 / E2_PER_CONTRACT > contracts:
        lots -= 1
    return Contracts(lots * lot.e2)


def quotable_size(
    contracts: float,
    *,
    lot: Contracts,
    min_lot: Contracts,
    honest_ev: Callable[[Contracts], float],
) -> Contracts:
    """Round down to whole lots, or to nothing where the rest is not worth an order.

    Fees are rounded up per order, so a small order may cost more per contract than the edge that
    justified it: the honest expected value is asked again at the rounded size.

    Parameters
    ----------
    contracts : float
        Size after truncation and caps.
    lot, min_lot : Contracts
        Step of sizes, and the smallest order worth sending.
    honest_ev : callable
        Honest expected value per contract, in dollars, of an order of the size it is given.

    Returns
    -------
    Contracts
        Zero if the rounded size is below ``min_lot`` or its honest expected value is not
        positive (a NaN is not positive).

    Raises
    ------
    BadContracts, BadParameter
        As in `floor_to_lot`.
    """
    rounded = floor_to_lot(contracts, lot)
    if rounded.e2 == 0 or rounded.e2 < min_lot.e2 or not honest_ev(rounded) > 0.0:
        return Contracts(0)
    return rounded
