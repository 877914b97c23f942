"""Proof that a forecast does not see the future: poison it, and nothing may change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kalshi_alpha.core.errors import KalshiAlphaError, MissingData
from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.history import History
from kalshi_alpha.exec.evaluation.dating import datings, known_from
from kalshi_alpha.exec.evaluation.poison import blanked_copy, mirrored, poisoned_copy
from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.strategy import Strategy

if TYPE_CHECKING:
    import polars as pl

CUTS = 3
_ZONE = ZoneInfo("America/New_York")


class _AlteredHistory(History):
    """History whose files are copies that differ after an instant.

    Parameters
    ----------
    folders
        The true history.
    cut
        The instant.
    scratch
        An empty folder for the copies.
    """

    _write: Callable[[Path, Path, datetime], Path]

    def __init__(self, folders: Sequence[Path], cut: datetime, scratch: Path) -> None:
        super().__init__(folders)
        self._true = History(folders)
        self._cut = cut.astimezone(UTC)
        self._scratch = scratch
        self._copies: dict[Path, Path] = {}

    def files(self, name: str) -> list[Path]:
        """Return copies of the files of a name, in the order of the folders.

        Raises
        ------
        DataError
            If one of them is no CSV file, or cannot be read.
        """
        return [self._copy(path) for path in super().files(name)]

    def _copy(self, path: Path) -> Path:
        if path not in self._copies:
            target = self._scratch / str(len(self._copies)) / path.name
            self._copies[path] = self._write(path, target, self._cut)
        return self._copies[path]


class PoisonedHistory(_AlteredHistory):
    """History in which everything that was not known at an instant is absurd.

    Whoever reads it is given copies of the files in which later values are changed, be it as
    tables or as files, whichever columns are asked for and as whichever type. Where a table's
    rows are named by what they are about and by when they were said, revised values are planted
    too: every row known before is said anew, one second or one day later.
    """

    _write = staticmethod(poisoned_copy)

    def frame(
        self, name: str, columns: Sequence[Column], key: Sequence[str], sort: Sequence[str]
    ) -> pl.DataFrame:
        """Read a table of the poisoned copies, and plant revised values in it."""
        import polars as pl

        poisoned = super().frame(name, columns, key, sort)
        said = _said_by(poisoned, columns, key)
        numbers = [c for c, kind in columns if kind in {"int", "float"} and c not in key]
        if said is None or not numbers:
            return poisoned
        planted = self._planted(name, columns, key, said, numbers)
        whole = pl.concat([poisoned, planted]).unique(
            subset=list(key), keep="first", maintain_order=True
        )
        return whole.sort(list(sort), maintain_order=True) if sort else whole

    def _planted(
        self,
        name: str,
        columns: Sequence[Column],
        key: Sequence[str],
        said: str,
        numbers: Sequence[str],
    ) -> pl.DataFrame:
        """Say every row known before anew, with other numbers, just after the cut."""
        import polars as pl

        table = self._true.frame(name, columns, key, key)
        groups = [column for column, kind in columns if kind == "text" and column in key]
        after = (
            self._cut.astimezone(_ZONE).date() + timedelta(days=1)
            if dict(columns)[said] == "date"
            else self._cut + timedelta(seconds=1)
        )
        found = datings(name, columns)
        known = table.select(
            pl.all_horizontal(known_from(each, columns) <= self._cut for each in found)
        ).to_series()
        anew = table.with_columns(
            pl.lit(after).cast(table.schema[said]).alias(said),
            *(mirrored(c, groups).cast(table.schema[c]).alias(c) for c in numbers),
        )
        return anew.filter(known)


class BlankedHistory(_AlteredHistory):
    """History as it was at an instant: what came out later is not there.

    Poison changes what later values say, and not that there are any: who looks only whether one
    is there passes it, and not this.
    """

    _write = staticmethod(blanked_copy)


def _said_by(frame: pl.DataFrame, columns: Sequence[Column], key: Sequence[str]) -> str | None:
    """Return the key's column that says when a row was said, if another says what it is about."""
    kinds = dict(columns)
    times = [column for column in key if kinds[column] == "time"]
    dates = [column for column in key if kinds[column] == "date"]
    if len(key) < 2 or not times + dates or not frame.height:
        return None
    # What a value is about lies before the day on which it was said.
    return (times or sorted(dates, key=lambda column: str(frame[column].mean())))[-1]


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
            with TemporaryDirectory() as scratch:
                history = PoisonedHistory(folders, cut, Path(scratch))
                poisoned = strategy.replay(history, first, last)
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
