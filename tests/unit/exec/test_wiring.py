from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from desk import REPOSITORY
from kalshi_alpha.brokers.kalshi.venue_clock import ExchangeClock, SystemClock
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ConfigError, MissingData, NotBuilt, UsageError
from kalshi_alpha.core.gates import Action
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerMode
from kalshi_alpha.exec.wiring import DataMode, Run, data_mode, wire_offline, wire_venue

FIXTURES = REPOSITORY / "tests/data_fixtures"


def wire(
    root: Path, series: str = "CPI", venue: Path = FIXTURES, drivers: Path | None = None
) -> Run:
    return wire_offline(
        series=series,
        scanner_fixtures=venue,
        driver_fixtures=drivers,
        as_of=None,
        environ={"KALSHI_ALPHA_HOME": str(root)},
    )


@pytest.mark.parametrize(("online", "offline"), [(True, True), (False, False)])
def test_exactly_one_data_mode_is_asked_for(online: bool, offline: bool) -> None:
    with pytest.raises(UsageError, match="exactly one"):
        data_mode(online=online, offline=offline)


def test_data_modes() -> None:
    assert data_mode(online=True, offline=False) is DataMode.ONLINE
    assert data_mode(online=False, offline=True) is DataMode.OFFLINE


def test_an_offline_run_reads_its_scenario_and_counts_as_offline(run: Run) -> None:
    assert f"{run.clock.at:%Y-%m-%dT%H:%MZ}" == "2024-12-11T11:30Z"
    assert run.clock.source is ClockSource.SET
    assert (run.family, run.action, run.data_mode) == ("CPI", Action.OFFLINE, DataMode.OFFLINE)
    assert (run.environment, run.ledger_mode) == ("offline", LedgerMode.OFFLINE)


def test_feed_fixtures_are_by_default_those_that_belong_to_the_venues(run: Run) -> None:
    found = wire(run.paths.root).driver_fixtures
    assert found.resolve() == REPOSITORY / "tests/fixtures"


def test_wiring_writes_nothing(run: Run) -> None:
    assert {path.name for path in run.paths.root.iterdir()} == {"configs"}


def test_a_family_without_a_model_is_not_built(run: Run) -> None:
    path = run.paths.config("series")
    rain = "families:\n  RAIN: {aliases: [RAIN], report: RAIN}\n"
    path.write_text(path.read_text().replace("families:\n", rain))
    with pytest.raises(NotBuilt, match="RAIN: not_built"):
        wire(run.paths.root, "rain")


def test_a_family_that_is_switched_off_says_so(run: Run) -> None:
    path = run.paths.config("series")
    path.write_text(path.read_text().replace("enabled: true", "enabled: false"))
    with pytest.raises(NotBuilt, match="TENY is switched off"):
        wire(run.paths.root, "TENY")


def test_fixtures_that_are_not_there_are_named(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=str(tmp_path / "none")):
        wire(run.paths.root, venue=tmp_path / "none")
    with pytest.raises(UsageError, match=r"manifest\.json"):
        wire(run.paths.root, drivers=tmp_path)


def test_torn_venue_fixtures_are_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(UsageError, match="cannot be used"):
        wire(run.paths.root, venue=tmp_path)


def test_a_root_without_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"pal_policy\.yaml"):
        wire(tmp_path)


def at_venue(root: Path, env: KalshiEnv, fixtures: Path = FIXTURES, **environ: str) -> Run:
    shutil.copytree(REPOSITORY / "configs", root / "configs", dirs_exist_ok=True)
    practised = env is KalshiEnv.SIM
    clock = ExchangeClock(timedelta(days=-700)) if practised else SystemClock()
    given = {"KALSHI_ALPHA_HOME": str(root), **environ}
    return wire_venue(series="CPI", env=env, clock=clock, practice_history=fixtures, environ=given)


@pytest.mark.parametrize(
    ("env", "mode", "action", "ledger", "source"),
    [
        (KalshiEnv.SIM, DataMode.SIM, Action.SIM, LedgerMode.SIM, ClockSource.SET),
        (KalshiEnv.DEMO, DataMode.ONLINE, Action.LIVE, LedgerMode.DEMO, ClockSource.SYSTEM),
        (KalshiEnv.PROD, DataMode.ONLINE, Action.LIVE, LedgerMode.LIVE, ClockSource.SYSTEM),
    ],
)
def test_a_run_at_a_venue_says_which_and_what_its_gate_asks(
    env: KalshiEnv,
    mode: DataMode,
    action: Action,
    ledger: LedgerMode,
    source: ClockSource,
    tmp_path: Path,
) -> None:
    run = at_venue(tmp_path, env)
    assert (run.data_mode, run.action, run.ledger_mode) == (mode, action, ledger)
    assert (run.environment, run.clock.source) == (env.value, source)


def test_online_there_are_no_fixtures_to_fall_back_on(tmp_path: Path) -> None:
    run = at_venue(tmp_path, KalshiEnv.DEMO, fixtures=tmp_path / "nowhere")
    assert not (run.driver_fixtures / "manifest.json").exists()
    with pytest.raises(MissingData, match="was not asked"):
        run.feed.trading_active()
    with pytest.raises(MissingData, match="KXCPI"):
        run.feed.events("KXCPI")
    assert run.feed.trades("KXCPI-24NOV") is None
    with pytest.raises(UsageError, match="no venue fixtures"):
        at_venue(tmp_path, KalshiEnv.SIM, fixtures=tmp_path / "nowhere")


@pytest.mark.parametrize("env", list(KalshiEnv))
def test_no_clock_is_set_at_a_venue(env: KalshiEnv, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="KALSHI_ALPHA_AS_OF"):
        at_venue(tmp_path, env, KALSHI_ALPHA_AS_OF="2024-12-11T11:30:00Z")
