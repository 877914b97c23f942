"""The reference afternoon: 12 December 2024, 14:45 in New York."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.ingest import ingest
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.drivers.macro_calendar import DRIVER as CALENDAR
from kalshi_alpha.drivers.ten_year_quote import DRIVER as QUOTE
from kalshi_alpha.drivers.treasury_yields import DRIVER as YIELDS
from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.teny.calibrate import TenyCalibration, fit

FIXTURES = Path(__file__).parents[3] / "fixtures"
CLOCK = datetime(2024, 12, 12, 19, 45, tzinfo=UTC)
FEEDS = ("treasury_yields", "ten_year_quote", "macro_calendar")
RECEIVED = {
    "macro_calendar/bls.ics": datetime(2024, 12, 1, 12, 0, tzinfo=UTC),
    "treasury_yields/2024-11.xml": datetime(2024, 12, 1, 12, 0, tzinfo=UTC),
    "treasury_yields/2024-12-11.xml": datetime(2024, 12, 11, 22, 10, tzinfo=UTC),
    "ten_year_quote/2024-12-12.json": datetime(2024, 12, 12, 19, 44, 45, tzinfo=UTC),
    "treasury_yields/2024-12-12.xml": datetime(2024, 12, 12, 22, 10, tzinfo=UTC),
}


@pytest.fixture(scope="session")
def history() -> list[Row]:
    rows: list[Row] = json.loads((FIXTURES / "teny" / "history.json").read_text())["history"]
    return rows


@pytest.fixture(scope="session")
def calibration(history: list[Row]) -> TenyCalibration:
    return fit(history, CLOCK)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> FeedStore:
    store = FeedStore(Paths(tmp_path_factory.mktemp("teny")))
    payloads = [
        Payload(name.partition("/")[0], (FIXTURES / name).read_bytes(), at, name)
        for name, at in RECEIVED.items()
    ]
    late = max(RECEIVED.values())
    assert all(each.ok for each in ingest([CALENDAR, QUOTE, YIELDS], payloads, store, late))
    return store


@pytest.fixture(scope="session")
def tables(store: FeedStore) -> dict[str, list[Row]]:
    """Every feed's rows as they were known at the clock."""
    return {feed: [*store.rows(feed, CLOCK)] for feed in FEEDS}
