"""What the command line asks of a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.exec.scan_options import ScanOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotRequest:
    """What the command line asked for.

    Attributes
    ----------
    series, env, pilot_config
        What is traded, where, and within which caps.
    fixtures_root, driver_fixtures
        Markets of the local exchange, and payloads of its day.
    seed, pace
        Of the local exchange that runs in this process.
    run_s
        Seconds to quote for; None quotes until the window ends.
    log_level
        Of the structured log of a session in real time.
    options
        How ladders are scanned.
    as_json, quiet
        What is printed.
    """

    series: str
    env: KalshiEnv
    pilot_config: Path
    fixtures_root: Path
    driver_fixtures: Path | None
    seed: int
    pace: float
    options: ScanOptions
    as_json: bool
    quiet: bool
    run_s: float | None = None
    log_level: str = "warning"

    def speaker(self) -> Callable[[str], None]:
        """Return what takes the lines that a person watches."""
        if self.quiet or self.as_json:
            return lambda _line: None
        return click.echo
