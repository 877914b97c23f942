"""What commands print: one document, or text under its mode, with tables made for a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any, TypeVar

import click

from kalshi_alpha.config.mode import Mode, stated_mode
from kalshi_alpha.core.text_table import text_table
from kalshi_alpha.datastore import home

F = TypeVar("F", bound=Callable[..., Any])
Advance = Callable[..., None]
"""Called with what is done next, it moves the bar by one step; ``done`` and ``total`` set it."""
_QUIET = "kalshi_alpha.quiet"


def desk_mode() -> Mode:
    """Return the mode of the desk: by the environment's venue, else by its dotenv files."""
    return stated_mode(os.environ, home.dotenv_files(home.home(os.environ)))


def quiet_flag(command: F) -> F:
    """Add ``--quiet``, which `echo_text` and `progress` know of: the command need not."""
    return click.option(
        "--quiet",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=lambda context, _, value: context.meta.__setitem__(_QUIET, value),
        help="Print nothing but errors.",
    )(command)


def is_quiet() -> bool:
    """Say whether the command that runs was told to print errors only."""
    context = click.get_current_context(silent=True)
    if context is None:
        return False
    return bool(context.meta.get(_QUIET) or context.params.get("quiet"))


def is_watched() -> bool:
    """Say whether a person follows the work: at a terminal, and neither JSON nor quiet is asked."""
    context = click.get_current_context(silent=True)
    as_json = context is not None and bool(context.params.get("as_json"))
    return sys.stderr.isatty() and not as_json and not is_quiet()


def echo_json(document: object, mode: str | None = None) -> None:
    """Print one JSON document; its ``mode`` is the one given or the desk's, unless it has one.

    The document is a mapping, a struct, or JSON text of one.
    """
    import msgspec

    from kalshi_alpha.datastore.atomic import encode_json

    plain = document if isinstance(document, bytes) else msgspec.json.encode(document)
    tree = msgspec.json.decode(plain)
    click.echo(encode_json({"mode": mode or desk_mode(), **tree}), nl=False)


def echo_text(text: str, mode: str | None = None) -> None:
    """Print text below a line with its mode, the one given or the desk's; nothing if quiet."""
    if is_quiet():
        return
    click.echo(f"mode: {mode or desk_mode()}\n{text}")


def echo_markdown(text: str, mode: str | None = None) -> None:
    """Print text below its mode; tables of Markdown in it are drawn for a terminal."""
    if sys.stdout.isatty():
        blocks = groupby(text.splitlines(), key=lambda line: line.startswith("|"))
        text = "\n".join(
            line for is_table, lines in blocks for line in (_drawn(lines) if is_table else lines)
        )
    echo_text(text, mode)


def _drawn(lines: Iterable[str]) -> list[str]:
    """Return a table of Markdown as `table` draws it; its second line is the rule."""
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return table(head, rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table as lines: laid out by rich for a terminal, else in columns of plain text."""
    if not sys.stdout.isatty():
        return text_table(head, rows)
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table

    # Folded where the terminal is too narrow: a number that ends in dots is another number.
    columns = (Column(name, overflow="fold") for name in head)
    shown = Table(
        *columns, box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0)
    )
    for row in rows:
        shown.add_row(*row)
    # Cells are words of feeds and venues, and no markup of ours.
    console = Console(markup=False, emoji=False, highlight=False)
    with console.capture() as captured:
        console.print(shown)
    return [line for line in captured.get().splitlines() if line.strip()]


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Advance]:
    """Show on stderr how far the work is, if a person is watching.

    Yields
    ------
    callable
        ``advance("what comes next")`` moves the bar by a step; ``advance(text, done=3, total=9)``
        sets it.
    """
    if not is_watched():
        yield _unwatched
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *([] if total is None else [MofNCompleteColumn()]),
        TimeElapsedColumn(),
    )
    # What a command prints must not be led to stderr because the bar is there.
    seen = Console(stderr=True)
    with Progress(*columns, console=seen, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(what, total=total)

        def advance(text: str = "", *, done: int | None = None, total: int | None = None) -> None:
            if done is None:
                bar.update(task, description=text or what, total=total, advance=1)
            else:
                bar.update(task, description=text or what, total=total, completed=done)

        yield advance


def _unwatched(text: str = "", *, done: int | None = None, total: int | None = None) -> None:
    """Show nothing to nobody."""
