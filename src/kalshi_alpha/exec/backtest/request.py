"""What a backtest is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestRequest:
    """The command line.

    Attributes
    ----------
    family
        Whose events and forecasts.
    data
        Folders of history and recordings; recordings may lie at a URL.
    first, last
        Bounds of the event dates, inclusive.
    settings, grid
        ``name=value`` and ``name=a,b,c``.
    executor, workers
        Where days are replayed, and by how many.
    fees
        File of the venue's dated fee changes.
    as_json, plots
        What to show and draw.
    explain
        An event whose story is told instead.
    check_lookahead
        Whether to make everything after some instants absurd and compare decisions.
    study
        Where to write the study.
    """

    family: str
    data: tuple[str, ...]
    first: date | None = None
    last: date | None = None
    settings: tuple[str, ...] = ()
    grid: tuple[str, ...] = ()
    executor: str = "local"
    workers: int = WORKERS
    fees: Path | None = None
    as_json: bool = False
    plots: bool = False
    explain: str | None = None
    check_lookahead: bool = False
    study: Path | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders among the data; URLs hold tables only."""
        return tuple(Path(each) for each in self.data if "://" not in each)
