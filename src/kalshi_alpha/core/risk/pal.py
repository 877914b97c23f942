"""Position limits: dollars that a strike and a ladder may have at risk, filled or not.

Part of the safety kernel, so integers and the standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import Contracts, Money, Price, Side

_ZERO = Money(0)


class Commitment(StrEnum):
    """How far an order has come; every state counts in full against the limits."""

    FILLED = "filled"
    RESTING = "resting"
    UNKNOWN = "unknown"  # sent and never acknowledged: it may rest or have traded


@dataclass(frozen=True, slots=True)
class Exposure:
    """Contracts of one side of one strike, at our price for that side, with the fee of them all.

    Raises
    ------
    BadParameter
        If the fee is negative: a rebate is booked when it is paid, never counted on.
    """

    ticker: str
    side: Side
    commitment: Commitment
    price: Price
    contracts: Contracts
    fee: Money = _ZERO

    def __post_init__(self) -> None:
        if self.fee < _ZERO:
            raise BadParameter(f"fee of {self.ticker} must be >= 0, was {self.fee}")

    @property
    def at_risk(self) -> Money:
        """Price times contracts, plus the fee: what is lost if this side does not pay."""
        return Money.notional(self.price, self.contracts) + self.fee


@dataclass(frozen=True, slots=True)
class PalLimits:
    """Caps in dollars at risk: of the whole ladder, and of single strikes by market ticker.

    ``strike_cap`` holds for every strike without an override; None leaves such a strike
    to the ladder's cap alone. An override never loosens the ladder's cap.

    Raises
    ------
    BadParameter
        If a cap is negative, or a ticker has two overrides.
    """

    ladder_cap: Money
    strike_cap: Money | None = None
    strike_overrides: tuple[tuple[str, Money], ...] = ()

    def __post_init__(self) -> None:
        caps = [self.ladder_cap, *(cap for _, cap in self.strike_overrides)]
        if self.strike_cap is not None:
            caps.append(self.strike_cap)
        if min(caps) < _ZERO:
            raise BadParameter(f"a position limit must be >= 0, was {min(caps)}")
        if len({ticker for ticker, _ in self.strike_overrides}) != len(self.strike_overrides):
            raise BadParameter("a strike has two overrides of its position limit")

    def cap_of(self, ticker: str) -> Money:
        """Return the cap of one strike."""
        for overridden, cap in self.strike_overrides:
            if overridden == ticker:
                return min(cap, self.ladder_cap)
        return self.ladder_cap if self.strike_cap is None else min(self.strike_cap, self.ladder_cap)


def strike_exposure(exposures: Iterable[Exposure], ticker: str) -> Money:
    """Sum what one strike has at risk; YES and NO of it add, because nothing is netted."""
    return Money(sum(e.at_risk.e6 for e in exposures if e.ticker == ticker))


def ladder_exposure(exposures: Iterable[Exposure]) -> Money:
    """Sum what the ladder has at risk: the sum of its strikes."""
    return Money(sum(e.at_risk.e6 for e in exposures))


def room(limits: PalLimits, exposures: Iterable[Exposure], ticker: str) -> Money:
    """Return the dollars still free for a strike of the ladder; negative if a cap is broken.

    Parameters
    ----------
    limits
        The caps of this ladder.
    exposures
        Everything filled, resting or unknown on this ladder, and nothing of another.
    ticker
        The strike that a new order is meant for.
    """
    held = tuple(exposures)
    ladder_room = limits.ladder_cap - ladder_exposure(held)
    return min(ladder_room, limits.cap_of(ticker) - strike_exposure(held, ticker))


def allowed_contracts(
    free: Money,
    price: Price,
    order_fee: Callable[[Contracts], Money],
    lot: Contracts,
) -> Contracts:
    """Return the largest order, in whole lots, whose price and fee fit into the room.

    The fee is asked for the very order that would be sent, so that rounding it up to a cent
    can never push the order over the cap.

    Parameters
    ----------
    free
        Room in dollars, from `room`; zero or less allows nothing.
    price
        Our price for the side bought.
    order_fee
        Fee of an order of so many contracts at this price; must not fall as they grow.
    lot
        ``Contracts.whole(1)`` for whole contracts, ``Contracts(1)`` for hundredths.

    Raises
    ------
    BadParameter
        If the price or the lot is zero, for which no largest order exists, or a fee is negative.
    """
    if price.e4 == 0 or lot.e2 == 0:
        raise BadParameter(f"no order is largest at price {price} in lots of {lot}")

    def fits(lots: int) -> bool:
        contracts = Contracts(lots * lot.e2)
        fee = order_fee(contracts)
        if fee < _ZERO:
            raise BadParameter(f"fee of an order must be >= 0, was {fee}")
        return Money.notional(price, contracts) + fee <= free

    low, high = 0, max(0, free.e6) // (price.e4 * lot.e2)  # what would fit without a fee
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return Contracts(low * lot.e2)


def broken_caps(limits: PalLimits, exposures: Iterable[Exposure]) -> tuple[str, ...]:
    """Name every cap that is exceeded: ``ladder``, then the strikes' tickers in order."""
    held = tuple(exposures)
    broken = ["ladder"] if ladder_exposure(held) > limits.ladder_cap else []
    tickers = sorted({e.ticker for e in held})
    broken += [t for t in tickers if strike_exposure(held, t) > limits.cap_of(t)]
    return tuple(broken)
