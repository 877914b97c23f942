"""One public print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.types.contracts import Contracts
from kalshi_alpha.core.types.price import Price
from kalshi_alpha.core.types.side import Side


@dataclass(frozen=True, slots=True)
class Trade:
    """A print: when, how many, at which YES price, and which side the taker bought.

    Block trades are negotiated off the book and fill nobody's resting order.

    Raises
    ------
    BadMarket
        If the time carries no zone or nothing was traded.
    """

    trade_id: str
    ticker: str
    at: datetime
    yes_price: Price
    contracts: Contracts
    taker_side: Side
    is_block: bool = False

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise BadMarket(f"trade {self.trade_id} carries no zone")
        if self.contracts.e2 == 0:
            raise BadMarket(f"trade {self.trade_id} traded nothing")
