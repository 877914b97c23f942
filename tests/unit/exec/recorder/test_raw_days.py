from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.datastore.market.zstd_lines import LineWriter
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.recorder.lines import frame_line
from kalshi_alpha.exec.recorder.raw_days import SEAL_NAME, DayReader, RawDays, RecorderBusy

NOON = datetime(2025, 1, 10, 12, tzinfo=UTC)


@pytest.fixture
def days(tmp_path: Path) -> RawDays:
    return RawDays.of(Paths(tmp_path), "sim", "WEATHER")


def write(days: RawDays, at: datetime, *lines: bytes) -> Path:
    path = days.new_file(at)
    with LineWriter(path) as writer:
        for line in lines:
            writer.add(line)
    return path


def test_files_lie_by_venue_name_and_utc_day(days: RawDays, tmp_path: Path) -> None:
    path = write(days, NOON, b"{}")
    assert path.relative_to(tmp_path).as_posix() == (
        "data/raw/kalshi/stream/sim/WEATHER/2025/01/10/120000000000Z.ndjson.zst"
    )
    write(days, datetime(2024, 12, 31, 23, tzinfo=UTC), b"{}")
    assert days.days() == [date(2024, 12, 31), date(2025, 1, 10)]
    assert days.files(NOON.date()) == [path]


@pytest.mark.parametrize("name", ["2025/01/10.bak", "2025/13/01", "20250/1/1", "old/01/10"])
def test_a_folder_that_names_no_day_is_left_alone(days: RawDays, name: str) -> None:
    path = write(days, NOON, b"{}")
    (days.folder / name).mkdir(parents=True)
    (days.folder / name / path.name).write_bytes(path.read_bytes())
    assert days.days() == [NOON.date()]


def test_a_day_is_read_over_its_files_with_what_is_torn(days: RawDays) -> None:
    write(days, NOON, frame_line(1, b"{}"), frame_line(2, b"{"))
    second = write(days, NOON.replace(hour=13), frame_line(3, b"{}"))
    second.write_bytes(second.read_bytes() + b"\x28\xb5\x2f\xfd")
    reader = DayReader(days.files(NOON.date()))
    assert [None if line is None else line.at_us for line in reader] == [1, None, 3]
    assert reader.unreadable == 1
    assert [(file.lines, file.torn_bytes) for file in reader.files] == [(2, 0), (1, 4)]
    assert reader.damages == [f"{days.files(NOON.date())[0].name}: line 2 cannot be read"]


def test_a_broken_frame_that_others_follow_is_named(days: RawDays) -> None:
    path = write(days, NOON, frame_line(1, b"{}"))
    first = path.read_bytes()
    path.write_bytes(first + first[:-1] + first)
    reader = DayReader(days.files(NOON.date()))
    assert len(list(reader)) == 1
    (said,) = reader.damages
    assert said.startswith(f"{path.name}: the frame at byte {len(first)} is damaged")
    assert said.endswith(f"a whole frame begins at byte {2 * len(first) - 1}")


def test_two_processes_do_not_record_the_same(days: RawDays) -> None:
    with days.held(), pytest.raises(RecorderBusy, match="stop it first"), days.held():
        pass
    with days.held():
        pass


def test_a_torn_seal_is_told_with_its_remedy(days: RawDays) -> None:
    write(days, NOON, b"{}")
    assert days.seal(NOON.date()) is None
    (days.day(NOON.date()) / SEAL_NAME).write_text("{")
    with pytest.raises(TornFile, match="seal the day again"):
        days.seal(NOON.date())
