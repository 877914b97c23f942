"""Files beside the history that fill no table, and why each of them does not."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from kalshi_alpha.datastore.history import History

REVISED = "revised values of unknown date: nobody knew them at the time"
REPLAYED = "read by exec.evaluate alone: no feed brings it"
GRIDDED = "maxima of grid points, of no bulletin that the table knows"
MARKETS = "markets, for exec.evaluate --market: no feed brings them"
TRADED = "of markets: no feed brings it"
NO_CSV = "no CSV file"
NO_TABLE = "no feed's table takes it"

_BY_NAME = (
    ("consensus_vs_actual.csv", REPLAYED),
    ("cleveland_nowcast_yoy_daily_2013_2022.csv", REPLAYED),
    ("kalshi_cpi_mom_snapshots.csv", REPLAYED),
    *((f"{name}.csv", REVISED) for name in ("ICSA", "CCSA", "CPIAUCSL", "CPILFESL", "CUSR*")),
    *((f"{name}.csv", REVISED) for name in ("UNRATE", "PAYEMS", "PCEPILFE")),
    ("openmeteo_*.csv", GRIDDED),
)
"""Names that are known, and why they fill no table; the first that fits counts."""

_MARKET_COLUMNS = (
    frozenset({"ticker", "strike_type", "floor_strike", "cap_strike", "result"}),
    frozenset({"event_ticker", "reference_month", "actual_cpi_mom_pct"}),
)
"""What a file of markets, or one of events, has for ``exec.evaluate --market``."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file that fills no table, and why."""

    name: str
    why: str


def leftovers(history: History, taken: Iterable[str]) -> tuple[Leftover, ...]:
    """Return every file of the history that is not among ``taken``, in order of name.

    Hidden files are passed over. A name that several folders hold counts once.
    """
    names = frozenset(taken)
    found = {
        path.name: path
        for path in history.files("*")
        if path.is_file() and path.name not in names and not path.name.startswith(".")
    }
    return tuple(Leftover(name, _why(found[name])) for name in sorted(found))


def _why(path: Path) -> str:
    for pattern, why in _BY_NAME:
        if fnmatchcase(path.name, pattern):
            return why
    if path.suffix == ".csv" and any(wanted <= _header(path) for wanted in _MARKET_COLUMNS):
        return MARKETS
    if path.name.startswith("kalshi_"):
        return TRADED
    return NO_TABLE if path.suffix == ".csv" else NO_CSV


def _header(path: Path) -> frozenset[str]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        try:
            return frozenset(next(csv.reader(file), ()))
        except csv.Error:
            # Whatever it is, it has none of the columns that are looked for.
            return frozenset()
