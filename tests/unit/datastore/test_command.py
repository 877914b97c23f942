from __future__ import annotations

import io
import subprocess
import sys

import click
import pytest

from kalshi_alpha.core.errors import DataError, UsageError
from kalshi_alpha.datastore.command import DEBUG, mishap, on_mishap, run_command
from kalshi_alpha.datastore.streams import cannot_write


@pytest.mark.parametrize(
    ("ends", "code", "line"),
    [
        (None, 0, ""),
        (DataError("torn"), 4, "take: torn\n"),
        (UsageError("choose"), 2, "take: choose\n"),
        (click.UsageError("no such flag"), 2, "take: no such flag; --help shows what it takes\n"),
        (OSError("disk full"), 1, "take: disk full\n"),
        (KeyboardInterrupt(), 1, "take: interrupted\n"),
    ],
)
def test_however_a_command_ends_it_is_a_code_and_one_line(
    capsys: pytest.CaptureFixture[str], ends: BaseException | None, code: int, line: str
) -> None:
    @click.command()
    def take() -> None:
        if ends is not None:
            raise ends

    assert run_command(take, "take", []) == code
    out, err = capsys.readouterr()
    assert (out, err.lstrip("\n")) == ("", line)


def test_output_that_cannot_be_written_is_told_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    @click.command()
    def status() -> None:
        click.echo("verdict NO-GO")

    monkeypatch.setattr(sys, "stdout", Full())
    for argv in ([], ["--help"]):
        assert run_command(status, "status", argv) == 1
        [line] = capsys.readouterr().err.splitlines()
        assert line == f"status: {cannot_write('No space left on device')}"
    # Errors that cannot be told keep their code.
    monkeypatch.setattr(sys, "stderr", Full())
    assert run_command(status, "status", ["--jsn"]) == 2


def test_every_command_ends_in_one_line_where_its_output_is_closed() -> None:
    entry = "from kalshi_alpha.cli.entry import main; raise SystemExit(main())"
    for line in (("-c", entry, "--version"), ("-m", "kalshi_alpha.exec.orders", "list")):
        done = subprocess.run(
            ["sh", "-c", 'exec "$0" "$@" >&-', sys.executable, *line],
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert ": standard output cannot be written: it is closed; let it go" in done.stderr


def test_a_library_of_the_extra_that_is_missing_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def live() -> None:
        import h11  # noqa: F401 - only whether it is there

    monkeypatch.setitem(sys.modules, "h11", None)
    assert run_command(live, "live", []) == 1
    said = capsys.readouterr().err
    remedy = "run `make setup`, or pip install 'kalshi-alpha[live]'"
    assert said == f"live: needs h11, of the extra [live]: {remedy}\n"


def test_a_library_of_ours_that_is_missing_is_a_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @click.command()
    def broken() -> None:
        import msgspec  # noqa: F401 - only whether it is there

    monkeypatch.setitem(sys.modules, "msgspec", None)
    with pytest.raises(ModuleNotFoundError):
        run_command(broken, "broken", [])


def test_a_code_that_a_command_returns_is_its_exit_code() -> None:
    @click.command()
    def refused() -> int:
        return 3

    assert run_command(refused, "refused", []) == 3


def test_a_library_of_another_extra_is_named_with_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def draw() -> None:
        import matplotlib  # noqa: F401, ICN001 - only whether it is there

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert run_command(draw, "draw", []) == 1
    assert "pip install 'kalshi-alpha[report]'" in capsys.readouterr().err


def test_an_error_shows_its_traceback_only_when_debugging(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def take() -> None:
        raise DataError("torn")

    monkeypatch.setenv(DEBUG, "0")
    assert run_command(take, "take", [], said_as="kalshi-alpha take") == 4
    assert capsys.readouterr().err == "kalshi-alpha take: torn\n"
    monkeypatch.setenv(DEBUG, "1")
    assert run_command(take, "take", []) == 4
    err = capsys.readouterr().err
    assert err.startswith("Traceback")
    assert err.endswith("\ntake: torn\n")


def test_a_group_without_a_subcommand_shows_its_help_and_is_usage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    @click.group()
    def orders() -> None:
        pass

    assert run_command(orders, "orders", []) == 2
    assert capsys.readouterr().err.startswith("Usage: orders ")


def _mishap(error: Exception) -> str:
    try:
        raise error
    except type(error) as caught:
        return mishap("scan", caught)


def test_an_error_that_nobody_meant_is_one_line_with_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(DEBUG, raising=False)
    line = _mishap(ZeroDivisionError("division\nby zero"))
    assert line.startswith("scan: unexpected ZeroDivisionError: division by zero; at ")
    assert line.endswith(f"for the traceback: kalshi-alpha --debug, or {DEBUG}=1\n")
    assert line.count("\n") == 1


def test_with_debug_the_traceback_goes_before_it_and_neither_holds_a_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # In pieces, so that no scan takes this file for one that holds a key.
    begin, end = "-----BEGIN PRIVATE " + "KEY-----", "-----END PRIVATE " + "KEY-----"
    key = f"{begin}\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n{end}"
    monkeypatch.setenv(DEBUG, "1")
    said = _mishap(ValueError(f"cannot load {key}"))
    assert said.startswith("Traceback")
    assert "MIIEvQIBADANBgkqhkiG9w0" not in said
    assert "scan: unexpected ValueError" in said


def test_the_hook_says_it_and_an_interrupt_is_no_mishap(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.delenv(DEBUG, raising=False)
    on_mishap("scan")
    sys.excepthook(KeyError, KeyError("x"), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("scan: unexpected KeyError: 'x'; at an unknown place;")
    assert second == "scan: interrupted"


def test_a_reader_who_has_read_enough_is_no_error() -> None:
    script = (
        "import click\n"
        "from kalshi_alpha.datastore.command import run_command\n"
        "@click.command()\n"
        "def talk():\n"
        "    for _ in range(100_000): click.echo('line')\n"
        "raise SystemExit(run_command(talk, 'talk', []))\n"
    )
    talk = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert talk.stdout is not None
    assert talk.stderr is not None
    with talk, talk.stdout, talk.stderr:
        assert talk.stdout.readline() == b"line\n"
        talk.stdout.close()
        assert talk.stderr.read() == b""
    assert talk.returncode == 1
