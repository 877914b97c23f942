from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter, total_open
from kalshi_alpha.core.orders.errors import IllegalEvent
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from order_cases import (
    AT,
    EVENT,
    ID,
    MARKET,
    ORDER,
    OTHER_MARKET,
    VENUE_ID,
    accepted,
    cancelled,
    filled,
    fold,
    intended,
    intent,
    later,
    lost,
    rejected,
)

NO_ORDER = intent(side=Side.NO, price=Price(5500))
OTHER = intent(ticker=OTHER_MARKET, price=Price(2000))


def stated(cash: int = 1_000_000_000, **net_e2: int) -> ev.Stated:
    positions = tuple(
        ev.StatedPosition(ticker=f"{EVENT}-{strike}", net_e2=net, at_risk=Money(7_000))
        for strike, net in net_e2.items()
    )
    return ev.Stated(at=AT, cash=Money(cash), positions=positions)


def no_fill(count: int, fee: int = 0) -> ev.Filled:
    return filled(
        count,
        "n1",
        client_order_id=NO_ORDER.client_order_id,
        order_id="venue-no",
        side=Side.NO,
        price=Price(5500),
        fee=Money(fee),
    )


def test_an_order_counts_from_its_intent_to_its_end() -> None:
    cost = Money(4_200_000)
    assert fold(intended()).strike_at_risk(MARKET) == cost
    assert fold(intended(), lost()).at_risk == cost
    assert fold(intended(), accepted()).ladder_at_risk(EVENT) == cost
    assert fold(intended(), accepted(), filled(1000)).at_risk == cost
    assert fold(intended(), accepted(), cancelled(700)).at_risk == Money(1_260_000)
    assert fold(intended(), rejected()).at_risk == Money(0)


def test_markets_add_up_to_their_ladder_and_sides_are_not_netted() -> None:
    blotter = fold(intended(), intended(NO_ORDER), intended(OTHER))
    assert blotter.strike_at_risk(MARKET) == Money(4_200_000 + 5_500_000)
    assert blotter.strike_at_risk(OTHER_MARKET) == Money(2_000_000)
    assert blotter.ladder_at_risk(EVENT) == blotter.at_risk == Money(11_700_000)
    assert blotter.ladder_at_risk("KXCPI-26DEC") == Money(0)


def test_the_lists_show_who_is_where() -> None:
    blotter = fold(intended(), accepted(), intended(NO_ORDER), intended(OTHER))
    blotter.apply(ev.Lost(at=AT, client_order_id=OTHER.client_order_id, why="reset"))
    assert [o.intent for o in blotter.resting()] == [ORDER]
    assert [o.intent for o in blotter.in_flight()] == [NO_ORDER]
    assert [o.intent for o in blotter.unknown()] == [OTHER]
    assert [o.intent for o in blotter.live()] == [ORDER, NO_ORDER, OTHER]
    assert [o.intent for o in blotter.live(OTHER_MARKET)] == [OTHER]
    assert blotter.by_order_id(VENUE_ID) is blotter.orders[ID]
    assert blotter.by_order_id("never") is None
    assert total_open(blotter.live()) == Contracts.whole(30)


def test_a_market_is_locked_while_an_order_of_it_is_unknown() -> None:
    blotter = fold(intended(), lost())
    assert blotter.locked == {MARKET}
    blotter.apply(accepted())
    assert blotter.locked == frozenset()


def test_a_series_is_stopped_until_it_is_whole_again() -> None:
    stop = ev.SeriesStopped(at=AT, series="KXCPI", why="unresolved")
    blotter = fold(intended(), lost(), stop)
    blotter.apply(ev.Reconciled(at=AT, breaks=0))
    assert dict(blotter.stopped) == {"KXCPI": "unresolved"}
    blotter.apply(accepted())
    blotter.apply(ev.Reconciled(at=AT, breaks=1))
    assert blotter.stopped
    blotter.apply(ev.Reconciled(at=AT, breaks=0))
    assert not blotter.stopped
    assert blotter.reconciled == ev.Reconciled(at=AT, breaks=0)


def test_positions_are_signed_and_net() -> None:
    blotter = fold(intended(), accepted(), filled(1000), intended(NO_ORDER), no_fill(400))
    assert dict(blotter.positions) == {MARKET: 600}
    blotter.apply(no_fill(1000))
    assert dict(blotter.positions) == {}


def test_cash_pays_fills_and_fees_and_gets_a_dollar_for_each_pair() -> None:
    """Ten YES at 0.42 and four NO at 0.55: 1000 - 4.20 - 2.20 + 4.00, less 0.05 in fees."""
    blotter = fold(stated(), intended(), accepted(), filled(1000, fee=Money(30_000)))
    assert blotter.cash == Money(995_770_000)
    blotter.apply(intended(NO_ORDER))
    blotter.apply(no_fill(400, fee=20_000))
    assert blotter.cash == Money(997_550_000)


def test_what_rests_locks_its_cost_less_a_dollar_for_each_pair_it_would_close() -> None:
    resting = fold(intended(), accepted())
    assert resting.locked_cash == Money(4_200_000)
    resting.apply(filled(400))
    assert resting.locked_cash == Money(2_520_000)
    short = fold(stated(**{"T0.3": -600}), intended(), accepted())
    assert short.locked_cash == Money(0)
    assert fold(intended(), lost()).locked_cash == Money(0)


def test_fees_are_locked_as_part_of_the_cost() -> None:
    meant = intent(fee_max=Money(100_000))
    assert fold(intended(meant), accepted()).locked_cash_and_fees == Money(4_300_000)
    part = fold(intended(meant), accepted(), filled(400))
    assert part.locked_cash_and_fees == Money(2_580_000)
    closing = fold(stated(**{"T0.3": -1000}), intended(meant), accepted())
    assert closing.locked_cash_and_fees == Money(0)


def test_a_corrected_fill_is_booked_once() -> None:
    blotter = fold(stated(), intended(), accepted(), filled(1000), filled(900))
    assert (blotter.cash, dict(blotter.positions)) == (Money(996_220_000), {MARKET: 900})


def test_stated_positions_pair_with_fills_of_the_other_side() -> None:
    blotter = fold(stated(**{"T0.3": 600}), intended(NO_ORDER), no_fill(1000))
    assert (blotter.cash, dict(blotter.positions)) == (Money(1_000_500_000), {MARKET: -400})
    assert blotter.strike_at_risk(MARKET) == Money(5_507_000)


def test_what_was_stated_is_not_counted_twice_when_it_is_stated_again() -> None:
    blotter = fold(stated(), intended(), accepted(), filled(1000), stated(**{"T0.3": 1000}))
    assert blotter.at_risk == Money(4_200_000)
    assert dict(blotter.positions) == {MARKET: 1000}


def test_stated_positions_belong_to_the_ladder_of_their_ticker() -> None:
    blotter = fold(stated(**{"T-0.1": 5, "B82.5": -5}))
    assert blotter.ladder_at_risk(EVENT) == blotter.at_risk == Money(14_000)


def test_a_settled_market_counts_nothing_and_has_paid() -> None:
    settled = ev.Settled(at=AT, ticker=MARKET, revenue=Money(10_000_000))
    blotter = fold(stated(), intended(), accepted(), filled(1000), settled, settled)
    assert (blotter.at_risk, dict(blotter.positions)) == (Money(0), {})
    assert blotter.cash == Money(1_005_800_000)
    assert blotter.is_settled(MARKET)
    assert not blotter.is_settled(OTHER_MARKET)


def test_orders_of_the_last_second_are_counted() -> None:
    orders = [intended(intent(nonce=n), later(0.4 * n)) for n in range(5)]
    assert fold(*orders).sent_in_second(later(1.6)) == 3
    assert fold(*orders).sent_in_second(later(2.5)) == 1
    assert fold(*orders).sent_in_second(later(9)) == 0


def test_an_order_filled_further_than_its_fills_is_unreported() -> None:
    blotter = fold(intended(), accepted(), cancelled(700))
    assert [o.client_order_id for o in blotter.unreported] == [ID]
    blotter.apply(filled(300))
    assert blotter.unreported == ()


def test_contradictions_are_listed() -> None:
    blotter = fold(intended(), rejected(), accepted())
    assert [o.client_order_id for o in blotter.contradictions] == [ID]


@pytest.mark.parametrize(
    "event",
    [
        accepted(client_order_id="never meant"),
        intended(),
        ev.Intended(at=AT, client_order_id="not its own", intent=OTHER),
        rejected(),
    ],
)
def test_an_event_that_cannot_follow_is_refused_and_changes_nothing(event: ev.OrderEvent) -> None:
    blotter = fold(intended(), accepted(), cancelled(0), filled(1000), intended(NO_ORDER))
    if event == rejected():
        event = ev.Absent(at=AT, client_order_id=ID)
    before = blotter.copy()
    with pytest.raises(IllegalEvent):
        blotter.check(event)
    with pytest.raises(IllegalEvent):
        blotter.apply(event)
    assert figures(blotter) == figures(before)


def test_a_copy_goes_its_own_way() -> None:
    blotter = fold(stated(), intended(), accepted())
    twin = blotter.copy()
    twin.apply(filled(1000))
    assert blotter.positions == {}
    assert blotter.orders[ID].fills == {}
    assert figures(blotter) == figures(fold(stated(), intended(), accepted()))
    assert twin.by_order_id(VENUE_ID) is twin.orders[ID]
    assert twin.live() == ()


def figures(blotter: Blotter) -> tuple[object, ...]:
    return (
        blotter.at_risk,
        dict(blotter.positions),
        blotter.cash,
        [(o.client_order_id, o.state, o.open, o.filled) for o in blotter.orders.values()],
        [o.client_order_id for o in blotter.live()],
    )


# --- what an exchange may do to orders, in any order, with lost, late and repeated news ---------


@dataclass
class Truth:
    """An order as the exchange has it."""

    meant: OrderIntent
    order_id: str
    filled: int = 0
    removed: int = 0
    reached: bool = False
    fills: list[tuple[str, int]] = field(default_factory=list)

    @property
    def remaining(self) -> int:
        return self.meant.contracts.e2 - self.filled - self.removed if self.reached else 0

    @property
    def status(self) -> ev.VenueStatus:
        if self.remaining:
            return ev.VenueStatus.RESTING
        done = self.filled == self.meant.contracts.e2
        return ev.VenueStatus.EXECUTED if done else ev.VenueStatus.CANCELED

    def shown(self) -> ev.Seen:
        return ev.Seen(
            at=AT,
            client_order_id=self.meant.client_order_id,
            order_id=self.order_id,
            status=self.status,
            filled=Contracts(self.filled),
            remaining=Contracts(self.remaining),
        )


@st.composite
def sessions(draw: st.DrawFn) -> tuple[list[ev.OrderEvent], list[list[int]]]:
    """Draw events as a gateway may write them, with the exposure that is true after each."""
    count = draw(st.integers(1, 3))
    truths = [
        Truth(
            intent(
                nonce=n,
                side=draw(st.sampled_from(Side)),
                ticker=draw(st.sampled_from([MARKET, OTHER_MARKET])),
                price=Price(draw(st.integers(1, 9_999))),
                contracts=Contracts(draw(st.integers(1, 500))),
            ),
            f"venue-{n}",
        )
        for n in range(count)
    ]
    events: list[ev.OrderEvent] = []
    true_open: list[list[int]] = []
    old: list[ev.Seen] = []

    def write(*new: ev.OrderEvent) -> None:
        for event in new:
            events.append(event)
            true_open.append([t.meant.price.e4 * (t.filled + t.remaining) for t in truths])

    for truth in truths:
        write(ev.Intended(at=AT, client_order_id=truth.meant.client_order_id, intent=truth.meant))
        fate = draw(st.sampled_from(["accepted", "ack lost", "never arrived", "refused"]))
        key = truth.meant.client_order_id
        truth.reached = fate in {"accepted", "ack lost"}
        if fate == "refused":
            write(ev.Rejected(at=AT, client_order_id=key, status=400, code="x"))
            continue
        if fate != "accepted":
            write(ev.Lost(at=AT, client_order_id=key, why="x"))
        if fate == "never arrived":
            write(ev.Absent(at=AT, client_order_id=key))
            continue
        for _ in range(draw(st.integers(0, 5))):
            step = draw(st.sampled_from(["fill", "fill later", "show", "show old", "cancel"]))
            if step.startswith("fill") and truth.remaining:
                size = draw(st.integers(1, truth.remaining))
                truth.filled += size
                truth.fills.append((f"{truth.order_id}-{len(truth.fills)}", size))
                if step == "fill":
                    write(_fill(truth, *truth.fills[-1]))
            elif step == "show":
                old.append(truth.shown())
                write(truth.shown())
            elif step == "show old" and old and old[-1].client_order_id == key:
                write(draw(st.sampled_from([o for o in old if o.client_order_id == key])))
            elif step == "cancel" and truth.remaining:
                removed, truth.removed = truth.remaining, truth.remaining
                write(ev.Cancelled(at=AT, client_order_id=key, removed=Contracts(removed)))
        for trade in draw(st.permutations(truth.fills)):
            write(_fill(truth, *trade))
    return events, true_open


def _fill(truth: Truth, trade_id: str, size: int) -> ev.Filled:
    return filled(
        size,
        trade_id,
        client_order_id=truth.meant.client_order_id,
        order_id=truth.order_id,
        side=truth.meant.side,
        price=truth.meant.price,
    )


@given(sessions())
def test_a_fold_never_counts_less_than_what_the_exchange_has(
    session: tuple[list[ev.OrderEvent], list[list[int]]],
) -> None:
    events, true_at_risk = session
    blotter = Blotter()
    for event, truth in zip(events, true_at_risk, strict=True):
        blotter.apply(event)
        assert blotter.at_risk.e6 >= sum(truth)
        assert blotter.at_risk == recounted(blotter)


def recounted(blotter: Blotter) -> Money:
    orders: Sequence[int] = [
        (o.open_at_risk + o.filled_at_risk).e6 for o in blotter.orders.values()
    ]
    return Money(sum(orders))


@given(sessions())
def test_at_the_end_the_fold_holds_exactly_what_the_exchange_has(
    session: tuple[list[ev.OrderEvent], list[list[int]]],
) -> None:
    events, _ = session
    blotter = Blotter(events)
    fills = {e.trade_id: e for e in events if isinstance(e, ev.Filled)}
    net = 0
    for fill in fills.values():
        net += fill.contracts.e2 if fill.side is Side.YES else -fill.contracts.e2
    assert sum(blotter.positions.values()) == net


@given(sessions())
def test_any_prefix_can_be_replayed_and_written_down(
    session: tuple[list[ev.OrderEvent], list[list[int]]],
) -> None:
    events, _ = session
    replayed = [ev.decode(ev.encode(event)) for event in events]
    blotter = Blotter()
    for length, event in enumerate(replayed):
        assert figures(Blotter(events[:length])) == figures(blotter)
        blotter.apply(event)


@pytest.mark.parametrize("breaks", [1, 2, 9])
def test_no_comparison_with_a_break_lets_a_stopped_series_go_on(breaks: int) -> None:
    blotter = fold(intended(), rejected(), ev.SeriesStopped(at=AT, series="KXCPI", why="filled"))
    for _ in range(3):
        blotter.apply(ev.Reconciled(at=AT, breaks=breaks))
        assert dict(blotter.stopped) == {"KXCPI": "filled"}
    blotter.apply(ev.Reconciled(at=AT, breaks=0))
    assert dict(blotter.stopped) == {}


@pytest.mark.parametrize("fee_e6", [0, 1, 17_500])
def test_the_fees_that_were_paid_count_against_every_cap(fee_e6: int) -> None:
    blotter = fold(intended(), accepted(), filled(1000, fee=Money(fee_e6)))
    counted = (blotter.at_risk, blotter.strike_at_risk(MARKET), blotter.ladder_at_risk(EVENT))
    assert counted == (Money(4_200_000 + fee_e6),) * 3
