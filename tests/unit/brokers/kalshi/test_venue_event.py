from __future__ import annotations

from pathlib import Path

from kalshi_alpha.brokers.kalshi.fixture_feed import FixtureFeed

FIXTURES = Path(__file__).parents[3] / "data_fixtures"


def test_an_event_names_its_series_and_when_its_books_stood() -> None:
    feed = FixtureFeed(FIXTURES)
    (event,) = feed.events("KXCPICORE")
    assert event.series_ticker == "KXCPICORE"
    assert event.title == "CPI core in November 2024"
    assert all(book.as_of == event.seen_at for book in event.books.values())
