from __future__ import annotations

import click
import pytest

from kalshi_alpha.datastore.command import run_command
from kalshi_alpha.datastore.usage_line import usage_line

ROOF = "kalshi-alpha"
NOT_ONE_OF = "Invalid value for '--mode': '{}' is not one of 'top', 'mid', 'depth'"


def take(mode: str, series: str) -> None:
    del mode, series


def take_command() -> click.Command:
    command = click.command("take")(take)
    modes = click.Choice(["top", "mid", "depth"])
    command = click.option("--mode", type=modes, required=True, help="How.")(command)
    made: click.Command = click.argument("series")(command)
    return made


def roof() -> click.Group:
    group = click.Group(ROOF)
    group.add_command(take_command(), "take")
    return group


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["KXCPI"], "Missing option '--mode'. Choose from: top, mid, depth"),
        (["--mode", "top"], "Missing argument 'SERIES'"),
        (["--mode", "top", "a", "b"], "Got unexpected extra argument (b)"),
        (["--json"], "No such option '--json'"),
        (
            ["--mode", "deep", "a"],
            f"{NOT_ONE_OF.format('deep')}, did you mean 'depth'?",
        ),
        (["--mode", "xyzzy", "a"], NOT_ONE_OF.format("xyzzy")),
    ],
)
def test_a_line_that_cannot_be_read_is_one_line_with_its_remedy(
    argv: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(roof(), ROOF, ["take", *argv], said_as="kalshi-alpha take") == 2
    err = capsys.readouterr().err
    assert err == f"kalshi-alpha take: {said}; kalshi-alpha take --help shows what it takes\n"
    # As a module of its own the command has a name that nobody can type.
    assert run_command(take_command(), "take", argv) == 2
    assert capsys.readouterr().err == f"take: {said}; --help shows what it takes\n"


def test_a_command_that_there_is_not_names_the_nearest_and_the_help(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_command(roof(), ROOF, ["tale"]) == 2
    said = "No such command 'tale'. Did you mean 'take'?; kalshi-alpha --help shows what it takes"
    assert capsys.readouterr().err == f"{ROOF}: {said}\n"


def test_a_remedy_of_our_own_gets_no_second_one(capsys: pytest.CaptureFixture[str]) -> None:
    @click.command()
    @click.pass_context
    def see(context: click.Context) -> None:
        context.fail("there is no command 'se'; kalshi-alpha --help has all")

    assert run_command(see, "see", []) == 2
    expected = "see: there is no command 'se'; kalshi-alpha --help has all\n"
    assert capsys.readouterr().err == expected


def test_an_error_without_a_command_line_is_only_laid_out_in_one_line() -> None:
    assert usage_line(click.ClickException("torn\n  file.")) == "torn file."
