"""nautilus_trader's side of the depth replay: the same rows as its data, and the same quotes.

It fills resting orders on prints only behind books of best prices, so it is given the best prices
after each level and each print as it came: less to do a row than the full depth is.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.backtest.models import FillModel
from nautilus_trader.config import LoggingConfig, RiskEngineConfig, StrategyConfig
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import QuoteTick, TradeTick
from nautilus_trader.model.enums import (
    AccountType,
    AggressorSide,
    AssetClass,
    BookType,
    OmsType,
    OrderSide,
)
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TradeId, Venue
from nautilus_trader.model.instruments import BinaryOption
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

from kalshi_alpha.core.replay.kernels import touches
from kalshi_alpha.core.replay.kernels_columns import DepthStream, RowKind

ROW_NS = 1_000
VENUE = Venue("LADDER")


def _instrument(market: int) -> BinaryOption:
    name = f"M{market}"
    return BinaryOption(
        instrument_id=InstrumentId(Symbol(name), VENUE),
        raw_symbol=Symbol(name),
        asset_class=AssetClass.ALTERNATIVE,
        currency=USD,
        price_precision=2,
        price_increment=Price(0.01, 2),
        size_precision=0,
        size_increment=Quantity(1, 0),
        activation_ns=0,
        expiration_ns=2**62,
        ts_event=0,
        ts_init=0,
        maker_fee=Decimal(0),
        taker_fee=Decimal(0),
    )


class Joins(Strategy):  # type: ignore[misc]
    """Joins both best prices of every market, anew at each step's alarm."""

    def __init__(self, markets: list[BinaryOption], alarms: list[int]) -> None:
        super().__init__(StrategyConfig(strategy_id="J-1"))
        self._markets = markets
        self._alarms = alarms
        self.filled: list[tuple[int, str, int, int]] = []

    def on_start(self) -> None:
        """Follow all best prices and prints, and set the alarms."""
        for market in self._markets:
            self.subscribe_quote_ticks(market.id)
            self.subscribe_trade_ticks(market.id)
        for number, alarm in enumerate(self._alarms):
            self.clock.set_time_alert_ns(f"{number}", alarm, self._quote)

    def _quote(self, _: object) -> None:
        for market in self._markets:
            self.cancel_all_orders(market.id)
            best = self.cache.quote_tick(market.id)
            if best is None:
                continue
            for side, price in ((OrderSide.BUY, best.bid_price), (OrderSide.SELL, best.ask_price)):
                if 0 < price < 1:
                    order = self.order_factory.limit(market.id, side, Quantity(1, 0), price)
                    self.submit_order(order)

    def on_order_filled(self, event: Any) -> None:
        """Note when, where, which way and at how many cents."""
        way = 1 if event.order_side == OrderSide.BUY else -1
        cents = round(float(event.last_px) * 100)
        self.filled.append((event.ts_event, event.instrument_id.symbol.value, way, cents))


def nautilus_engine(stream: DepthStream, every: int) -> tuple[BacktestEngine, Joins]:
    """Return an engine that has everything but has not run, and its strategy."""
    markets = [_instrument(market) for market in range(stream.n_books // 2)]
    engine = BacktestEngine(
        BacktestEngineConfig(
            logging=LoggingConfig(bypass_logging=True),
            risk_engine=RiskEngineConfig(bypass=True),
            run_analysis=False,
        )
    )
    engine.add_venue(
        VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        starting_balances=[Money(10_000_000, USD)],
        base_currency=USD,
        book_type=BookType.L1_MBP,
        fill_model=FillModel(prob_fill_on_limit=0.0),
        trade_execution=True,
    )
    for market in markets:
        engine.add_instrument(market)
    engine.add_data(_rows(stream, markets), sort=False)
    alarms = [
        ROW_NS * every * (step + 1) + ROW_NS // 2 for step in range(stream.n_rows // every - 1)
    ]
    strategy = Joins(markets, alarms)
    engine.add_strategy(strategy)
    return engine, strategy


def _rows(stream: DepthStream, markets: list[BinaryOption]) -> list[Any]:
    prices = [Price(tick / 100, 2) for tick in range(101)]
    best = touches(stream, np.arange(stream.n_rows))
    found: list[Any] = []
    columns = (stream.kind, stream.book, stream.tick, stream.size_e2)
    rows = zip(*(each.tolist() for each in columns), strict=True)
    for number, (kind, book, tick, size_e2) in enumerate(rows):
        market, first, at = markets[book // 2].id, book - book % 2, ROW_NS * (number + 1)
        if kind == RowKind.PRINT:
            price = prices[tick if book == first else 100 - tick]
            taker = AggressorSide.BUYER if book == first else AggressorSide.SELLER
            count, name = Quantity(size_e2 // 100, 0), TradeId(str(number))
            found.append(TradeTick(market, price, count, taker, name, at, at))
            continue
        both = slice(first, first + 2)
        bid, offer = best.tick[number, both].tolist()
        sizes = (Quantity(each // 100, 0) for each in best.size_e2[number, both].tolist())
        found.append(QuoteTick(market, prices[bid], prices[100 - offer], *sizes, at, at))
    return found
