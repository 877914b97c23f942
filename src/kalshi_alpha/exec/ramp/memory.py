"""What the last ramp decision published: the memory by which weights and sizes rise slowly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from kalshi_alpha.config.ramp import Ramp
from kalshi_alpha.core.errors import DataError, FutureData, MissingData
from kalshi_alpha.core.ledger.honesty_bins import BinKey
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.datastore.artifacts import END_OF_TIME
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.ramp.declarations import accepted_declarations, refused_declarations
from kalshi_alpha.exec.ramp.readiness import DeclarationRow, Readiness, read_readiness


@dataclass(frozen=True, slots=True)
class Memory:
    """The previous decision.

    What was reached may rise by a step a day of New York, however often is decided in it: a rise
    counts from what stood when the day began, or from the lowest that was published since.

    Attributes
    ----------
    last
        It; None if there was none, or it cannot be trusted.
    clock
        Of the decision that is being made.
    problem
        Why a file that is there was not used; empty otherwise.
    later
        A decision that is dated after the clock: nothing rises from it, but what it accepted of
        ``ramp.yaml`` was seen.
    """

    last: Readiness | None
    clock: RunClock
    problem: str = ""
    later: Readiness | None = None

    @classmethod
    def read(cls, path: Path, clock: RunClock) -> Memory:
        """Read the file that is about to be replaced."""
        try:
            return cls(read_readiness(path, clock.at, None), clock)
        except MissingData:
            return cls(None, clock)
        except FutureData as error:
            later = read_readiness(path, END_OF_TIME, None)
            return cls(None, clock, problem=str(error), later=later)
        except DataError as error:
            return cls(None, clock, problem=str(error))

    @property
    def known(self) -> Readiness | None:
        """The decision by which declarations are judged, whatever its date."""
        return self.last or self.later

    @property
    def made_at(self) -> datetime | None:
        """When it was made."""
        return self.last.generated_at if self.last else None

    def size(self, family: str) -> float:
        """Return the size multiplier that a family's may rise from.

        One that was reached under another kind of clock was not reached under this one: days that
        somebody set are none.
        """
        own = self.last.of(family) if self.last else None
        if self.last is None or own is None or self.last.clock_source != self.clock.source.value:
            return 0.0
        return self._from(own.size_day_start, own.size_multiplier)

    def weights(self, family: str) -> Mapping[BinKey, float]:
        """Return the weights that those of a family's bins may rise from."""
        own = self.last.of(family) if self.last else None
        rows = own.ev_honesty_bins if own else ()
        return {row.key(family): self._from(row.weight_day_start, row.weight) for row in rows}

    def _from(self, day_start: float | None, published: float) -> float:
        if day_start is None or not self._is_of_the_day:
            return published
        return min(day_start, published)

    @property
    def _is_of_the_day(self) -> bool:
        made_at = self.made_at
        return made_at is not None and _day(made_at) == _day(self.clock.at)

    def doubts(self, ramp: Ramp) -> tuple[str, ...]:
        """Return one line per family whose declaration was changed after it was decided on."""
        return refused_declarations(ramp, self.known)

    def declarations(self, ramp: Ramp, oldest: Mapping[str, datetime]) -> dict[str, DeclarationRow]:
        """Return the declaration that judges each family: of a refused change, the one before.

        ``oldest`` says when the oldest order of a family was placed that counts as evidence.
        """
        return accepted_declarations(ramp, self.known, self.clock.at, oldest)


def _day(at: datetime) -> date:
    return new_york(at).date()
