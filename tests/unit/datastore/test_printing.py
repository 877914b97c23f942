from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import msgspec
import pytest

from kalshi_alpha.datastore.printing import (
    desk_mode,
    echo_json,
    echo_markdown,
    echo_text,
    is_quiet,
    is_watched,
    progress,
    quiet_flag,
    table,
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    monkeypatch.delenv("KALSHI_ENV", raising=False)
    return tmp_path


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)


class Named(msgspec.Struct):
    name: str


def test_a_document_carries_the_mode_of_the_desk(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for document in ({"name": "a"}, Named("a"), b'{"name": "a"}'):
        echo_json(document)
        assert json.loads(capsys.readouterr().out) == {"mode": "OFFLINE", "name": "a"}
    (home / ".env.local").write_text("KALSHI_ENV=prod\n")
    assert desk_mode() == "LIVE"
    echo_json({"name": "a"}, "SIM")
    assert json.loads(capsys.readouterr().out)["mode"] == "SIM"


def test_a_document_that_says_its_mode_keeps_it(capsys: pytest.CaptureFixture[str]) -> None:
    echo_json({"mode": "PAPER"}, "LIVE")
    assert json.loads(capsys.readouterr().out) == {"mode": "PAPER"}


def test_text_stands_below_its_mode(capsys: pytest.CaptureFixture[str]) -> None:
    echo_text("all is well")
    echo_text("orders rest", "DEMO")
    echo_markdown("# as it is")
    said = capsys.readouterr().out
    assert (
        said == "mode: OFFLINE\nall is well\nmode: DEMO\norders rest\nmode: OFFLINE\n# as it is\n"
    )


def test_a_terminal_gets_markdown_laid_out_and_tables_with_a_rule(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_terminal(monkeypatch)
    echo_markdown("monitors\n\n| a | b |\n|---|---|\n| 1 |  |\nnothing stops\nwrote /a")
    first, *drawn, last_but_one, last = capsys.readouterr().out.splitlines()
    assert (first, last_but_one, last) == ("mode: OFFLINE", "nothing stops", "wrote /a")
    assert drawn[0] == "monitors"
    assert not any("|" in line for line in drawn)
    lines = table(("feed", "age"), [("[bls]", "2 d")])
    assert any("─" in line for line in lines)
    assert "[bls]" in lines[-1]


def test_a_narrow_terminal_loses_no_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch)
    monkeypatch.setenv("COLUMNS", "20")
    lines = table(("one", "two", "three"), [("0.98765", "0.12345", "0.55555")])
    assert not any("…" in line for line in lines)
    said = "".join(lines[2:])
    assert [said.count(digit) for digit in "98761234"] == [1, 1, 1, 1, 1, 1, 1, 1]


def test_elsewhere_a_table_is_plain_columns() -> None:
    assert table(("feed", "age"), [("bls", "2 d")]) == ["feed  age", "bls   2 d"]


@pytest.mark.parametrize(
    ("argv", "quiet", "watched"),
    [([], False, True), (["--quiet"], True, False), (["--json"], False, False)],
)
def test_quiet_needs_no_word_of_the_command_and_nobody_watches_json(
    argv: list[str],
    quiet: bool,
    watched: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_a_terminal(monkeypatch)
    found: list[bool] = []

    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    @quiet_flag
    def look(*, as_json: bool) -> None:
        found.extend([is_quiet(), is_watched()])
        echo_text("said")
        with progress("working", 2) as advance:
            advance("one")

    look.main(argv, standalone_mode=False)
    assert found == [quiet, watched]
    shown = capsys.readouterr()
    assert ("said" in shown.out) is not quiet
    assert ("one" in shown.err) is watched


def test_a_bar_leaves_stdout_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_terminal(monkeypatch)
    with progress("working") as advance:
        advance("half", done=1, total=2)
        sys.stdout.write("figures\n")
    out, err = capsys.readouterr()
    assert out == "figures\n"
    assert "half" in err


def test_nobody_sees_a_bar_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("working", 2) as advance:
        advance("one")
    assert capsys.readouterr() == ("", "")
