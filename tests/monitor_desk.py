"""What monitors look at: an empty root with the repository's settings."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from kalshi_alpha.config.monitors import load_monitors
from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.monitors.gather import Desk
from runs import REPO


def monitored(root: Path, at: datetime) -> Desk:
    """Return a desk at a root that nothing was written to, by the system's clock."""
    shutil.copytree(REPO / "configs", root / "configs")
    paths = Paths(root)
    return Desk(
        paths,
        load_settings(paths.configs),
        load_monitors(paths.config("monitors")).value,
        RunClock(at, ClockSource.SYSTEM),
    )
