from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from kalshi_alpha.cli import status
from kalshi_alpha.cli.entry import main
from runs import REPO, at_home_in_new_york

CLOCK = ["--as-of", "2024-12-11T11:30:00Z"]


@pytest.fixture(autouse=True)
def root(tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(REPO / "configs", tmp_path / "configs")
    with at_home_in_new_york(tmp_path):
        yield tmp_path


def files_of(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.is_file()}


def test_the_desk_is_shown_and_nothing_is_written(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_of(root)
    assert main(["status", *CLOCK]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"mode: OFFLINE\ndesk {root} at 2024-12-11 06:30 ET, clock set\nNO-GO: ")
    assert main(["status", *CLOCK, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["mode"]) == (1, "OFFLINE")
    assert main(["status", *CLOCK, "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert files_of(root) == before


def test_watching_ends_with_an_interrupt_and_is_a_document_a_look_without_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waited: list[float] = []

    def interrupted(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(status, "time", SimpleNamespace(sleep=interrupted))
    assert main(["status", "--watch", "--interval", "0.5", "--json"]) == 0
    assert waited == [0.5, 0.5]
    out = capsys.readouterr().out
    assert out.count('\n  "schema": 1') == 2


def test_a_terminal_is_redrawn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status, "time", SimpleNamespace(sleep=interrupted))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert main(["status", "--watch"]) == 0
    assert "every 5 s, Ctrl-C ends" in capsys.readouterr().out


def test_a_set_clock_cannot_be_watched(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--watch", *CLOCK]) == 2
    assert "leave --as-of away" in capsys.readouterr().err
    assert status.INTERVAL_S == 5.0
