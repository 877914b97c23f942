"""How commands end: an exit code, and errors of one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from traceback import walk_tb
from types import TracebackType

import click

from kalshi_alpha.core.errors import KalshiAlphaError
from kalshi_alpha.datastore.streams import complain, let_go, open_streams, reason, unheard
from kalshi_alpha.datastore.usage_line import usage_line

DEBUG = "KALSHI_ALPHA_DEBUG"
"""Set to 1, or by ``kalshi-alpha --debug``, an error shows its traceback."""

_EXTRAS = {
    **dict.fromkeys(("cryptography", "filelock", "h11", "hishel", "httpx2"), "live"),
    **dict.fromkeys(("keyring", "picows", "stamina", "structlog", "websockets"), "live"),
    **dict.fromkeys(("jinja2", "matplotlib"), "report"),
    **dict.fromkeys(("starlette", "uvicorn"), "web"),
    **dict.fromkeys(("fsspec", "zstandard"), "replay"),
    "apprise": "notify",
    "distributed": "scale",
    "mcp": "mcp",
    "numba": "fast",
    "prometheus_client": "metrics",
}
"""Which extra brings a library."""


def run_command(
    command: click.Command, name: str, argv: Sequence[str] | None, *, said_as: str | None = None
) -> int:
    """Run a command and return its exit code; an error on purpose is one line on stderr.

    An interrupt is one line too: what was taken in before it is whole, and nothing else is. So is
    a library of an extra that is not installed. An error that nobody meant is not caught: it ends
    the process by way of `on_mishap`.

    Parameters
    ----------
    argv
        Arguments; None reads those of the process, which is then this command's own.
    said_as
        What errors begin with, if it is not ``name``.
    """
    said = name if said_as is None else said_as
    if argv is None:
        open_streams()
        on_mishap(said)
    try:
        code = command.main(
            args=None if argv is None else list(argv), prog_name=name, standalone_mode=False
        )
    except KalshiAlphaError as error:
        return _ended(said, str(error), error, error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.ClickException as error:
        return _ended(said, usage_line(error), error, error.exit_code)
    except BrokenPipeError:
        # Whoever read has read enough, as `head` does.
        let_go(sys.stdout)
        return 1
    except OSError as error:
        if _is_of_output(error):
            return unheard(f"{said}: ", reason(error))
        return _ended(said, str(error), error, 1)
    except click.exceptions.Abort:
        complain(f"{said}: interrupted\n")
        return 1
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _EXTRAS:
            raise
        extra = _EXTRAS[missing]
        remedy = f"run `make setup`, or pip install 'kalshi-alpha[{extra}]'"
        return _ended(said, f"needs {missing}, of the extra [{extra}]: {remedy}", error, 1)
    return code if isinstance(code, int) else 0


def _ended(said: str, text: str, error: BaseException, code: int) -> int:
    if debugging():
        complain(_story(error))
    complain(f"{said}: {text}\n")
    return code


def _is_of_output(error: OSError) -> bool:
    """Say whether it was printing on standard output that failed, and not a file or a socket."""
    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    return any(each.f_code is click.echo.__code__ and not each.f_locals["err"] for each in frames)


def debugging() -> bool:
    """Say whether errors show their tracebacks."""
    return os.environ.get(DEBUG, "") not in {"", "0"}


def on_mishap(said: str) -> None:
    """Let an error that nobody meant end this process in one line, with exit code 1."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            complain(f"{said}: interrupted\n")
            return
        complain(mishap(said, error.with_traceback(trace)))

    sys.excepthook = hook


def mishap(said: str, error: BaseException) -> str:
    """Return what is printed of an error that nobody meant: where it arose, and no secret.

    With `debugging` the traceback goes before it.
    """
    from kalshi_alpha.core.redaction import redact_text

    words = " ".join(str(error).split())
    what = redact_text(f"{type(error).__name__}: {words}" if words else type(error).__name__)
    line = f"{said}: unexpected {what}; at {_place(error)}"
    if debugging():
        return f"{_story(error)}{line}\n"
    return f"{line}; for the traceback: kalshi-alpha --debug, or {DEBUG}=1\n"


def _place(error: BaseException) -> str:
    """Return where our own code was last on the way to an error."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if "kalshi_alpha" in each.filename] or list(frames)
    if not own:
        return "an unknown place"
    _, _, below = own[-1].filename.rpartition("kalshi_alpha")
    return f"kalshi_alpha{below}:{own[-1].lineno}" if below else f"line {own[-1].lineno}"


def _story(error: BaseException) -> str:
    import traceback

    from kalshi_alpha.core.redaction import redact_text

    return redact_text("".join(traceback.format_exception(error)))
