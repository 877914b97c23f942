from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter, MissingData
from kalshi_alpha.datastore.history import History
from kalshi_alpha.exec.evaluation.lookahead import PoisonedHistory, lookahead_check
from kalshi_alpha.exec.forecasting import installed_strategy
from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.strategy import Strategy
from plugins import install_plugins, write_points

CUT = datetime(2024, 1, 20, 12, tzinfo=UTC)
COLUMNS = (("about_on", "date"), ("said_at", "time"), ("value", "float"))
KEY = ("about_on", "said_at")


@pytest.fixture
def points(tmp_path: Path) -> Path:
    return write_points(tmp_path / "history")


@pytest.fixture
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    install_plugins(tmp_path / "plugins", monkeypatch)
    return tmp_path


def test_a_clean_plug_in_passes(plugin: Path, points: Path) -> None:
    found = lookahead_check(installed_strategy("CLEAN"), [points], None, None)
    assert found.clean
    assert len(found.cuts) == 3
    assert found.compared > 60


def test_a_plug_in_that_reads_the_day_s_own_value_is_caught(plugin: Path, points: Path) -> None:
    found = lookahead_check(installed_strategy("LEAKING"), [points], None, None)
    assert not found.clean
    # Only the decision on the cut's own day lies before the value that it read.
    assert {leak.known_at for leak in found.leaks} == set(found.cuts)


def test_a_plug_in_that_reads_revised_values_is_caught(plugin: Path, points: Path) -> None:
    found = lookahead_check(installed_strategy("REVISED"), [points], None, None)
    assert len(found.leaks) > 3


def test_revisions_are_planted_where_the_history_has_none(plugin: Path, tmp_path: Path) -> None:
    bare = write_points(tmp_path / "bare", times=1)
    assert lookahead_check(installed_strategy("CLEAN"), [bare], None, None).clean
    assert lookahead_check(installed_strategy("REVISED"), [bare], None, None).leaks


def test_later_rows_are_absurd_and_earlier_ones_untouched(points: Path, scratch: Path) -> None:
    clean = History([points]).frame("points.csv", COLUMNS, KEY, KEY)
    poisoned = PoisonedHistory([points], CUT, scratch).frame("points.csv", COLUMNS, KEY, KEY)
    was = {(r["about_on"], r["said_at"]): r["value"] for r in clean.to_dicts()}
    now = {(r["about_on"], r["said_at"]): r["value"] for r in poisoned.to_dicts()}
    assert all(now[key] == was[key] for key in was if key[1] <= CUT)
    assert all(now[key] != was[key] for key in was if key[1] > CUT)
    assert all(min(was.values()) <= value <= max(was.values()) + 1 for value in now.values())


def test_every_known_row_is_said_anew_one_second_after_the_cut(points: Path, scratch: Path) -> None:
    poisoned = PoisonedHistory([points], CUT, scratch).frame("points.csv", COLUMNS, KEY, KEY)
    planted = [
        r
        for r in poisoned.to_dicts()
        if r["said_at"] == datetime(2024, 1, 20, 12, 0, 1, tzinfo=UTC)
    ]
    assert [r["about_on"] for r in planted] == [date(2024, 1, day) for day in range(1, 20)]


def test_a_date_is_said_anew_on_the_next_day_by_group(tmp_path: Path, scratch: Path) -> None:
    (tmp_path / "own.csv").write_text(
        "series,said_on,value\nA,2024-01-19,1\nA,2024-01-22,2\nB,2024-01-19,100\nB,2024-01-22,300\n"
    )
    columns = (("series", "text"), ("said_on", "date"), ("value", "int"))
    key = ("series", "said_on")
    frame = PoisonedHistory([tmp_path], CUT, scratch).frame("own.csv", columns, key, key)
    told = {(r["series"], r["said_on"].day): r["value"] for r in frame.to_dicts()}
    assert told == {
        ("A", 19): 1, ("A", 21): 2, ("A", 22): 1, ("B", 19): 100, ("B", 21): 300, ("B", 22): 100,
    }  # fmt: skip


def test_a_table_without_dates_or_numbers_is_left(tmp_path: Path, scratch: Path) -> None:
    (tmp_path / "own.csv").write_text("name,value\nA,1\n")
    (tmp_path / "days.csv").write_text("on,name\n2030-01-01,A\n")
    history = PoisonedHistory([tmp_path], CUT, scratch)
    own = history.frame("own.csv", (("name", "text"), ("value", "int")), ("name",), ())
    days = history.frame("days.csv", (("on", "date"), ("name", "text")), ("on",), ())
    assert (own.height, days.height) == (1, 1)


Reader = Callable[[History], dict[date, float]]


def _as_numbers(history: History) -> dict[date, float]:
    columns = (("about_on", "date"), ("value", "float"))
    frame = history.frame("points.csv", columns, ("about_on",), ("about_on",))
    return {row["about_on"]: row["value"] for row in frame.to_dicts()}


def _as_text(history: History) -> dict[date, float]:
    columns = (("about_on", "text"), ("value", "text"))
    frame = history.frame("points.csv", columns, ("about_on",), ("about_on",))
    return {date.fromisoformat(r["about_on"]): float(r["value"]) for r in frame.to_dicts()}


def _without_a_date(history: History) -> dict[date, float]:
    """The days are known: their values alone, in order of the file, are the future."""
    frame = history.frame("points.csv", (("value", "float"),), ("value",), ())
    return {date(2024, 1, 1 + i): value for i, value in enumerate(frame["value"].head(31))}


def _as_a_file(history: History) -> dict[date, float]:
    with history.files("points.csv")[0].open(newline="") as file:
        return {date.fromisoformat(r["about_on"]): float(r["value"]) for r in csv.DictReader(file)}


def _through_the_folder(history: History) -> dict[date, float]:
    [file] = history.files("p*")
    rows = [line.split(",") for line in file.read_text().splitlines()[1:]]
    return {date.fromisoformat(day): float(value) for day, _, value in rows}


@pytest.mark.parametrize(
    "read", [_as_numbers, _as_text, _without_a_date, _as_a_file, _through_the_folder]
)
def test_whichever_way_a_plug_in_reads_its_history_it_is_caught(
    plugin: Path, tmp_path: Path, read: Reader
) -> None:
    """Each knows the value that is said on the evening of the day itself."""
    points = write_points(tmp_path / "bare", days=31, times=1)
    whole = installed_strategy("CLEAN")

    def leaking(history: History, first: date | None, last: date | None) -> tuple[Replay, ...]:
        assert whole.replay is not None
        [found] = whole.replay(History([points]), first, last)
        today = read(history)
        means = found.means + np.array([today.get(day, 0.0) for day in found.days]) / 1000
        return (replace(found, means=means),)

    found = lookahead_check(replace(whole, replay=leaking), [points], None, None)
    assert {leak.known_at for leak in found.leaks} >= set(found.cuts)


def test_a_history_that_cannot_be_poisoned_is_not_called_clean(plugin: Path, points: Path) -> None:
    (points / "own.parquet").write_bytes(b"PAR1")
    whole = installed_strategy("CLEAN")

    def of_another_kind(
        history: History, first: date | None, last: date | None
    ) -> tuple[Replay, ...]:
        history.files("own.parquet")
        assert whole.replay is not None
        return whole.replay(history, first, last)

    found = lookahead_check(replace(whole, replay=of_another_kind), [points], None, None)
    assert not found.clean
    assert all("no CSV file" in why for why in found.refused.values())


def test_a_calendar_is_known_in_advance_and_gets_no_rows(tmp_path: Path, scratch: Path) -> None:
    lines = ["release,reference_month,release_date"]
    lines += [f"CPI,2023-{m:02},2024-{m:02}-10" for m in range(1, 13)]
    (tmp_path / "release_calendar.csv").write_text("\n".join(lines) + "\n")
    columns = (("release", "text"), ("reference_month", "date"), ("release_date", "date"))
    args = ("release_calendar.csv", columns, ("release", "release_date"), ("release_date",))
    poisoned = PoisonedHistory([tmp_path], CUT, scratch).frame(*args)
    assert poisoned.equals(History([tmp_path]).frame(*args))


def test_a_forecast_that_disappears_is_a_leak(plugin: Path, points: Path) -> None:
    whole = installed_strategy("CLEAN")

    def vanishing(history: History, first: date | None, last: date | None) -> tuple[Replay, ...]:
        assert whole.replay is not None
        found = whole.replay(history, first, last)
        return () if isinstance(history, PoisonedHistory) else found

    assert lookahead_check(replace(whole, replay=vanishing), [points], None, None).leaks


def test_a_poisoned_history_that_cannot_be_replayed_is_not_called_clean(
    plugin: Path, points: Path
) -> None:
    whole = installed_strategy("CLEAN")

    def fragile(history: History, first: date | None, last: date | None) -> tuple[Replay, ...]:
        if isinstance(history, PoisonedHistory):
            raise BadParameter("outside the bins")
        assert whole.replay is not None
        return whole.replay(history, first, last)

    found = lookahead_check(replace(whole, replay=fragile), [points], None, None, cuts=1)
    assert not found.clean
    assert list(found.refused.values()) == ["outside the bins"]


def test_a_family_without_a_replay_cannot_be_checked(plugin: Path, points: Path) -> None:
    bare: Strategy = replace(installed_strategy("CLEAN"), replay=None)
    with pytest.raises(MissingData, match="no replay"):
        lookahead_check(bare, [points], None, None)
