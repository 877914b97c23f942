"""What the command line asks of a session."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.datastore.speaker import Speaker
from kalshi_alpha.exec.scan_options import ScanOptions

PACE_MAX = 10_000.0
RUN_SECONDS_MAX = 7 * 86_400
"""A week: longer than any window."""


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

    Raises
    ------
    UsageError
        If the pace or the seconds are no number that a session can be held by.
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

    def __post_init__(self) -> None:
        # Written so that what is no number fails it, too.
        if not 0 < self.pace <= PACE_MAX:
            raise UsageError(f"--pace must be above 0 and at most {PACE_MAX:g}, was {self.pace}")
        if self.run_s is not None and not 0 < self.run_s <= RUN_SECONDS_MAX:
            raise UsageError(
                f"--run-seconds must be above 0 and at most {RUN_SECONDS_MAX}, was {self.run_s}; "
                "leave it out to quote until the window ends"
            )

    def speaker(self, *, waits: bool = False) -> Speaker:
        """Return what takes the lines that a person watches.

        Parameters
        ----------
        waits
            As `Speaker` takes it: True only for a session whose time stands still meanwhile.
        """
        return Speaker("pilot", waits=waits, silent=self.quiet or self.as_json)
