from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import AT, REPOSITORY
from kalshi_alpha.brokers.kalshi.hosts import VenueHost, venue_host
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import MissingData, UsageError
from kalshi_alpha.exec import publishers
from kalshi_alpha.exec.forecasting import installed_strategy
from kalshi_alpha.exec.inputs import read_history
from kalshi_alpha.exec.online import Online
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.session.preparing import prepare_online
from kalshi_alpha.exec.session.request import PilotRequest
from kalshi_alpha.exec.wiring import Run, wire_venue
from shelved_feeds import Shelved
from sim_exchange import Clock

FIXTURES = REPOSITORY / "tests/data_fixtures"
SERVED = VenueHost(KalshiEnv.SIM, "http://127.0.0.1:1", "ws://127.0.0.1:1")


def wired(root: Path, env: KalshiEnv, clock: Clock, series: str = "KXCPI") -> Run:
    shutil.copytree(REPOSITORY / "configs", root / "configs", dirs_exist_ok=True)
    environ = {"KALSHI_ALPHA_HOME": str(root)}
    return wire_venue(
        series=series, env=env, clock=clock, practice_history=FIXTURES, environ=environ
    )


def prepared(run: Run, clock: Clock, host: VenueHost, series: str = "KXCPI") -> Any:
    environ: dict[str, str] = {}
    request = PilotRequest(
        series=series,
        env=host.env,
        pilot_config=REPOSITORY / "configs/pilot.yaml",
        fixtures_root=FIXTURES,
        driver_fixtures=None,
        seed=0,
        pace=1.0,
        options=ScanOptions(),
        as_json=False,
        quiet=False,
    )
    return prepare_online(Online(run, clock, host, environ), request)


@pytest.fixture
def clock() -> Clock:
    return Clock(AT + timedelta(minutes=1))


def test_practice_reads_the_exchanges_feeds_and_keeps_them_apart(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        publishers, "served_feeds", lambda _url, at, stations: Shelved(at, stations)
    )
    for _ in range(2):
        # A second session finds no trace of the first, even if its clock is earlier.
        run, ready = prepared(wired(tmp_path, KalshiEnv.SIM, clock), clock, SERVED)
        assert [each.feed for each in ready.known.feeds if not each.ok] == []
        clock.at -= timedelta(seconds=30)
    assert ready.inputs.events == {"KXCPI": ()}
    assert {payload.source for payload in ready.inputs.payloads} >= {"bls_cpi", "macro_calendar"}
    assert run.clock.at >= max(payload.retrieved_at for payload in ready.inputs.payloads)
    assert (tmp_path / "data/proc/practice/served/data/proc/cpi_calib.parquet").is_file()
    assert {path.name for path in (tmp_path / "data/proc").iterdir()} == {"practice"}
    assert not (tmp_path / "data/raw").exists()


def test_a_real_venue_needs_a_contact_and_a_calibration_and_no_fixture(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = venue_host(KalshiEnv.DEMO, {})
    run = wired(tmp_path, KalshiEnv.DEMO, clock)
    with pytest.raises(UsageError, match="KALSHI_ALPHA_CONTACT"):
        prepared(run, clock, host)
    monkeypatch.setattr(
        publishers, "feed_client", lambda _e, _p, stations: Shelved(clock, stations)
    )
    with pytest.raises(MissingData, match="cpi_calib"):
        prepared(run, clock, host)
    with pytest.raises(MissingData, match="is not there"):
        read_history(run, installed_strategy("CPI"))


def test_feeds_that_do_not_answer_are_named_and_stop_nothing_else(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        publishers, "served_feeds", lambda _url, at, stations: Shelved(at, stations)
    )
    monkeypatch.setattr(Shelved, "post", lambda *_a, **_k: b"{}")
    run = wired(tmp_path, KalshiEnv.SIM, clock)
    _, ready = prepared(replace(run, decided=frozenset()), clock, SERVED)
    assert {each.feed for each in ready.known.feeds if not each.ok} >= {"bls_cpi.latest_release"}


def test_the_ten_year_is_forecast_anew_from_the_quote_of_the_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        publishers, "served_feeds", lambda _url, at, stations: Shelved(at, stations, quoted=True)
    )
    clock = Clock(datetime(2024, 12, 12, 19, 45, tzinfo=UTC))
    run = wired(tmp_path, KalshiEnv.SIM, clock, series="TNEY")
    _, ready = prepared(run, clock, SERVED, series="TNEY")
    assert ready.renewal is not None
    clock.at += timedelta(seconds=90)
    found = ready.renewal()
    (quote,) = found.readings
    assert quote.ok(clock.now())
    assert not quote.ok(clock.now() + timedelta(seconds=61))
    assert found.forecasts
    _, cpi = prepared(wired(tmp_path, KalshiEnv.SIM, Clock(AT)), Clock(AT), SERVED)
    assert cpi.renewal is None
