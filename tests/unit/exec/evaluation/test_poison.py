from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import DataError, TornFile
from kalshi_alpha.exec.evaluation.poison import blanked_copy, poisoned_copy

CUT = datetime(2024, 1, 20, 12, tzinfo=UTC)


def poisoned(folder: Path, text: str, name: str = "own.csv") -> list[list[str]]:
    return altered(poisoned_copy, folder, text, name)


def blanked(folder: Path, text: str, name: str = "own.csv") -> list[list[str]]:
    return altered(blanked_copy, folder, text, name)


def altered(
    copy: Callable[[Path, Path, datetime], Path], folder: Path, text: str, name: str
) -> list[list[str]]:
    source = folder / name
    source.write_text(text)
    with copy(source, folder / "copies" / name, CUT).open(newline="") as file:
        return list(csv.reader(file))


def test_what_was_known_keeps_its_text_and_what_was_not_is_mirrored(tmp_path: Path) -> None:
    text = "date,value\n2024-01-18,1.50\n2024-01-19,.\n2024-01-22,4.00\n2024-01-23,\n2024-01-24,2\n"
    assert poisoned(tmp_path, text) == [
        ["date", "value"],
        ["2024-01-18", "1.50"],
        ["2024-01-19", "."],
        ["2024-01-22", "1.5"],
        ["2024-01-23", ""],
        ["2024-01-24", "3.5"],
    ]


def test_whole_numbers_stay_whole_and_are_mirrored_by_group(tmp_path: Path) -> None:
    text = "day,station,tmax\n2024-01-19,A,1\n2024-01-22,A,3\n2024-01-19,B,50\n2024-01-22,B,70\n"
    rows = poisoned(tmp_path, text)
    assert [row[2] for row in rows[1:]] == ["1", "1", "50", "50"]
    assert [row[1] for row in rows[1:]] == ["A", "A", "B", "B"]


def test_words_that_name_no_row_are_exchanged(tmp_path: Path) -> None:
    text = (
        "day,ticker,result\n2024-01-19,A,yes\n2024-01-22,A,no\n2024-01-19,B,no\n2024-01-22,B,yes\n"
    )
    assert [row[2] for row in poisoned(tmp_path, text)[1:]] == ["yes", "yes", "no", "no"]


def test_a_row_is_dated_by_the_latest_of_its_times(tmp_path: Path) -> None:
    text = (
        "month,said_at,value\n2024-01,2024-01-20T12:00:00Z,1\n2024-01,2024-01-20T12:00:01Z,2\n"
        "2024-02,2024-01-02T00:00:00Z,3\n"
    )
    assert [row[2] for row in poisoned(tmp_path, text)[1:]] == ["1", "4", "1"]


def test_a_file_with_dates_of_its_own_is_dated_by_them_whatever_is_asked_for(
    tmp_path: Path,
) -> None:
    """A week's claims come out on the Thursday after it."""
    text = "date,initial_claims_sa_persons\n2024-01-13,200000\n2024-01-20,210000\n"
    rows = poisoned(tmp_path, text, "ICSA.csv")
    assert [row[1] for row in rows[1:]] == ["200000", "200000"]


@pytest.mark.parametrize("text", ["name,value\nA,1\n", "", "name,value\n"])
def test_a_file_that_tells_no_time_is_copied_as_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "own.csv").write_text(text)
    copy = poisoned_copy(tmp_path / "own.csv", tmp_path / "copies/own.csv", CUT)
    assert copy.read_text() == text


def test_what_cannot_be_poisoned_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="no CSV file"):
        poisoned_copy(tmp_path / "own.parquet", tmp_path / "copy", CUT)
    (tmp_path / "torn.csv").write_text("a,b\n1\n2,3,4\n")
    with pytest.raises(TornFile):
        poisoned_copy(tmp_path / "torn.csv", tmp_path / "copy", CUT)


def test_what_came_later_is_not_there_at_all(tmp_path: Path) -> None:
    text = "date,value,word\n2024-01-18,1.50,a\n2024-01-19,,b\n2024-01-22,4.00,c\n2024-01-23,,\n"
    assert blanked(tmp_path, text) == [
        ["date", "value", "word"],
        ["2024-01-18", "1.50", "a"],
        ["2024-01-19", "", "b"],
    ]


def test_a_row_that_was_known_in_part_keeps_that_part(tmp_path: Path) -> None:
    """A consensus is gathered a week before the print."""
    text = (
        "release_date,measure,actual_first_print,consensus_forecast\n"
        "2024-01-18,a,1,1\n2024-01-18,b,1,1\n2024-01-25,a,2,2\n2024-02-01,a,3,3\n"
    )
    assert blanked(tmp_path, text, "consensus_vs_actual.csv")[1:] == [
        ["2024-01-18", "a", "1", "1"],
        ["2024-01-18", "b", "1", "1"],
        ["2024-01-25", "a", "", "2"],
    ]


def test_a_calendar_stays_and_days_that_happened_later_do_not(tmp_path: Path) -> None:
    calendar = "release,release_date\nCPI,2024-01-11\nCPI,2024-02-13\n"
    assert len(blanked(tmp_path, calendar, "release_calendar.csv")) == 3
    assert len(blanked(tmp_path, "date\n2024-01-18\n2024-02-13\n")) == 2
