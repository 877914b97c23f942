from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.errors import IllegalEvent
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.journal_glance import Glance, glance

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
NONE_OWED = Money(0)
NONE, SOME, ALL = Contracts(0), Contracts.whole(4), Contracts.whole(10)


def intent(nonce: int = 0) -> OrderIntent:
    return OrderIntent(
        series="CPI",
        event_ticker="KXCPI-25MAY",
        ticker="KXCPI-25MAY-T0.3",
        side=Side.YES,
        price=Price.parse("0.3400"),
        contracts=ALL,
        expires_at=NOW + timedelta(hours=1),
        decided_at=NOW,
        nonce=nonce,
    )


def intended(nonce: int = 0) -> ev.Intended:
    order = intent(nonce)
    return ev.Intended(at=NOW, client_order_id=order.client_order_id, intent=order)


def filled(key: str, trade_id: str, contracts: Contracts) -> ev.Filled:
    return ev.Filled(
        at=NOW,
        client_order_id=key,
        trade_id=trade_id,
        order_id=f"o-{key}",
        side=Side.YES,
        price=Price.parse("0.3400"),
        contracts=contracts,
        fee=Money(0),
        is_taker=False,
        filled_at=NOW,
    )


def seen(key: str, status: ev.VenueStatus, remaining: Contracts) -> ev.Seen:
    return ev.Seen(
        at=NOW,
        client_order_id=key,
        order_id=f"o-{key}",
        status=status,
        filled=NONE,
        remaining=remaining,
    )


def accepted(key: str, remaining: Contracts) -> ev.Accepted:
    return ev.Accepted(
        at=NOW, client_order_id=key, order_id=f"o-{key}", filled=NONE, remaining=remaining
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Paths(tmp_path).order_journal


def write(path: Path, events: list[ev.OrderEvent]) -> None:
    with OrderJournal(path) as journal:
        journal.append(events)


def test_no_journal_is_nothing_that_rests(path: Path) -> None:
    found = glance(path)
    assert not found.exists
    assert not found.may_rest
    assert found.to_text() == "no order journal"


def test_orders_count_until_they_are_proven_to_have_ended(path: Path) -> None:
    keys = [intent(n).client_order_id for n in range(7)]
    write(
        path,
        [
            *(intended(n) for n in range(7)),
            accepted(keys[0], ALL),
            accepted(keys[1], ALL),
            ev.Cancelled(at=NOW, client_order_id=keys[1], removed=ALL),
            ev.Lost(at=NOW, client_order_id=keys[2], why="reset"),
            ev.Rejected(at=NOW, client_order_id=keys[3], status=400, code="invalid_order"),
            accepted(keys[4], ALL),
            filled(keys[4], "t-1", SOME),
            filled(keys[4], "t-1", SOME),
            filled(keys[4], "t-2", Contracts.whole(6)),
            accepted(keys[5], ALL),
            seen(keys[5], ev.VenueStatus.CANCELED, NONE),
            seen(keys[5], ev.VenueStatus.RESTING, ALL),
            ev.Reconciled(at=NOW, breaks=0),
        ],
    )
    assert glance(path) == Glance(resting=(keys[0],), unknown=(keys[2], keys[6]))
    assert glance(path).to_text() == "1 resting, 2 unknown"


def second(key: str, number: int = 2) -> ev.SurplusFound:
    return ev.SurplusFound(
        at=NOW,
        client_order_id=key,
        order_id=f"venue-{number}",
        ticker="KXCPI-25MAY-T0.3",
        side=Side.YES,
        price=Price.parse("0.3400"),
        contracts=ALL,
        fee_max=NONE_OWED,
    )


def second_over(key: str, number: int = 2) -> ev.SurplusOver:
    return ev.SurplusOver(at=NOW, client_order_id=key, order_id=f"venue-{number}", filled=NONE)


def test_a_second_order_rests_until_it_is_proven_to_be_over(path: Path) -> None:
    (key,) = [intent().client_order_id]
    gone = ev.Cancelled(at=NOW, client_order_id=key, removed=ALL)
    write(path, [intended(), accepted(key, ALL), second(key), gone])
    assert glance(path) == Glance(resting=("venue-2",))
    assert glance(path).may_rest
    write(path, [second_over(key)])
    assert not glance(path).may_rest


def test_a_glance_tells_whose_orders_these_are(path: Path) -> None:
    with OrderJournal(path, "demo") as journal:
        journal.append([intended()])
    assert glance(path).account == "demo"


def test_a_journal_that_another_process_writes_can_be_read(path: Path) -> None:
    with OrderJournal(path) as journal:
        journal.append([intended()])
        assert len(glance(path).unknown) == 1


def test_a_locked_journal_is_doubt_and_does_not_wait_for_long(path: Path) -> None:
    write(path, [intended()])
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA locking_mode=EXCLUSIVE")
    writer.execute("BEGIN EXCLUSIVE")
    found = glance(path)
    writer.close()
    assert found.may_rest
    assert "locked" in found.problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty, as no journal ever is"),
        (b"torn" * 500, "not a database"),
        (b"SQLite format 3\x00" + b"\x00" * 500, "unreadable"),
    ],
)
def test_a_torn_journal_is_doubt_that_is_named(path: Path, content: bytes, problem: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    found = glance(path)
    assert found.may_rest
    assert found.problem
    assert problem in found.to_text()
    with pytest.raises(TornFile):
        OrderJournal(path)


def test_a_log_without_its_journal_is_doubt_as_it_is_for_the_journal(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.with_name(path.name + "-wal").write_bytes(b"frames")
    assert "is gone, and its log is not" in glance(path).problem
    with pytest.raises(TornFile):
        OrderJournal(path)


@pytest.mark.parametrize("body", ["{", "[]", '{"client_order_id": "x"}', "null", "3"])
def test_an_event_that_cannot_be_read_is_doubt(path: Path, body: str) -> None:
    write(path, [intended()])
    database = sqlite3.connect(path)
    database.execute("INSERT INTO events (seq, body) VALUES (2, ?)", (body,))
    database.commit()
    database.close()
    assert "an event cannot be read" in glance(path).problem


def test_a_link_that_leads_nowhere_is_doubt(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to("unmounted")
    assert glance(path).problem


def test_a_glance_needs_the_standard_library_only(path: Path) -> None:
    write(path, [intended()])
    code = (
        "import sys, pathlib; from kalshi_alpha.exec.journal_glance import glance\n"
        "assert glance(pathlib.Path(sys.argv[1])).may_rest\n"
        "print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    foreign = set(run.stdout.split()) - sys.stdlib_module_names - {"sitecustomize", "kalshi_alpha"}
    assert {name for name in foreign if not name.startswith("_")} == set()


KEYS = [intent(n).client_order_id for n in range(2)]
news = st.sampled_from(KEYS).flatmap(
    lambda key: st.sampled_from(
        [
            ev.Withheld(at=NOW, client_order_id=key, why="x"),
            accepted(key, ALL),
            accepted(key, SOME),
            accepted(key, NONE),
            ev.Rejected(at=NOW, client_order_id=key, status=400, code="x"),
            ev.Lost(at=NOW, client_order_id=key, why="x"),
            ev.Absent(at=NOW, client_order_id=key),
            ev.CancelSent(at=NOW, client_order_id=key),
            ev.Cancelled(at=NOW, client_order_id=key, removed=SOME),
            *(seen(key, status, count) for status in ev.VenueStatus for count in (NONE, SOME)),
            *(second(key, number) for number in (2, 3)),
            *(second_over(key, number) for number in (2, 3)),
            *(filled(key, trade, count) for trade in ("t-1", "t-2") for count in (SOME, ALL)),
        ]
    )
)


@given(st.lists(news, max_size=10))
def test_no_order_that_may_trade_is_ever_missed(
    tmp_path_factory: pytest.TempPathFactory, events: list[ev.OrderEvent]
) -> None:
    blotter = Blotter([intended(0), intended(1)])
    taken: list[ev.OrderEvent] = [intended(0), intended(1)]
    for event in events:
        try:
            blotter.apply(event)
        except IllegalEvent:
            continue
        taken.append(event)
    found = _glance_at(tmp_path_factory.getbasetemp() / "journal", taken)
    live = {key for key, order in blotter.orders.items() if order.state.may_trade}
    assert live <= {*found.resting, *found.unknown}
    resting = {k for k, order in blotter.orders.items() if order.state is OrderState.RESTING}
    resting |= {each.order_id for each in blotter.surplus.open()}
    assert resting <= set(found.resting)


def _glance_at(path: Path, events: list[ev.OrderEvent]) -> Glance:
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    rows = [(ev.encode(event).decode(),) for event in events]
    database.executemany("INSERT INTO events (body) VALUES (?)", rows)
    database.commit()
    database.close()
    return glance(path)
