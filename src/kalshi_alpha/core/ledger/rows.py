"""Ledger entries as flat rows of a fixed schema, and how rows of a re-run replace older ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.types import Side


class ColumnType(StrEnum):
    """The types a ledger column can have; ``TIME`` is an aware UTC datetime."""

    TEXT = "text"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    TIME = "time"


_T, _I, _F, _B, _A = (
    *(ColumnType.TEXT, ColumnType.INT, ColumnType.FLOAT),
    *(ColumnType.BOOL, ColumnType.TIME),
)

COLUMNS: tuple[tuple[str, ColumnType], ...] = (
    *(("entry_id", _T), ("mode", _T), ("environment", _T), ("clock_source", _T), ("kind", _T)),
    *(("evidence", _B), ("as_of", _A), ("run_scope", _T), ("series", _T), ("event_ticker", _T)),
    *(("market_ticker", _T), ("family", _T), ("quantity", _T), ("risk_unit", _T)),
    *(("side", _T), ("strike", _T), ("price_e4", _I), ("posted_e2", _I), ("filled_e2", _I)),
    *(("expected_e2", _I), ("expected_lo_e2", _I), ("expected_hi_e2", _I), ("fee_e6", _I)),
    *(("p", _F), ("p_model", _F), ("m_at_fill", _F), ("shrink", _F), ("w_bin", _F)),
    ("adverse", _F),
    *(("ev_expected", _F), ("pmf_sha256", _T), ("lead_hours", _F), ("placed_at", _A)),
    *(("filled_at", _A), ("close_mid", _F), ("settled_at", _A), ("outcome", _I)),
    ("payout_e6", _I),
    *(("touch_e4", _I), ("touch_depth_e2", _I), ("tick_e4", _I), ("ended_at", _A)),
)
"""Every column in order with its type: the whole schema a store needs to write a table."""

DERIVED = frozenset({"entry_id", "evidence", "ev_expected"})
"""Columns computed from the others; written for readers of the table, checked or ignored here."""

ADDED = frozenset({"touch_e4", "touch_depth_e2", "tick_e4", "ended_at"})
"""Columns that ledgers of older schemas lack; their rows are read as not knowing them."""

_ENUMS: dict[str, type[StrEnum]] = {
    "mode": LedgerMode,
    "clock_source": ClockSource,
    "kind": EntryKind,
    "side": Side,
}
_STORED = tuple((name, kind) for name, kind in COLUMNS if name not in DERIVED)


def to_row(entry: LedgerEntry) -> dict[str, Any]:
    """Return the entry as one value per column, in column order, times as UTC datetimes."""
    row: dict[str, Any] = {}
    for name, _ in COLUMNS:
        value = getattr(entry, name)
        if isinstance(value, StrEnum):
            value = value.value
        row[name] = value.astimezone(UTC) if isinstance(value, datetime) else value
    return row


def to_json(entry: LedgerEntry) -> dict[str, Any]:
    """Return the row with times as ISO 8601 text, so that any JSON encoder takes it."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in to_row(entry).items()
    }


def from_row(row: Mapping[str, Any]) -> LedgerEntry:
    """Rebuild an entry from a table row or from its JSON form.

    Raises
    ------
    TornFile
        If a column is missing or unknown, or the id does not belong to the contents.
    BadParameter
        If the values make no entry.
    """
    names = {name for name, _ in COLUMNS}
    if set(row) | ADDED != names:
        raise TornFile(f"ledger row has wrong columns: {sorted((set(row) | ADDED) ^ names)}")
    entry = LedgerEntry(**{name: _read(name, kind, row.get(name)) for name, kind in _STORED})
    if entry.entry_id != row["entry_id"]:
        raise TornFile(f"ledger row {row['entry_id']!r} does not hash to its own id")
    return entry


def _read(name: str, kind: ColumnType, value: Any) -> Any:
    if name in _ENUMS:
        return _member(_ENUMS[name], value)
    if kind is ColumnType.TIME and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value


def _member(enum: type[StrEnum], value: object) -> StrEnum:
    for member in enum:
        if member.value == value:
            return member
    raise TornFile(f"{enum.__name__} has no {value!r}")


def upsert(existing: Iterable[LedgerEntry], incoming: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Return all entries, an incoming one in the place of an existing one with its id.

    For fills and settlements, which arrive one by one.
    """
    merged = {entry.entry_id: entry for entry in existing}
    merged.update((entry.entry_id, entry) for entry in incoming)
    return list(merged.values())


class EventRun(NamedTuple):
    """One run over one event: what a repetition of it replaces."""

    mode: LedgerMode
    environment: str
    event_ticker: str
    as_of: datetime
    run_scope: str

    @classmethod
    def of(cls, entry: LedgerEntry) -> EventRun:
        """Return the run that an entry belongs to."""
        return cls(entry.mode, entry.environment, entry.event_ticker, entry.as_of, entry.run_scope)


def replace_runs(
    existing: Iterable[LedgerEntry],
    incoming: Iterable[LedgerEntry],
    repeated: Iterable[EventRun] = (),
) -> list[LedgerEntry]:
    """Return all entries, those of an event's earlier run dropped when that run is repeated.

    A repeated run may propose other prices, whose ids differ, or nothing at all; its old rows
    must not linger. For runs that rewrite their whole output: offline, paper and simulated ones.

    Parameters
    ----------
    existing, incoming
        The ledger, and the repeated runs' rows.
    repeated
        Runs that are repeated though no incoming row may show it.
    """
    fresh = list(incoming)
    gone = {*repeated, *map(EventRun.of, fresh)}
    return upsert((entry for entry in existing if EventRun.of(entry) not in gone), fresh)
