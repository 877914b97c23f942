"""Dated fee terms of the series replayed: from a file of the venue's changes, or a reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from kalshi_alpha.core.errors import MissingData, TornFile, UnknownFee
from kalshi_alpha.core.fees import FeeSchedule, FeeTerms

READING = "kalshi_weather_series_meta.json"
CHANGES = "kalshi_series_fee_changes.json"
_BEFORE = timedelta(days=3)


class _Reading(msgspec.Struct):
    series: str
    fee_type: str | None = None
    fee_multiplier: float | str | None = None


class _Change(msgspec.Struct):
    series_ticker: str
    scheduled_ts: datetime
    fee_type: str | None = None
    fee_multiplier: float | str | None = None


class _Changes(msgspec.Struct):
    series_fee_change_arr: list[_Change]


@dataclass(frozen=True, slots=True)
class FeeHistory:
    """Fee terms by series, and a sentence on where each comes from."""

    schedules: Mapping[str, FeeSchedule]
    notes: tuple[str, ...]


def fee_history(
    folders: Sequence[Path], series: Sequence[str], first: datetime, given: Path | None = None
) -> FeeHistory:
    """Return the fee terms of series from some instant on.

    Dated changes (the venue's ``/series/fee_changes`` as a file) go before a reading of the
    series' terms, which says nothing of the past: where it is all there is, it is taken to hold
    for the whole span, and the notes say so.

    Parameters
    ----------
    folders
        Searched for both files.
    series
        Whose terms.
    first
        From when on they are needed.
    given
        A file of changes to read instead of one in the folders.

    Raises
    ------
    MissingData
        If nothing says what a series charges: it is never assumed.
    TornFile
        If a file cannot be read.
    UnknownFee
        If its terms cannot be computed, or begin too late.
    """
    readings = {
        r.series: r for path in _files(folders, READING) for r in _read(path, list[_Reading])
    }
    files = [given] if given is not None else _files(folders, CHANGES)
    changes = [c for path in files for c in _read(path, _Changes).series_fee_change_arr]
    schedules: dict[str, FeeSchedule] = {}
    sources: dict[str, list[str]] = {}
    for ticker in sorted(set(series)):
        dated = [c for c in changes if c.series_ticker == ticker]
        if dated:
            schedules[ticker], source = _dated(dated), "by dated changes of the venue"
        elif ticker in readings:
            terms = FeeTerms.parse(readings[ticker].fee_type, readings[ticker].fee_multiplier)
            schedules[ticker] = FeeSchedule(((first - _BEFORE, terms),))
            source = (
                f"are {terms.fee_type.value} x {terms.multiplier:f} as read in {READING}, taken to "
                "hold for the whole span: no dated change is recorded"
            )
        else:
            raise MissingData(
                f"nothing says what {ticker} charges: put {READING} or {CHANGES} into a --data "
                "folder, or name a file with --fees"
            )
        schedules[ticker].at(first)
        sources.setdefault(source, []).append(ticker)
    notes = tuple(
        f"fee terms of {', '.join(tickers)} {source}" for source, tickers in sources.items()
    )
    return FeeHistory(schedules, notes)


def overridden(history: FeeHistory, fee_type: str) -> FeeHistory:
    """Return the same history under another fee formula; the multipliers stay.

    Raises
    ------
    UnknownFee
        If there is no such formula.
    """
    if not fee_type:
        return history

    def other(terms: FeeTerms | None) -> FeeTerms | None:
        return None if terms is None else terms.overridden(fee_type, None)

    schedules = {
        ticker: FeeSchedule(tuple((at, other(terms)) for at, terms in schedule.entries))
        for ticker, schedule in history.schedules.items()
    }
    return FeeHistory(schedules, (*history.notes, f"every series is charged as {fee_type}"))


def _dated(changes: Sequence[_Change]) -> FeeSchedule:
    entries: dict[datetime, FeeTerms] = {}
    for each in sorted(changes, key=lambda change: change.scheduled_ts):
        at = (
            each.scheduled_ts if each.scheduled_ts.tzinfo else each.scheduled_ts.replace(tzinfo=UTC)
        )
        terms = FeeTerms.parse(each.fee_type, each.fee_multiplier)
        if entries.setdefault(at, terms) != terms:
            raise UnknownFee(f"two fee changes of {each.series_ticker} at {at} disagree")
    return FeeSchedule(tuple(sorted(entries.items())))


def _files(folders: Sequence[Path], name: str) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob(name))]


def _read(path: Path, kind: Any) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError) as error:
        raise TornFile(f"{path} cannot be read as fee terms: {error}") from error
