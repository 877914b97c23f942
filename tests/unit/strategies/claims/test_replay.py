from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.scoring import crps_grid
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.claims.replay import WITH_CONSENSUS, read_prints, replay
from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.strategy import Row

Lines = Sequence[Mapping[str, object]]
PRINTS_HEAD = "week_ending,release_date,first_print_sa_persons,second_print_sa_persons"
CALENDAR_HEAD = "release_date,measure,consensus_forecast,previous_as_shown"
FIRST = date(2022, 7, 1)


def write(folder: Path, name: str, head: str, lines: Lines) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = head.split(",")
    body = [",".join("" if (v := line.get(n)) is None else str(v) for n in names) for line in lines]
    (folder / name).write_text("\n".join([head, *body]) + "\n")


def print_lines(history: Lines) -> list[dict[str, object]]:
    return [
        {
            "week_ending": row["week_ending"],
            "release_date": row["release_on"],
            "first_print_sa_persons": row["first_print"],
        }
        for row in history
        if "first_print" in row
    ]


def calendar_lines(history: Lines) -> list[dict[str, object]]:
    """A made-up consensus: the last print, so that nobody's figures stand here."""
    rows = [row for row in history if "first_print" in row]
    return [
        {
            "release_date": row["release_on"],
            "measure": "initial_claims_persons",
            "consensus_forecast": before["first_print"],
            "previous_as_shown": row.get("previous_shown"),
        }
        for before, row in pairwise(rows)
    ]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, history: list[Row]) -> Path:
    root = tmp_path_factory.mktemp("archive")
    finals = [
        {"date": row["week_ending"], "initial_claims_sa_persons": row["final"]}
        for row in history
        if "final" in row
    ]
    write(root / "macro", "ICSA.csv", "date,initial_claims_sa_persons", finals)
    write(root / "macro", "ICSA_first_prints.csv", PRINTS_HEAD, print_lines(history))
    write(root / "macro", "consensus_vs_actual.csv", CALENDAR_HEAD, calendar_lines(history))
    return root


@pytest.fixture(scope="session")
def replays(folder: Path) -> tuple[Replay, ...]:
    return replay(History([folder]))


def crps(found: Replay, pmfs: object = None) -> float:
    rows = found.pmfs if pmfs is None else pmfs
    assert isinstance(rows, np.ndarray)
    return float(crps_grid(rows, found.outcomes - found.lo, 1.0).mean())


def test_both_rows_are_replayed_from_july_2022(replays: tuple[Replay, ...]) -> None:
    alone, pooled = replays
    assert (alone.key, pooled.key) == ("initial_claims", WITH_CONSENSUS)
    for found in replays:
        assert (found.days[0], found.days[-1]) == (date(2022, 7, 2), date(2024, 11, 30))
        assert found.known_at[0] == datetime(2022, 7, 7, 12, 25, tzinfo=UTC)
        assert list(found.baselines) == ["random walk", "rolling", "climatology"]
        assert found.outcomes[-1] == 224
        assert np.allclose(found.pmfs.sum(axis=1), 1.0)
    assert len(alone.days) == 107


def test_the_model_beats_the_random_walk_by_the_asked_margin(
    replays: tuple[Replay, ...],
) -> None:
    alone = replays[0]
    assert 1 - crps(alone) / crps(alone, alone.baselines["random walk"]) > 0.05


def test_a_later_folder_continues_the_series(
    tmp_path: Path, folder: Path, history: list[Row], replays: tuple[Replay, ...]
) -> None:
    """Missing numbers may be spelt otherwise there, and the last weeks come out on one day."""
    more: Lines = [
        {
            "week_ending": week,
            "release_date": "2024-12-26",
            "first_print_sa_persons": persons,
            "second_print_sa_persons": "NaN",
        }
        for week, persons in (("2024-12-07", 242_000.0), ("2024-12-14", 220_000.0))
    ]
    write(tmp_path, "ICSA_first_prints.csv", PRINTS_HEAD, more)
    again = replay(History([folder, tmp_path]))[0]
    before = replays[0]
    n = len(before.days)
    assert again.days[:n] == before.days
    assert again.days[n:] == (date(2024, 12, 7), date(2024, 12, 14))
    width = before.pmfs.shape[1]
    assert np.array_equal(again.pmfs[:n, :width], before.pmfs)
    only_new = replay(History([folder, tmp_path]), date(2024, 12, 1), None)[0]
    assert np.array_equal(only_new.pmfs, again.pmfs[n:, : only_new.pmfs.shape[1]])


def test_nothing_after_a_clock_changes_its_forecast(
    tmp_path: Path, folder: Path, history: list[Row], replays: tuple[Replay, ...]
) -> None:
    cut = "2024-05-02"  # a release day: what it shows is not known at 08:25
    late_prints = [
        {**line, "first_print_sa_persons": 900_000, "second_print_sa_persons": 900_000}
        if str(line["release_date"]) >= cut
        else line
        for line in print_lines(history)
    ]
    late_calendar = [
        {**line, "consensus_forecast": 900_000, "previous_as_shown": 900_000}
        if str(line["release_date"]) >= cut
        else line
        for line in calendar_lines(history)
    ]
    write(tmp_path, "ICSA_first_prints.csv", PRINTS_HEAD, late_prints)
    write(tmp_path, "consensus_vs_actual.csv", CALENDAR_HEAD, late_calendar)
    late_finals = [
        {"date": row["week_ending"], "initial_claims_sa_persons": 900_000}
        for row in history
        if "final" in row and str(row["week_ending"]) >= "2019-01-01"
    ]
    write(tmp_path, "ICSA.csv", "date,initial_claims_sa_persons", late_finals)
    poisoned = replay(History([folder, tmp_path]))[0]
    clean = replays[0]
    n = clean.days.index(date(2024, 4, 27)) + 1
    width = min(clean.pmfs.shape[1], poisoned.pmfs.shape[1])
    assert poisoned.days[:n] == clean.days[:n]
    assert poisoned.pmfs[:n, :width].tobytes() == clean.pmfs[:n, :width].tobytes()
    assert not np.allclose(poisoned.pmfs[n, :width], clean.pmfs[n, :width])
    for name, rows in clean.baselines.items():
        assert np.array_equal(poisoned.baselines[name][:n, :width], rows[:n, :width])


def test_without_a_consensus_there_is_one_row(folder: Path, tmp_path: Path) -> None:
    for name in ("ICSA.csv", "ICSA_first_prints.csv"):
        (tmp_path / name).write_text((folder / "macro" / name).read_text())
    [alone] = replay(History([tmp_path]))
    assert alone.key == "initial_claims"


def test_second_prints_serve_where_the_calendar_is_silent(tmp_path: Path, folder: Path) -> None:
    lines: Lines = [
        {
            "week_ending": "2025-03-01",
            "release_date": "2025-03-06",
            "first_print_sa_persons": 221_000,
            "second_print_sa_persons": 222_000,
        },
        {
            "week_ending": "2025-03-08",
            "release_date": "2025-03-13",
            "first_print_sa_persons": 220_000,
        },
        {
            "week_ending": "2025-03-15",
            "release_date": "2025-03-20",
            "first_print_sa_persons": 9e9,
        },
    ]
    write(tmp_path, "ICSA_first_prints.csv", PRINTS_HEAD, lines)
    first, second = read_prints(History([tmp_path]))
    assert (first.previous_shown, second.previous_shown) == (None, 222_000)


def test_a_span_without_prints_is_refused(folder: Path) -> None:
    with pytest.raises(MissingData, match="no first print"):
        replay(History([folder]), date(2030, 1, 1), None)


def test_a_week_without_its_print_is_forecast_like_any_other(
    folder: Path, replays: tuple[Replay, ...], tmp_path: Path, history: Lines
) -> None:
    """What it prints, and whether it does, comes after the decision."""
    week, released = "2024-04-27", "2024-05-02"
    before = [line for line in print_lines(history) if str(line["release_date"]) < released]
    schedule = [
        {"release": "JOBLESS_CLAIMS", "release_date": line["release_date"]}
        for line in print_lines(history)
    ]
    macro = folder / "macro"
    for name in ("ICSA.csv", "consensus_vs_actual.csv"):
        (tmp_path / name).write_text((macro / name).read_text())
    write(tmp_path, "ICSA_first_prints.csv", PRINTS_HEAD, before)
    write(tmp_path, "release_calendar.csv", "release,release_date", schedule)
    for whole, again in zip(replays, replay(History([tmp_path])), strict=True):
        assert again.days[-1] < date.fromisoformat(week)
        first = again.awaited[0]
        [made] = [each for each in whole.forecasts() if each.day == date.fromisoformat(week)]
        assert (first.day, first.known_at) == (made.day, made.known_at)
        probs = made.pmf.probs[first.pmf.lo : first.pmf.hi + 1]
        assert probs.tobytes() == first.pmf.probs.tobytes()
