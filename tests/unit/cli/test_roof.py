from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from kalshi_alpha.cli.catalog import ENTRIES, GROUPS, Entry
from kalshi_alpha.cli.roof import cli, loaded, run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    monkeypatch.delenv("KALSHI_ENV", raising=False)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    return tmp_path


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"]])
def test_the_help_has_every_command_under_its_heading_and_the_mode(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(argv, is_process=False) == 0
    help_text = capsys.readouterr().out
    assert "mode: OFFLINE" in help_text
    at = [help_text.index(f"\n{heading}:\n") for heading in GROUPS]
    assert at == sorted(at)
    assert all(f"\n  {name} " in help_text for name in ENTRIES)


@pytest.mark.parametrize("name", ENTRIES)
def test_every_command_is_there_and_shows_an_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([name, "--help"], is_process=False) == 0
    shown = capsys.readouterr().out
    assert f"Usage: kalshi-alpha {name}" in shown
    assert all(line in shown for _, line in ENTRIES[name].examples)


def test_the_commands_are_the_objects_that_python_runs() -> None:
    for name in ("scan", "ready", "orders", "ingest", "config", "sim"):
        module, _, attribute = ENTRIES[name].target.partition(":")
        assert cli.get_command(click.Context(cli), name) is getattr(
            import_module(module), attribute
        )


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["scna"], "there is no command 'scna', did you mean scan?"),
        (["xyzzy"], "there is no command 'xyzzy'; kalshi-alpha --help has all"),
        (["config", "shwo"], "Did you mean 'show'?"),
        (["scan", "--serie", "CPI"], "Did you mean '--series'?"),
    ],
)
def test_what_is_mistyped_is_answered_with_the_nearest_name(
    argv: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(argv, is_process=False) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_an_error_begins_with_the_command_and_keeps_its_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["ingest", "--all"], is_process=False) == 2
    expected = "kalshi-alpha ingest: choose one of --online, --offline and --from-raw\n"
    assert capsys.readouterr().err == expected


def test_what_is_not_there_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    absent = loaded("soon", Entry("kalshi_alpha.exec.soon:command", "", (("", "soon"),)))
    with pytest.raises(Exception, match="soon is not built in this version"):
        absent.main(["--any", "thing"], standalone_mode=False)


def test_a_module_that_lacks_a_library_is_no_missing_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "needy.py").write_text("import a_library_that_is_nowhere\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="a_library_that_is_nowhere"):
        loaded("needy", Entry("needy:command", "", ()))


def test_a_process_reads_the_dotenv_files_for_commands_that_do_not_judge_them(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / ".env.local").write_text("PROBE=found\n")
    monkeypatch.setenv("PROBE", "set here so that it is restored")
    monkeypatch.delenv("PROBE")
    run(["config"], is_process=True)
    assert "PROBE" not in os.environ
    assert run(["scan", "--series", "CPI"], is_process=True) == 2
    assert os.environ["PROBE"] == "found"
    (home / ".env.local").write_text("KALSHI_ALPHA_HOME=elsewhere\n")
    assert run(["scan", "--series", "CPI"], is_process=True) == 1
    assert "KALSHI_ALPHA_HOME may be set in" in capsys.readouterr().err


def test_names_are_completed_without_loading_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kalshi_alpha.cli.roof.loaded", lambda *_: pytest.fail("loaded"))
    found = cli.shell_complete(click.Context(cli), "s")
    assert [item.value for item in found] == ["status", "scoreboard", "scan", "sim"]
    assert "--debug" in [item.value for item in cli.shell_complete(click.Context(cli), "--")]
