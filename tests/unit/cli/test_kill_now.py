from __future__ import annotations

import json
from pathlib import Path

import pytest

from kalshi_alpha.cli.kill_now import kill_now


def test_the_mode_goes_before_the_path_and_comes_from_the_dotenv_files_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("KALSHI_ENV=prod\n")
    assert kill_now("status", [], {"KALSHI_ALPHA_HOME": str(tmp_path)}) == 0
    mode, path = capsys.readouterr().out.splitlines()
    assert mode == "mode: LIVE"
    assert path == f"kill switch off: {tmp_path / 'data/proc/state/kill_switch'}"


def test_json_is_one_document_with_its_mode_and_quiet_says_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"KALSHI_ALPHA_HOME": str(tmp_path), "KALSHI_ENV": "demo"}
    assert kill_now("on", ["--json"], environ) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["mode"], found["state"], found["ok"]) == ("DEMO", "on", True)
    assert kill_now("off", ["--quiet"], environ) == 0
    assert capsys.readouterr() == ("", "")
    assert not (tmp_path / "data/proc/state/kill_switch").exists()


def test_a_wrong_venue_does_not_keep_the_switch_from_being_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"KALSHI_ALPHA_HOME": str(tmp_path), "KALSHI_ENV": "pord"}
    assert kill_now("on", ["--note", "now"], environ) == 0
    assert capsys.readouterr().out.startswith("mode: UNKNOWN\nkill switch on: ")
