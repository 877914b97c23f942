"""What we want to rest, and what rests."""

from __future__ import annotations

from dataclasses import dataclass

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, Price, Side


@dataclass(frozen=True, slots=True)
class Quote:
    """A post-only order that the solution wants to see resting.

    Attributes
    ----------
    ticker, side, price
        Market, the side that is bought, and the price of that side.
    contracts
        How many should rest there.
    ev_honest
        Honest edge in dollars per contract: what is sent first when requests are short.

    Raises
    ------
    BadParameter
        If the count is zero, or no order can rest at the price.
    """

    ticker: str
    side: Side
    price: Price
    contracts: Contracts
    ev_honest: float = 0.0

    def __post_init__(self) -> None:
        if self.contracts.e2 == 0:
            raise BadParameter(f"{self.ticker}: a quote for no contracts")
        if not 0 < self.price.e4 < E4_PER_DOLLAR:
            raise BadParameter(f"{self.ticker}: no order rests at {self.price}")


@dataclass(frozen=True, slots=True)
class RestingOrder:
    """One of our orders as the journal knows it: acknowledged, and not known to have ended.

    ``remaining`` is what is left of it; ``order_id`` is the venue's.
    """

    client_order_id: str
    order_id: str
    ticker: str
    side: Side
    price: Price
    remaining: Contracts
