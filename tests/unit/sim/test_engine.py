"""Whatever is sent, in whatever sequence: what always holds, and that it is the same again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from exchange import ASK, BID, CLOSE, MAKER_PAYS, START, exchange, held, listed, order, send
from kalshi_alpha.core.fees import CENT_STEP_E6, FeeTerms, FeeType
from kalshi_alpha.core.types import Contracts, Money, Price, TickBand, TickGrid
from kalshi_alpha.sim.engine import Engine, EngineOptions
from kalshi_alpha.sim.engine_events import BookDelta
from kalshi_alpha.sim.order_changes import Amendment
from kalshi_alpha.sim.orders import (
    BookSide,
    OrderStatus,
    SelfTradePrevention,
    SimOrder,
    TimeInForce,
)
from kalshi_alpha.sim.refusals import Rejected

TICKERS = ("KXHIGHNY-26JUN10-T82", "KXHIGHNY-26JUN10-T84")
TRADERS = ("ann", "bob", "cent")
CENTI = TickGrid((TickBand(0, 10_000, 1),))
COMBO = FeeTerms(FeeType.QUADRATIC_WITH_COMBO_MAKER_FEES, Decimal(2))

whichever = st.integers(0, 40)
counts = st.one_of(st.integers(1, 300), st.sampled_from([100, 1000, 5000]))
prices = st.one_of(st.sampled_from([3900, 4000, 4100, 6000]), st.integers(1, 9999))
creates = st.fixed_dictionaries(
    {
        "trader": st.sampled_from(TRADERS),
        "ticker": st.sampled_from(TICKERS),
        "side": st.sampled_from(BookSide),
        "price": st.builds(Price, prices),
        "contracts": st.builds(Contracts, counts),
        "time_in_force": st.sampled_from(TimeInForce),
        "self_trade_prevention": st.sampled_from(SelfTradePrevention),
        "post_only": st.booleans(),
        "reduce_only": st.sampled_from([False, False, True]),
        "grouped": st.booleans(),
        "lasts_s": st.sampled_from([None, None, 2]),
    }
)
steps = st.lists(
    st.one_of(
        creates,
        creates,
        creates,
        st.tuples(st.just("cancel"), whichever),
        st.tuples(st.just("decrease"), whichever, counts),
        st.tuples(st.just("amend"), whichever, prices, counts),
        st.tuples(st.just("reset"), st.sampled_from(TRADERS)),
        st.tuples(st.just("fees"), st.sampled_from([None, COMBO])),
        st.tuples(st.just("pause")),
    ),
    max_size=40,
)


class Desk:
    """Sends random steps to an exchange and remembers the orders it made."""

    def __init__(self, *, netting: bool = False) -> None:
        self.engine = exchange(
            listed(TICKERS[0], grid=CENTI, fees=MAKER_PAYS, exclusive=True),
            listed(TICKERS[1], grid=CENTI, exclusive=True),
            traders=TRADERS[:2],
            dollars="25",
            options=EngineOptions(seed=7, event_netting=netting),
        )
        self.engine.add_account("cent", Money.parse("25"), CENT_STEP_E6)
        self.made: list[SimOrder] = []
        self.at = START
        self.groups = {
            trader: self.engine.create_group(trader, Contracts.whole(20), START)
            for trader in TRADERS
        }

    def step(self, step: object) -> None:
        self.at += timedelta(milliseconds=700)
        try:
            if isinstance(step, dict):
                self._create(**step)
            elif isinstance(step, tuple):
                self._change(*step)
        except Rejected as no:
            assert no.status in {400, 404, 409}  # noqa: PT017 - any refusal will do, but a refusal

    def _create(self, trader: str, grouped: bool, lasts_s: int | None, **fields: object) -> None:
        new = msgspec.structs.replace(order(), **fields)
        if grouped:
            new = msgspec.structs.replace(new, order_group_id=self.groups[trader])
        if lasts_s is not None:
            ends = self.at + timedelta(seconds=lasts_s)
            new = msgspec.structs.replace(new, expires_at=ends)
        self.made.append(self.engine.create(trader, new, self.at))

    def _change(self, what: str, *args: object) -> None:
        if what == "reset":
            trader = str(args[0])
            self.engine.reset_group(trader, self.groups[trader], self.at)
        elif what == "fees":
            terms = args[0] if isinstance(args[0], FeeTerms) else None
            self.engine.set_fees("KXHIGHNY-26JUN10", terms, self.at)
        elif what == "pause":
            self.engine.deactivate(TICKERS[0], self.at)
            self.engine.reactivate(TICKERS[0], self.at)
        elif self.made and isinstance(args[0], int):
            self._touch(what, self.made[args[0] % len(self.made)], [int(str(n)) for n in args[1:]])

    def _touch(self, what: str, sent: SimOrder, numbers: list[int]) -> None:
        owner, order_id = sent.account_id, sent.order_id
        if what == "cancel":
            self.engine.cancel(owner, order_id, self.at)
        elif what == "decrease":
            self.engine.decrease(owner, order_id, self.at, reduce_by=Contracts(numbers[0]))
        else:
            price, count = numbers
            change = Amendment(
                ticker=sent.ticker,
                side=sent.side,
                price=Price(price),
                contracts=Contracts(count),
            )
            self.engine.amend(owner, order_id, change, self.at)


def check(engine: Engine) -> None:
    assert engine.unaccounted_e6() == 0
    for trader in TRADERS:
        balance = engine.balance(trader)
        assert balance.locked.e6 >= 0
        assert balance.available.e6 >= 0
        assert all(sent.remaining_e2 > 0 for sent in engine.resting(trader))
    for ticker in TICKERS:
        book = engine.book(ticker)
        assert all(size > 0 for _, size in book.yes + book.no)
        if book.yes and book.no:
            assert book.yes[-1][0] + book.no[-1][0] < 10_000
        assert sum(held(engine, trader, ticker) for trader in TRADERS) == 0
        longs = sum(max(0, held(engine, trader, ticker)) for trader in TRADERS)
        assert longs == engine.market(ticker).open_interest_e2


@given(steps, st.booleans())
def test_money_is_conserved_nothing_is_negative_and_no_book_rests_crossed(
    script: list[object], netting: bool
) -> None:
    desk = Desk(netting=netting)

    for step in script:
        desk.step(step)
        check(desk.engine)


@given(steps)
def test_counts_of_an_order_add_up_and_an_ended_order_has_nothing_left(
    script: list[object],
) -> None:
    desk = Desk()
    for step in script:
        desk.step(step)

    for trader in TRADERS:
        filled: dict[str, int] = {}
        for fill in desk.engine.fills(trader):
            filled[fill.order_id] = filled.get(fill.order_id, 0) + fill.count_e2
        for sent in desk.engine.orders(trader):
            assert sent.filled_e2 == filled.get(sent.order_id, 0)
            assert sent.filled_e2 + sent.remaining_e2 <= max(sent.initial_e2, sent.filled_e2)
            assert (sent.remaining_e2 > 0) == (sent.status is OrderStatus.RESTING)


@given(steps, st.booleans(), st.sampled_from([(10_000, 0), (0, 10_000), (0, 0), (3333, 0)]))
def test_after_settlement_every_dollar_is_cash_or_a_fee(
    script: list[object], netting: bool, values: tuple[int, int]
) -> None:
    desk = Desk(netting=netting)
    for step in script:
        desk.step(step)

    for ticker, value_e4 in zip(TICKERS, values, strict=True):
        desk.engine.determine(ticker, Price(value_e4), desk.at)
    desk.engine.advance(CLOSE)

    assert desk.engine.audit().unaccounted_e6 == 0
    for trader in TRADERS:
        balance = desk.engine.balance(trader)
        assert (balance.locked.e6, balance.portfolio_value.e6) == (0, 0)
        assert balance.cash.e6 >= 0


@given(steps)
def test_the_same_steps_give_the_same_events(script: list[object]) -> None:
    told = []
    for _ in range(2):
        desk = Desk()
        for step in script:
            desk.step(step)
        told.append(desk.engine.drain_events())

    assert told[0] == told[1]


@given(st.lists(st.tuples(st.integers(38, 42), st.integers(1, 9)), min_size=1, max_size=12))
def test_a_sweep_meets_orders_by_price_and_then_by_time(sent: list[tuple[int, int]]) -> None:
    engine = exchange()
    made = [send(engine, "ann", BID, cents, count) for cents, count in sent]
    expected = sorted(made, key=lambda each: (-each.yes_price_e4, each.order_id))

    send(engine, "bob", ASK, 38, 1000)

    met = [fill.order_id for fill in engine.fills("ann")]
    assert met == [each.order_id for each in expected]


def test_a_level_rebuilt_from_its_changes_is_the_book() -> None:
    engine = exchange(options=EngineOptions(seed=3))
    for cents in (40, 41, 40, 39):
        send(engine, "ann", BID, cents)
    send(engine, "bob", ASK, 40, 15)
    engine.cancel_all("ann", START)
    send(engine, "cal", BID, 37, 2)

    levels: dict[tuple[str, int], int] = {}
    for event in engine.drain_events():
        if isinstance(event, BookDelta):
            level = (event.side, event.price_e4)
            levels[level] = levels.get(level, 0) + event.delta_e2

    left = {level: size for level, size in levels.items() if size}
    assert left == {("yes", 3700): 200}
