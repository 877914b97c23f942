"""What a scalar settlement pays, and the residue that the venue shows as a fee."""

from __future__ import annotations

from dataclasses import dataclass

from kalshi_alpha.core.fees.rounding import DIRECT_STEP_E6, current_rounding
from kalshi_alpha.core.types import Contracts, Money, Price


@dataclass(frozen=True, slots=True)
class ScalarCredit:
    """The amount paid, and the residue below the account's precision that was kept."""

    paid: Money
    residue: Money


def scalar_credit(
    contracts: Contracts, value: Price, balance_step_e6: int = DIRECT_STEP_E6
) -> ScalarCredit:
    """Settle a position at a value between 0 and 1 dollar per contract.

    Binary settlements pay whole dollars and carry no fee; only a scalar value can fall between
    two steps of the account, and then the credit is rounded down (the venue's "Fee Rounding" page).

    Raises
    ------
    BadParameter
        If the step is not a positive integer.
    """
    step_e6 = current_rounding(balance_step_e6).balance_step_e6
    due_e6 = value.e4 * contracts.e2
    residue_e6 = due_e6 % step_e6
    return ScalarCredit(Money(due_e6 - residue_e6), Money(residue_e6))
