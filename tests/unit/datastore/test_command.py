from __future__ import annotations

import sys

import click
import pytest

from kalshi_alpha.core.errors import DataError, UsageError
from kalshi_alpha.datastore.command import run_command


@pytest.mark.parametrize(
    ("ends", "code", "line"),
    [
        (None, 0, ""),
        (DataError("torn"), 4, "take: torn\n"),
        (UsageError("choose"), 2, "take: choose\n"),
        (click.UsageError("no such flag"), 2, "take: no such flag\n"),
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


def test_a_library_of_the_extra_that_is_missing_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def live() -> None:
        import h11  # noqa: F401 - only whether it is there

    monkeypatch.setitem(sys.modules, "h11", None)
    assert run_command(live, "live", []) == 1
    said = capsys.readouterr().err
    remedy = "run `make setup`, or pip install kalshi-alpha[live]"
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
