"""Proof that a forecast does not see the future: poison it, and nothing may change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kalshi_alpha.core.errors import KalshiAlphaError, MissingData
from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.history import History
from kalshi_alpha.exec.evaluation.dating import Dating, datings, known_from
from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.strategy import Strategy

if TYPE_CHECKING:
    import polars as pl

CUTS = 3
_ZONE = ZoneInfo("America/New_York")


class PoisonedHistory(History):
    """History in which everything that was not known at an instant is absurd.

    Numbers of later rows are mirrored within their column's range, so that they stay numbers a
    reader accepts. Where a row is named by what it is about and by when it was said, revised
    values are planted too: every row known before is said anew, one second or one day later.
    """

    def __init__(self, folders: Sequence[Path], cut: datetime) -> None:
        super().__init__(folders)
        self._cut = cut.astimezone(UTC)

    def frame(
        self, name: str, columns: Sequence[Column], key: Sequence[str], sort: Sequence[str]
    ) -> pl.DataFrame:
        """Read a table and poison what was not known at the instant."""
        import polars as pl

        clean = super().frame(name, columns, key, sort)
        found = datings(name, columns)
        numbers = [c for c, kind in columns if kind in {"int", "float"} and c not in key]
        if not found or not numbers or not clean.height:
            return clean
        groups = [column for column, kind in columns if kind == "text" and column in key]
        late = {column: self._late(column, found, columns) for column in numbers}
        poisoned = clean.with_columns(
            pl.when(late[column]).then(_mirrored(column, groups)).otherwise(pl.col(column))
            .cast(clean.schema[column]).alias(column)
            for column in numbers
        )  # fmt: skip
        planted = self._planted(clean, found, columns, key)
        if planted is None:
            return poisoned
        whole = pl.concat([poisoned, planted]).unique(
            subset=list(key), keep="first", maintain_order=True
        )
        return whole.sort(list(sort), maintain_order=True) if sort else whole

    def _late(self, column: str, found: Sequence[Dating], columns: Sequence[Column]) -> pl.Expr:
        """Say of each row whether a column's value came out after the cut."""
        import polars as pl

        own = [each for each in found if column in each.values]
        rules = own or [each for each in found if not each.values]
        late = pl.lit(value=False)
        for each in rules:
            late = late | (known_from(each, columns) > self._cut).fill_null(value=False)
        return late

    def _planted(
        self,
        clean: pl.DataFrame,
        found: Sequence[Dating],
        columns: Sequence[Column],
        key: Sequence[str],
    ) -> pl.DataFrame | None:
        """Say every row known before anew, with other numbers, just after the cut."""
        import polars as pl

        said = _said_by(clean, columns, key)
        if said is None:
            return None
        groups = [column for column, kind in columns if kind == "text" and column in key]
        numbers = [c for c, kind in columns if kind in {"int", "float"} and c not in key]
        after = (
            self._cut.astimezone(_ZONE).date() + timedelta(days=1)
            if dict(columns)[said] == "date"
            else self._cut + timedelta(seconds=1)
        )
        known = clean.select(
            pl.all_horizontal(known_from(each, columns) <= self._cut for each in found)
        ).to_series()
        anew = clean.with_columns(
            pl.lit(after).cast(clean.schema[said]).alias(said),
            *(_mirrored(c, groups).cast(clean.schema[c]).alias(c) for c in numbers),
        )
        return anew.filter(known)


def _said_by(frame: pl.DataFrame, columns: Sequence[Column], key: Sequence[str]) -> str | None:
    """Return the key's column that says when a row was said, if another says what it is about."""
    kinds = dict(columns)
    times = [column for column in key if kinds[column] == "time"]
    dates = [column for column in key if kinds[column] == "date"]
    if len(key) < 2 or not times + dates:
        return None
    # What a value is about lies before the day on which it was said.
    return (times or sorted(dates, key=lambda column: str(frame[column].mean())))[-1]


def _mirrored(column: str, groups: Sequence[str]) -> pl.Expr:
    """Return values mirrored within the range of their group; one in the middle goes to its end."""
    import polars as pl

    own = pl.col(column).cast(pl.Float64).fill_nan(None)
    low, high = own.min(), own.max()
    if groups:
        low, high = low.over(groups), high.over(groups)
    mirrored = low + high - own
    return pl.when(mirrored == own).then(high + 1.0).otherwise(mirrored)


@dataclass(frozen=True, slots=True)
class Leak:
    """A forecast that changed when only its future did."""

    key: str
    day: date
    known_at: datetime


@dataclass(frozen=True, slots=True)
class LookaheadCheck:
    """What came of a check.

    Parameters
    ----------
    compared
        Forecasts compared.
    cuts
        Instants after which everything was poisoned; each is the clock of some forecast.
    leaks
        Forecasts that saw the future.
    refused
        By cut: why the poisoned history could not be replayed; nothing was compared then.
    """

    compared: int
    cuts: tuple[datetime, ...]
    leaks: tuple[Leak, ...]
    refused: Mapping[str, str]

    @property
    def clean(self) -> bool:
        """Whether something was compared at every cut and nothing leaked."""
        return self.compared > 0 and not self.leaks and not self.refused


def lookahead_check(
    strategy: Strategy,
    folders: Sequence[Path],
    first: date | None,
    last: date | None,
    cuts: int = CUTS,
) -> LookaheadCheck:
    """Replay a family on clean history and on history poisoned after some instants, and compare.

    Forecasts whose clock is not later than the cut must agree to the byte. The cuts are clocks of
    forecasts, spread over the replay's span, so a row that came out one second after a decision
    is among the poisoned.

    Raises
    ------
    MissingData
        If the family has no replay.
    """
    if strategy.replay is None:
        raise MissingData(f"{strategy.family} has no replay to check")
    clean = strategy.replay(History(folders), first, last)
    clocks = sorted({at for replay in clean for at in replay.known_at})
    chosen = sorted({clocks[(i + 1) * len(clocks) // (cuts + 1)] for i in range(cuts) if clocks})
    compared, leaks, refused = 0, [], {}
    for cut in chosen:
        try:
            poisoned = strategy.replay(PoisonedHistory(folders, cut), first, last)
        except KalshiAlphaError as error:
            refused[cut.isoformat()] = str(error)
            continue
        here, found = _leaks(clean, poisoned, cut)
        compared += here
        leaks += found
    return LookaheadCheck(compared, tuple(chosen), tuple(leaks), refused)


def _leaks(
    clean: Iterable[Replay], poisoned: Iterable[Replay], cut: datetime
) -> tuple[int, list[Leak]]:
    other = {replay.key: replay for replay in poisoned}
    compared, leaks = 0, []
    for replay in clean:
        again = other.get(replay.key)
        rows = () if again is None else zip(again.days, again.known_at, strict=True)
        place = {row: i for i, row in enumerate(rows)}
        for i, row in enumerate(zip(replay.days, replay.known_at, strict=True)):
            if row[1] > cut:
                continue
            compared += 1
            j = place.get(row)
            if again is None or j is None or not _same(replay, i, again, j):
                leaks.append(Leak(replay.key, *row))
    return compared, leaks


def _same(one: Replay, i: int, other: Replay, j: int) -> bool:
    shift = one.lo - other.lo
    mine, theirs = one.pmfs[i], other.pmfs[j]
    lead, trail = mine.nonzero()[0], theirs.nonzero()[0]
    same_place = lead.size == trail.size and (lead + shift == trail).all()
    same_mean = one.means[i] == other.means[j]
    return bool(same_mean and same_place and (mine[lead] == theirs[trail]).all())
