"""The one command over all others: grouped help, lazy loading, and a word for a mistyped name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from importlib import import_module

import click

from kalshi_alpha.cli.catalog import ENTRIES, GROUPS, Entry
from kalshi_alpha.core.errors import KalshiAlphaError, NotBuilt
from kalshi_alpha.datastore.command import DEBUG, on_mishap, run_command
from kalshi_alpha.datastore.printing import desk_mode

NAME = "kalshi-alpha"
HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_COMPLETING = "_KALSHI_ALPHA_COMPLETE"


class Roof(click.Group):
    """A group that loads a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return every name, in the order of the help."""
        return list(ENTRIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load a command; None if there is none of this name."""
        entry = ENTRIES.get(cmd_name)
        return None if entry is None else loaded(cmd_name, entry)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed, and name the nearest one if there is none."""
        typed = args[0]
        if typed not in ENTRIES and not typed.startswith("-"):
            ctx.fail(f"there is no command {typed!r}{_nearest(typed)}; kalshi-alpha --help has all")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands under their headings, without loading one."""
        for heading, entries in GROUPS.items():
            with formatter.section(heading):
                rows = [(name, entry.summary) for name, entry in entries.items()]
                formatter.write_dl(rows, col_max=12, col_spacing=2)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage, and the mode of this desk."""
        formatter.write_usage(ctx.command_path, "[--debug] COMMAND [ARGS]...")
        formatter.write_text(f"mode: {desk_mode()}")

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        """Complete a name from the catalogue: loading every command would take a second."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [
            CompletionItem(name, help=entry.summary)
            for name, entry in ENTRIES.items()
            if name.startswith(incomplete)
        ]


def loaded(name: str, entry: Entry) -> click.Command:
    """Import the object that ``python -m`` runs, and give it and its subcommands their examples."""
    module, _, attribute = entry.target.partition(":")
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        return _not_built(name)
    command: click.Command = getattr(found, attribute)
    command.epilog = _epilog(line for _, line in entry.examples)
    for sub in {sub for sub, _ in entry.examples if sub}:
        if isinstance(command, click.Group):
            command.commands[sub].epilog = _epilog(line for at, line in entry.examples if at == sub)
    return command


def _epilog(lines: Iterable[str]) -> str:
    return "\n".join(["\b", "Example:", *(f"  {line}" for line in lines)])


def _not_built(name: str) -> click.Command:
    @click.command(name, context_settings={"ignore_unknown_options": True}, add_help_option=False)
    @click.argument("rest", nargs=-1)
    def command(rest: tuple[str, ...]) -> None:
        """Say that this version does not have the command."""
        del rest
        raise NotBuilt(f"{name} is not built in this version")

    return command


def _nearest(typed: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(typed, ENTRIES, n=1)
    return f", did you mean {near[0]}?" if near else ""


@click.group(cls=Roof, name=NAME, context_settings=HELP, invoke_without_command=True)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name=NAME)
@click.pass_context
def cli(context: click.Context, *, debug: bool) -> None:
    """Forecast, price, size and quote Kalshi's macro and weather ladders as a maker.

    Each command explains itself: kalshi-alpha COMMAND --help, with an example. With --json it
    prints one document; docs/reference/json describes them. Exit codes: 0 done or GO, 1 failure,
    2 usage, 3 refused by the gate, 4 data, 5 venue.
    """
    if debug:
        os.environ[DEBUG] = "1"
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def run(argv: Sequence[str], *, is_process: bool) -> int:
    """Run a command line and return its exit code; an error on purpose is one line on stderr."""
    name = next((word for word in argv if not word.startswith("-")), "")
    said_as = f"{NAME} {name}" if name in ENTRIES else NAME
    if is_process:
        on_mishap(said_as)
    asks_help = any(word in {"-h", "--help"} for word in argv)
    if is_process and name in ENTRIES and not asks_help and _COMPLETING not in os.environ:
        try:
            if ENTRIES[name].reads_dotenv:
                from kalshi_alpha.utils.env import load_env

                load_env()
        except (KalshiAlphaError, OSError) as error:
            click.echo(f"{said_as}: {error}", err=True)
            return error.exit_code if isinstance(error, KalshiAlphaError) else 1
    return run_command(cli, NAME, argv, said_as=said_as)
