from __future__ import annotations

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
