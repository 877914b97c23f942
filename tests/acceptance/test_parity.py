"""One practice session three times: held live, replayed from its recording, and paper-traded.

What is shown. The session's code, given the replies and frames of the recording at their times,
asks the same, sends the same orders to the byte, and keeps the same journal. The orders, passed by
the recorded tape, get the same fills, fees and cash by the rule of a replay and by that of paper
orders. What the tape cannot know is our place in the queue once somebody ahead takes an order
back; the recording has the venue's answers about it, and without them fewer contracts are filled,
never more.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desk import Desk
from kalshi_alpha.brokers.journal import read_journal
from kalshi_alpha.core.fees import FeeSchedule
from kalshi_alpha.core.fees.rounding import DIRECT_STEP_E6
from kalshi_alpha.core.orders.events import Filled, Intended, OrderEvent
from kalshi_alpha.core.replay.own_orders import (
    OwnFill,
    Walk,
    closing_cash,
    own_fills,
    paper_walk,
    replayed_walk,
)
from kalshi_alpha.core.replay.tape import EventTape, Fidelity
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.parity.logged_practice import LoggedPractice
from kalshi_alpha.exec.parity.recorder import SessionRecorder, payouts, read_orders
from kalshi_alpha.exec.parity.wire_log import WireLog
from kalshi_alpha.exec.runners import pilot
from kalshi_alpha.exec.session import rehearsal
from kalshi_alpha.exec.session.practice import ACCOUNT, CASH, Practice, open_practice

SEED, SERIES, WHILE = 3, "KXCPI", ("--run-seconds", "1950")
Opener = Callable[..., Any]


@dataclass(frozen=True)
class Session:
    """A session as it was held: its report, its journal, its exchange, and its recording."""

    document: dict[str, Any]
    journal: tuple[OrderEvent, ...]
    practice: Practice
    recording: Path

    @property
    def tape(self) -> EventTape:
        store = MarketStore(self.recording)
        (ref,) = (ref for series in store.series() for ref in store.events(series))
        return store.load(ref)

    @property
    def fees(self) -> FeeSchedule:
        (terms,) = {each.fees for each in self.practice.world.listed}
        return FeeSchedule(((datetime(2024, 1, 1, tzinfo=UTC), terms),))


def hold(desk: Desk, opened: Opener) -> tuple[dict[str, Any], tuple[OrderEvent, ...]]:
    """Hold a practice session whose exchange is opened so; return its report and journal."""
    fixtures = ("--driver-fixtures", str(desk.drivers), "--fixtures-root", str(desk.venue))
    config = ("--pilot-config", str(desk.root / "configs" / "pilot.yaml"))
    flags = ("--series", SERIES, "--env", "sim", "--seed", str(SEED), "--json", *WHILE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rehearsal, "open_practice", opened)
        patch.setenv("KALSHI_ALPHA_HOME", str(desk.root))
        done = desk.run(pilot.main, *flags, *fixtures, *config)
    assert done.code == 0, done.err
    (path,) = (desk.root / "data/proc/practice").rglob("orders.sqlite")
    return done.document, tuple(read_journal(path))


LIVE: list[Session] = []


@pytest.fixture
def live(desk: Desk) -> Session:
    """The session as it was held, recorded; it is held once and then only read."""
    if not LIVE:
        root = desk.root.with_name("live")
        shutil.copytree(desk.root, root)
        log, recorders, practices = WireLog([], []), list[SessionRecorder](), list[Practice]()

        def opened(*given: Any) -> LoggedPractice:
            practices.append(open_practice(*given))
            recorders.append(SessionRecorder(practices[0].app, ACCOUNT))
            return LoggedPractice(practices[0], log, replays=False)

        document, journal = hold(replace(desk, root=root), opened)
        recorders[0].save(root / "recording", practices[0].world)
        log.save(root / "recording" / "wire.json")
        LIVE.append(Session(document, journal, practices[0], root / "recording"))
    return LIVE[0]


def test_the_session_decides_the_same_from_its_recording(live: Session, desk: Desk) -> None:
    log = WireLog.load(live.recording / "wire.json")
    replayed: list[LoggedPractice] = []

    def opened(*given: Any) -> LoggedPractice:
        replayed.append(LoggedPractice(open_practice(*given), log, replays=True))
        return replayed[0]

    document, journal = hold(desk, opened)
    assert journal == live.journal
    assert [each.unasked for each in replayed[0].wires] == [0]
    same = {"orders", "trades", "rounds", "solutions", "fees_usd", "cash_after_usd", "ended_at"}
    assert {key: document[key] for key in same} == {key: live.document[key] for key in same}


def as_live(session: Session) -> list[tuple[Any, ...]]:
    """The fills of the journal: order, millisecond, price of its side, contracts, fee."""
    found = [each for each in session.journal if isinstance(each, Filled)]
    assert not any(each.is_taker for each in found)
    return sorted(
        (
            round(each.filled_at.timestamp() * 1000),
            each.client_order_id,
            each.price.e4,
            each.contracts.e2,
            each.fee.e6,
        )
        for each in found
    )


def as_found(fills: tuple[OwnFill, ...]) -> list[tuple[Any, ...]]:
    return sorted(
        (f.at_us // 1000, f.client_order_id, f.price_e4, f.count_e2, f.fee_e6) for f in fills
    )


@pytest.mark.parametrize("walk", [replayed_walk, paper_walk])
def test_its_orders_get_the_same_fills_fees_and_cash_from_the_tape(
    live: Session, walk: Walk
) -> None:
    orders = read_orders(live.recording)
    fills = own_fills(live.tape, orders, live.fees, DIRECT_STEP_E6, walk=walk)
    assert as_found(fills) == as_live(live)
    fees_e6 = sum(each.fee_e6 for each in fills)
    cash_e6 = closing_cash(CASH.e6, fills, payouts(live.practice.world))
    assert Decimal(live.document["fees_usd"]) == Decimal(fees_e6).scaleb(-6)
    assert Decimal(live.document["cash_after_usd"]) == Decimal(cash_e6).scaleb(-6)


def test_the_golden_session_is_this_one(live: Session) -> None:
    intents = [each for each in live.journal if isinstance(each, Intended)]
    orders = read_orders(live.recording)
    assert live.tape.fidelity is Fidelity.DEPTH
    assert {each.client_order_id for each in orders} == {each.client_order_id for each in intents}
    assert len(orders) == 9
    intent_of = {each.client_order_id: each.intent for each in intents}
    contracts = Counter[str]()
    for _, name, price_e4, count_e2, _ in as_live(live):
        contracts[f"{intent_of[name].ticker} {intent_of[name].side.value} {price_e4}"] += count_e2
    assert contracts == {
        "KXCPI-24NOV-T0.1 no 500": 500,
        "KXCPI-24NOV-T0.2 no 3100": 500,
        "KXCPI-24NOV-T0.3 yes 1100": 500,
        "KXCPI-24NOV-T0.4 yes 100": 500,
    }
    assert live.document["fees_usd"] == "0.032500"
    assert live.document["cash_after_usd"] == "10002.567500"


@pytest.mark.parametrize("walk", [replayed_walk, paper_walk])
def test_without_the_venues_word_on_the_queue_less_is_filled_never_more(
    live: Session, walk: Walk
) -> None:
    orders = read_orders(live.recording)
    told = own_fills(live.tape, orders, live.fees, DIRECT_STEP_E6, walk=walk)
    shown = own_fills(live.tape, orders, live.fees, DIRECT_STEP_E6, walk=walk, with_places=False)
    filled, less = Counter[str](), Counter[str]()
    for fills, total in ((told, filled), (shown, less)):
        for each in fills:
            total[each.client_order_id] += each.count_e2
    assert all(less[name] <= filled[name] for name in less)
    assert (sum(less.values()), sum(filled.values())) == (500, 2000)


def test_one_fee_and_one_place_move_what_they_should_and_nothing_else(live: Session) -> None:
    orders = read_orders(live.recording)
    own = own_fills(live.tape, orders, live.fees, DIRECT_STEP_E6)
    ((since, terms),) = live.fees.entries
    assert terms is not None
    dearer = FeeSchedule(((since, replace(terms, multiplier=Decimal(2))),))
    charged = own_fills(live.tape, orders, dearer, DIRECT_STEP_E6)
    counts = [[(f.at_us, f.client_order_id, f.count_e2) for f in each] for each in (own, charged)]
    assert counts[0] == counts[1]
    assert sum(f.fee_e6 for f in charged) > sum(f.fee_e6 for f in own)
    last = replace(orders[-1], places=((orders[-1].from_us, 10**6),))
    behind = own_fills(live.tape, (*orders[:-1], last), live.fees, DIRECT_STEP_E6)
    assert behind == tuple(f for f in own if f.client_order_id != last.client_order_id)


def test_a_log_is_read_back_as_it_was_written(live: Session) -> None:
    log = WireLog.load(live.recording / "wire.json")
    assert len(log.streams) == 1
    assert all(each.answered_s is not None for each in log.calls)
    assert msgspec.json.decode(msgspec.json.encode(log), type=WireLog) == log
