from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kalshi_alpha.exec.doctor.disk import GB, disk_space, folders, inodes, logs
from kalshi_alpha.exec.doctor.finding import Status

DAY = date(2024, 12, 11)


@pytest.mark.parametrize(
    ("free", "status"),
    [
        (GB // 2 - 1, Status.FAIL),
        (GB // 2, Status.WARN),
        (2 * GB - 1, Status.WARN),
        (2 * GB, Status.OK),
    ],
)
def test_space_is_judged_by_what_is_free(free: int, status: Status) -> None:
    assert disk_space(free, 100 * GB).status is status


@pytest.mark.parametrize(
    ("free", "status"),
    [(1_999, Status.FAIL), (2_000, Status.WARN), (19_999, Status.WARN), (20_000, Status.OK)],
)
def test_names_are_judged_by_what_is_free(free: int, status: Status) -> None:
    assert inodes(free, 10**6).status is status


def test_a_file_system_that_counts_no_names_is_not_judged() -> None:
    assert inodes(0, 0).status is Status.NOT_APPLICABLE


def test_an_absent_folder_is_judged_by_the_one_it_would_be_made_in(tmp_path: Path) -> None:
    assert folders([tmp_path, tmp_path / "a" / "b"]).status is Status.OK
    (tmp_path / "a").write_text("")
    found = folders([tmp_path / "a" / "b", tmp_path / "a" / "c"])
    assert found.status is Status.FAIL
    assert found.found == f"{tmp_path / 'a'} is no folder"


def test_a_folder_that_may_not_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert folders([tmp_path]).found == f"{tmp_path} cannot be written"


def test_only_settled_days_count_against_the_limit() -> None:
    today = {date(2025, 1, 20): 90_000_000}
    assert logs(today, date(2025, 1, 1), 25_000_000).status is Status.OK
    assert logs({}, DAY, 1).found == "0.0 MB of payloads, frames, telemetry and logs"
    large = logs({DAY: 25_000_001, **today}, date(2025, 1, 1), 25_000_000)
    assert large.status is Status.WARN
    assert large.found.startswith("25.0 MB of 2024-12-11, and 25.0 MB are allowed")
    assert logs({DAY: 25_000_000}, date(2025, 1, 1), 25_000_000).status is Status.OK
