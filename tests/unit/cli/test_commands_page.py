from __future__ import annotations

from importlib import import_module

import click
import pytest

from kalshi_alpha.cli.catalog import ENTRIES
from kalshi_alpha.cli.roof import run
from scripts import write_commands


def test_the_commands_page_is_what_the_commands_say() -> None:
    assert write_commands.PAGE.read_text() == write_commands.page()


def test_writing_the_page_leaves_the_commands_as_they_were(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_commands.page()
    assert run(["-h"], is_process=False) == 0
    assert "-h, --help" in capsys.readouterr().out


@pytest.mark.parametrize("name", ENTRIES)
def test_what_the_catalogue_names_is_there(name: str) -> None:
    module, _, attribute = ENTRIES[name].target.partition(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    subcommands = command.commands if isinstance(command, click.Group) else {}
    assert {sub for sub, _ in ENTRIES[name].examples if sub} <= set(subcommands)


def test_every_command_that_prints_has_json_and_quiet_and_says_its_exit_codes() -> None:
    lacking = []
    for name in ENTRIES:
        module, _, attribute = ENTRIES[name].target.partition(":")
        command = getattr(import_module(module), attribute)
        found = command.commands if isinstance(command, click.Group) else {}
        alone = {} if found and not command.invoke_without_command else {"": command}
        for sub, each in {**alone, **found}.items():
            flags = {flag for p in each.params for flag in p.opts}
            lacking += [f"{name} {sub} {f}" for f in ("--json", "--quiet") if f not in flags]
    # A completion script is neither text for a person nor a document.
    assert lacking == ["completion  --json", "completion  --quiet"]
