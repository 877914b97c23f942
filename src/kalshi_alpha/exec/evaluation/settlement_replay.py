"""Our reading of the venue's rules against its own results, market by market."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from kalshi_alpha.core.errors import DomainError, MissingData, TornFile
from kalshi_alpha.core.ladder import interval
from kalshi_alpha.core.types import SettlementGrid, Strike, StrikeType

_WANTED = ("ticker", "strike_type", "floor_strike", "cap_strike", "result")
_VALUES = ("settlement_value", "settlement_tmax_f", "settled_value", "expiration_value")
_AMBIGUOUS = "ambiguous"


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

    @property
    def agreement(self) -> float | None:
        """Share of compared markets that agree; None if nothing could be compared."""
        return None if not self.compared else 1.0 - len(self.mismatches) / self.compared


def settlement_replay(path: Path) -> SettlementReplay:
    """Read a file of markets with rules, values and results, and settle each anew.

    Needed columns: ``ticker, strike_type, floor_strike, cap_strike, result`` and a settlement
    value (``settlement_value`` or ``settlement_tmax_f``). Rows whose ``result_source`` says that
    the result is ambiguous are left out and counted.

    Raises
    ------
    MissingData
        If the file or a column is not there.
    TornFile
        If it is no CSV.
    """
    import polars as pl

    if not path.exists():
        raise MissingData(f"{path} is not there")
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise TornFile(f"{path}: {error}") from error
    absent = [column for column in _WANTED if column not in frame.columns]
    values = [column for column in _VALUES if column in frame.columns]
    if absent or not values:
        raise MissingData(f"{path} has no column {absent[0] if absent else values or _VALUES[0]}")
    return _replayed(frame.to_dicts(), values[0])


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
        if ours != row["result"]:
            mismatches.append(
                Mismatch(str(row["ticker"]), str(strike), str(value), str(row["result"]), ours)
            )
    return SettlementReplay(compared, left_out, tuple(mismatches))


def _unusable(row: Mapping[str, str | None], value_column: str) -> str | None:
    if _AMBIGUOUS in (row.get("result_source") or ""):
        return "result is ambiguous"
    if row["result"] not in {"yes", "no"}:
        return "no result"
    if not row[value_column]:
        return "no settlement value"
    try:
        _strike(row)
        Decimal(str(row[value_column]))
    except (DomainError, InvalidOperation, ValueError):
        return "rules cannot be read"
    return None


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
