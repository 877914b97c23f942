from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from kalshi_alpha.cli.kill_now import kill_now
from kalshi_alpha.cli.roof import run


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


def test_what_cannot_be_said_keeps_nothing_from_being_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {"KALSHI_ALPHA_HOME": str(tmp_path)}
    sentinel = tmp_path / "data/proc/state/kill_switch"
    monkeypatch.setattr(sys, "stdout", None)
    for wanted, stands in (("on", True), ("status", True), ("off", False)):
        assert kill_now(wanted, [], environ) == 1
        assert sentinel.exists() is stands
        state = "on" if stands else "off"
        said = capsys.readouterr().err
        assert said.startswith(f"heartbeat: kill switch {state}: {sentinel}; standard output ")
    assert kill_now("on", ["--help"], environ) == 1
    assert capsys.readouterr().err.startswith("kalshi-alpha kill on: standard output cannot be ")
    monkeypatch.setattr(sys, "stderr", None)
    assert kill_now("on", ["extra"], environ) == 2


@pytest.mark.parametrize(
    ("wanted", "flags", "said"),
    [
        ("on", ["extra"], "kill on: 'extra' is no option of it"),
        ("on", ["looks", "wrong"], "kill on: 'looks' is no option of it"),
        ("status", ["--kill-switch", "off"], "kill status: '--kill-switch' is no option of it"),
        ("off", ["--note", "again"], "kill off: '--note' is no option of it"),
        ("on", ["--note"], "kill on: --note needs its reason"),
        ("on", ["--note", "--json"], "kill on: --note needs its reason"),
    ],
)
def test_a_wrong_line_is_one_line_with_its_remedy_and_touches_nothing(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    wanted: str,
    flags: list[str],
    said: str,
) -> None:
    assert kill_now(wanted, flags, {"KALSHI_ALPHA_HOME": str(tmp_path)}) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert err.startswith(f"kalshi-alpha {said}")
    assert f"nothing was done; type kalshi-alpha kill {wanted}" in err
    assert list(tmp_path.iterdir()) == []


def test_a_note_is_taken_in_both_ways_of_writing_it(tmp_path: Path) -> None:
    environ = {"KALSHI_ALPHA_HOME": str(tmp_path)}
    for flags in (["--note", "books look wrong"], ["--quiet", "--note=books look wrong"]):
        assert kill_now("on", flags, environ) == 0
        sentinel = tmp_path / "data/proc/state/kill_switch"
        assert json.loads(sentinel.read_text())["note"] == "books look wrong"
        sentinel.unlink()


@pytest.mark.parametrize("wanted", ["on", "off", "status"])
def test_the_help_is_the_same_with_and_without_the_library_that_draws_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wanted: str
) -> None:
    assert kill_now(wanted, ["--help"], {"KALSHI_ALPHA_HOME": str(tmp_path)}) == 0
    quick = capsys.readouterr().out
    assert "Example:" in quick
    assert run(["kill", wanted, "--help"], is_process=False) == 0
    assert capsys.readouterr().out == quick
