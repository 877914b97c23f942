"""The field's values: integers inside, text only at the edge, bad values impossible to build."""

from kalshi_alpha.core.types.contracts import E2_PER_CONTRACT, Contracts
from kalshi_alpha.core.types.event_period import event_period
from kalshi_alpha.core.types.ladder import Ladder
from kalshi_alpha.core.types.market import Market, MarketStatus
from kalshi_alpha.core.types.money import E6_PER_DOLLAR, Money
from kalshi_alpha.core.types.price import E4_PER_DOLLAR, Price
from kalshi_alpha.core.types.settlement_grid import SettlementGrid
from kalshi_alpha.core.types.side import Side
from kalshi_alpha.core.types.strike import Strike, StrikeType
from kalshi_alpha.core.types.tick_grid import TickBand, TickGrid
from kalshi_alpha.core.types.trade import Trade

__all__ = [
    "E2_PER_CONTRACT",
    "E4_PER_DOLLAR",
    "E6_PER_DOLLAR",
    "Contracts",
    "Ladder",
    "Market",
    "MarketStatus",
    "Money",
    "Price",
    "SettlementGrid",
    "Side",
    "Strike",
    "StrikeType",
    "TickBand",
    "TickGrid",
    "Trade",
    "event_period",
]
