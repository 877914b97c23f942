from __future__ import annotations

import json
from pathlib import Path

import pytest

from kalshi_alpha.cli.entry import main
from kalshi_alpha.config.configuration import load_configuration, loosenings
from runs import REPO


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KALSHI_ALPHA_HOME", raising=False)
    return tmp_path


def test_a_new_root_gets_the_defaults_byte_for_byte_and_they_hold(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "desk"]) == 0
    written = sorted(p for p in (home / "desk/configs").rglob("*") if p.is_file())
    assert [p.relative_to(home / "desk") for p in written] == sorted(
        p.relative_to(REPO) for p in (REPO / "configs").rglob("*") if p.is_file()
    )
    assert all(
        p.read_bytes() == (REPO / p.relative_to(home / "desk")).read_bytes() for p in written
    )
    assert list(loosenings(load_configuration(home / "desk/configs"))) == []
    said = capsys.readouterr().out
    assert said.startswith(f"mode: OFFLINE\nwrote {len(written)} files below {home}/desk/configs\n")
    assert f"export KALSHI_ALPHA_HOME={home}/desk" in said


def test_a_file_that_is_there_is_refused_and_nothing_is_written(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = home / "configs/series.yaml"
    own.parent.mkdir()
    own.write_text("mine\n")
    assert main(["init"]) == 1
    expected = f"kalshi-alpha init: {own} is there already: name another root, or move it away\n"
    assert capsys.readouterr().err == expected
    assert [p.name for p in own.parent.iterdir()] == ["series.yaml"]
    assert own.read_text() == "mine\n"


def test_a_root_that_is_a_file_is_usage(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "desk").write_text("")
    assert main(["init", "desk"]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_json_names_every_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["mode"], found["root"]) == (1, "OFFLINE", str(home))
    assert all(Path(name).is_file() for name in found["files"])
