"""The exact fee of each fill of one order, with the rounding that the order accumulates."""

from __future__ import annotations

from dataclasses import dataclass

from kalshi_alpha.core.errors import BadContracts, BadPrice
from kalshi_alpha.core.fees.rounding import DIRECT_STEP_E6, RoundingRule, current_rounding
from kalshi_alpha.core.fees.terms import FeeTerms, Liquidity
from kalshi_alpha.core.types import Contracts, Money, Price
from kalshi_alpha.core.types.price import E4_PER_DOLLAR

_E20_PER_E6 = 10**14


@dataclass(frozen=True, slots=True)
class FillFee:
    """What one fill cost: ``net_fee = trade_fee + rounding_fee - rebate``, never negative.

    ``cash_change`` is the whole effect on the balance: minus principal when buying, plus
    principal when selling, minus the net fee. ``net_fee`` is what the venue reports as the
    fill's ``fee_cost``.
    """

    trade_fee: Money
    rounding_fee: Money
    rebate: Money
    net_fee: Money
    cash_change: Money


class OrderFees:
    """The fees of one order; feed it the order's fills in the order they happened.

    The venue keeps one rounding accumulator per order, and maker and taker fills of the order
    share it, so an object serves exactly one order. It follows the venue's "Fee Rounding" page;
    where that is silent, on how the cap that keeps a fill's net fee at or above zero is rounded,
    the cap is floored to the rebate step, which never understates the fee.

    Parameters
    ----------
    terms : FeeTerms
        The terms in force at the first fill, event override included.
    balance_step_e6 : int
        The account's balance precision in 1e-6 dollars: 100 for a direct member, 10,000 behind
        a clearing firm.

    Raises
    ------
    BadParameter
        If the step is not a positive integer.
    """

    __slots__ = ("_accumulated_e6", "_charged_e6", "_model_e20", "_net_e6", "_rounding", "_terms")

    def __init__(self, terms: FeeTerms, balance_step_e6: int = DIRECT_STEP_E6) -> None:
        self._terms = terms
        self._rounding = current_rounding(balance_step_e6)
        self._accumulated_e6 = 0
        self._model_e20 = 0
        self._charged_e6 = 0
        self._net_e6 = 0

    @classmethod
    def under(cls, terms: FeeTerms, rounding: RoundingRule) -> OrderFees:
        """Open an order under a rounding rule other than today's, such as a past era's."""
        fees = cls(terms, rounding.balance_step_e6)
        fees._rounding = rounding
        return fees

    def go_on_under(self, terms: FeeTerms) -> None:
        """Charge the next fills by other terms, because they changed while the order rested.

        What was swept up by rounding belongs to the order and stays.
        """
        self._terms = terms

    @property
    def net_fee(self) -> Money:
        """The sum of the fills' net fees so far: the order's fee, and the only exact one.

        The venue's per-contract average is rounded, so multiplying it back is not this number.
        """
        return Money(self._net_e6)

    @property
    def accumulated(self) -> Money:
        """The rounding that was swept up and not yet given back."""
        return Money(self._accumulated_e6)

    def fill(
        self,
        side_buy: bool,  # noqa: FBT001 - the shared interface passes it first
        price: Price,
        contracts: Contracts,
        liquidity: Liquidity,
    ) -> FillFee:
        """Charge one fill and return what it cost.

        Parameters
        ----------
        side_buy : bool
            True when buying the side that ``price`` belongs to, False when selling it.
        price : Price
            Execution price of the side traded (the NO price when trading NO), not the limit.
        contracts : Contracts
            Count filled.
        liquidity : Liquidity
            Whether this fill made or took.

        Raises
        ------
        BadPrice
            If the price is 0 or 1 dollar, which no order can carry.
        BadContracts
            If nothing was filled.
        """
        _require_tradable(price, contracts)
        trade_e6 = self._trade_fee_e6(self._terms.model_fee_e20(price, contracts, liquidity))
        principal_e6 = price.e4 * contracts.e2
        owed_e6 = (-principal_e6 if side_buy else principal_e6) - trade_e6
        # Python's floor division goes towards minus infinity, as the venue's alignment does.
        aligned_e6 = _floor(owed_e6, self._rounding.balance_step_e6)
        rounding_e6 = owed_e6 - aligned_e6
        rebate_e6 = self._rebate_e6(trade_e6, rounding_e6)
        net_e6 = trade_e6 + rounding_e6 - rebate_e6
        self._net_e6 += net_e6
        return FillFee(
            Money(trade_e6),
            Money(rounding_e6),
            Money(rebate_e6),
            Money(net_e6),
            Money(aligned_e6 + rebate_e6),
        )

    def _trade_fee_e6(self, model_e20: int) -> int:
        step_e6 = self._rounding.fee_step_e6
        if not self._rounding.per_order:
            return _ceil_e6(model_e20, step_e6)
        self._model_e20 += model_e20
        trade_e6 = _ceil_e6(self._model_e20, step_e6) - self._charged_e6
        self._charged_e6 += trade_e6
        return trade_e6

    def _rebate_e6(self, trade_e6: int, rounding_e6: int) -> int:
        step_e6 = self._rounding.rebate_step_e6
        if step_e6 is None:
            return 0
        self._accumulated_e6 += rounding_e6
        rebate_e6 = _floor(min(self._accumulated_e6, trade_e6 + rounding_e6), step_e6)
        self._accumulated_e6 -= rebate_e6
        return rebate_e6


def order_fee(
    terms: FeeTerms,
    price: Price,
    contracts: Contracts,
    liquidity: Liquidity,
    balance_step_e6: int = DIRECT_STEP_E6,
    *,
    side_buy: bool = True,
) -> Money:
    """Return the net fee of an order that fills at once, under today's rounding.

    Raises
    ------
    BadPrice, BadContracts, BadParameter
        As :class:`OrderFees` and :meth:`OrderFees.fill`.
    """
    return OrderFees(terms, balance_step_e6).fill(side_buy, price, contracts, liquidity).net_fee


def _require_tradable(price: Price, contracts: Contracts) -> None:
    if not 0 < price.e4 < E4_PER_DOLLAR:
        raise BadPrice(f"no order trades at {price}: an empty side is not a price")
    if contracts.e2 == 0:
        raise BadContracts("a fill of nothing has no fee")


def _floor(amount: int, step: int) -> int:
    return amount // step * step


def _ceil_e6(amount_e20: int, step_e6: int) -> int:
    return -(-amount_e20 // (_E20_PER_E6 * step_e6)) * step_e6
