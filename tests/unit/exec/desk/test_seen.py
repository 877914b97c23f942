"""What became of a file is said by name, and not raised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import DataError, FutureData, MissingData, NewerSchema, TornFile
from kalshi_alpha.core.gates import Fault
from kalshi_alpha.exec.desk.seen import Looking, must_exist

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
ROOT = Path("/desk")


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (MissingData("/desk/a.json is not there"), Fault.MISSING),
        (TornFile("/desk/a.json: torn"), Fault.UNREADABLE),
        (FutureData("/desk/a.json: of later"), Fault.FUTURE_DATED),
        (NewerSchema("/desk/a.json: schema 9"), Fault.NEWER_SCHEMA),
    ],
)
def test_what_a_reader_refuses_is_noted_by_its_fault(error: DataError, fault: Fault) -> None:
    looking = Looking(ROOT, AT)

    def read() -> str:
        raise error

    assert looking.read("a", ROOT / "a.json", read) is None
    (seen,) = looking.files
    assert (seen.name, seen.path, seen.fault) == ("a", "a.json", fault)
    assert seen.detail.startswith("a.json")
    assert seen.state == fault.value


def test_a_file_that_is_too_old_is_returned_and_noted() -> None:
    looking = Looking(ROOT, AT)
    made_at = AT - timedelta(hours=3)
    found = looking.read(
        "a", ROOT / "a", lambda: "x", made_at=lambda _: made_at, max_age=timedelta(hours=2)
    )
    assert found == "x"
    assert looking.files[0].fault is Fault.EXPIRED
    assert looking.files[0].age_s == 3 * 3600


def test_a_file_of_after_the_clock_is_not_believed() -> None:
    looking = Looking(ROOT, AT)
    late = AT + timedelta(minutes=1)
    assert looking.read("a", ROOT / "a", lambda: "x", made_at=lambda _: late) is None
    assert looking.files[0].fault is Fault.FUTURE_DATED


def test_a_file_that_is_in_order_says_so() -> None:
    looking = Looking(ROOT, AT)
    assert looking.read("a", Path("/elsewhere/a"), lambda: "x", said=lambda x: f"{x}!") == "x"
    (seen,) = looking.files
    assert (seen.state, seen.detail, seen.path) == ("ok", "x!", "/elsewhere/a")


def test_a_reader_that_takes_nothing_for_empty_is_told_of_it(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="is not there"):
        must_exist(tmp_path / "a", lambda: ())
    (tmp_path / "a").touch()
    assert must_exist(tmp_path / "a", lambda: 1) == 1
