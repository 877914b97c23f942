"""A command line that cannot be read, in one line: what is wrong with it, and who knows better."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

ROOF = "kalshi-alpha"
_NOT_ONE_OF = re.compile(r"^'(.*)' is not one of ")


def usage_line(error: click.ClickException) -> str:
    """Return an error of click as one line that ends with its remedy.

    An error that our own code raises brings its remedy along, and is only laid out in one line.
    """
    text = " ".join(error.format_message().split())
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None or "--help" in text:
        return text
    # A command that runs as a module has no name that can be typed.
    path = context.command_path
    asked = f"{path} --help" if path.split()[0] == ROOF else "--help"
    return f"{text.rstrip('.')}{_nearest(error)}; {asked} shows what it takes"


def _nearest(error: click.ClickException) -> str:
    if not isinstance(error, click.BadParameter) or error.param is None:
        return ""
    typed = _NOT_ONE_OF.match(error.message)
    choices: Iterable[object] = getattr(error.param.type, "choices", ())
    if typed is None:
        return ""
    from difflib import get_close_matches

    near = get_close_matches(typed[1], [str(each) for each in choices], n=1)
    return f", did you mean {near[0]!r}?" if near else ""
