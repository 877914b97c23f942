"""What we want to rest, said completely enough that its id follows from it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.orders.belief import Belief
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, Money, Price, Side

# Fixed for good: another namespace would give a repeated intent another id.
_NAMESPACE = bytes.fromhex("0b6d3c5e58b15f0b9d3a6a1f6d0f7c21")
# A copy of it goes on from there, without finding the algorithm again.
_NAMED = hashlib.sha1(_NAMESPACE, usedforsecurity=False)
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_ZERO = Money(0)


class _KeepsItsId:
    """A place for the id, which is no field: it follows from them, and is written nowhere."""

    __slots__ = ("_id",)

    _id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIntent(_KeepsItsId):
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
    belief
        What it was decided on, kept beside it so that its result can be judged; no part of the
        id either. None if nobody forecast anything.

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
    belief: Belief | None = field(default=None, hash=False)

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
        if self.fee_max.e6 < 0:
            raise BadParameter(f"{self.ticker}: fee_max must be >= 0, was {self.fee_max}")

    @property
    def client_order_id(self) -> str:
        """The id that the venue knows the order by: a name-based UUID (RFC 9562, version 5).

        The same intent has the same id, so a repeat can never become a second order; the venue
        burns an id for good at its first use.
        """
        # Asked for several times on the way of each order, and dear enough to be kept.
        try:
            return self._id
        except AttributeError:
            made = _name_based(self.canonical)
            object.__setattr__(self, "_id", made)
            return made

    @property
    def canonical(self) -> str:
        """The text that the id is made from."""
        parts = (
            self.series,
            self.event_ticker,
            self.ticker,
            self.side,
            str(self.price.e4),
            str(self.contracts.e2),
            _utc_text(self.expires_at),
            _utc_text(self.decided_at),
            str(self.nonce),
        )
        return "|".join(parts)

    @property
    def at_risk(self) -> Money:
        """Price times contracts, plus the most its fees can be."""
        return Money.notional(self.price, self.contracts) + self.fee_max


def _utc_text(at: datetime) -> str:
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat()


def _name_based(text: str) -> str:
    """Return the UUID of a name, as the standard library makes it and in half of its time."""
    hashed = _NAMED.copy()
    hashed.update(text.encode())
    digits = hashed.hexdigest()
    # The version, 5, and the variant of the RFC take the place of six bits.
    return (
        f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-"
        f"{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:32]}"
    )
