"""Orders and fills of the journal, and the papers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import order_cases as cases
from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.core.errors import MissingData, TornFile
from kalshi_alpha.core.fees import FeeTerms, FeeType
from kalshi_alpha.core.ledger.paper_orders import OpenPaperOrder
from kalshi_alpha.core.orders.events import OrderEvent
from kalshi_alpha.core.types import Contracts
from kalshi_alpha.exec.desk.orders import JournalTail, journal_files, paper_orders_seen


def journal(path: Path, events: Iterable[OrderEvent]) -> Path:
    with OrderJournal(path, "demo") as written:
        written.append(events)
    return path


def test_what_rests_and_what_filled_is_read_from_the_journal(tmp_path: Path) -> None:
    events: list[OrderEvent] = [cases.intended(), cases.accepted(), cases.filled(300)]
    found = JournalTail(journal(tmp_path / "orders.sqlite", events)).read()
    assert (found.account, found.events) == ("demo", 3)
    (order,) = found.orders
    assert (order.source, order.state, order.ticker) == ("journal", "resting", cases.MARKET)
    assert (order.filled, order.open) == (Contracts(300), Contracts(700))
    assert order.at_risk.e6 == 4200 * 700
    (fill,) = found.fills
    assert (fill.contracts, fill.ticker) == (Contracts(300), cases.MARKET)
    assert found.blotter.at_risk.e6 > order.at_risk.e6


def test_no_journal_is_missing_and_one_that_contradicts_itself_is_torn(tmp_path: Path) -> None:
    with pytest.raises(MissingData):
        JournalTail(tmp_path / "orders.sqlite")
    with pytest.raises(TornFile, match="was intended before"):
        JournalTail(journal(tmp_path / "twice", [cases.intended(), cases.intended()])).read()


def test_a_journal_that_grows_is_read_from_where_it_was_left(tmp_path: Path) -> None:
    path = journal(tmp_path / "orders.sqlite", [cases.intended()])
    tail = JournalTail(path)
    assert [each.state for each in tail.read().orders] == ["in_flight"]
    journal(path, [cases.accepted()])
    assert [each.state for each in tail.read().orders] == ["resting"]
    journal(path, [cases.filled(1000)])
    found = tail.read()
    assert (found.events, found.orders, len(found.fills)) == (3, (), 1)
    assert tail.read() == found


def test_an_append_changes_one_of_the_journals_files(tmp_path: Path) -> None:
    path = journal(tmp_path / "orders.sqlite", [cases.intended()])
    assert journal_files(path) == (path, tmp_path / "orders.sqlite-wal")


def test_a_paper_order_rests_until_its_end_and_is_then_due() -> None:
    fees = FeeTerms(FeeType.QUADRATIC, Decimal(1))
    paper = OpenPaperOrder(
        intent=cases.intent(), ahead=Contracts(0), fees=fees, balance_step_e6=100
    )
    (before,) = paper_orders_seen([paper], cases.later(599))
    (after,) = paper_orders_seen([paper], paper.intent.expires_at + timedelta(seconds=1))
    assert (before.state, after.state) == ("resting", "due")
    assert before.at_risk.e6 == 4200 * 1000
    assert before.source == "paper"
