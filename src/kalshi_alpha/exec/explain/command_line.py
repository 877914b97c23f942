"""What the command does with its flags: scan or read, then print."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from typing import Any

from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, progress, table
from kalshi_alpha.exec.explain.explanation import explanation, newest_explanation, of_market
from kalshi_alpha.exec.explain.read_only import ScanWanted, scan_apart
from kalshi_alpha.exec.explain.shown import ladder_tables, market_story
from kalshi_alpha.exec.runners.scan import refuse_dangerous, scan_options
from kalshi_alpha.exec.wiring import data_mode


def explain(flags: Mapping[str, Any]) -> int:
    """Explain the scan that the flags ask for, print it, and return the exit code.

    Raises
    ------
    UsageError
        If flags contradict each other, or there is no such series or market.
    KalshiAlphaError
        If the scan fails, or what an earlier one left cannot be read.
    """
    refuse_dangerous({**flags, "broker": "dry", "acknowledged": False})
    if flags["online"] or flags["offline"]:
        with progress(f"scanning {flags['series']}"):
            run, scanned = scan_apart(_wanted(flags), os.environ)
        told = explanation(run, scanned, flags["series"])
    else:
        told = _newest(flags)
    market = flags["market"]
    if market is not None:
        told = of_market(told, market)
    if flags["as_json"]:
        echo_json(told)
    elif not flags["quiet"]:
        lines = ladder_tables(told, table, _width()) if market is None else market_story(told)
        echo_text("\n".join(lines), told["mode"])
    return 0


def _width() -> int | None:
    """Return the columns of the terminal; None where the output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _newest(flags: Mapping[str, Any]) -> dict[str, Any]:
    if flags["as_of"] is not None:
        raise UsageError("--as-of needs --offline: what an earlier scan wrote keeps its own clock")
    paths = Paths.from_environ(os.environ)
    return newest_explanation(paths, load_settings(paths.configs), flags["series"])


def _wanted(flags: Mapping[str, Any]) -> ScanWanted:
    return ScanWanted(
        series=flags["series"],
        mode=data_mode(online=flags["online"], offline=flags["offline"]),
        fixtures_root=flags["fixtures_root"],
        driver_fixtures=flags["driver_fixtures"],
        pal_policy=flags["pal_policy"],
        portfolio_config=flags["portfolio_config"],
        options=scan_options(flags),
        as_of=flags["as_of"],
    )
