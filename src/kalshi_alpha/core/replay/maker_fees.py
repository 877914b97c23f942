"""What the fills of an order that rested cost: each by the terms in force when it filled.

The venue charges fills, not orders: terms that change while an order rests hold for what fills
from then on. Its rounding is swept up per order, across such a change.
"""

from __future__ import annotations

from collections.abc import Iterable

from kalshi_alpha.core.fees import FeeSchedule, FillFee, Liquidity, OrderFees
from kalshi_alpha.core.replay.clocks import from_us
from kalshi_alpha.core.replay.fills import Fills
from kalshi_alpha.core.types import Contracts, Money, Price


def fill_fees(
    schedule: FeeSchedule, price: Price, fills: Iterable[tuple[int, int]], balance_step_e6: int
) -> list[FillFee]:
    """Return what each fill of one resting bid cost.

    Parameters
    ----------
    schedule
        Terms by date.
    price
        Of the bid, on its own side's scale.
    fills
        In time order, microseconds since 1970 and hundredths of contracts.
    balance_step_e6
        The step in which the account's balance is kept, in 1e-6 dollars.

    Raises
    ------
    UnknownFee
        If no terms are known for the instant of a fill.
    """
    found: list[FillFee] = []
    order: OrderFees | None = None
    for at_us, count_e2 in fills:
        terms = schedule.at(from_us(at_us))
        if order is None:
            order = OrderFees(terms, balance_step_e6)
        order.go_on_under(terms)
        found.append(order.fill(True, price, Contracts(count_e2), Liquidity.MAKER))  # noqa: FBT003
    return found


def maker_fee(schedule: FeeSchedule, price: Price, fills: Fills, balance_step_e6: int) -> Money:
    """Return the net fee of all fills of one resting bid; see `fill_fees`."""
    return Money(sum(fee.net_fee.e6 for fee in fill_fees(schedule, price, fills, balance_step_e6)))
