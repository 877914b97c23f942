from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.replay.depth import DepthView
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.datastore.market.tape import micros
from kalshi_alpha.exec.parity.recorder import SessionRecorder, payouts, read_orders
from kalshi_alpha.exec.session.practice import ACCOUNT, Practice, open_practice
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.orders import BookSide, NewOrder
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from kalshi_alpha.sim.worlds import World, fixture_world

FIXTURES = Path(__file__).resolve().parents[3] / "data_fixtures"
TICKER = "KXCPI-24NOV-T0.2"


def world() -> World:
    return fixture_world(FIXTURES).only(["KXCPI"])


def rests(practice: Practice, at: datetime, client_order_id: str) -> tuple[str, int]:
    """Rest five contracts at the best bid; return the order's name and its price."""
    best = practice.app.engine.market(TICKER).yes_bid
    assert best is not None
    new = NewOrder(
        ticker=TICKER,
        side=BookSide.BID,
        price=Price(best[0]),
        contracts=Contracts.whole(5),
        post_only=True,
        client_order_id=client_order_id,
    )
    order = practice.app.engine.create(ACCOUNT, new, at)
    practice.app.flush(at)
    return order.order_id, best[0]


def lived(folder: Path) -> tuple[Practice, int, int, datetime]:
    """Rest an order, fill a part, cut it, take it off; rest another; and save the recording."""

    async def main(clock: VirtualClock) -> tuple[Practice, int, int, datetime]:
        practice, at = open_practice(world(), clock), clock.now()
        recorder = SessionRecorder(practice.app, ACCOUNT)
        order_id, price_e4 = rests(practice, at, "first")
        ahead_e2 = practice.app.engine.queue_position(order_id).e2
        engine = practice.app.engine
        assert practice.app.fill(order_id, Contracts.whole(2))
        later = [at + timedelta(seconds=n) for n in (1, 2)]
        engine.decrease(ACCOUNT, order_id, later[0], reduce_by=Contracts.whole(1))
        engine.cancel(ACCOUNT, order_id, later[1])
        practice.app.flush(later[1])
        rests(practice, later[1], "still there")
        assert [each.client_order_id for each in recorder.orders] == ["first"]
        recorder.save(folder, practice.world)
        return practice, price_e4, ahead_e2, at

    return run_virtual(main, world().starts_at)


def test_orders_and_what_became_of_them_are_written_down_but_no_fill(tmp_path: Path) -> None:
    _, price_e4, ahead_e2, at = lived(tmp_path)
    (order,) = read_orders(tmp_path)
    at_us = micros(at)
    assert (order.client_order_id, order.ticker, order.side) == ("first", TICKER, Side.YES)
    assert (order.price_e4, order.count_e2) == (price_e4, 500)
    assert (order.from_us, order.until_us) == (at_us, at_us + 2_000_000)
    assert order.cuts == ((at_us + 1_000_000, 100),)
    assert order.places[0] == (at_us, ahead_e2)
    assert order.places[-1][1] == 0, "whoever filled us had filled those ahead before"


def test_books_and_prints_can_be_read_back_as_a_tape(tmp_path: Path) -> None:
    practice, price_e4, ahead_e2, at = lived(tmp_path)
    store = MarketStore(tmp_path)
    (ref,) = store.events("KXCPI")
    tape = store.load(ref)
    assert tape.depth is not None
    assert tape.trades is not None
    market = [each.ticker for each in tape.markets].index(TICKER)
    books = DepthView.of(tape.depth, len(tape.markets))
    assert books.size_at(market, Side.YES, price_e4, micros(at) + 1) >= 0
    assert tape.trades.count_e2.sum() == ahead_e2 + 200
    paid = payouts(practice.world)
    assert {each.ticker: each.yes_payout_e4 for each in tape.markets} == paid


def test_a_book_that_begins_empty_is_known_from_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Engine.book
    monkeypatch.setattr(
        Engine, "book", lambda *of: msgspec.structs.replace(whole(*of), yes=(), no=())
    )

    async def main(clock: VirtualClock) -> datetime:
        practice, at = open_practice(world(), clock), clock.now()
        SessionRecorder(practice.app, ACCOUNT).save(tmp_path, practice.world)
        return at

    at_us = micros(run_virtual(main, world().starts_at))
    store = MarketStore(tmp_path)
    (ref,) = store.events("KXCPI")
    tape = store.load(ref)
    assert tape.depth is not None
    assert not tape.depth.size_e2.any()
    books = DepthView.of(tape.depth, len(tape.markets))
    for market in range(len(tape.markets)):
        assert not books.is_known(market, at_us)
        assert books.is_known(market, at_us + 1)


def test_orders_that_are_torn_are_named(tmp_path: Path) -> None:
    with pytest.raises(TornFile, match=r"own_orders\.json cannot be read"):
        read_orders(tmp_path)
