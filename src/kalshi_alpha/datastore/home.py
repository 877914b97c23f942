"""The root, and the few state files that must be found while nothing else can be loaded.

`Paths` spells every path and takes these from here. The kill switch comes straight here: it must
start in a moment, with the standard library alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HOME_VARIABLE = "KALSHI_ALPHA_HOME"


def home(environ: Mapping[str, str]) -> Path:
    """Return the root: ``KALSHI_ALPHA_HOME``, or the current directory if it is unset."""
    return Path(environ.get(HOME_VARIABLE) or ".").absolute()


def dotenv_files(root: Path) -> tuple[Path, Path]:
    """Return the files of variables, the one that wins first."""
    return (root / ".env.local", root / ".env")


def state_folder(root: Path) -> Path:
    """Return the folder of the state files that outlive a run."""
    return root / "data" / "proc" / "state"


def kill_switch(root: Path) -> Path:
    """Return the sentinel whose mere presence stops every submission."""
    return state_folder(root) / "kill_switch"


def heartbeat(root: Path) -> Path:
    """Return the last sign of life of the running session."""
    return state_folder(root) / "heartbeat.json"


def order_journal(root: Path) -> Path:
    """Return the journal of order intents, sends, acknowledgements, fills and unknowns."""
    return state_folder(root) / "orders.sqlite"
