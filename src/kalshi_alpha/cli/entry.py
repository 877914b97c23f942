"""Where ``kalshi-alpha`` begins: the kill switch is answered before anything else is loaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from kalshi_alpha.datastore.streams import open_streams

DEBUG = "KALSHI_ALPHA_DEBUG"
WANTED = ("on", "off", "status")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    if argv is None:
        open_streams()
    given = list(sys.argv[1:] if argv is None else argv)
    if "--debug" in given:
        # Wherever it stands: it is typed after a command has failed, at the end of the line.
        given.remove("--debug")
        os.environ[DEBUG] = "1"
    if len(given) > 1 and given[0] == "kill" and given[1] in WANTED:
        from kalshi_alpha.cli.kill_now import kill_now

        return kill_now(given[1], given[2:], os.environ)
    from kalshi_alpha.cli.roof import run

    return run(given, is_process=argv is None)
