"""Proof that a forecast does not see the future: poison it, and nothing may change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.strategy import Strategy

if TYPE_CHECKING:
    import polars as pl

_ABSURD = 7.0  # what numbers are multiplied by, after adding as much


class PoisonedHistory(History):
    """History in which every number dated after a day is absurd.

    A row is dated by its first date or time column that the reader sorts by; columns that name
    a row are left, so that the table keeps its shape.
    """

    def __init__(self, folders: Sequence[Path], after: date) -> None:
        super().__init__(folders)
        self._after = after

    def frame(
        self, name: str, columns: Sequence[Column], key: Sequence[str], sort: Sequence[str]
    ) -> pl.DataFrame:
        """Read a table and poison what lies after the day."""
        import polars as pl

        clean = super().frame(name, columns, key, sort)
        dated = [c for c, kind in columns if kind in {"date", "time"}]
        if not dated:
            return clean
        late = pl.lit(False)  # noqa: FBT003 - Polars' own literal
        for column in dated:
            late = late | (pl.col(column).cast(pl.Date) > self._after)
        numbers = [c for c, kind in columns if kind in {"int", "float"} and c not in key]
        return clean.with_columns(
            pl.when(late)
            .then(pl.col(c) * _ABSURD + _ABSURD)
            .otherwise(pl.col(c))
            .cast(clean.schema[c])
            .alias(c)
            for c in numbers
        )


@dataclass(frozen=True, slots=True)
class Leak:
    """A forecast that changed when only its future did."""

    key: str
    day: date
    known_at: datetime


@dataclass(frozen=True, slots=True)
class LookaheadCheck:
    """How many forecasts were compared at which days, and those that saw the future."""

    compared: int
    cuts: tuple[date, ...]
    leaks: tuple[Leak, ...]

    @property
    def clean(self) -> bool:
        """Whether something was compared and nothing leaked."""
        return self.compared > 0 and not self.leaks


def lookahead_check(
    strategy: Strategy,
    folders: Sequence[Path],
    first: date | None,
    last: date | None,
    cuts: int = 3,
) -> LookaheadCheck:
    """Replay a family on clean history and on history poisoned after some days, and compare.

    Forecasts whose clock is not later than the end of the poisoned day's eve must agree to the
    byte. The cuts are spread over the replay's span.

    Raises
    ------
    MissingData
        If the family has no replay.
    """
    if strategy.replay is None:
        raise MissingData(f"{strategy.family} has no replay to check")
    clean = strategy.replay(History(folders), first, last)
    days = sorted({day for replay in clean for day in replay.days})
    chosen = tuple(days[(i + 1) * len(days) // (cuts + 1)] for i in range(cuts)) if days else ()
    compared, leaks = 0, []
    for cut in chosen:
        poisoned = strategy.replay(PoisonedHistory(folders, cut), first, last)
        found = _leaks(clean, poisoned, datetime.combine(cut, time.max, UTC))
        compared += found[0]
        leaks += found[1]
    return LookaheadCheck(compared, chosen, tuple(leaks))


def _leaks(
    clean: Iterable[Replay], poisoned: Iterable[Replay], known_by: datetime
) -> tuple[int, list[Leak]]:
    other = {replay.key: replay for replay in poisoned}
    compared, leaks = 0, []
    for replay in clean:
        again = other.get(replay.key)
        place = {} if again is None else {day: i for i, day in enumerate(again.days)}
        for i, (day, at) in enumerate(zip(replay.days, replay.known_at, strict=True)):
            if at > known_by:
                continue
            compared += 1
            j = place.get(day)
            if again is None or j is None or not _same(replay, i, again, j):
                leaks.append(Leak(replay.key, day, at))
    return compared, leaks


def _same(one: Replay, i: int, other: Replay, j: int) -> bool:
    shift = one.lo - other.lo
    mine, theirs = one.pmfs[i], other.pmfs[j]
    lead, trail = mine.nonzero()[0], theirs.nonzero()[0]
    same_place = lead.size == trail.size and (lead + shift == trail).all()
    return bool(same_place and (mine[lead] == theirs[trail]).all())
