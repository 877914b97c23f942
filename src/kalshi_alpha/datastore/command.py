"""How the commands of the store and of the drivers end: an exit code, and errors of one line."""

from __future__ import annotations

from collections.abc import Sequence

import click

from kalshi_alpha.core.errors import KalshiAlphaError

_LIVE = frozenset(
    {
        *("cryptography", "filelock", "h11", "hishel", "httpx2"),
        *("keyring", "picows", "stamina", "structlog", "websockets"),
    }
)
"""What the extra ``[live]`` brings."""


def run_command(command: click.Command, name: str, argv: Sequence[str] | None) -> int:
    """Run a command and return its exit code; an error on purpose is one line on stderr.

    An interrupt is one line too: what was taken in before it is whole, and nothing else is. So is
    a library of the extra that is not installed.
    """
    try:
        code = command.main(
            args=None if argv is None else list(argv), prog_name=name, standalone_mode=False
        )
    except KalshiAlphaError as error:
        click.echo(f"{name}: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        click.echo(f"{name}: {error.format_message()}", err=True)
        return error.exit_code
    except OSError as error:
        click.echo(f"{name}: {error}", err=True)
        return 1
    except click.exceptions.Abort:
        click.echo(f"{name}: interrupted", err=True)
        return 1
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _LIVE:
            raise
        remedy = "run `make setup`, or pip install kalshi-alpha[live]"
        click.echo(f"{name}: needs {missing}, of the extra [live]: {remedy}", err=True)
        return 1
    return code if isinstance(code, int) else 0
