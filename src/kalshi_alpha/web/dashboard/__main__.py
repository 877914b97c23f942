"""``kalshi-alpha dashboard``: the live page of a desk, for this machine's own browser."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from kalshi_alpha.config.environment import ENV, KalshiEnv
from kalshi_alpha.core.errors import NotBuilt, UsageError
from kalshi_alpha.datastore.printing import echo_json, echo_text, quiet_flag
from kalshi_alpha.exec.command import HELP, clock_flag, exit_with, run_command

if TYPE_CHECKING:
    from kalshi_alpha.exec.desk.desk import Desk

NAME = "dashboard"
PORT = 8321
SCHEMA = 1
GOODBYE_S = 1
"""How long open streams are waited for at the end."""
NEEDS_EXTRA = "the live page needs the extra: pip install 'kalshi-alpha[web]'"


@click.command(context_settings=HELP)
@click.option("--host", default="127.0.0.1", show_default=True, help="127.0.0.1 or ::1.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=PORT, show_default=True, help="0: any."
)
@click.option(
    "--env",
    "venue",
    type=click.Choice([env.value for env in KalshiEnv], case_sensitive=False),
    help=f"Venue; default {ENV}.",
)
@click.option("--books/--no-books", default=True, show_default=True, help="Follow its books.")
@clock_flag
@click.option("--json", "as_json", is_flag=True, help="Say where it listens as JSON.")
@quiet_flag
def command(
    *, host: str, port: int, venue: str | None, books: bool, as_of: str | None, as_json: bool
) -> int:
    """Show the desk on a live page: verdict, monitors, ladders, orders, exposure, profit.

    It reads the files below the root and, where a venue is named, its public books. Nothing can be
    placed, changed or armed from it, and nobody but this machine reaches it.

    Exit codes: 0 ended, 1 a failure, 2 usage, 5 the local exchange does not answer.
    """
    from kalshi_alpha.utils.env import load_env

    load_env()
    environ = dict(os.environ) | ({ENV: venue} if venue else {})
    serve(environ, host=host, port=port, books=books, as_of=as_of, say=_said_as(as_json=as_json))
    return 0


def _said_as(*, as_json: bool) -> Callable[[str, Desk], None]:
    def say(url: str, desk: Desk) -> None:
        if as_json:
            document = {"schema": SCHEMA, "url": url, "root": desk.root}
            echo_json(document, desk.mode)
        else:
            echo_text(f"{url} shows {desk.root}; Ctrl-C ends it", desk.mode)
        sys.stdout.flush()

    return say


def serve(
    environ: Mapping[str, str],
    *,
    host: str,
    port: int,
    books: bool,
    as_of: str | None,
    say: Callable[[str, Desk], None],
) -> None:
    """Listen until SIGTERM or Ctrl-C.

    Parameters
    ----------
    environ
        The process environment with the dotenv files.
    host, port, books, as_of
        As the flags.
    say
        Told the page's address, and the first look at the desk, once it is listened there.

    Raises
    ------
    UsageError
        If the host is not this machine's, the port is taken, or a clock is set for a real venue.
    NotBuilt
        If the extra ``[web]`` is not installed.
    VenueUnavailable
        If the local exchange, which tells the time, does not answer.
    """
    from kalshi_alpha.web.dashboard.guarded import loopback_host, own_hosts

    address = loopback_host(host)
    try:
        import uvicorn

        from kalshi_alpha.web.dashboard.app import dashboard_app
        from kalshi_alpha.web.dashboard.wiring import wire

        wired = wire(environ, books=books, as_of=as_of)
    except ImportError as error:
        raise NotBuilt(NEEDS_EXTRA) from error
    with listening(address, port) as bound:
        taken: int = bound.getsockname()[1]
        app = dashboard_app(wired.board, own_hosts(taken), wired.background)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=GOODBYE_S,
        )
        shown = f"[{address}]" if ":" in address else address
        say(f"http://{shown}:{taken}/", wired.board.desk)
        uvicorn.Server(config).run(sockets=[bound])


def listening(address: str, port: int) -> socket.socket:
    """Return a socket that is bound to this machine's own address.

    Raises
    ------
    UsageError
        If the port cannot be had.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address, port))
    except OSError as error:
        bound.close()
        raise UsageError(
            f"port {port} of {address} cannot be had ({error.strerror}); name another with --port"
        ) from error
    return bound


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(command, NAME, argv)


if __name__ == "__main__":
    exit_with(main())
