from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kalshi_alpha.cli.demo import set_scene
from kalshi_alpha.cli.entry import main
from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.exec.tearsheet import writing
from runs import at_home_in_new_york


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with at_home_in_new_york(tmp_path):
        monkeypatch.chdir(tmp_path)
        yield tmp_path


def test_one_pipeline_runs_below_the_folder_that_was_named(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--into", "seen", "--mode", "pre_cpi", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["mode"], found["verdict"]["go"]) == ("OFFLINE", True)
    assert (elsewhere / "seen/reports/CPI/2024-12-11/REPORT.md").is_file()
    assert (elsewhere / "seen/reports/CPI/2024-12-11/tearsheet.html").is_file()
    assert (elsewhere / "seen/configs/series.yaml").is_file()
    assert {p.name for p in elsewhere.iterdir()} == {"seen"}


def test_without_the_extra_the_demo_ends_well_and_says_that_nothing_is_drawn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(*_given: object) -> None:
        raise NotBuilt("the tear-sheet needs the extra")

    monkeypatch.setattr(writing, "write_sheets", missing)
    assert main(["demo", "--into", "seen", "--mode", "pre_cpi", "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("", "demo: no tear-sheets: the tear-sheet needs the extra\n")


def test_a_venue_and_a_clock_of_the_environment_do_not_reach_the_demo(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KALSHI_ENV", "prod")
    monkeypatch.setenv("KALSHI_ALPHA_AS_OF", "2025-01-01T00:00:00Z")
    set_scene(elsewhere)
    assert "KALSHI_ENV" not in os.environ
    assert "KALSHI_ALPHA_AS_OF" not in os.environ
    assert os.environ["TZ"] == "America/New_York"
