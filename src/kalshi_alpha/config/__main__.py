"""Show the configuration: ``python -m kalshi_alpha.config show --origin``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from kalshi_alpha.config.environment import HOME
from kalshi_alpha.config.mode import stated_mode
from kalshi_alpha.core.errors import KalshiAlphaError

_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=_HELP)
def cli() -> None:
    """Look at the configuration of the desk."""


@cli.command(context_settings=_HELP)
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors and what is loosened.")
def show(*, origin: bool, as_json: bool, quiet: bool) -> None:
    """Print every value of configs/*.yaml and of the environment; secrets are masked.

    Whatever is looser than its baseline is named at the end: a run would be refused.

    Exit codes: 0 shown, 1 a file is wrong, 2 usage.
    """
    document = shown(Path(os.environ.get(HOME) or ".").absolute(), os.environ)
    if not origin:
        for each in document["values"]:
            del each["origin"]
    if as_json:
        click.echo(json.dumps(document, indent=2))
        return
    if not quiet:
        click.echo(f"mode: {document['mode']}")
        for line in _lines(document["values"]):
            click.echo(line)
    for line in document["config_weakened"]:
        click.echo(f"config_weakened: {line}")


def shown(root: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return everything that is shown of a root and an environment.

    Raises
    ------
    ConfigError
        If a file is absent or wrong.
    """
    from kalshi_alpha.config.configuration import load_configuration, loosenings
    from kalshi_alpha.config.origins import configured, from_environment

    values = [*configured(root), *from_environment(root, environ)]
    return {
        "schema": 1,
        "mode": stated_mode(environ, (root / ".env.local", root / ".env")),
        "root": str(root),
        "values": [
            {"file": each.place, "key": each.key, "value": each.value, "origin": each.origin}
            for each in values
        ],
        "config_weakened": list(loosenings(load_configuration(root / "configs"))),
    }


def _lines(values: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    place = ""
    for each in values:
        if each["file"] != place:
            place = each["file"]
            yield place
        value = each["value"]
        text = value if isinstance(value, str) else json.dumps(value)
        line = f"  {each['key']} = {text}"
        yield f"{line:<60}  {each['origin']}" if "origin" in each else line


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; an error on purpose is one line on stderr."""
    try:
        cli.main(
            args=None if argv is None else list(argv), prog_name="config", standalone_mode=False
        )
    except KalshiAlphaError as error:
        click.echo(f"config: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        click.echo(f"config: {error.format_message()}", err=True)
        return error.exit_code
    except OSError as error:
        click.echo(f"config: {error}", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
