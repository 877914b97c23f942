"""The reference scenario: the morning of 11 June 2025, two hours before the CPI of May."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.datastore.ingest import ingest, installed_drivers
from kalshi_alpha.datastore.manifest import Manifest
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.strategies.cpi.calibrate import CpiCalibration, fit
from kalshi_alpha.strategies.strategy import Row

FIXTURES = Path(__file__).parents[3] / "fixtures"
CLOCK = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
FEEDS = ("macro_calendar", "bls_cpi", "cleveland_nowcast", "aaa_gas")


@pytest.fixture(scope="session")
def history() -> list[Row]:
    rows: list[Row] = json.loads((FIXTURES / "cpi" / "history.json").read_text())["history"]
    return rows


@pytest.fixture(scope="session")
def calibration(history: list[Row]) -> CpiCalibration:
    return fit(history, CLOCK)


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ingested")
    drivers = [driver for name, driver in installed_drivers().items() if name in FEEDS]
    summaries = ingest(drivers, Manifest(FIXTURES).payloads(CLOCK), FeedStore(Paths(root)), CLOCK)
    assert all(summary.ok for summary in summaries)
    return root


@pytest.fixture(scope="session")
def tables(ingested: Path) -> dict[str, list[Row]]:
    """Every feed's rows as they were known at the clock."""
    store = FeedStore(Paths(ingested))
    return {feed: [*store.rows(feed, CLOCK)] for feed in FEEDS}
