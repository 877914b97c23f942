from __future__ import annotations

import os
import sys
from pathlib import Path

import click
import pytest

from kalshi_alpha.core.errors import DataError, VenueError
from kalshi_alpha.exec.command import (
    clock_flag,
    data_flags,
    exit_with,
    output_flags,
    run_command,
    scan_flags,
)


def command(error: Exception | None, code: int | None = None) -> click.Command:
    @click.command()
    def run() -> int | None:
        if error is not None:
            raise error
        return code

    return run


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (DataError("torn"), 4, "scan: torn"),
        (VenueError("no answer"), 5, "scan: no answer"),
        (click.UsageError("what?"), 2, "scan: what?"),
        (click.ClickException("no"), 1, "scan: no"),
        (PermissionError(13, "Permission denied", "/root"), 1, "scan: [Errno 13] Permission"),
        (click.exceptions.Abort(), 1, "scan: interrupted"),
    ],
)
def test_an_error_on_purpose_is_one_line_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int, line: str
) -> None:
    assert run_command(command(error), "scan", []) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(line)
    assert err.count("\n") == 1


def test_an_error_that_nobody_meant_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        run_command(command(ZeroDivisionError()), "scan", [])


@pytest.mark.parametrize(("returned", "code"), [(None, 0), (0, 0), (3, 3)])
def test_a_command_returns_its_code(returned: int | None, code: int) -> None:
    assert run_command(command(None, returned), "scan", []) == code


def test_the_process_ends_with_the_code() -> None:
    with pytest.raises(SystemExit) as ended:
        exit_with(4)
    assert ended.value.code == 4


def test_the_shared_flags_and_their_defaults() -> None:
    got: dict[str, object] = {}

    @click.command()
    @data_flags
    @scan_flags
    @clock_flag
    @output_flags
    def run(**flags: object) -> None:
        got.update(flags)

    assert run_command(run, "scan", ["--offline"]) == 0
    assert got == {
        "online": False,
        "offline": True,
        "report": False,
        "paper_ledger": False,
        "broker": "dry",
        "acknowledged": False,
        "sizing": "kelly",
        "contracts": None,
        "kelly_cap": None,
        "bankroll": None,
        "min_ev": 0.005,
        "ev_honesty_shrink": 0.9,
        "pool": True,
        "fill_alpha": None,
        "slippage_mode": "top",
        "impact_cap": None,
        "max_var": None,
        "maker_only": True,
        "as_of": None,
        "as_json": False,
        "quiet": False,
    }


def test_a_process_of_its_own_reads_the_dotenv_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env.local").write_text("PROBE=found\n")
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    monkeypatch.setenv("PROBE", "set here so that it is restored")
    monkeypatch.delenv("PROBE")
    monkeypatch.setattr(sys, "argv", ["probe"])
    assert run_command(command(None), "probe", []) == 0
    assert "PROBE" not in os.environ
    assert run_command(command(None), "probe", None) == 0
    assert os.environ["PROBE"] == "found"
