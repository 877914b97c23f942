"""The reference scenario: the morning of 11 December 2024, two hours before the CPI of November."""

from __future__ import annotations

import json
import math
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.datastore.ingest import ingest, installed_drivers
from kalshi_alpha.datastore.manifest import Manifest
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.strategies.cpi.calibrate import CpiCalibration, fit
from kalshi_alpha.strategies.strategy import Row

FIXTURES = Path(__file__).parents[3] / "fixtures"
CLOCK = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
FEEDS = ("macro_calendar", "bls_cpi", "cleveland_nowcast", "aaa_gas", "eia_gas")


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


@pytest.fixture(scope="session")
def archive_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up history from January 2018 to June 2023, in the files' own columns."""
    folder = tmp_path_factory.mktemp("archive")
    for name, lines in _made_up().items():
        (folder / name).write_text("\n".join(lines) + "\n")
    return folder


def _made_up() -> dict[str, list[str]]:
    rng = np.random.default_rng(7)
    months = [date(2018 + i // 12, i % 12 + 1, 1) for i in range(66)]
    level, core, price = 250.0, 250.0, 2.5
    levels = {
        "CPIAUCNS.csv": ["date,index_1982_84_100"],
        "CPILFENS.csv": ["date,index_1982_84_100"],
    }
    shown: list[tuple[str, date, float]] = []
    files = {
        "release_calendar.csv": ["release,reference_month,release_date,release_time,source"],
        "consensus_vs_actual.csv": [
            "release_date,release_time_utc,measure,actual_first_print,consensus_forecast"
        ],
        "cleveland_nowcast_cpi_mom_changes.csv": ["target_month,asof_date,cpi_mom_nowcast_pct"],
        "cleveland_nowcast_yoy_daily_2013_2022.csv": ["target_month,asof_date,cpi_yoy_nowcast_pct"],
        "AAA_regular_gasoline_daily.csv": ["source_date,aaa_publication_date,usd_per_gallon"],
        "cpi_sa_vintages.csv": ["series,vintage_date,ref_month,index_1982_84_100"],
        "kalshi_cpi_mom_snapshots.csv": [
            "reference_month,horizon_days_nominal,snapshot_date,market_mean_pct,market_sd_pct"
        ],
    }
    yearly: dict[date, float] = {}
    for month in months:
        season = 0.1 * math.sin(month.month)
        core_pct, gas_pct = 0.2 + 0.1 * rng.standard_normal(), 4.0 * rng.standard_normal()
        pct = 0.965 * core_pct + 0.035 * gas_pct + 0.02 * rng.standard_normal()
        level, core = level * (1 + (pct + season) / 100), core * (1 + core_pct / 100)
        price *= 1 + gas_pct / 100
        yearly[month] = level
        levels["CPIAUCNS.csv"].append(f"{month},{level:.3f}")
        levels["CPILFENS.csv"].append(f"{month},{core:.3f}")
        adjusted = level * math.exp(
            -0.1 * sum(math.sin(k) for k in range(1, month.month + 1)) / 100
        )
        shown += [("CPIAUCSL", month, adjusted), ("CPILFESL", month, core)]
        after = (month + timedelta(days=32)).replace(day=12)
        files["release_calendar.csv"].append(f"CPI,{month:%Y-%m},{after},08:30,made up")
        year_ago = yearly.get(month.replace(year=month.year - 1))
        prints = {"cpi_mom_pct": pct, "core_cpi_mom_pct": core_pct}
        if year_ago is not None:
            prints["cpi_yoy_pct"] = 100 * (level / year_ago - 1)
            if month < date(2021, 6, 1):
                files["cleveland_nowcast_yoy_daily_2013_2022.csv"].append(
                    f"{month:%Y-%m},{month.replace(day=28)},"
                    f"{prints['cpi_yoy_pct'] + 0.1 * rng.standard_normal():.4f}"
                )
        files["consensus_vs_actual.csv"] += [
            f"{after},12:30,{name},{value:.1f}," for name, value in prints.items()
        ]
        if month >= date(2021, 6, 1):
            for day in (month.replace(day=3), month.replace(day=20), after.replace(day=5)):
                guess = pct + 0.1 * rng.standard_normal()
                files["cleveland_nowcast_cpi_mom_changes.csv"].append(
                    f"{month:%Y-%m},{day},{guess:.4f}"
                )
            files["kalshi_cpi_mom_snapshots.csv"] += [
                f"{month:%Y-%m},{lead},{after - timedelta(days=lead)},"
                f"{pct + 0.08 * rng.standard_normal():.4f},0.1"
                for lead in (30, 14, 7, 1)
            ]
        for n in range(monthrange(month.year, month.month)[1]):
            day = month + timedelta(days=n)
            files["AAA_regular_gasoline_daily.csv"].append(
                f"{day},{day + timedelta(days=1)},{price:.4f}"
            )
    for year in range(2019, 2024):
        vintage = date(year, 3, 12)
        files["cpi_sa_vintages.csv"] += [
            f"{series},{vintage},{month:%Y-%m},{value:.3f}"
            for series, month, value in shown
            if month < date(year, 3, 1)
        ]
    return files | levels
