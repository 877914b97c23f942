from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk import REPOSITORY
from kalshi_alpha.exec.doctor.finding import Finding, Status
from kalshi_alpha.exec.doctor.timers import UNITS, timers

NOW = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


def installed(folder: Path, *on: str) -> Path:
    (folder / "timers.target.wants").mkdir(parents=True)
    for unit in UNITS:
        (folder / unit).write_text("")
    for unit in on:
        (folder / "timers.target.wants" / unit).symlink_to(folder / unit)
    return folder


def judged(folder: Path, age: timedelta | None = timedelta(minutes=5)) -> Finding:
    return timers(folder, (folder,), None if age is None else NOW - age, NOW)


def test_the_units_are_those_that_the_repository_ships() -> None:
    shipped = (REPOSITORY / "configs/systemd").glob("*.timer")
    assert sorted(UNITS) == sorted(path.name for path in shipped)


def test_without_systemd_or_units_there_is_nothing_to_judge(tmp_path: Path) -> None:
    assert judged(tmp_path / "absent").status is Status.NOT_APPLICABLE
    assert "no unit is installed" in judged(tmp_path).found


def test_a_unit_that_is_missing_or_off_is_named(tmp_path: Path) -> None:
    folder = installed(tmp_path / "units", *UNITS[1:])
    (folder / UNITS[1]).unlink()
    found = judged(folder)
    assert found.status is Status.WARN
    assert found.found == f"{UNITS[1]} is not installed; {UNITS[0]} is not switched on"


@pytest.mark.parametrize(
    ("age", "status"),
    [
        (timedelta(hours=2, minutes=15), Status.OK),
        (timedelta(hours=2, minutes=16), Status.WARN),
        (None, Status.WARN),
    ],
)
def test_the_sweep_must_be_in_time(tmp_path: Path, age: timedelta | None, status: Status) -> None:
    assert judged(installed(tmp_path / "units", *UNITS), age).status is status
