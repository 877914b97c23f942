"""What happens by itself: opening, closing, pausing, settling."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from exchange import (
    ASK,
    BID,
    CLOSE,
    FREE,
    START,
    TICKER,
    cash,
    exchange,
    held,
    listed,
    order,
    refused,
    seconds,
    send,
)
from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.fees import CENT_STEP_E6
from kalshi_alpha.core.types import Contracts, MarketStatus, Money, Price, TickBand, TickGrid
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.engine_events import Lifecycle, OwnPosition
from kalshi_alpha.sim.floor import EngineOptions
from kalshi_alpha.sim.orders import OrderStatus, SimOrder, UpdateReason
from kalshi_alpha.sim.pauses import weekly_pause
from kalshi_alpha.sim.refusals import Rejected

PAUSE, RESUME = weekly_pause(START)
LATER = RESUME + timedelta(days=1)
DETERMINED = CLOSE + timedelta(minutes=30)
ONE, ZERO = Price(10_000), Price(0)


def fragile(engine: Engine, trader: str = "ann") -> SimOrder:
    return engine.create(
        trader, msgspec.structs.replace(order(BID, 40), cancel_order_on_pause=True), START
    )


def kinds(engine: Engine) -> list[str]:
    return [str(each.kind) for each in engine.drain_events() if isinstance(each, Lifecycle)]


def test_a_market_opens_and_closes_by_the_clock_without_a_word() -> None:
    engine = exchange(listed(status=MarketStatus.INITIALIZED, open_at=seconds(60)))

    statuses = []
    for at in (START, seconds(60), CLOSE):
        engine.advance(at)
        statuses.append(str(engine.market(TICKER).status))

    assert statuses == ["initialized", "active", "closed"]
    assert kinds(engine) == []


def test_orders_of_a_closed_market_are_cancelled_shortly_after() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40)

    engine.advance(CLOSE)
    assert engine.order(sent.order_id).status is OrderStatus.RESTING
    engine.advance(CLOSE + timedelta(seconds=1))

    assert engine.order(sent.order_id).reason is UpdateReason.CLOSE_CANCEL
    assert engine.book(TICKER).yes == ()


def test_a_paused_market_keeps_what_rests_and_takes_cancels_alone() -> None:
    engine = exchange()
    sent, weak = send(engine, "bob", BID, 39), fragile(engine)
    gone = send(engine, "bob", BID, 38)

    engine.deactivate(TICKER, seconds(1))

    assert engine.order(weak.order_id).reason is UpdateReason.HALT_CANCEL
    assert engine.order(sent.order_id).status is OrderStatus.RESTING
    engine.cancel("bob", gone.order_id, seconds(2))
    with pytest.raises(Rejected) as no:
        send(engine, "ann", BID, 40, at=seconds(2))
    assert refused(no) == (409, "market_inactive")


def test_everything_that_rested_is_cancelled_when_a_market_is_active_again() -> None:
    engine = exchange()
    sent = send(engine, "bob", BID, 39)
    engine.deactivate(TICKER, seconds(1))

    engine.reactivate(TICKER, seconds(2))

    assert engine.order(sent.order_id).status is OrderStatus.CANCELED
    assert kinds(engine) == ["deactivated", "activated"]
    assert send(engine, "ann", BID, 40, at=seconds(3)).status is OrderStatus.RESTING


def test_a_market_cannot_be_paused_twice_or_woken_while_awake() -> None:
    engine = exchange()

    with pytest.raises(Rejected):
        engine.reactivate(TICKER, START)
    engine.deactivate(TICKER, START)
    with pytest.raises(Rejected):
        engine.deactivate(TICKER, START)


def test_trading_pauses_on_thursday_from_three_to_five() -> None:
    engine = exchange(listed(close_at=LATER))
    kept, weak = send(engine, "bob", BID, 39), fragile(engine)

    engine.advance(PAUSE)

    assert not engine.trading_active
    assert engine.exchange_active
    assert engine.order(kept.order_id).status is OrderStatus.RESTING
    assert engine.order(weak.order_id).reason is UpdateReason.HALT_CANCEL
    with pytest.raises(Rejected) as no:
        send(engine, "ann", BID, 40, at=PAUSE)
    assert refused(no) == (409, "trading_is_paused")
    with pytest.raises(Rejected, match="trading_is_paused"):
        engine.decrease("bob", kept.order_id, PAUSE, reduce_to=Contracts(1))
    engine.cancel("bob", kept.order_id, PAUSE)

    assert send(engine, "ann", BID, 40, at=RESUME).status is OrderStatus.RESTING


def test_the_pause_comes_every_week_and_can_be_left_out() -> None:
    far = START + timedelta(days=60)
    usual, never = (
        exchange(listed(close_at=far), options=EngineOptions(weekly_pause=on))
        for on in (True, False)
    )
    seen = []
    for engine in (usual, never):
        engine.advance(START)
        weeks = [PAUSE + timedelta(weeks=week) for week in range(4)]
        seen.append([engine.advance(at) == at and engine.trading_active for at in weeks])

    assert seen == [[False] * 4, [True] * 4]


def test_an_exchange_that_starts_within_the_pause_is_paused() -> None:
    engine = exchange(listed(close_at=LATER))

    with pytest.raises(Rejected, match="trading_is_paused"):
        send(engine, "ann", BID, 40, at=PAUSE + timedelta(hours=1))


def test_a_pause_by_hand_outlives_the_weekly_one() -> None:
    engine = exchange(listed(close_at=LATER))
    engine.set_trading(START, active=False)

    engine.advance(RESUME)
    assert not engine.trading_active
    engine.set_trading(RESUME, active=True)
    assert engine.trading_active


def test_a_pause_of_the_whole_exchange_refuses_even_cancels() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40)
    engine.set_exchange(START, active=False)

    for attempt in (
        lambda: engine.cancel("ann", sent.order_id, START),
        lambda: engine.cancel_all("ann", START),
        lambda: send(engine, "ann", BID, 40),
    ):
        with pytest.raises(Rejected) as no:
            attempt()
        assert refused(no) == (409, "exchange_is_paused")
    engine.set_exchange(START, active=True)
    assert engine.cancel_all("ann", START) == 1


def test_a_close_can_be_moved_both_ways() -> None:
    engine = exchange()

    engine.move_close(TICKER, seconds(60), START)
    engine.move_close(TICKER, seconds(120), START)
    engine.advance(seconds(61))
    assert engine.market(TICKER).status is MarketStatus.ACTIVE
    engine.advance(seconds(121))

    assert engine.market(TICKER).status is MarketStatus.CLOSED
    assert kinds(engine) == ["close_date_updated"] * 2
    with pytest.raises(Rejected, match="is closed"):
        engine.move_close(TICKER, CLOSE, seconds(122))


@pytest.mark.parametrize(
    ("value", "ann", "bob"),
    [
        (ONE, "1006.000000", "994.000000"),
        (ZERO, "996.000000", "1004.000000"),
        (Price(3060), "999.060000", "1000.940000"),
    ],
    ids=["yes", "no", "scalar"],
)
def test_a_determined_market_pays_when_its_timer_is_over(value: Price, ann: str, bob: str) -> None:
    engine = exchange(listed(fees=FREE, determined_at=DETERMINED, value=value))
    send(engine, "ann", BID, 40)
    send(engine, "bob", ASK, 40)

    engine.advance(DETERMINED)
    assert engine.market(TICKER).status is MarketStatus.DETERMINED
    assert cash(engine, "ann") == "996.000000"
    engine.advance(DETERMINED + timedelta(hours=1))

    shown = engine.market(TICKER)
    assert (shown.status, shown.settlement_value) == (MarketStatus.FINALIZED, value)
    assert (cash(engine, "ann"), cash(engine, "bob")) == (ann, bob)
    assert held(engine, "ann") == shown.open_interest_e2 == 0
    assert engine.audit().unaccounted_e6 == 0


def test_a_settlement_row_says_what_was_held_what_it_cost_and_what_it_paid() -> None:
    engine = exchange(listed(determined_at=DETERMINED, value=ONE))
    send(engine, "ann", BID, 34)
    send(engine, "bob", ASK, 34)

    engine.advance(DETERMINED + timedelta(hours=1))

    (won,), (lost,) = engine.settlements("ann"), engine.settlements("bob")
    assert (won.yes_e2, won.yes_cost_e6, won.no_e2, won.revenue_e6) == (1000, 3_400_000, 0, 10**7)
    assert (lost.no_e2, lost.no_cost_e6, lost.revenue_e6) == (1000, 6_600_000, 0)
    assert (won.fees_e6, lost.fees_e6) == (0, 157_100)
    assert won.settled_at == DETERMINED + timedelta(hours=1)
    (row,) = engine.positions("ann")
    assert (row.realized_pnl_e6, row.cost_e6) == (6_600_000, 0)
    assert isinstance(engine.drain_events()[-2], OwnPosition)


def test_a_scalar_credit_is_rounded_down_and_the_rest_is_a_fee() -> None:
    # The venue's example: 100.01 at 0.3060 pays 30.6030, with a residue of 0.00006.
    engine = exchange(listed(fees=FREE), traders=("bob",))
    engine.add_account("ann", Money.parse("1000"))
    engine.add_account("broker", Money.parse("1000"), CENT_STEP_E6)
    send(engine, "ann", BID, 40, 100.01)
    send(engine, "broker", ASK, 40, 100.01)

    engine.determine(TICKER, Price(3060), seconds(1))
    engine.advance(seconds(2) + timedelta(hours=1))

    assert engine.settlements("ann")[0].revenue_e6 == 30_603_000
    assert engine.audit().unaccounted_e6 == 0


def test_a_market_that_is_determined_early_closes_then() -> None:
    engine = exchange(listed(determined_at=DETERMINED, value=ZERO))
    sent = send(engine, "ann", BID, 40)

    engine.determine(TICKER, ONE, seconds(1))

    assert engine.order(sent.order_id).reason is UpdateReason.CLOSE_CANCEL
    assert engine.market(TICKER).close_at == seconds(1)
    with pytest.raises(Rejected):
        engine.determine(TICKER, ZERO, seconds(2))
    engine.advance(DETERMINED + timedelta(days=1))
    assert engine.market(TICKER).settlement_value == ONE
    assert kinds(engine) == ["determined", "settled"]


def test_a_disputed_market_is_paid_by_its_amended_outcome() -> None:
    engine = exchange(listed(fees=FREE))
    send(engine, "ann", BID, 40)
    send(engine, "bob", ASK, 40)
    engine.determine(TICKER, ONE, seconds(1))

    engine.dispute(TICKER, seconds(2))
    engine.advance(seconds(2) + timedelta(hours=2))
    assert engine.market(TICKER).status is MarketStatus.DISPUTED
    engine.amend_outcome(TICKER, ZERO, CLOSE)
    assert engine.market(TICKER).status is MarketStatus.AMENDED
    engine.advance(CLOSE + timedelta(hours=1))

    assert (cash(engine, "ann"), cash(engine, "bob")) == ("996.000000", "1004.000000")
    assert kinds(engine) == ["determined", "determined", "settled"]


def test_only_what_awaits_payment_can_be_disputed_or_amended() -> None:
    engine = exchange()

    with pytest.raises(Rejected, match="awaits no payment"):
        engine.dispute(TICKER, START)
    with pytest.raises(Rejected, match="awaits no payment"):
        engine.amend_outcome(TICKER, ONE, START)


def test_a_market_can_change_its_prices_while_it_trades() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40)

    engine.set_grid(TICKER, TickGrid((TickBand(0, 10_000, 250),)), seconds(1))

    assert engine.order(sent.order_id).status is OrderStatus.RESTING
    assert send(engine, "ann", BID, 42.5, at=seconds(1)).remaining == Contracts.whole(10)
    with pytest.raises(Rejected, match="invalid_price"):
        send(engine, "ann", BID, 41, at=seconds(1))
    assert kinds(engine) == ["price_level_structure_updated"]


def test_a_market_is_listed_once_and_told() -> None:
    engine = exchange(traders=())
    with pytest.raises(BadMarket, match="listed already"):
        engine.add_market(listed(), START)

    engine.add_market(listed("KXHIGHNY-26JUN10-T90"), START)

    assert kinds(engine) == ["created"]


def test_time_never_goes_back() -> None:
    engine = exchange()
    engine.advance(seconds(10))

    assert engine.advance(seconds(5)) == seconds(10)
    assert send(engine, "ann", BID, 40, at=seconds(6)).created_at == seconds(10)
    with pytest.raises(ValueError, match="zone"):
        engine.advance(START.replace(tzinfo=None))
