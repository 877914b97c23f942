"""Figures as the page shows them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.web.dashboard import shown

AT = datetime(2024, 12, 11, 11, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("e6", "signed", "text"),
    [
        (1_234_567_890, False, "1,234.57"),
        (-500_000, False, "−0.50"),
        (500_000, True, "+0.50"),
        (0, True, "0.00"),
    ],
)
def test_dollars(e6: int, *, signed: bool, text: str) -> None:
    assert shown.usd(Money(e6), signed=signed) == text


def test_dollars_without_cents_and_none_at_all() -> None:
    assert shown.usd(Money(2_500_000_000), cents=False) == "2,500"
    assert shown.usd(None) == shown.cents(None) == shown.edge(None) == shown.percent(None) == "–"


def test_prices_edges_and_probabilities() -> None:
    assert (shown.cents(4250), shown.cents(9910), shown.percent(0.2806)) == ("42.5", "99.1", "28.1")
    assert (shown.edge(0.0095), shown.edge(-0.1532)) == ("+0.95", "−15.32")


def test_counts_and_figures() -> None:
    assert shown.count(Contracts.whole(1100)) == "1,100"
    assert shown.count(53_982) == "539.82"
    assert shown.count(None) == shown.figure(None) == "–"
    assert shown.figure(-2.0) == "−2"


def test_times_are_new_yorks() -> None:
    assert (shown.clock(AT), shown.iso(AT)) == ("2024-12-11 06:30:05", "2024-12-11T11:30:05Z")
    assert shown.clock(None) == "–"


@pytest.mark.parametrize(("share", "text"), [(0.25, "25.00"), (3.0, "100.00"), (None, "0")])
def test_a_length_stays_within_its_track(share: float | None, text: str) -> None:
    assert shown.place(share) == text


def test_a_word_is_not_said_twice() -> None:
    assert shown.beside("drawdown: missing", "drawdown") == "missing"
    assert shown.beside("monitors: missing", "monitors_missing") == "monitors: missing"
