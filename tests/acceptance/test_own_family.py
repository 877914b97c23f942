"""A family in a package of its own: built, installed, found, and judged by the same gate."""

from __future__ import annotations

import importlib
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hatchling.build
import pytest

from desk import REPOSITORY, Desk
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.schedule import SeriesState
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.desk.look import look_at_desk
from kalshi_alpha.exec.monitors import cli as monitors
from kalshi_alpha.exec.reports import ramp
from kalshi_alpha.exec.runners import pilot

EXAMPLE = REPOSITORY / "examples/gas_strategy"
AT = datetime(2024, 12, 11, 20, tzinfo=UTC)
STAMP = "2024-12-11T200000Z"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(EXAMPLE)
        return folder / hatchling.build.build_wheel(str(folder))


@pytest.fixture
def gas(desk: Desk, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk on whose machine the package is installed and whose root has its configuration."""
    site = desk.root.parent / "site"
    zipfile.ZipFile(wheel).extractall(site)
    monkeypatch.syspath_prepend(str(site))
    folder = desk.root / "configs/families.d"
    folder.mkdir()
    (folder / "gas.yaml").write_bytes((EXAMPLE / "gas.yaml").read_bytes())
    desk.venue = EXAMPLE / "fixtures"
    yield desk
    sys.modules.pop("gas_strategy", None)
    importlib.invalidate_caches()


def test_the_module_is_shorter_than_fifty_lines() -> None:
    text = (EXAMPLE / "gas_strategy/__init__.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 50


def test_it_is_scanned_as_any_other_family_is(gas: Desk) -> None:
    done = gas.scan("--report", "--paper-ledger", series="GAS")
    assert done.code == 0, done.err
    assert done.out.startswith("GAS OFFLINE 2024-12-11T20:00:00Z: GO\n")
    document = gas.proposals("GAS", STAMP)
    assert {each["risk_unit"] for each in document["proposals"]} == {"GAS:2024-12-12"}
    assert len(document["proposals"]) + len(document["not_proposed"]) == 17
    [forecast] = document["forecasts"]
    assert (forecast["quantity"], forecast["period"]) == ("gas_regular", "2024-12-12")
    report = (gas.root / "reports/GAS/2024-12-11/REPORT.md").read_text(encoding="utf-8")
    assert "below those of the same step again" in report
    assert "configs/families.d/gas.yaml" in report


@pytest.mark.parametrize(
    ("flip", "reason"),
    [
        ("kill", "kill_switch"),
        ("feed", "STALE_FEEDS"),
        ("night", "freeze_window"),
        ("skill", "low_crps_advantage"),
    ],
)
def test_the_same_gate_refuses_it(gas: Desk, flip: str, reason: str) -> None:
    flags: list[str] = []
    if flip == "kill":
        switch = gas.root / "data/proc/state/kill_switch"
        switch.parent.mkdir(parents=True)
        switch.touch()
    elif flip == "feed":
        gas.drop_payloads("aaa_gas", "aaa_gas/2024-12-08")
    elif flip == "night":
        flags = ["--as-of", "2024-12-12T05:30:00Z"]
    else:
        gas.edit(gas.root / "configs/families.d/gas.yaml", "crps: 0.02", "crps: 0.06")
    done = gas.scan(*flags, series="GAS")
    assert done.code == 3, done.err
    assert reason in done.out.splitlines()[0]


def test_without_the_package_the_family_is_not_built(
    gas: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", sys.path[1:])
    done = gas.scan(series="GAS")
    assert done.code == 1
    assert "no installed package offers gas" in done.err


def test_without_its_configuration_the_family_is_unknown(gas: Desk) -> None:
    (gas.root / "configs/families.d/gas.yaml").unlink()
    done = gas.scan(series="GAS")
    assert done.code == 2
    assert "unknown series 'GAS'" in done.err


def test_it_has_no_road_to_money_until_the_ramp_declares_it(gas: Desk) -> None:
    assert gas.scan(series="GAS").code == 0
    done = gas.run(ramp.main, "--series", "GAS", "--as-of", "2024-12-11T20:00:00Z")
    assert done.code == 3
    assert "GAS: not declared in configs/ramp.yaml, so no evidence counts for it" in done.out
    fixtures = ("--fixtures-root", str(REPOSITORY / "tests/data_fixtures"))
    practice = ("--env", "sim", "--pilot-config", str(gas.root / "configs/pilot.yaml"), *fixtures)
    refused = gas.run(pilot.main, "--series", "GAS", *practice)
    assert refused.code == 2
    assert "does not allow GAS" in refused.err


def test_monitors_and_the_desk_know_its_schedule(gas: Desk) -> None:
    assert gas.scan(series="GAS").code == 0
    done = gas.run(monitors.main, "--as-of", "2024-12-11T20:00:00Z")
    assert "GAS" not in done.err
    seen = look_at_desk(Paths(gas.root), RunClock(AT, ClockSource.SET))
    [found] = [each for each in seen.series if each.family == "GAS"]
    assert found.state == SeriesState.WINDOW
