"""The drawdown on disk: what profit was day by day, and whether a limit is reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import DataError, FutureData, MissingData, TornFile
from kalshi_alpha.core.gates import Fault, Finding, Reading, ReadingName, Reason, fault_of
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry
from kalshi_alpha.core.monitors.drawdown import (
    WEEK_DAYS,
    DayEquity,
    Fall,
    KeptFall,
    Limits,
    Span,
    falls,
    falls_told,
    marked_profit,
    with_look,
)
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.core.types import Money
from kalshi_alpha.datastore.artifacts import CLOCK_TOLERANCE, END_OF_TIME, read_typed
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.monitors.alert_log import read_alerts

SCHEMA = 1
_REMEDY = "run make monitors"
_UNDO = (
    f"put it back from the newest backup, or move it away and {_REMEDY}: a limit that was reached "
    "holds all the same"
)


class DayLook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Profit over a day as it was looked at, in dollars."""

    high_usd: str
    last_usd: str


class FallFound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fall against its limit, in dollars.

    Attributes
    ----------
    mode, span, fallen_usd, limit_usd, reached
        Of which ledger mode, how far within what, and whether that is the limit.
    seen_at
        When the alert log saw it last, if the looks that measured it are lost; else None.
    """

    mode: str
    span: Span
    fallen_usd: str
    limit_usd: str
    reached: bool
    seen_at: datetime | None = None

    def kept(self) -> KeptFall | None:
        """Return what is known from the alert log alone, or None if it was measured."""
        if self.seen_at is None:
            return None
        fallen, limit = Money.parse(self.fallen_usd), Money.parse(self.limit_usd)
        return KeptFall(Fall(self.mode, self.span, fallen, limit), self.seen_at)


class DrawdownFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What ``data/proc/state/drawdown.json`` holds."""

    schema: int
    generated_at: datetime
    clock_source: ClockSource
    falls: tuple[FallFound, ...]
    days: dict[str, dict[date, DayLook]]


def drawdown_path(paths: Paths) -> Path:
    """Return where the state lies."""
    return paths.state / "drawdown.json"


def read_drawdown(path: Path, at: datetime) -> DrawdownFile:
    """Return the state.

    Raises
    ------
    MissingData, TornFile, NewerSchema, FutureData
        As `read_json`; TornFile also if a value is not of its type.
    """
    found = read_typed(path, DrawdownFile, SCHEMA, at, remedy=_UNDO)
    try:
        for looks in found.days.values():
            for look in looks.values():
                Money.parse(look.high_usd), Money.parse(look.last_usd)
        for each in found.falls:
            each.kept()
    except ValueError as error:
        raise TornFile(f"{path}: {error}; {_UNDO}") from error
    return found


def clock_of(path: Path) -> ClockSource | None:
    """Return the kind of clock under which the state was written; None if there is none to keep."""
    try:
        return read_drawdown(path, END_OF_TIME).clock_source
    except MissingData:
        return None


def known_state(path: Path, at: datetime, source: ClockSource) -> DrawdownFile | None:
    """Return the state of the last look under the same kind of clock; None if there is none.

    Under a set clock a later state is none either: a practised day may be gone back to.

    Raises
    ------
    TornFile, NewerSchema, FutureData
        If it cannot be trusted.
    """
    try:
        found = read_drawdown(path, END_OF_TIME)
    except MissingData:
        return None
    if source is ClockSource.SYSTEM and found.generated_at > at + CLOCK_TOLERANCE:
        raise FutureData(
            f"{path}: dated {found.generated_at.isoformat()}, after the clock; set the clock, or "
            "move the file away"
        )
    late = found.generated_at > at + CLOCK_TOLERANCE
    return None if late or found.clock_source is not source else found


def kept_falls(
    before: DrawdownFile | None, paths: Paths, at: datetime, source: ClockSource
) -> tuple[KeptFall, ...]:
    """Return the limits that were reached, still hold, and are in no look that is left.

    A file that is gone took its looks with it; the alert log says what they found. Of each mode
    and span the alert that was seen last counts.

    Parameters
    ----------
    before
        The state of the last look.
    paths
        Where it lies, and the alert log, which is read only if the file is gone.
    at, source
        The clock.

    Raises
    ------
    TornFile, NewerSchema
        If the log is needed and cannot be read.
    """
    if before is not None:
        known = [kept for each in before.falls if (kept := each.kept()) is not None]
    elif drawdown_path(paths).exists():
        known = []
    else:
        known = [
            KeptFall(fall, line.at)
            for line in read_alerts(paths.alert_log)
            if line.monitor == Monitor.DRAWDOWN.value and line.clock_source is source
            if line.at <= at + CLOCK_TOLERANCE
            for fall in falls_told(line.cause)
        ]
    known.sort(key=lambda each: each.seen_at)
    last = {(each.fall.mode, each.fall.span): each for each in known if each.holds(at)}
    return tuple(last.values())


def begun_anew(path: Path, at: datetime, source: ClockSource) -> str:
    """Return what is to be said before a look at an earlier set clock replaces a later one's.

    Empty if it does not: the file is not of later, or is the system's and is left as it is.
    """
    try:
        found = read_drawdown(path, END_OF_TIME)
    except DataError:
        return ""
    if not (source is found.clock_source is ClockSource.SET):
        return ""
    if found.generated_at <= at + CLOCK_TOLERANCE:
        return ""
    return f"{path}: was of a later set clock, {found.generated_at.isoformat()}, and is begun anew"


def look(
    before: DrawdownFile | None,
    rows: Sequence[LedgerEntry],
    marks: Mapping[str, float],
    at: datetime,
    limits: Limits,
    source: ClockSource,
    kept: Sequence[KeptFall] = (),
) -> tuple[tuple[Fall, ...], DrawdownFile]:
    """Look at profit now, mode by mode, and return the falls and the new state.

    Parameters
    ----------
    before
        The state of the last look.
    rows
        Rows that count, none of them later than the clock.
    marks
        Newest mid of YES by market, in dollars.
    at, source
        The clock.
    limits
        What stops trading.
    kept
        Falls of looks that are lost, which the state remembers.
    """
    found: list[Fall] = []
    days: dict[str, dict[date, DayLook]] = {}
    known = before.days if before is not None else {}
    for mode in sorted({*known, *(row.mode.value for row in rows)}):
        own = [row for row in rows if row.mode.value == mode and row.kind is EntryKind.FILLED]
        looks = with_look(_equities(known.get(mode, {})), marked_profit(own, marks), at)
        found += falls(mode, own, looks, at, limits)
        days[mode] = {day: DayLook(str(e.high), str(e.last)) for day, e in sorted(looks.items())}
    return tuple(found), DrawdownFile(
        schema=SCHEMA,
        generated_at=at,
        clock_source=source,
        falls=_found(found, kept, at),
        days=days,
    )


def _found(
    measured: Sequence[Fall], kept: Iterable[KeptFall], at: datetime
) -> tuple[FallFound, ...]:
    """Return one fall for each mode and span: one that is kept stays, anew if it is reached now."""
    found = {(f.mode, f.span): _fall_found(f) for f in measured}
    reached = {(f.mode, f.span): f for f in measured if f.reached}
    for each in kept:
        key = (each.fall.mode, each.fall.span)
        again = reached.get(key)
        deeper = each.fall if again is None else max(each.fall, again, key=lambda f: f.fallen.e6)
        found[key] = _fall_found(deeper, each.seen_at if again is None else at)
    return tuple(found.values())


def _fall_found(f: Fall, seen_at: datetime | None = None) -> FallFound:
    reached = seen_at is not None or f.reached
    return FallFound(f.mode, f.span, str(f.fallen), str(f.limit), reached, seen_at)


def _equities(looks: Mapping[date, DayLook]) -> dict[date, DayEquity]:
    return {
        day: DayEquity(Money.parse(each.high_usd), Money.parse(each.last_usd))
        for day, each in looks.items()
    }


def write_drawdown(path: Path, state: DrawdownFile) -> None:
    """Replace the state."""
    write_json(path, msgspec.to_builtins(state))


def drawdown_reading(
    path: Path, at: datetime, source: ClockSource, *, max_age: timedelta | None = None
) -> Reading:
    """Return the drawdown as the gate reads it.

    A limit that was reached holds until its span is over: the day's to the end of New York's day,
    the week's for seven days. What was written under a set clock says nothing to a run under the
    system's; what the system's clock wrote later says nothing to a run under a set one.

    Parameters
    ----------
    path
        The state.
    at, source
        The run's clock.
    max_age
        How old the state may be, before orders are sent; None if age does not matter.
    """
    name = ReadingName.DRAWDOWN
    try:
        state = read_drawdown(path, END_OF_TIME)
        late = state.generated_at > at + CLOCK_TOLERANCE
        if source is ClockSource.SET and state.clock_source is ClockSource.SYSTEM and late:
            said = "was written under the system's clock, later than the set one"
            return Reading(name, fault=Fault.MISSING, detail=f"{path}: {said}")
        if source is ClockSource.SYSTEM and state.clock_source is ClockSource.SET:
            said = f"was written under a set clock; {_REMEDY}"
            return Reading(name, fault=Fault.UNREADABLE, detail=f"{path}: {said}")
        if late:
            raise FutureData(f"{path}: dated after the clock")
    except MissingData:
        return Reading(name, fault=Fault.MISSING, detail=f"{path}: {_REMEDY}")
    except DataError as error:
        return Reading(name, fault=fault_of(error), detail=str(error))
    # A file of seconds ahead is as good as one of now; the gate itself knows no tolerance.
    made_at = min(state.generated_at, at)
    findings = tuple(
        Finding(Reason.DRAWDOWN, f"{each.mode} down ${each.fallen_usd} in a {each.span}")
        for each in state.falls
        if each.reached and _holds(each, made_at, at)
    )
    detail = "; ".join(each.detail for each in findings) or "no limit is reached"
    return Reading(name, findings, detail=detail, at=made_at, max_age=max_age)


def _holds(found: FallFound, made_at: datetime, at: datetime) -> bool:
    kept = found.kept()
    if kept is not None:
        return kept.holds(at)
    days = (new_york(at).date() - new_york(made_at).date()).days
    return days < (1 if found.span is Span.DAY else WEEK_DAYS)
