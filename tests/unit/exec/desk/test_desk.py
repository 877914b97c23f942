"""The values that a desk is made of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.gates import Fault
from kalshi_alpha.core.types import Money
from kalshi_alpha.exec.desk.desk import BookSeen, CapUse, FileSeen

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("used", "limit", "share"),
    [(50, 200, 0.25), (200, 200, 1.0), (0, 0, 0.0), (1, 0, float("inf"))],
)
def test_the_share_of_a_cap(used: int, limit: int, share: float) -> None:
    assert CapUse("ladder", "E", "paper", Money(used), Money(limit)).share == share


def test_the_mid_of_a_book_needs_both_sides() -> None:
    book = BookSeen(4200, 4500, ((4200, 100),), ((5500, 100),), AT, "scan")
    assert book.mid == pytest.approx(0.435)
    assert BookSeen(None, 4500, (), ((5500, 100),), AT, "scan").mid is None


def test_a_file_in_order_has_no_fault() -> None:
    assert FileSeen("a", "a", None, "").state == "ok"
    assert FileSeen("a", "a", Fault.EXPIRED, "").state == "expired"


def test_a_file_that_is_there_and_says_nothing_is_lost() -> None:
    lost = {Fault.UNREADABLE, Fault.NEWER_SCHEMA, Fault.FUTURE_DATED}
    assert {fault for fault in Fault if FileSeen("a", "a", fault, "").lost} == lost
    assert not FileSeen("a", "a", None, "").lost
