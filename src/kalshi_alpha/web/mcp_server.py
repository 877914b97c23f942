"""What an assistant may ask the desk, over the Model Context Protocol: four questions, no deeds.

``python -m kalshi_alpha.web.mcp_server`` speaks over its own standard input and output (extra
``[mcp]``). Every tool reads what lies below the root and answers with the document that the
command of the same name prints. Nothing that sends, cancels, arms or writes is imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kalshi_alpha.core.errors import KalshiAlphaError, MissingData, UsageError
from kalshi_alpha.exec.command import HELP, exit_with, run_command

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

Document = dict[str, Any]

NAME = "mcp_server"
ABOUT = (
    "Reads the state of one kalshi-alpha desk from its files. It cannot place, cancel, arm or "
    "write. Figures are the desk's own; a document's mode and generated_at say what it is worth."
)
SCHEMA = 1
DAYS_MOST = 3650


class Desk:
    """The questions, over one root.

    Parameters
    ----------
    environ
        Says which root, which venue and, for practice, which clock.
    histories
        Folders of history that forecasts may be evaluated on.

    Raises
    ------
    KalshiAlphaError
        From every question: if what it reads is absent or cannot be read.
    """

    def __init__(self, environ: Mapping[str, str], histories: Sequence[Path] = ()) -> None:
        self._environ, self._histories = environ, tuple(histories)

    def status(self) -> Document:
        """Tell the state of the desk: verdict and reasons, feeds, monitors, orders, exposure."""
        from kalshi_alpha.datastore.paths import Paths
        from kalshi_alpha.exec.clock import run_clock
        from kalshi_alpha.exec.desk.document import desk_document
        from kalshi_alpha.exec.desk.look import look_at_desk

        paths = Paths.from_environ(self._environ)
        clock = run_clock(None, self._environ)
        return desk_document(look_at_desk(paths, clock, self._environ))

    def explain(self, series: str, market: str | None = None) -> Document:
        """Tell why each market of a series was traded or not, as its newest scan left it.

        ``series`` is a family (CPI) or a ticker (KXCPI); ``market``, a ticker too, keeps that one.
        """
        from kalshi_alpha.config.settings import load_settings
        from kalshi_alpha.datastore.paths import Paths
        from kalshi_alpha.exec.explain.explanation import newest_explanation, of_market

        paths = Paths.from_environ(self._environ)
        try:
            told = newest_explanation(paths, load_settings(paths.configs), series)
        except MissingData as error:
            # Its remedy names flags of a command that an assistant does not have.
            raise MissingData(
                f"{series} was never scanned below {paths.root}: its operator scans it with "
                "kalshi-alpha scan"
            ) from error
        return told if market is None else of_market(told, market)

    def evaluate(self, family: str) -> Document:
        """Score a family's forecasts walk-forward on history: skill, calibration, sharpness.

        The history is that of the folders the server was started with; it may take a minute.
        """
        from kalshi_alpha.exec.artifacts import plain
        from kalshi_alpha.exec.evaluation.run import EvaluationRequest, evaluate_family

        if not self._histories:
            raise MissingData("no history to evaluate on: start the server with --data FOLDER")
        name = family.upper()
        request = EvaluationRequest(families=(name,), folders=self._histories)
        found = evaluate_family(request, name)
        return {
            "schema": SCHEMA,
            "family": name,
            **found.document,
            "left_out": plain(found.left_out),
        }

    def scoreboard(self, days: int = 30) -> Document:
        """Tell what was expected and what came of it over the last days, from the ledger."""
        from kalshi_alpha.datastore.paths import Paths
        from kalshi_alpha.exec.clock import run_clock
        from kalshi_alpha.exec.scoreboard import document, look

        if not 1 <= days <= DAYS_MOST:
            raise UsageError(f"days must lie in 1..{DAYS_MOST}, was {days}")
        paths = Paths.from_environ(self._environ)
        found = look(paths, run_clock(None, self._environ), (days,))
        return document(found, ())


def server(desk: Desk) -> MCPServer[Any]:
    """Return the server with its four tools, each marked as reading only.

    Raises
    ------
    UsageError
        If the extra ``[mcp]`` is not installed.
    """
    try:
        from mcp.server.mcpserver import MCPServer
        from mcp.types import ToolAnnotations
    except ImportError as error:
        raise UsageError(
            "the extra [mcp] is not installed: pip install 'kalshi-alpha[mcp]'"
        ) from error

    made: MCPServer[Any] = MCPServer("kalshi-alpha", instructions=ABOUT, log_level="ERROR")
    reads = ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    for question in (desk.status, desk.explain, desk.evaluate, desk.scoreboard):
        made.add_tool(_told(question), annotations=reads)
    return made


def _told(question: Callable[..., Document]) -> Callable[..., Document]:
    """Return the question with its errors on purpose in one line, secrets masked."""
    from functools import wraps

    from mcp.server.mcpserver.exceptions import ToolError

    from kalshi_alpha.core.redaction import redact_text

    @wraps(question)
    def answer(*args: Any, **named: Any) -> Document:
        try:
            return question(*args, **named)
        except KalshiAlphaError as error:
            raise ToolError(redact_text(" ".join(str(error).split()))) from error

    return answer


@click.command(context_settings=HELP)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    multiple=True,
    help="History folder that forecasts may be evaluated on; repeat it to continue the series.",
)
def cli(*, data: tuple[Path, ...]) -> int:
    """Answer an assistant's questions about the desk over standard input and output.

    Tools: status, explain, evaluate, scoreboard. None of them places, cancels, arms or writes.

    Exit codes: 0 the assistant left, 2 usage.
    """
    server(Desk(os.environ, data)).run("stdio")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, NAME, argv)


if __name__ == "__main__":
    exit_with(main())
