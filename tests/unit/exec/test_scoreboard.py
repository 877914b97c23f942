from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from kalshi_alpha.core.execution.ledger_fit import tuned_alpha
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerMode
from kalshi_alpha.datastore.execution_state import FittedOn, save_alpha
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.scoreboard import look, main, summary
from runs import REPO
from score_cases import END, FIRST, order, worked_rows

CLOCK = RunClock(END, ClockSource.SYSTEM)
AS_OF = ("--as-of", END.isoformat())


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    for name in ("KALSHI_ENV", "KALSHI_ALPHA_AS_OF"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "configs").symlink_to(REPO / "configs")
    return Paths(tmp_path)


def test_windows_may_be_repeated_and_the_page_of_the_ramp_is_made_too(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    LedgerStore(paths).upsert(worked_rows(), END)
    assert main(["--window", "7", "--window", "30", *AS_OF]) == 0
    assert sorted(each.name for each in paths.reports.iterdir()) == [
        *("pilot_readiness.md", "scoreboard_30d.md", "scoreboard_7d.md"),
    ]
    out = capsys.readouterr().out
    assert "7d PAPER (prod, clock system): 7 orders, 7 fills, 7 settled, net $1.89, 0 open" in out
    assert f"wrote {paths.scoreboard(30)}" in out


def test_without_a_window_both_are_made_and_one_given_twice_is_made_once(paths: Paths) -> None:
    assert main(["--quiet", *AS_OF]) == 0
    assert paths.scoreboard(7).exists()
    assert paths.scoreboard(30).exists()
    assert len(look(paths, CLOCK, (7,)).boards) == 1


def test_a_desk_without_a_ledger_gets_pages_that_say_so_and_exit_code_0(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*AS_OF]) == 0
    assert "There is no ledger" in paths.scoreboard(7).read_text()
    assert "there is no ledger yet" in capsys.readouterr().out


def test_a_torn_ledger_takes_the_place_of_the_older_page_and_is_exit_code_4(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    LedgerStore(paths).upsert(worked_rows(), END)
    main(["--quiet", *AS_OF])
    paths.ledger_all.write_bytes(paths.ledger_all.read_bytes()[:-100])
    assert main(["--quiet", *AS_OF]) == 4
    assert "The ledger cannot be read" in paths.scoreboard(7).read_text()
    assert "ledger_all.parquet" in capsys.readouterr().err


@pytest.mark.parametrize("window", ["0", "-7", "x", "4000"])
def test_a_window_that_is_none_is_a_wrong_command(paths: Paths, window: str) -> None:
    assert main(["--window", window]) == 2


def test_the_same_ledger_and_clock_give_the_same_bytes(paths: Paths) -> None:
    LedgerStore(paths).upsert(worked_rows(), END)
    main(["--quiet", *AS_OF])
    before = paths.scoreboard(7).read_bytes()
    main(["--quiet", *AS_OF])
    assert paths.scoreboard(7).read_bytes() == before


def test_json_has_every_figure_and_the_files(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    LedgerStore(paths).upsert(worked_rows(), END)
    assert main(["--window", "7", "--json", *AS_OF]) == 0
    said = json.loads(capsys.readouterr().out)
    (section,) = said["scoreboards"][0]["sections"]
    assert section["total"]["now"]["net"] == "1.890000"
    assert section["lines"][0]["now"]["edge"]["n_units"] == 4
    assert said["files"] == [str(paths.scoreboard(7)), str(paths.pilot_readiness)]


def test_a_ledger_of_set_clocks_is_shown_at_its_own_clock(paths: Paths) -> None:
    rows = worked_rows(mode=LedgerMode.OFFLINE, environment="offline", clock_source=ClockSource.SET)
    LedgerStore(paths).upsert(rows, END)
    found = look(paths, RunClock(END + timedelta(days=500), ClockSource.SYSTEM), (7,))
    assert found.boards[0].window.ends_at == END
    assert "7 settled" in summary(found, [])


def test_the_tuned_fill_ratio_of_a_family_is_read(paths: Paths) -> None:
    rows = [order(risk_unit=f"CPI:{n}") for n in range(4)]
    LedgerStore(paths).upsert(rows, END)
    alpha = tuned_alpha(rows, "CPI", END)
    save_alpha(paths.fill_alpha, "CPI", alpha, FittedOn.of(rows, "CPI", END, 14.0))
    (line,) = look(paths, CLOCK, (7,)).boards[0].sections[0].lines
    assert line.alpha == alpha


def test_what_cannot_be_read_besides_the_ledger_is_noted(paths: Paths) -> None:
    LedgerStore(paths).upsert([order(placed_at=FIRST)], END)
    paths.fill_alpha.parent.mkdir(parents=True)
    paths.fill_alpha.write_text("{")
    paths.configs.unlink()
    notes = look(paths, CLOCK, (7,)).seen.notes
    assert ["ramp policy" in notes[0], "fill ratios" in notes[1]] == [True, True]
