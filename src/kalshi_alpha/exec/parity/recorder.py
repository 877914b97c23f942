"""Record a practice session: books and prints as the exchange told them, and our own orders.

Everything is taken from what the exchange tells its streams, with its own times, and from its
answers about our place in the queue, which it is asked for after every change of a market that an
order of ours rests in. Fills are not recorded: they are what a replay has to find.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
import polars as pl

from kalshi_alpha.core.errors import BadParameter, TornFile
from kalshi_alpha.core.replay.own_orders import OwnOrder
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side
from kalshi_alpha.core.types.event_period import event_period
from kalshi_alpha.datastore.atomic import encode_json, write_atomic
from kalshi_alpha.datastore.market.partition import Part, Partition
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.datastore.market.tape import micros
from kalshi_alpha.exec.market.depth_rows import EMPTY_PRICE_E4
from kalshi_alpha.exec.market.listing import VENUE, Listed, in_order, markets_frame
from kalshi_alpha.sim.app import SimApp
from kalshi_alpha.sim.engine_events import BookDelta, EngineEvent, PublicTrade
from kalshi_alpha.sim.engine_events import OwnOrder as ToldOrder
from kalshi_alpha.sim.orders import OrderStatus, SimOrder, UpdateReason
from kalshi_alpha.sim.worlds import World

SOURCE = "session"
_ORDERS = "own_orders.json"


@dataclass(slots=True)
class _Followed:
    """An order of ours while it rests."""

    order_id: str
    first: SimOrder
    from_us: int
    remaining_e2: int
    cuts: list[tuple[int, int]] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)

    def ended(self, at_us: int) -> OwnOrder:
        bought, first = self.first.side.outcome, self.first
        is_yes = bought is Side.YES
        return OwnOrder(
            client_order_id=first.client_order_id or "",
            ticker=first.ticker,
            side=bought,
            price_e4=first.yes_price_e4 if is_yes else E4_PER_DOLLAR - first.yes_price_e4,
            count_e2=first.initial_e2,
            from_us=self.from_us,
            until_us=at_us,
            cuts=tuple(self.cuts),
            places=tuple(self.places),
        )


class SessionRecorder:
    """Follows one account at an exchange in this process.

    Parameters
    ----------
    app, account_id
        Where it trades.
    """

    def __init__(self, app: SimApp, account_id: str) -> None:
        self._app, self._account_id = app, account_id
        self._trades: dict[str, list[tuple[int, int, int, bool]]] = {}
        self._levels: dict[str, list[tuple[int, bool, int, int, bool]]] = {}
        self._sizes: dict[tuple[str, Side, int], int] = {}
        self._live: dict[str, _Followed] = {}
        self._over: list[OwnOrder] = []
        self._began = app.now()
        for view in app.engine.markets():
            self._whole(view.listed.market.ticker)
        app.on_events.append(self.note)

    @property
    def orders(self) -> tuple[OwnOrder, ...]:
        """Every order that is over, by when it came to rest."""
        return tuple(sorted(self._over, key=lambda each: (each.from_us, each.client_order_id)))

    def note(self, events: Sequence[EngineEvent], at: datetime) -> None:
        """Write down what the exchange told.

        Raises
        ------
        BadParameter
            If an order was amended; a session never does that.
        """
        moved: set[str] = set()
        for event in events:
            match event:
                case BookDelta():
                    self._level(event)
                    moved.add(event.ticker)
                case PublicTrade():
                    row = (
                        micros(event.at),
                        event.yes_price_e4,
                        event.count_e2,
                        event.taker_side is Side.YES,
                    )
                    self._trades.setdefault(event.ticker, []).append(row)
                case ToldOrder(account_id=self._account_id, order=order):
                    self._order(order)
                case _:
                    pass
        self._ask_places(moved, micros(at))

    def _whole(self, ticker: str) -> None:
        book, at_us = self._app.engine.book(ticker), micros(self._began)
        rows = self._levels.setdefault(ticker, [])
        for side, levels in ((Side.YES, book.yes), (Side.NO, book.no)):
            for price_e4, size_e2 in levels:
                self._sizes[ticker, side, price_e4] = size_e2
                rows.append((at_us, side is Side.YES, price_e4, size_e2, not rows))
        if not rows:  # an empty book is known too: its snapshot sets a level to nothing
            rows.append((at_us, True, EMPTY_PRICE_E4, 0, True))

    def _level(self, event: BookDelta) -> None:
        key = (event.ticker, event.side, event.price_e4)
        size_e2 = self._sizes[key] = self._sizes.get(key, 0) + event.delta_e2
        rows = self._levels.setdefault(event.ticker, [])
        # A market that was listed later had nothing in its book before.
        rows.append((micros(event.at), event.side is Side.YES, event.price_e4, size_e2, not rows))

    def _order(self, order: SimOrder) -> None:
        at_us = micros(order.updated_at)
        followed = self._live.get(order.order_id)
        if followed is None:
            if order.status is OrderStatus.RESTING:
                self._live[order.order_id] = _Followed(
                    order.order_id, order, at_us, order.remaining_e2
                )
            return
        if order.reason is UpdateReason.AMEND:
            raise BadParameter(f"{order.client_order_id} was amended, which is not recorded")
        if order.reason is UpdateReason.DECREASE:
            followed.cuts.append((at_us, followed.remaining_e2 - order.remaining_e2))
        followed.remaining_e2 = order.remaining_e2
        if order.status is not OrderStatus.RESTING:
            self._over.append(self._live.pop(order.order_id).ended(at_us))

    def _ask_places(self, moved: set[str], at_us: int) -> None:
        for order_id, followed in self._live.items():
            if followed.first.ticker in moved:
                ahead_e2 = self._app.engine.queue_position(order_id).e2
                if not followed.places or followed.places[-1][1] != ahead_e2:
                    followed.places.append((at_us, ahead_e2))

    def save(self, folder: Path, world: World) -> None:
        """Write tables of every event, and our orders beside them.

        Raises
        ------
        OSError
            If they cannot be written.
        """
        store = MarketStore(folder)
        series_of = {each.market.event_ticker: each for each in world.listed}
        for event_ticker in sorted(series_of):
            markets = in_order(
                _listed(each.market.ticker, world, self._began)
                for each in world.listed
                if each.market.event_ticker == event_ticker
            )
            parts = [Part(Table.DEPTH, self._depth_frame(markets), SOURCE)]
            trades = self._trades_frame(markets)
            parts += [Part(Table.TRADES, trades, SOURCE)] if trades.height else []
            partition = Partition(
                event_ticker.split("-")[0],
                event_period(event_ticker),
                markets_frame(markets),
                parts,
                {SOURCE: "0" * 64},
            )
            store.write(partition)
        write_atomic(folder / _ORDERS, encode_json({"orders": self.orders}))

    def _depth_frame(self, markets: Sequence[Listed]) -> pl.DataFrame:
        rows = [
            (at_us, n, *rest)
            for n, market in enumerate(markets)
            for at_us, *rest in self._levels.get(market.ticker, ())
        ]
        names = ("at_us", "market", "is_yes", "price_e4", "size_e2", "opens")
        return _frame(rows, names)

    def _trades_frame(self, markets: Sequence[Listed]) -> pl.DataFrame:
        rows = [
            (at_us, n, *rest)
            for n, market in enumerate(markets)
            for at_us, *rest in self._trades.get(market.ticker, ())
        ]
        return _frame(rows, ("at_us", "market", "yes_price_e4", "count_e2", "taker_yes"))


def _frame(rows: Sequence[tuple[object, ...]], names: Sequence[str]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=list(names), orient="row")
    return frame.sort("at_us", maintain_order=True) if frame.height else frame


def _listed(ticker: str, world: World, began: datetime) -> Listed:
    each = next(each for each in world.listed if each.market.ticker == ticker)
    strike = each.market.strike
    paid, closes_us = each.settlement_value, micros(each.market.close_at)
    return Listed(
        event_ticker=each.market.event_ticker,
        ticker=ticker,
        strike_type=str(strike.strike_type),
        floor_strike=None if strike.floor is None else str(strike.floor),
        cap_strike=None if strike.cap is None else str(strike.cap),
        strike_source=VENUE,
        yes_payout_e4=None if paid is None else paid.e4,
        result_source="local exchange",
        opens_us=micros(began),
        opens_source=SOURCE,
        closes_us=closes_us,
        closes_source=VENUE,
        settled_us=None if each.determined_at is None else micros(each.determined_at),
    )


class _Orders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    orders: tuple[OwnOrder, ...]


def read_orders(folder: Path) -> tuple[OwnOrder, ...]:
    """Return the orders that a recorder wrote.

    Raises
    ------
    TornFile
        If they cannot be read.
    """
    path = folder / _ORDERS
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Orders).orders
    except (OSError, msgspec.MsgspecError) as error:
        raise TornFile(f"{path} cannot be read; record the session again") from error


def payouts(world: World) -> Mapping[str, int]:
    """Return what YES paid of every market that has an outcome, in 1e-4 dollars."""
    return {
        each.market.ticker: each.settlement_value.e4
        for each in world.listed
        if each.settlement_value is not None
    }
