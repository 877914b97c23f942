"""The single-fill fee for whole arrays of orders, to the last unit equal to the exact path."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadContracts, BadParameter, BadPrice
from kalshi_alpha.core.fees.rounding import DIRECT_STEP_E6
from kalshi_alpha.core.fees.terms import E10_PER_UNIT
from kalshi_alpha.core.types.price import E4_PER_DOLLAR

_VARIANCE_E8_MAX = E4_PER_DOLLAR * E4_PER_DOLLAR // 4
_E10_PER_E6 = 10_000
_INT64_MAX = np.iinfo(np.int64).max
_CONTRACTS_E2_MAX = 10**14  # a fee of more could not be told in an int64 of 1e-6 dollars
_RATE_E10_MAX = 7 * E10_PER_UNIT  # the taker rate times the largest multiplier accepted


def net_fee_e6(
    rate_e10: npt.ArrayLike,
    price_e4: npt.ArrayLike,
    contracts_e2: npt.ArrayLike,
    balance_step_e6: int = DIRECT_STEP_E6,
    *,
    fee_step_e6: int = 1,
    side_buy: bool = True,
) -> IntArray:
    """Net fee of single-fill orders, in 1e-6 dollars; arguments broadcast.

    Parameters
    ----------
    rate_e10 : array_like of int
        Rate that multiplies ``C * P * (1 - P)``, from :meth:`FeeTerms.rate_e10`.
    price_e4 : array_like of int
        Execution price of the side traded, in 1e-4 dollars, strictly between 0 and 10,000.
    contracts_e2 : array_like of int
        Whole order, in hundredths of a contract, above 0.
    balance_step_e6, fee_step_e6 : int
        Balance and fee steps, as in :class:`RoundingRule`; 1 and 10,000 give the fee table.
    side_buy : bool
        Whether the orders buy or sell the side that the price belongs to.

    Returns
    -------
    ndarray of int64, broadcast shape

    Raises
    ------
    BadPrice, BadContracts, BadParameter
        If any element is out of range or not an integer, or a step is not positive. Floats are
        refused: rounding them here would hide which price was meant.
    """
    rate, price, contracts = _checked(rate_e10, price_e4, contracts_e2)
    if not (balance_step_e6 > 0 and fee_step_e6 > 0):
        raise BadParameter(f"steps must be positive, were {balance_step_e6}, {fee_step_e6}")
    # One common fraction for all rates: with 0.07 and 0.0175 the numerators are 28 and 7 over
    # 400, which leaves the product of int64 room for 13 thousand million contracts.
    common = math.gcd(E10_PER_UNIT, int(np.gcd.reduce(rate, axis=None)))
    numerator, denominator = rate // common, E10_PER_UNIT // common * _E10_PER_E6 * fee_step_e6
    if _overflows(numerator, contracts, denominator, balance_step_e6 + fee_step_e6):
        # Python's integers, same formula: slow, and only for counts that no exchange has seen.
        price, contracts = price.astype(object), contracts.astype(object)
    base = price * (E4_PER_DOLLAR - price) * contracts * numerator
    trade = (base + (denominator - 1)) // denominator * fee_step_e6
    principal = price * contracts
    if side_buy:
        paid = (principal + trade + (balance_step_e6 - 1)) // balance_step_e6 * balance_step_e6
        return np.asarray(paid - principal, dtype=np.int64)
    received = (principal - trade) // balance_step_e6 * balance_step_e6
    return np.asarray(principal - received, dtype=np.int64)


def fee_per_contract(
    rate_e10: npt.ArrayLike,
    price_e4: npt.ArrayLike,
    contracts_e2: npt.ArrayLike,
    balance_step_e6: int = DIRECT_STEP_E6,
    *,
    fee_step_e6: int = 1,
    side_buy: bool = True,
) -> FloatArray:
    """Whole-order fee over contracts, in dollars per contract; arguments broadcast.

    This is the fee that belongs in an expected value: at one contract and cent precision
    rounding alone can be worth 100 basis points. Parameters and errors are those of
    :func:`net_fee_e6`, whose integers this divides once.

    Returns
    -------
    ndarray of float64, broadcast shape
    """
    fee = net_fee_e6(
        rate_e10,
        price_e4,
        contracts_e2,
        balance_step_e6,
        fee_step_e6=fee_step_e6,
        side_buy=side_buy,
    )
    # 1e-6 dollars over 1e-2 contracts is 1e-4 dollars per contract.
    return np.asarray(fee / (np.asarray(contracts_e2, dtype=np.float64) * 1e4), dtype=np.float64)


def _checked(
    rate_e10: npt.ArrayLike, price_e4: npt.ArrayLike, contracts_e2: npt.ArrayLike
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    rate, price, contracts = (
        _integers(name, values)
        for name, values in (
            ("rate_e10", rate_e10),
            ("price_e4", price_e4),
            ("contracts_e2", contracts_e2),
        )
    )
    if not (rate.min(initial=0) >= 0 and rate.max(initial=0) <= _RATE_E10_MAX):
        raise BadParameter(f"fee rates must lie in 0..7, were {rate.min()}..{rate.max()}e-10")
    if not (price.min(initial=1) > 0 and price.max(initial=1) < E4_PER_DOLLAR):
        raise BadPrice(f"prices must lie inside 0..10000e-4, were {price.min()}..{price.max()}")
    if not (contracts.min(initial=1) > 0 and contracts.max(initial=1) <= _CONTRACTS_E2_MAX):
        raise BadContracts(f"orders must be above 0, were {contracts.min()}..{contracts.max()}e-2")
    return rate, price, contracts


def _integers(name: str, values: npt.ArrayLike) -> npt.NDArray[Any]:
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        raise BadParameter(f"{name} must be integers, was {array.dtype}")
    return array.astype(np.int64, copy=False)


def _overflows(
    numerator: npt.NDArray[Any], contracts: npt.NDArray[Any], denominator: int, steps_e6: int
) -> bool:
    most = int(contracts.max(initial=1))
    product = _VARIANCE_E8_MAX * most * int(numerator.max(initial=1)) + denominator
    # The dearest rate accepted, 7, makes a fee of at most 1.75 dollars per contract.
    outlay = 3 * E4_PER_DOLLAR * most + steps_e6
    return max(product, outlay) > _INT64_MAX
