from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kalshi_alpha.cli.entry import DEBUG, main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    monkeypatch.delenv("KALSHI_ENV", raising=False)
    monkeypatch.setenv(DEBUG, "")
    return tmp_path


def test_the_kill_switch_is_answered_without_click(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "click", None)
    monkeypatch.setitem(sys.modules, "kalshi_alpha.cli.roof", None)
    sentinel = home / "data/proc/state/kill_switch"
    assert main(["kill", "on", "--note", "books look wrong"]) == 0
    assert sentinel.exists()
    assert main(["--debug", "kill", "status"]) == 0
    assert main(["kill", "off"]) == 0
    assert not sentinel.exists()
    assert capsys.readouterr().out.splitlines() == [
        *("mode: OFFLINE", f"kill switch on: {sentinel}"),
        *("mode: OFFLINE", f"kill switch on: {sentinel}"),
        *("mode: OFFLINE", f"kill switch off: {sentinel}"),
    ]


def test_everything_else_goes_under_the_roof(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kil", "on"]) == 2
    assert "did you mean kill?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv", [["--debug", "scan", "--series", "CPI"], ["scan", "--series", "CPI", "--debug"]]
)
def test_debug_anywhere_on_the_line_shows_the_traceback(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    assert os.environ[DEBUG] == "1"
    err = capsys.readouterr().err
    assert err.startswith("Traceback")
    assert err.splitlines()[-1].startswith("kalshi-alpha scan: ")
