"""The orders that are wanted, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.fees.fee_array import net_fee_e6
from kalshi_alpha.core.proposals.priced import PricedMarkets
from kalshi_alpha.core.types import E2_PER_CONTRACT
from kalshi_alpha.core.types.money import E6_PER_DOLLAR


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """Orders in order of preference, at most one per market; all arrays have shape (n_legs,).

    Parameters
    ----------
    priced
        Every market, with the quote that each leg would rest at.
    rows
        The legs' markets, as rows of the table.
    contracts_e2
        Hundredths of contracts; zero for an order that has been cut away.
    balance_step_e6
        The account's balance precision, by which the fee of the whole order is rounded.
    """

    priced: PricedMarkets
    rows: IntArray
    contracts_e2: IntArray
    balance_step_e6: int
    _fees: list[IntArray] = field(default_factory=list, init=False, repr=False)

    @property
    def ladders(self) -> IntArray:
        """Which ladder each leg belongs to."""
        return np.asarray(self.priced.table.ladder_of[self.rows])

    @property
    def price_e4(self) -> IntArray:
        """Our side's price, in 1e-4 dollars."""
        return np.asarray(self.priced.quotes.price[self.rows])

    @property
    def is_yes(self) -> BoolArray:
        """Whether YES is the side to buy."""
        return np.asarray(self.priced.quotes.side[self.rows] == 0)

    @property
    def fee_e6(self) -> IntArray:
        """Fee if the whole order fills at once, in 1e-6 dollars; worked out once."""
        if not self._fees:
            fees = net_fee_e6(
                self.priced.table.maker_rate[self.rows],
                self.price_e4,
                np.maximum(self.contracts_e2, 1),
                self.balance_step_e6,
            )
            self._fees.append(np.where(self.contracts_e2 > 0, fees, 0))
        return self._fees[0]

    @property
    def at_risk_e6(self) -> IntArray:
        """Price times contracts plus the fee, in 1e-6 dollars: lost if our side does not pay."""
        return self.price_e4 * self.contracts_e2 + self.fee_e6

    def edges(self) -> tuple[FloatArray, FloatArray]:
        """Return the raw and the honest edge per contract, with the fee of exactly these orders.

        Minus infinity for an order of nothing.
        """
        quotes, rows = self.priced.quotes, self.rows
        some = self.contracts_e2 > 0
        per_contract = self.fee_e6 / E6_PER_DOLLAR * E2_PER_CONTRACT
        rounded = np.divide(
            per_contract, self.contracts_e2, out=np.full(rows.shape, np.inf), where=some
        )
        rounding = rounded - quotes.fee[rows]
        return quotes.ev_raw[rows] - rounding, quotes.ev_honest[rows] - rounding

    def resized(self, contracts_e2: IntArray) -> Legs:
        """Return the same orders with other counts."""
        return Legs(self.priced, self.rows, contracts_e2, self.balance_step_e6)

    def scaled(self, share: FloatArray | float, lot_e2: int) -> Legs:
        """Return the orders at a share of their size, rounded down to whole lots."""
        wanted = np.floor(self.contracts_e2 * share).astype(np.int64)
        return self.resized(wanted // lot_e2 * lot_e2)

    def where(self, kept: BoolArray) -> Legs:
        """Return some of the orders, in the same order."""
        rows, contracts_e2 = self.rows[kept], self.contracts_e2[kept]
        return Legs(self.priced, rows, contracts_e2, self.balance_step_e6)
