"""The caps on orders, checked at the last call: per order, strike, ladder, in total, per second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Money

_ZERO = Money(0)


class CapName(StrEnum):
    """Which cap."""

    ORDER = "order"
    ORDER_CONTRACTS = "order_contracts"
    STRIKE = "strike"
    LADDER = "ladder"
    TOTAL = "total"
    CONTRACTS = "contracts"
    STRIKES = "strikes"
    PER_SECOND = "per_second"


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderCaps:
    """Dollars at risk that orders of one series may reach, and the largest of them in contracts.

    Attributes
    ----------
    order
        One order, by itself.
    order_contracts
        Contracts of one order, which dollars do not bound where they are cheap; None for no
        such cap.
    strike
        One market with all its orders and fills; ``strike_overrides`` names others by ticker.
    ladder
        One event: the sum of its markets.

    Raises
    ------
    BadParameter
        If a cap is negative.
    """

    order: Money
    strike: Money
    ladder: Money
    order_contracts: Contracts | None = None
    strike_overrides: Mapping[str, Money] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if min(self.order, self.strike, self.ladder, *self.strike_overrides.values()) < _ZERO:
            raise BadParameter(f"a cap cannot be negative: {self}")

    def strike_cap(self, ticker: str) -> Money:
        """Return the cap of one market; never above the ladder's."""
        return min(self.strike_overrides.get(ticker, self.strike), self.ladder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """All caps.

    Attributes
    ----------
    total
        Dollars at risk of everything together.
    per_second
        Orders sent in any second.
    contracts, strikes
        Contracts held and open in all, and markets in which there are any; None for no such cap.
    series
        Caps by series; one that is not named has ``default``, and may send nothing if that is
        None.

    Raises
    ------
    BadParameter
        If one is negative.
    """

    total: Money
    per_second: int
    contracts: Contracts | None = None
    strikes: int | None = None
    default: LadderCaps | None = None
    series: Mapping[str, LadderCaps] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.total < _ZERO or min(self.per_second, self.strikes or 0) < 0:
            raise BadParameter(f"a cap cannot be negative: {self}")

    def of(self, series: str) -> LadderCaps | None:
        """Return the caps of a series, or None if it may send nothing."""
        return self.series.get(series, self.default)


@dataclass(frozen=True, slots=True)
class Breach:
    """The cap that an order would break: of what, where it would stand, and where it ends."""

    cap: CapName
    subject: str
    would_be: Money | Contracts | int
    limit: Money | Contracts | int

    def __str__(self) -> str:
        return f"cap {self.cap} of {self.subject}: {self.would_be} would exceed {self.limit}"


def check(blotter: Blotter, intent: OrderIntent, caps: Caps, at: datetime) -> Breach | None:
    """Return the first cap that an order would break on top of all that counts, or None.

    What is filled, resting, in flight and unknown counts in full.

    Parameters
    ----------
    blotter
        Without the order.
    intent
        The order.
    caps
        The desk's caps.
    at
        Now; the orders of the second before it are counted.
    """
    own = caps.of(intent.series)
    adds = intent.at_risk
    if own is None:
        return Breach(CapName.ORDER, intent.series, adds, _ZERO)
    most = own.order_contracts
    if most is not None and intent.contracts > most:
        return Breach(CapName.ORDER_CONTRACTS, intent.ticker, intent.contracts, most)
    reached = (
        (CapName.ORDER, intent.ticker, adds, own.order),
        (
            CapName.LADDER,
            intent.event_ticker,
            blotter.ladder_at_risk(intent.event_ticker) + adds,
            own.ladder,
        ),
        (
            CapName.STRIKE,
            intent.ticker,
            blotter.strike_at_risk(intent.ticker) + adds,
            own.strike_cap(intent.ticker),
        ),
        (CapName.TOTAL, "all", blotter.at_risk + adds, caps.total),
    )
    for cap, subject, would_be, limit in reached:
        if would_be > limit:
            return Breach(cap, subject, would_be, limit)
    crowd = crowded(blotter, caps, intent)
    if crowd is not None:
        return crowd
    sent = blotter.sent_in_second(at) + 1
    if sent > caps.per_second:
        return Breach(CapName.PER_SECOND, "all", sent, caps.per_second)
    return None


def crowded(blotter: Blotter, caps: Caps, adds: OrderIntent | None = None) -> Breach | None:
    """Return the cap on contracts or strikes in all that is passed, or would be, or None.

    What is filled counts even where its fill came between the cancel of an order and the order
    that was to take its place.

    Parameters
    ----------
    blotter, caps
        Of the account.
    adds
        An order that the blotter does not hold; None to judge what it holds.
    """
    if caps.contracts is None and caps.strikes is None:
        return None
    counted = blotter.counted_e2()
    if adds is not None:
        counted[adds.ticker] += adds.contracts.e2
    contracts, strikes = Contracts(counted.total()), len(counted)
    if caps.contracts is not None and contracts > caps.contracts:
        return Breach(CapName.CONTRACTS, "all", contracts, caps.contracts)
    if caps.strikes is not None and strikes > caps.strikes:
        return Breach(CapName.STRIKES, "all", strikes, caps.strikes)
    return None
