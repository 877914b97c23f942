from __future__ import annotations

from pathlib import Path

import pytest

from desk import REPOSITORY
from kalshi_alpha.core.errors import ConfigError, NotBuilt, UsageError
from kalshi_alpha.core.gates import Action
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerMode
from kalshi_alpha.exec.wiring import DataMode, Run, data_mode, wire_offline

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
