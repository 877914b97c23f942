"""The fill ratio that a scan expects: given, stored, or tuned from the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import MissingData, UsageError
from kalshi_alpha.core.execution.fillratio import (
    COLD_START_ALPHA,
    LOOKBACK_DAYS,
    FillAlpha,
    PostedOrder,
    fill_alpha,
)
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry
from kalshi_alpha.core.types import Contracts
from kalshi_alpha.datastore.artifacts import read_json
from kalshi_alpha.datastore.atomic import write_json

SCHEMA = 1
AUTO = "auto"


def expected_fill_ratio(
    option: str | None, path: Path, entries: Iterable[LedgerEntry], family: str, at: datetime
) -> FillAlpha:
    """Return the fill ratio to expect.

    Parameters
    ----------
    option
        ``--fill-alpha``: a number in [0, 1], ``auto`` to tune it from the ledger now, or None
        for the state file, and where there is none the cold start.
    path
        ``fill_alpha.json``.
    entries
        The ledger; read only for ``auto``.
    family, at
        Whose orders, and the clock that their ages are counted from.

    Raises
    ------
    UsageError
        If the option is neither a ratio nor ``auto``.
    TornFile, NewerSchema, FutureData
        If the state file cannot be trusted.
    """
    given = given_ratio(option)
    if given is not None:
        return FillAlpha(given, given, given, 0, 0.0, 0.0, 0.0, LOOKBACK_DAYS)
    if option == AUTO:
        tuned = fill_alpha(_posted(entries, family, at))
        _store(path, family, tuned, at)
        return tuned
    return _stored(path, family, at)


def given_ratio(option: str | None) -> float | None:
    """Return the number that ``--fill-alpha`` gives, or None if it gives none.

    Raises
    ------
    UsageError
        If it is neither ``auto`` nor a number in [0, 1].
    """
    if option is None or option == AUTO:
        return None
    try:
        given = float(option)
    except ValueError as error:
        raise UsageError(f"--fill-alpha takes a number or auto, was {option!r}") from error
    if not 0.0 <= given <= 1.0:
        raise UsageError(f"--fill-alpha must lie in [0, 1], was {option}")
    return given


def _posted(entries: Iterable[LedgerEntry], family: str, at: datetime) -> list[PostedOrder]:
    return [
        PostedOrder(
            posted=Contracts(row.posted_e2),
            filled=Contracts(row.filled_e2),
            age_days=(at - row.placed_at).total_seconds() / 86_400,
        )
        for row in entries
        if row.kind is EntryKind.FILLED and row.family == family and row.placed_at <= at
    ]


def _stored(path: Path, family: str, at: datetime) -> FillAlpha:
    try:
        document = read_json(path, SCHEMA, at)
    except MissingData:
        return COLD_START_ALPHA
    found = document.get("series", {}).get(family)
    return COLD_START_ALPHA if found is None else msgspec.convert(found, FillAlpha)


def _store(path: Path, family: str, tuned: FillAlpha, at: datetime) -> None:
    try:
        series = dict(read_json(path, SCHEMA, at)["series"])
    except MissingData:
        series = {}
    series[family] = tuned
    write_json(path, {"schema": SCHEMA, "generated_at": at, "series": series})
