from __future__ import annotations

import json
from pathlib import Path

import pytest

from kalshi_alpha.cli.kill import command


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    return tmp_path


def run(*argv: str) -> int:
    code: int = command.main(list(argv), standalone_mode=False)
    return code


def test_the_group_does_what_the_quick_way_does(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sentinel = home / "data/proc/state/kill_switch"
    assert run("on", "--note", "by hand", "--json") == 0
    assert json.loads(capsys.readouterr().out)["path"] == str(sentinel)
    assert "by hand" in sentinel.read_text()
    assert run("status", "--quiet") == 0
    assert capsys.readouterr().out == ""
    assert run("off") == 0
    assert not sentinel.exists()
