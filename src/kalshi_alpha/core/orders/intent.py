"""What we want to rest, said completely enough that its id follows from it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, Money, Price, Side

# Fixed for good: another namespace would give a repeated intent another id.
_NAMESPACE = uuid.UUID("0b6d3c5e-58b1-5f0b-9d3a-6a1f6d0f7c21")
_ZERO = Money(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIntent:
    """An order that may only rest, before it is sent.

    Attributes
    ----------
    series, event_ticker, ticker
        What it belongs to: the series' name, the event (its ladder), the market (its strike).
    side
        The side that is bought.
    price
        Price of that side, so a NO order carries the NO price.
    contracts
        How many.
    expires_at
        When the venue must have taken it off: freeze, end of window or close, whichever is first.
    decided_at
        Clock of the decision it follows from.
    nonce
        Tells apart orders of one decision that are alike in everything else.
    fee_max
        The most its fills can cost in fees, counted against the caps until they are known. It
        is no part of the id.

    Raises
    ------
    BadParameter
        If nothing is bought, the price is not between 0 and 1 dollar, a time carries no zone,
        the order would expire before it was decided, or the market is not of the event.
    """

    series: str
    event_ticker: str
    ticker: str
    side: Side
    price: Price
    contracts: Contracts
    expires_at: datetime
    decided_at: datetime
    nonce: int = 0
    fee_max: Money = _ZERO

    def __post_init__(self) -> None:
        if self.contracts.e2 == 0:
            raise BadParameter(f"{self.ticker}: an order for no contracts")
        if not 0 < self.price.e4 < E4_PER_DOLLAR:
            raise BadParameter(f"{self.ticker}: no order rests at {self.price}")
        if self.expires_at.tzinfo is None or self.decided_at.tzinfo is None:
            raise BadParameter(f"{self.ticker}: the times of an order carry their zone")
        if not self.expires_at > self.decided_at:
            raise BadParameter(f"{self.ticker}: the order would expire before it was decided")
        if not self.ticker.startswith(f"{self.event_ticker}-"):
            raise BadParameter(f"market {self.ticker!r} is not of event {self.event_ticker!r}")
        if self.fee_max < _ZERO:
            raise BadParameter(f"{self.ticker}: fee_max must be >= 0, was {self.fee_max}")

    @property
    def client_order_id(self) -> str:
        """The id that the venue knows the order by: a name-based UUID (RFC 9562, version 5).

        The same intent has the same id, so a repeat can never become a second order; the venue
        burns an id for good at its first use.
        """
        return _order_id(self)

    @property
    def canonical(self) -> str:
        """The text that the id is made from."""
        parts = (
            self.series,
            self.event_ticker,
            self.ticker,
            self.side.value,
            str(self.price.e4),
            str(self.contracts.e2),
            self.expires_at.astimezone(UTC).isoformat(),
            self.decided_at.astimezone(UTC).isoformat(),
            str(self.nonce),
        )
        return "|".join(parts)

    @property
    def at_risk(self) -> Money:
        """Price times contracts, plus the most its fees can be."""
        return Money.notional(self.price, self.contracts) + self.fee_max


# Asked for several times on the way of each order, and dear enough to be worth remembering.
@lru_cache(maxsize=4096)
def _order_id(intent: OrderIntent) -> str:
    return str(uuid.uuid5(_NAMESPACE, intent.canonical))
