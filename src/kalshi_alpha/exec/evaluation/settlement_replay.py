"""Our reading of the venue's rules against its own results, market by market."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

from kalshi_alpha.core.errors import DomainError, MissingData, TornFile, UsageError
from kalshi_alpha.core.ladder import interval
from kalshi_alpha.core.types import SettlementGrid, Strike, StrikeType
from kalshi_alpha.datastore.history import History
from kalshi_alpha.exec.evaluation.market_family import FAMILIES, family_of_market

_WANTED = ("ticker", "strike_type", "floor_strike", "cap_strike", "result")
_VALUES = ("settlement_value", "settlement_tmax_f", "settled_value", "expiration_value")
_AMBIGUOUS = "ambiguous"
_EVENT = ("event_ticker", "reference_month", "actual_cpi_mom_pct")
_EVENT_FAMILY = "CPI"
_EVENT_MEASURE = "cpi_mom_pct"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A market whose recorded result is not what our reading of its rules gives."""

    ticker: str
    rule: str
    value: str
    recorded: str
    ours: str


@dataclass(frozen=True, slots=True)
class SettlementReplay:
    """Markets compared, those that carried no result or value, and those that disagree."""

    compared: int
    left_out: Mapping[str, int]
    mismatches: tuple[Mismatch, ...]
    what: str = "markets"

    @property
    def agreement(self) -> float | None:
        """Share of compared markets that agree; None if nothing could be compared."""
        return None if not self.compared else 1.0 - len(self.mismatches) / self.compared


def settlement_replay(
    path: Path, folders: Sequence[Path] = (), families: Sequence[str] = ()
) -> SettlementReplay:
    """Read a file of markets or of events, and settle each anew.

    Markets of a known family that is not among ``families`` are left out and counted, unless a
    family of a plug-in is asked for: which tickers are its own, nobody here knows.

    A file of markets has ``ticker, strike_type, floor_strike, cap_strike, result`` and a
    settlement value (``settlement_value`` or ``settlement_tmax_f``): each market's rule is applied
    to its value. Rows whose ``result_source`` says that the result is ambiguous are left out and
    counted. A file of CPI events has ``event_ticker, reference_month, actual_cpi_mom_pct``: the
    value that each settled on is compared with the first print in the history folders.

    Raises
    ------
    MissingData
        If the file, a column or the history of first prints is not there.
    TornFile
        If it is no CSV.
    UsageError
        If every market in it is of a family that was not asked for.
    """
    import polars as pl

    if not path.is_file():
        raise MissingData(f"{path} is not there")
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise TornFile(f"{path}: {error}") from error
    if not set(_EVENT) - set(frame.columns):
        _require_asked_for(path, {_EVENT_FAMILY}, families)
        return _events(frame.to_dicts(), _first_prints(folders))
    absent = [column for column in _WANTED if column not in frame.columns]
    values = [column for column in _VALUES if column in frame.columns]
    if absent or not values:
        raise MissingData(
            f"{path} has no column {absent[0] if absent else _VALUES[0]}: markets are named by "
            f"{', '.join(_WANTED)} and a value, CPI events by {', '.join(_EVENT)}"
        )
    return _of_families(path, frame.to_dicts(), values[0], families)


def _of_families(
    path: Path, rows: Sequence[dict[str, str | None]], value: str, families: Sequence[str]
) -> SettlementReplay:
    found = [family_of_market(row.get("series") or str(row["ticker"])) for row in rows]
    _require_asked_for(path, set(found), families)
    kept = [row for row, of in zip(rows, found, strict=True) if _is_asked_for(of, families)]
    replayed = _replayed(kept, value)
    others = len(rows) - len(kept)
    if not others:
        return replayed
    return replace(replayed, left_out={**replayed.left_out, "of another family": others})


def _require_asked_for(path: Path, found: set[str | None], families: Sequence[str]) -> None:
    """Refuse a file without a single market that could be of the families asked for."""
    if found and not any(_is_asked_for(each, families) for each in found):
        held = ", ".join(sorted(each for each in found if each is not None))
        raise UsageError(
            f"--market {path}: no market of {', '.join(families)} in it, only of {held}; "
            "name that family, or another file"
        )


def _is_asked_for(of: str | None, families: Sequence[str]) -> bool:
    return of is None or not families or of in families or bool(set(families) - FAMILIES)


def _first_prints(folders: Sequence[Path]) -> dict[str, str]:
    """Return the first print of each month, by ``YYYY-MM``, as text."""
    history = History(folders)
    calendar = history.frame(
        "release_calendar.csv",
        (("release", "text"), ("reference_month", "text"), ("release_date", "date")),
        ("release", "release_date"),
        ("release_date",),
    )
    prints = history.frame(
        "consensus_vs_actual.csv",
        (("release_date", "date"), ("measure", "text"), ("actual_first_print", "text")),
        ("release_date", "measure"),
        ("release_date",),
    )
    months = {
        row["release_date"]: row["reference_month"]
        for row in calendar.to_dicts()
        if row["release"] == "CPI"
    }
    return {
        months[row["release_date"]]: row["actual_first_print"]
        for row in prints.to_dicts()
        if row["measure"] == _EVENT_MEASURE
        and row["release_date"] in months
        and row["actual_first_print"]
    }


def _events(
    rows: Iterable[Mapping[str, str | None]], prints: Mapping[str, str]
) -> SettlementReplay:
    compared, mismatches = 0, []
    left_out: dict[str, int] = {}
    for row in rows:
        ticker, month, settled = (row[name] for name in _EVENT)
        printed = prints.get(month or "")
        if not settled or printed is None:
            why = "no first print at hand" if settled else "no settlement value"
            left_out[why] = left_out.get(why, 0) + 1
            continue
        compared += 1
        if Decimal(settled) != Decimal(printed):
            rule = f"first print of {month}"
            mismatches.append(Mismatch(str(ticker), rule, str(month), settled, printed))
    return SettlementReplay(compared, left_out, tuple(mismatches), "CPI events")


def _replayed(rows: Iterable[Mapping[str, str | None]], value_column: str) -> SettlementReplay:
    compared, mismatches = 0, []
    left_out: dict[str, int] = {}
    for row in rows:
        why = _unusable(row, value_column)
        if why is not None:
            left_out[why] = left_out.get(why, 0) + 1
            continue
        compared += 1
        strike, value = _strike(row), Decimal(str(row[value_column]))
        ours = "yes" if _pays(strike, value) else "no"
        if ours != _result(row):
            mismatches.append(
                Mismatch(str(row["ticker"]), str(strike), str(value), str(row["result"]), ours)
            )
    return SettlementReplay(compared, left_out, tuple(mismatches))


def _unusable(row: Mapping[str, str | None], value_column: str) -> str | None:
    if _AMBIGUOUS in (row.get("result_source") or ""):
        return "result is ambiguous"
    if _result(row) not in {"yes", "no"}:
        return "no result"
    if not row[value_column]:
        return "no settlement value"
    try:
        _strike(row)
        Decimal(str(row[value_column]))
    except (DomainError, InvalidOperation, ValueError):
        return "rules cannot be read"
    return None


def _result(row: Mapping[str, str | None]) -> str:
    return (row["result"] or "").strip().lower()


def _strike(row: Mapping[str, str | None]) -> Strike:
    bounds = [Decimal(str(row[name])) if row[name] else None for name in _WANTED[2:4]]
    return Strike(StrikeType(str(row["strike_type"])), bounds[0], bounds[1])


def _pays(strike: Strike, value: Decimal) -> bool:
    """Settle on the finest grid that holds the value and the bounds."""
    numbers = [value, *(bound for bound in (strike.floor, strike.cap) if bound is not None)]
    places = max(max(0, -int(each.normalize().as_tuple().exponent)) for each in numbers)
    grid = SettlementGrid(Decimal(1).scaleb(-places), "value")
    pays = interval(strike, grid)
    index = grid.index(value)
    return (pays.lo is None or pays.lo <= index) and (pays.hi is None or index <= pays.hi)
