from __future__ import annotations

import errno
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.daily_lines import DailyLines

DAY, NEXT = date(2025, 6, 11), date(2025, 6, 12)


@pytest.fixture
def path_of(tmp_path: Path) -> Callable[[date], Path]:
    return lambda day: tmp_path / f"{day:%Y/%m/%d}" / "lines.jsonl"


def test_lines_go_whole_into_the_file_of_their_day(path_of: Callable[[date], Path]) -> None:
    lines = DailyLines(path_of)
    for day, line in ((DAY, b"one"), (DAY, b"two"), (NEXT, b"three"), (DAY, b"late")):
        lines.append(day, line)
    lines.close()
    assert path_of(DAY).read_bytes() == b"one\ntwo\nlate\n"
    assert path_of(NEXT).read_bytes() == b"three\n"


def test_a_line_is_in_the_file_as_soon_as_it_was_appended(path_of: Callable[[date], Path]) -> None:
    lines = DailyLines(path_of)
    lines.append(DAY, b"one")
    assert path_of(DAY).read_bytes() == b"one\n"
    assert lines.unsynced == 1
    lines.close()


def test_syncs_come_in_groups(
    path_of: Callable[[date], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    lines = DailyLines(path_of, group=4)
    lines.append(DAY, b"0")
    monkeypatch.setattr(os, "fsync", synced.append)
    for number in range(1, 10):
        lines.append(DAY, str(number).encode())
    assert len(synced) == 2
    assert lines.unsynced == 2
    lines.close()
    assert len(synced) == 3


def test_a_line_that_was_torn_stays_alone(path_of: Callable[[date], Path]) -> None:
    path_of(DAY).parent.mkdir(parents=True)
    path_of(DAY).write_bytes(b'whole\n{"cut": ')
    lines = DailyLines(path_of)
    lines.append(DAY, b"next")
    lines.close()
    assert path_of(DAY).read_bytes() == b'whole\n{"cut": \nnext\n'


def test_a_line_that_a_full_disk_cut_is_an_error_and_stays_alone(
    path_of: Callable[[date], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = DailyLines(path_of)
    write = os.write
    monkeypatch.setattr(os, "write", lambda where, data: write(where, data[:3]))
    with pytest.raises(OSError, match="in part") as full:
        lines.append(DAY, b"a long line")
    assert full.value.errno == errno.ENOSPC
    monkeypatch.setattr(os, "write", write)
    lines.append(DAY, b"next")
    lines.close()
    assert path_of(DAY).read_bytes() == b"a l\nnext\n"


@pytest.mark.parametrize("line", [b"a\nb", b"a\r"])
def test_a_line_break_inside_a_line_is_refused(
    path_of: Callable[[date], Path], line: bytes
) -> None:
    with pytest.raises(BadParameter, match="line break"):
        DailyLines(path_of).append(DAY, line)
    assert not path_of(DAY).exists()


def test_a_file_that_was_removed_is_begun_again(path_of: Callable[[date], Path]) -> None:
    lines = DailyLines(path_of)
    lines.append(DAY, b"one")
    path_of(DAY).unlink()
    lines.sync()
    lines.append(DAY, b"two")
    lines.close()
    assert path_of(DAY).read_bytes() == b"two\n"


def test_many_writers_never_mix_their_lines(path_of: Callable[[date], Path]) -> None:
    def write(writer: int) -> None:
        lines = DailyLines(path_of, group=0)
        for number in range(50):
            lines.append(DAY, f"{writer}:{number}:".encode() + b"x" * 5000)
        lines.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    # An empty line is what opening the file in the middle of another's write leaves.
    found = sorted(filter(None, path_of(DAY).read_bytes().split(b"\n")))
    assert found == sorted(
        f"{writer}:{number}:".encode() + b"x" * 5000 for writer in range(4) for number in range(50)
    )


def test_a_descriptor_is_lent_only_while_something_waits(path_of: Callable[[date], Path]) -> None:
    lines = DailyLines(path_of)
    assert lines.borrow() is None
    lines.append(DAY, b"one")
    descriptor = lines.borrow()
    assert descriptor is not None
    os.close(descriptor)
    assert lines.borrow() is None
    lines.append(DAY, b"two")
    lines.close()
    assert lines.borrow() is None
